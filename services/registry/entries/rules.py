"""A household as it is entered, whether it stood in a file or applied: pure rules and values (domain notes 2.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.registry.households.rules import SchoolPolicy, has_dropped_out


@dataclass(frozen=True, slots=True)
class RosterPolicy(SchoolPolicy):
    """What a file is read by; the oldest age at which one may borrow."""

    oldest_borrower: int


@dataclass(frozen=True, slots=True)
class Ground:
    """What a file is held against: the day, and the villages that the submitter answers for.

    `villages`: codes by the names of township and village.
    """

    business_date: date
    villages: Mapping[tuple[str, str], Sequence[str]]
    policy: RosterPolicy


@dataclass(frozen=True, slots=True)
class RosterMember:
    """One row. `values` lacks what could not be read; `number` there is an ID number or a disability certificate,
    which begins with one. `identity` is the ID number, or empty.
    """

    row: int
    values: dict[str, Any]
    identity: str
    born_on: date


@dataclass(frozen=True, slots=True)
class RosterHousehold:
    """The rows of one household number, from `row` on; amounts in fen, areas in 0.01 m2. None: not read, or empty."""

    row: int
    household_no: str
    values: dict[str, Any]
    members: list[RosterMember]


def division_of(household: RosterHousehold, ground: Ground) -> str | None:
    """The code of the one village of that name; within a township's own file only its own villages are known."""
    place = household.values["township"], household.values["village"]
    codes = ground.villages.get(place, ())
    return codes[0] if len(codes) == 1 else None


def school_dropout(household: RosterHousehold, ground: Ground) -> bool:
    return any(
        has_dropped_out(
            m.born_on, m.values["school_status"], m.values["education"], ground.business_date, ground.policy
        )
        for m in household.members
    )
