"""Whether a correction can be: what is right must fit what was read before and after, and the budget: pure rules."""

from typing import Literal

RevocationState = Literal["proposed", "confirmed", "refused"]


def spending_refusal(amount_fen: int, was_fen: int, left_fen: int) -> str | None:
    """`left_fen` is what is left of the budget with what was recorded."""
    if amount_fen == was_fen:
        return "nothing_changes"
    return "over_budget" if amount_fen - was_fen > left_fen else None
