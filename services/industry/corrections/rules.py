"""Whether a correction can be: what is right must fit what was read before and after, and the budget: pure rules."""

from typing import Literal

from services.industry.stations.rules import Totals

RevocationState = Literal["proposed", "confirmed", "refused"]


def more_before(was: Totals, right: Totals | None) -> int:
    """By how many kWh more had been counted before the meter that came after; without `right` none was exchanged."""
    before = right.last_kwh - right.first_kwh if right else 0
    return before - (was.last_kwh - was.first_kwh)


def spending_refusal(amount_fen: int, was_fen: int, left_fen: int) -> str | None:
    """`left_fen` is what is left of the budget with what was recorded."""
    if amount_fen == was_fen:
        return "nothing_changes"
    return "over_budget" if amount_fen - was_fen > left_fen else None
