"""Whether a figure can be another in truth, and what a due date is by it: pure rules."""

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["dividend", "receipt", "attendance", "acceptance", "labour"]


@dataclass(frozen=True, slots=True)
class DueDate:
    """What an entity owes on a day, fen; `ended`: after its agreement's end; `filled`: by the guarantee."""

    owed_fen: int
    paid_fen: int
    topped_up_fen: int
    ended: bool
    filled: bool


def paid_anew(due: DueDate, more_fen: int) -> DueDate | None:
    """The due date where so much more was paid in truth, below zero less; None where that is more than is owed.

    Where the guarantee filled the year up, it does so anew. After an agreement's end nothing is owed but what was paid.
    """
    paid_fen = due.paid_fen + more_fen
    if due.ended:
        anew = replace(due, owed_fen=due.owed_fen + min(more_fen, 0), paid_fen=paid_fen)
    elif due.filled:
        anew = replace(due, paid_fen=paid_fen, topped_up_fen=max(due.owed_fen - paid_fen, 0))
    else:
        anew = replace(due, paid_fen=paid_fen)
    return None if anew.paid_fen + anew.topped_up_fen > anew.owed_fen else anew


def receipt_refusal(more_fen: int, receivable_fen: int, left_fen: int) -> str | None:
    """Why no other amount can have come in: more than is receivable, or less than stands in plans (domain notes 2.4).

    `left_fen` is what is left to plan of what was said to have come in.
    """
    if more_fen > receivable_fen:
        return "over_receivable"
    return "planned_from_it" if more_fen < 0 and left_fen + more_fen < 0 else None
