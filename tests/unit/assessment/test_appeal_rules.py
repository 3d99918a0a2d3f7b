"""Ten working days, and points that are worth an appeal."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.appeals.rules import add_working_days, in_time, points_fit


@pytest.mark.parametrize(
    ("published_on", "last_on"),
    [
        (date(2018, 1, 8), date(2018, 1, 22)),  # a Monday
        (date(2018, 1, 12), date(2018, 1, 26)),  # a Friday
        (date(2018, 1, 13), date(2018, 1, 26)),  # a Saturday
        (date(2018, 1, 14), date(2018, 1, 26)),  # a Sunday
    ],
)
def test_the_last_day(published_on: date, last_on: date) -> None:
    assert add_working_days(published_on, 10) == last_on
    assert in_time(published_on, published_on, 10)
    assert in_time(published_on, last_on, 10)
    assert not in_time(published_on, last_on + timedelta(days=1), 10)
    assert not in_time(published_on, published_on - timedelta(days=1), 10)


@given(st.dates(date(2015, 1, 1), date(2025, 1, 1)), st.integers(1, 60))
def test_as_many_weekdays_lie_between(day: date, count: int) -> None:
    last = add_working_days(day, count)
    between = (day + timedelta(days=n) for n in range(1, (last - day).days + 1))
    assert sum(d.weekday() < 5 for d in between) == count
    assert last.weekday() < 5


@pytest.mark.parametrize(
    ("before", "points", "fits"),
    [(500, 501, True), (500, 1_000, True), (500, 500, False), (500, 499, False), (500, 1_001, False), (0, None, False)],
)
def test_points_rise_within_the_line(before: int, points: int | None, fits: bool) -> None:
    assert points_fit(before, points, 1_000) is fits
