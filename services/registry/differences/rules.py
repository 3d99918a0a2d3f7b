"""Whose a difference is, what the next list makes of it, and when a list is too much to be believed: pure rules.

Domain notes 9.5: the list comes back and leaves a difference list per field with owner, cause and end. Who owns which
field, and how much of a township one list may touch, is policy data.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple, cast

from services.registry.national.rules import OF_PERSON

ListState = Literal["received", "running", "held", "confirmed", "done", "rejected", "failed"]
# `open` waits for its owner's word; `there` for the next list, `doubted` for another who says so too that it is wrong
# here, `here` until ours is put right, `staying` for another who agrees that it stays; `kept` and `agreed` are ends.
State = Literal["open", "there", "doubted", "here", "staying", "kept", "agreed"]
OPEN: tuple[State, ...] = ("open", "there", "doubted", "here", "staying")
# `not_exported` is found out: this register changed it after the last export.
Cause = Literal["not_exported", "wrong_there", "other_day", "wrong_here", "stays"]
Named = Literal["wrong_there", "other_day", "wrong_here", "stays"]
LED: Mapping[str, State] = {"wrong_there": "there", "other_day": "there", "wrong_here": "doubted", "stays": "staying"}
Owner = Literal[
    "village",
    "township",
    "county",
    "education",
    "health",
    "civil_affairs",
    "disabled_federation",
    "housing",
    "water",
    "human_resources",
]
OFFICES: tuple[str, ...] = ("village", "township", "county")
# Of whom or where somebody is: that it differs is kept, and what stands there is not. Of free text nobody knows what
# else was typed into it.
WITHHELD = frozenset({"name", "number", "phone", "account", "natural_village", "ethnicity"})
TOWNSHIP = 9  # figures of a township's code


@dataclass(frozen=True, slots=True)
class DifferencePolicy:
    """`department_facts`: by unit the facts that it attests; `difference_owners`: by field who sees to the others."""

    department_facts: dict[str, list[str]]
    difference_owners: Mapping[str, str]
    national_most_ppm: int
    national_least_households: int


def owner_of(field: str, policy: DifferencePolicy) -> Owner:
    """Who says why a field differs: the bureau that attests it, else the office that policy names."""
    fact = f"person_{field}" if field in OF_PERSON else field
    bureau = next((unit for unit, facts in policy.department_facts.items() if fact in facts), None)
    return cast("Owner", bureau or policy.difference_owners[field])


def is_owner(owner: str, role: str, unit: str) -> bool:
    """Whether a caller answers for it: his office, or his bureau."""
    return owner == (unit if role == "department" else role)


class Stands(NamedTuple):
    """A difference that is known: where it stands and since when, and whether both sides say what they said then."""

    state: State
    since: date
    same: bool


# `opened`: its owner is asked, for the first time or again; `seen`: it goes on as it was; `agreed`: it is over.
Fate = Literal["opened", "seen", "agreed"]


def fate_of(stands: Stands | None, listed_on: date, *, found: bool) -> Fate | None:
    """What a list makes of a difference that it has, or has no more; None where there is nothing to be made."""
    if not found:
        return "agreed" if stands and stands.state != "agreed" else None
    if stands is None or stands.state == "agreed":
        return "opened"
    if stands.state == "kept":
        return "seen" if stands.same else "opened"
    # What was to be put right there and was not by a later day is asked about again.
    return "opened" if stands.state == "there" and listed_on > stands.since else "seen"


def word_refusal(cause: Named, reason: str | None) -> str | None:
    """Why an owner's word cannot be taken; None where it can."""
    return "no_reason" if cause == "stays" and reason is None else None


def too_much(touched: Mapping[str, int], registered: Mapping[str, int], policy: DifferencePolicy) -> str | None:
    """The township of whose households a list touches the largest part, where that is too large to be believed.

    `touched` and `registered`: households by township.
    """
    over = [
        township
        for township, households in touched.items()
        if households >= policy.national_least_households
        and households * 1_000_000 > registered.get(township, 0) * policy.national_most_ppm
    ]
    return max(over, key=lambda t: (touched[t] / max(registered.get(t, 0), 1), t), default=None)


# Without whom nothing is known of who stands in a household, or where it is.
_HIDES = {"number": "person", "township": "village"}
_OF_PERSON = frozenset({"person", *OF_PERSON})


def unread_of(names: Iterable[str]) -> set[str]:
    """The fields of a household of which a list says nothing, by the names of the columns that could not be read."""
    return {field for name in names for field in (name, _HIDES.get(name, name))}


def is_unread(field: str, unread: Collection[str]) -> bool:
    """Whether a list that has no such difference says nothing of it: it does not end. Where somebody's number could not
    be read, it is not known of whom the rows are.
    """
    return field in unread or (field in _OF_PERSON and "person" in unread)


# By which door ours is put right: each has its own procedure, its own persons and its own proofs. Of what is not named
# no door of its own is known: it comes with a roster, or with an attestation of the bureau that answers for it.
_CONDITIONS, _INCOMES = "/registry/v1/households/conditions", "/registry/v1/households/incomes"
DOORS: Mapping[str, str] = (
    {
        "village": "/registry/v1/households/transfers",
        "status": "/registry/v1/exits",
        "exited_year": "/registry/v1/exits",
        "relation": "/registry/v1/households/heads",
        "phone": "/registry/v1/households/phones",
        "account": "/registry/v1/households/accounts",
        "deep_poverty": "/registry/v1/deep-poverty/counts",
    }
    | dict.fromkeys(("house_area_m2_x100", "electricity"), _CONDITIONS)
    | dict.fromkeys(("wage", "business", "property", "transfer", "business_cost"), _INCOMES)
)
_OF_WHOLE: Mapping[tuple[str, str], str] = {
    ("household", "only_there"): "/registry/v1/identifications",
    ("household", "only_here"): "/registry/v1/households/removals",
    ("person", "only_there"): "/registry/v1/households/arrivals",
    ("person", "only_here"): "/registry/v1/households/departures",
}
_ATTESTED, _LISTED = "/registry/v1/attestations", "/registry/v1/roster/imports"


def door_of(field: str, kind: str, owner: str) -> str:
    """Where the register is changed, should it be wrong."""
    return _OF_WHOLE.get((field, kind)) or DOORS.get(field) or (_LISTED if owner in OFFICES else _ATTESTED)
