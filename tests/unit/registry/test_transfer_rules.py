"""Whether a household may move to another village: a table of cases."""

from dataclasses import replace
from datetime import date

import pytest

from services.registry.transfers.rules import Hindrance, Home, Move, taking_refusal, transfer_refusal

HERE, THERE = "140927200201", "140927201201"
HOME = Home(HERE, struck=False, lives_since=date(2014, 6, 1), hindrance=None)
MOVE = Move(THERE, is_village=True, moved_on=date(2017, 5, 10), on=date(2017, 6, 1))


@pytest.mark.parametrize(
    ("home", "move", "refusal"),
    [
        (HOME, MOVE, None),
        (None, MOVE, "shared.not_found"),
        (replace(HOME, struck=True), MOVE, "household_removed"),
        (HOME, replace(MOVE, moved_on=date(2017, 6, 1)), None),
        (HOME, replace(MOVE, moved_on=date(2017, 6, 2)), "future_date"),
        (HOME, replace(MOVE, is_village=False), "no_village"),
        (HOME, replace(MOVE, to_division=HERE), "same_village"),
        # It lived where it does for a day at least.
        (HOME, replace(MOVE, moved_on=date(2014, 6, 1)), "before_it_lived_there"),
        (HOME, replace(MOVE, moved_on=date(2014, 6, 2)), None),
        (replace(HOME, lives_since=date(2017, 5, 10)), MOVE, "before_it_lived_there"),
        (replace(HOME, hindrance="exit_under_way"), MOVE, "exit_under_way"),
        # A wrong statement is said to be wrong before anybody waits for a case to end.
        (replace(HOME, hindrance="exit_under_way"), replace(MOVE, to_division=HERE), "same_village"),
    ],
)
def test_whether_a_household_may_be_said_to_have_moved(home: Home | None, move: Move, refusal: str | None) -> None:
    assert transfer_refusal(home, move) == refusal


@pytest.mark.parametrize(
    ("struck", "hindrance", "is_village", "refusal"),
    [
        (False, None, True, None),
        (True, "case_under_way", True, "household_removed"),
        (False, "case_under_way", True, "case_under_way"),
        (False, None, False, "no_village"),
    ],
)
def test_whether_it_may_be_taken(
    *, struck: bool, hindrance: Hindrance | None, is_village: bool, refusal: str | None
) -> None:
    assert taking_refusal(struck=struck, hindrance=hindrance, is_village=is_village) == refusal
