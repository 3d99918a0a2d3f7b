"""Who may be said to have joined a household: pure rules.

Domain notes 2.1 "Natural change" [known]: added are the born, the married in, the registered here, the released from
prison; a household is who lives and spends together (9.9). A person belongs to one household at a time: who still
belongs to another is claimed there first, and no word of the one side alone moves him.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

ArrivalReason = Literal["birth", "marriage_in", "registration_in", "release", "sharing"]
State = Literal["reported", "confirmed", "rejected"]


@dataclass(frozen=True, slots=True)
class Home:
    """The household that somebody joins."""

    struck: bool
    registered_on: date


@dataclass(frozen=True, slots=True)
class Before:
    """Where the register knows him from. `left_on` is the first day on which he belonged there no more; None: he does.

    `here`: that is the household which he is said to join.
    """

    here: bool
    left_on: date | None
    died: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of somebody's joining, and on which day."""

    reason: ArrivalReason
    joined_on: date
    born_on: date
    on: date


def arrival_refusal(home: Home | None, before: Before | None, said: Said) -> str | None:
    """Why he cannot have joined; None where he can, also where another household must let him go first."""
    if home is None:
        return "shared.not_found"
    against = (
        (home.struck, "household_removed"),
        (said.joined_on > said.on, "future_date"),
        (said.joined_on < said.born_on, "before_birth"),
        (said.reason == "birth" and said.joined_on != said.born_on, "not_the_day_of_birth"),
        (said.joined_on < home.registered_on, "before_registration"),
        (before is not None and before.died, "has_died"),
        (before is not None and before.here and before.left_on is None, "already_member"),
        (before is not None and before.left_on is not None and said.joined_on < before.left_on, "before_departure"),
    )
    return next((code for holds, code in against if holds), None)


def is_claimed(before: Before | None) -> bool:
    """Whether another household must let him go before he can join this one."""
    return before is not None and before.left_on is None and not before.here
