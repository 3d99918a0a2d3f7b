"""Who acts, and on which business date: the one thing that every action is given."""

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal
from uuid import UUID

from shared.events.envelope import Envelope
from shared.ground.problems import Problem
from shared.values.ids import uuid7

Role = Literal[
    "county", "township", "village", "team", "helper", "department", "bank", "insurer",
    "entity", "auditor", "surveyor", "villager", "subscriber", "system",
]  # fmt: skip

AREA = re.compile(r"\d{2}(\d{2}(\d{2}(\d{3}(\d{3})?)?)?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Caller:
    """The verified bearer of a token. `area` is a GB/T 2260 prefix of 2, 4, 6, 9 or 12 digits, or empty."""

    subject: str
    role: Role
    area: str = ""
    bank: str = ""
    unit: str = ""

    def __post_init__(self) -> None:
        if self.area and not AREA.fullmatch(self.area):
            raise Problem("shared.token_invalid")

    def within(self, division: str) -> bool:
        """Whether a division lies in the caller's area. A service by itself reaches everywhere; nobody else without
        an area reaches anything, as in the database.
        """
        return division.startswith(self.area) if self.area else self.role == "system"


@dataclass(frozen=True, slots=True)
class Act:
    """One business act: its caller, its date, and what links it to other acts.

    In a reaction `cause` is the event reacted to, with its attributes.
    """

    caller: Caller
    business_date: date
    correlation_id: UUID = field(default_factory=uuid7)
    causation_id: str = ""
    cause: Envelope | None = None

    @property
    def subject(self) -> str:
        return self.caller.subject


def system_act(service: str, business_date: date, causation_id: str = "", cause: Envelope | None = None) -> Act:
    """What a service does by itself: reactions and batches. It never pretends to be a caller.

    A reaction carries on the correlation of its cause, so that a chain of acts can be followed.
    """
    correlation_id = UUID(cause.correlation_id) if cause and cause.correlation_id else uuid7()
    return Act(_system(service), business_date, correlation_id, causation_id, cause)


@lru_cache(maxsize=16)
def _system(service: str) -> Caller:
    return Caller(f"system:{service}", "system")
