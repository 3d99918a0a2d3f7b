"""What may stand in a household's plan, whose line it is, and what a plan lacks: pure rules.

The seed (row 7): one policy per household, improved measures precise to household and person. A line's result is taken
from help that was heard, or counted from facts, and stated with evidence where neither can be. A plan never enters a
decision (domain notes 9.7).
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Literal, NamedTuple, get_args

from services.registry.catalogue.rules import CONDITIONS, InForce, Unit
from services.registry.entitlements.rules import Covered

State = Literal["proposed", "confirmed", "reported", "done", "missed", "rejected", "ended"]
OPEN: tuple[State, ...] = ("proposed", "confirmed", "reported")
# The offices that see to a household, and the bureaus.
Owner = Literal[
    "village", "team", "helper", "township", "education", "health", "civil_affairs", "disabled_federation", "housing",
    "water", "human_resources", "agriculture", "forestry", "finance",
]  # fmt: skip
OFFICES: tuple[str, ...] = get_args(Owner)[:4]
# Help of which other services tell: as the catalogue of policies calls it.
MEASURES = CONDITIONS["measure"].words or frozenset()


class Line(NamedTuple):
    """What is planned: a policy of the catalogue, or a kind of help, for the household or for one of its people."""

    year: int
    kind: str
    person: str | None
    planned_on: date


def kinds_of(policies: Iterable[InForce]) -> dict[str, Unit]:
    """By what a line may name, of whom it is."""
    kinds: dict[str, Unit] = dict.fromkeys(sorted(MEASURES), "household")
    return kinds | {one.code: one.of for one in policies}


def line_refusal(line: Line, kinds: Mapping[str, Unit], on: date) -> str | None:
    """Why it cannot be planned so; None where it can."""
    against = (
        (line.kind not in kinds, "unknown_kind"),
        ((line.person is not None) != (kinds.get(line.kind) == "person"), "person_of_a_persons_policy"),
        (line.planned_on.year != line.year, "day_of_another_year"),
        (line.planned_on < on, "day_is_over"),
    )
    return next((code for holds, code in against if holds), None)


def is_owner(owner: str, owner_subject: str | None, role: str, unit: str, subject: str) -> bool:
    """Whether somebody answers for a line: his office, or his bureau; and he himself where it names somebody."""
    office = unit if role == "department" else role
    return office == owner and owner_subject in (None, subject)


class Suggestion(NamedTuple):
    """What a household is entitled to and has not, and no line sees to."""

    policy: str
    of: Unit
    person: str | None


def suggestions(entitlements: Iterable[Covered], lines: Collection[tuple[str, str | None]]) -> list[Suggestion]:
    """`lines`: kind and person of those that are under way."""
    return [
        Suggestion(one.policy, one.of, one.person)
        for one in entitlements
        if one.coverage == "missing" and (one.policy, one.person) not in lines
    ]
