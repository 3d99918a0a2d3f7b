"""Days of a procedure by the county's calendar."""

from datetime import date

import pytest

from shared.ground.calendar import county_calendar
from shared.values.calendar import Calendar, Days, over_on

PLAIN = Calendar()


@pytest.mark.parametrize(
    ("posted", "days", "over"),
    [
        # The province counts the day of posting: 24 to 30 August 2018 are seven days (domain notes 9.11).
        ("2018-08-24", Days(7), "2018-08-31"),
        ("2018-08-24", Days(7, from_next=True), "2018-09-01"),
        # Five working days from a Friday end on the next Thursday.
        ("2017-08-25", Days(5, working=True), "2017-09-01"),
        # Posted on a Saturday, the first working day is Monday.
        ("2017-08-26", Days(1, working=True), "2017-08-29"),
        # The last day falls on National Day: it moves on to 9 October.
        ("2017-09-26", Days(7, moves_on=True), "2017-10-10"),
        ("2017-09-26", Days(7), "2017-10-03"),
        # 30 September 2017 was a Saturday on which was worked.
        ("2017-09-24", Days(7, moves_on=True), "2017-10-01"),
    ],
)
def test_when_a_notice_is_over(posted: str, days: Days, over: str) -> None:
    assert over_on(date.fromisoformat(posted), days, county_calendar()) == date.fromisoformat(over)


def test_a_year_without_a_notice_has_weekends_only() -> None:
    assert over_on(date(2031, 10, 1), Days(1, working=True), PLAIN) == date(2031, 10, 2)
    assert not PLAIN.works(date(2031, 10, 4))


def test_every_make_up_day_is_a_weekend_and_no_holiday() -> None:
    calendar = county_calendar()
    assert calendar.workdays
    assert all(day.weekday() >= 5 and day not in calendar.holidays for day in calendar.workdays)
