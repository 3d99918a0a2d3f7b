"""Dates of the county."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.values.dates import Period, add_months, birthday, full_years

DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2017, 1, 31), 1, date(2017, 2, 28)), (date(2016, 1, 31), 1, date(2016, 2, 29)),
        (date(2017, 11, 30), 3, date(2018, 2, 28)), (date(2017, 12, 15), 1, date(2018, 1, 15)),
        (date(2017, 3, 31), -1, date(2017, 2, 28)), (date(2017, 1, 1), -1, date(2016, 12, 1)),
        (date(2017, 5, 20), 36, date(2020, 5, 20)), (date(2017, 5, 20), 0, date(2017, 5, 20)),
    ],
)  # fmt: skip
def test_months_end_with_the_month(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@pytest.mark.parametrize(
    ("born_on", "on", "years"),
    [
        (date(1957, 6, 1), date(2017, 5, 31), 59), (date(1957, 6, 1), date(2017, 6, 1), 60),
        (date(2000, 2, 29), date(2018, 2, 28), 17), (date(2000, 2, 29), date(2018, 3, 1), 18),
    ],
)  # fmt: skip
def test_age_in_completed_years(born_on: date, on: date, years: int) -> None:
    assert full_years(born_on, on) == years


@pytest.mark.parametrize(
    ("born_on", "years", "expected"),
    [
        (date(1999, 6, 1), 18, date(2017, 6, 1)), (date(2000, 2, 29), 18, date(2018, 3, 1)),
        (date(2000, 2, 29), 16, date(2016, 2, 29)), (date(2000, 2, 29), 100, date(2100, 3, 1)),
    ],
)  # fmt: skip
def test_a_birthday(born_on: date, years: int, expected: date) -> None:
    assert birthday(born_on, years) == expected


@given(DAYS, st.integers(0, 120))
def test_a_birthday_is_the_first_day_of_its_age(born_on: date, years: int) -> None:
    on = birthday(born_on, years)
    assert (full_years(born_on, on), full_years(born_on, on - timedelta(days=1))) == (years, years - 1)


@given(DAYS, DAYS, DAYS)
def test_adjoining_periods_share_no_day(a: date, b: date, c: date) -> None:
    first, middle, last = sorted((a, b, c))
    early, late = Period(first, middle), Period(middle, last)
    assert early.days + late.days == Period(first, last).days
    assert not (middle in early and middle in late)
    assert middle not in early
