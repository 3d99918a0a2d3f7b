"""Who acts, and on which business date: the one thing that every action is given."""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal, get_args
from uuid import UUID

from shared.events.envelope import Envelope
from shared.ground.problems import Problem
from shared.values.ids import uuid7

Role = Literal[
    "county", "township", "village", "team", "helper", "department", "bank", "insurer",
    "entity", "auditor", "surveyor", "villager", "subscriber", "system",
]  # fmt: skip

# Bureaus of the county that a door or a step names: the unit of a department, as policy calls those that attest.
Unit = Literal["finance", "human_resources", "forestry"]

ROLES = frozenset(get_args(Role))
DIGITS = re.compile(r"\d*", re.ASCII)
# How many digits the area of a role has: province 2, prefecture 4, county 6, township 9, village 12; 0 is no area.
AREAS: Mapping[str, frozenset[int]] = {
    "county": frozenset({6}),
    "township": frozenset({9}),
    "village": frozenset({12}),
    "team": frozenset({6, 9, 12}),
    "helper": frozenset({6, 9, 12}),
    "department": frozenset({6}),
    "bank": frozenset({0, 6}),
    "insurer": frozenset({0, 6}),
    "entity": frozenset({0, 6, 9, 12}),
    "auditor": frozenset({2, 4, 6}),
    "surveyor": frozenset({6, 9, 12}),
    "villager": frozenset({12}),
    "subscriber": frozenset({0, 2, 4, 6}),
    "system": frozenset({0}),
}
# The claims that tell one of a role from the others: who alone may bear them, and who must.
BEARERS: Mapping[str, str] = {"bank": "bank", "person": "villager"}
NEEDED: Mapping[str, str] = {"bank": "bank", "entity": "unit", "department": "unit", "villager": "person"}
LONGEST_CLAIM = 200


def _is_plain(text: str) -> bool:
    """Whether a claim comes out of every encoding as it went in, and looks like what it is."""
    return (
        len(text) <= LONGEST_CLAIM
        and text == text.strip()
        and not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for c in text)
    )


@dataclass(frozen=True, slots=True)
class Caller:
    """The verified bearer of a token. `area` is a GB/T 2260 prefix, as long as his role has it; `bank`, `unit` and
    `person` (the register's reference) say which of his kind he is.

    Raises:
        Problem: `shared.token_invalid`, where the claims are none of this grammar.
    """

    subject: str
    role: Role
    area: str = ""
    bank: str = ""
    unit: str = ""
    person: str = ""

    def __post_init__(self) -> None:
        claims = {"bank": self.bank, "unit": self.unit, "person": self.person}
        sound = (
            self.role in ROLES
            and bool(self.subject)
            and self.subject.startswith("system:") == (self.role == "system")
            and bool(DIGITS.fullmatch(self.area))
            and len(self.area) in AREAS[self.role]
            and all(_is_plain(text) for text in (self.subject, *claims.values()))
            and not any(claims[claim] and self.role != bearer for claim, bearer in BEARERS.items())
            and (self.role not in NEEDED or bool(claims[NEEDED[self.role]]))
        )
        if not sound:
            raise Problem("shared.token_invalid", reason="claims")

    def within(self, division: str) -> bool:
        """Whether a division lies in the caller's area. A service by itself reaches everywhere; nobody else without
        an area reaches anything, as in the database.
        """
        return division.startswith(self.area) if self.area else self.role == "system"

    def is_of_another(self, units: Collection[str]) -> bool:
        """Whether he is of a department, and of none of these units; where none are named, any department will do."""
        return self.role == "department" and bool(units) and self.unit not in units


@dataclass(frozen=True, slots=True)
class Act:
    """One business act: its caller, its date, and what links it to other acts.

    In a reaction `cause` is the event reacted to, with its attributes. `traceparent` is the trace it belongs to (W3C).
    """

    caller: Caller
    business_date: date
    correlation_id: UUID = field(default_factory=uuid7)
    causation_id: str = ""
    cause: Envelope | None = None
    traceparent: str = ""

    @property
    def subject(self) -> str:
        return self.caller.subject


def system_act(service: str, business_date: date, causation_id: str = "", cause: Envelope | None = None) -> Act:
    """What a service does by itself: reactions and batches. It never pretends to be a caller.

    A reaction carries on the correlation and the trace of its cause, so that a chain of acts can be followed.
    """
    correlation_id = UUID(cause.correlation_id) if cause and cause.correlation_id else uuid7()
    trace = cause.traceparent if cause else ""
    return Act(_system(service), business_date, correlation_id, causation_id, cause, trace)


@lru_cache(maxsize=16)
def _system(service: str) -> Caller:
    return Caller(f"system:{service}", "system")
