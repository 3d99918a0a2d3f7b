"""What an entity owes on a day where it paid another sum in truth, and when no other sum can have come in."""

from dataclasses import replace

import pytest

from services.industry.restatements.rules import DueDate, paid_anew, receipt_refusal

OPEN = DueDate(owed_fen=150, paid_fen=100, topped_up_fen=0, ended=False, filled=False)
FILLED = replace(OPEN, topped_up_fen=50, filled=True)
ENDED = replace(OPEN, owed_fen=100, ended=True)


@pytest.mark.parametrize(
    ("due", "more_fen", "anew"),
    [
        (OPEN, 50, (150, 150, 0)),
        (OPEN, 51, None),
        (OPEN, -100, (150, 0, 0)),
        # The guarantee gives what the entity did not, and takes back what it did.
        (FILLED, 50, (150, 150, 0)),
        (FILLED, 51, None),
        (FILLED, -100, (150, 0, 150)),
        # After the end nothing is owed but what was paid.
        (ENDED, -40, (60, 60, 0)),
        (ENDED, 1, None),
        (replace(ENDED, filled=True), -40, (60, 60, 0)),
    ],
)
def test_a_due_date_follows_what_was_paid(due: DueDate, more_fen: int, anew: tuple[int, int, int] | None) -> None:
    found = paid_anew(due, more_fen)
    assert (found and (found.owed_fen, found.paid_fen, found.topped_up_fen)) == anew


@pytest.mark.parametrize(
    ("more_fen", "left_fen", "reason"),
    [
        (10, 0, None),
        (11, 0, "over_receivable"),
        (-5, 5, None),
        (-6, 5, "planned_from_it"),
        # The upkeep has overtaken what came in: more is good, less is not.
        (1, -3, None),
        (-1, -3, "planned_from_it"),
    ],
)
def test_what_came_in_stays_within_what_is_due_and_planned(more_fen: int, left_fen: int, reason: str | None) -> None:
    assert receipt_refusal(more_fen, 10, left_fen) == reason
