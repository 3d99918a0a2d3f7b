"""Who vouches for a withdrawal on paper."""

from datetime import date

import pytest

from services.registry.withdrawals.rules import Sheet, sheet_refusal

APPLIED, DAY, LATE = date(2017, 10, 10), date(2017, 10, 12), date(2017, 10, 13)
DECIDERS = {"chair", None}


@pytest.mark.parametrize(
    ("sheet", "refusal"),
    [
        (Sheet(DAY, "neighbour", "recorder"), None),
        (Sheet(APPLIED, "neighbour", "recorder"), None),
        (Sheet(LATE, "neighbour", "recorder"), "future_date"),
        (Sheet(date(2017, 10, 9), "neighbour", "recorder"), "before_application"),
        (Sheet(DAY, "recorder", "recorder"), "same_person"),
        (Sheet(DAY, "chair", "recorder"), "decider_vouches"),
        (Sheet(DAY, "neighbour", "chair"), "decider_vouches"),
    ],
)
def test_a_sheet_is_recorded_by_who_decides_nothing(sheet: Sheet, refusal: str | None) -> None:
    assert sheet_refusal(sheet, APPLIED, DECIDERS, DAY) == refusal
