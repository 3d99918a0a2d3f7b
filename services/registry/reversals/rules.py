"""When a confirmed departure or removal may be taken back or put right: pure rules.

Domain notes 2.1 "Natural change": each change is an effective-dated event; what was found wrong is said anew, and
nothing of what was held for true is deleted. Maker and checker are different persons (domain notes 4).
"""

from datetime import date
from typing import Literal

# What is doubted says who decides: the office that had confirmed it.
State = Literal["departure_doubted", "removal_doubted", "confirmed", "rejected"]
STANDS = "confirmed"
TAKEN_BACK = "taken_back"


def reversal_refusal(state: str | None) -> str | None:
    """Why what is in this state cannot be doubted; None where it can. `state` is None where there is no such case."""
    if state is None:
        return "shared.not_found"
    return None if state == STANDS else "not_standing"


def day_refusal(left_on: date, right_on: date | None, joined_on: date, on: date) -> str | None:
    """Why a departure cannot have been on `right_on` instead; None where it can, or where nobody left at all."""
    if right_on is None:
        return None
    if right_on > on:
        return "shared.future_date"
    if right_on <= joined_on:
        return "registry.changes.before_membership"
    return "same_day" if right_on == left_on else None


def is_back(status: str, members: int, *, struck: bool) -> bool:
    """Whether a household is in the register again; `struck`: a removal of it stands."""
    return status == "removed" and members > 0 and not struck
