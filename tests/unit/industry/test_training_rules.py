"""What a course is worth, and which days and certificates can be."""

from datetime import date

import pytest

from services.industry.training.rules import SubsidyPolicy, attendance_refusal, certificate_refusal, subsidy_fen

POLICY = SubsidyPolicy(
    training_first_days=10, training_first_fen=15_000, training_later_fen=10_000, training_longest_days=15
)
STARTS = date(2017, 5, 1)


@pytest.mark.parametrize(
    ("days", "fen"),
    # 12 and 15 days are the source's own examples.
    [(12, 170_000), (15, 200_000), (16, 200_000), (60, 200_000), (10, 150_000), (11, 160_000), (1, 15_000), (0, 0)],
)
def test_subsidies(days: int, fen: int) -> None:
    assert subsidy_fen(days, POLICY) == fen


@pytest.mark.parametrize(
    ("days", "today", "refusal"),
    [
        (12, date(2017, 5, 12), None),
        (12, date(2017, 5, 11), "too_many_days"),
        (13, date(2017, 6, 1), "too_many_days"),
        (1, STARTS, None),
        (1, date(2017, 4, 30), "too_many_days"),
        (0, date(2017, 4, 30), None),
    ],
)
def test_attendance(days: int, today: date, refusal: str | None) -> None:
    assert attendance_refusal(STARTS, 12, days, today) == refusal


@pytest.mark.parametrize(
    ("days", "issued", "refusal"),
    [
        (12, date(2017, 5, 12), None),
        (1, date(2017, 6, 1), None),
        (12, date(2017, 5, 11), "before_the_end"),
        (0, date(2017, 5, 12), "not_attended"),
        (12, date(2017, 6, 2), "future_date"),
    ],
)
def test_certificates(days: int, issued: date, refusal: str | None) -> None:
    assert certificate_refusal(STARTS, 12, days, issued, date(2017, 6, 1)) == refusal
