"""When a household that got out is seen again, and until when it is supported."""

from datetime import date, timedelta

import pytest

from services.registry.followups.rules import (
    Duty,
    FollowUpPolicy,
    Standing,
    Trouble,
    duties,
    findings_of,
)
from services.registry.households.rules import SupportPolicy, is_supported, supported_until
from shared.values.calendar import Calendar

POLICY = FollowUpPolicy((6, 1, 12), 30)
# 27 November 2017 is a Monday, and a holiday here.
CALENDAR = Calendar(holidays=frozenset({date(2017, 11, 27)}))
SUPPORT = SupportPolicy(date(2020, 12, 31), 12)


def test_each_duty_has_its_days_in_order_and_moves_on_to_a_working_day() -> None:
    assert duties(date(2017, 10, 27), POLICY, CALENDAR) == [
        Duty(1, date(2017, 10, 29), date(2017, 11, 28)),
        Duty(6, date(2018, 3, 28), date(2018, 4, 27)),
        # A Saturday.
        Duty(12, date(2018, 9, 29), date(2018, 10, 29)),
    ]


def test_nobody_goes_before_the_exit_and_a_short_month_ends_sooner() -> None:
    (one, *_) = duties(date(2018, 1, 31), POLICY, Calendar())
    assert one == Duty(1, date(2018, 1, 31), date(2018, 2, 28))
    assert duties(date(2018, 1, 31), FollowUpPolicy((), 30), Calendar()) == []


@pytest.mark.parametrize(
    ("income", "troubles", "found"),
    [
        ("over", [], []),
        ("near", [], []),
        ("under", [], ["income_lower_than_stated"]),
        ("over", ["water_unsafe", "house_unsafe", "water_unsafe"], ["house_unsafe", "water_unsafe"]),
        ("under", ["uninsured"], ["income_lower_than_stated", "uninsured"]),
    ],
)
def test_what_is_not_well_is_looked_into(income: Standing, troubles: list[Trouble], found: list[str]) -> None:
    assert findings_of(income, troubles) == found


@pytest.mark.parametrize(
    ("exited_on", "until"),
    [
        (date(2014, 12, 31), date(2020, 12, 31)),
        (date(2019, 12, 31), date(2020, 12, 31)),
        (date(2020, 1, 1), date(2021, 1, 1)),
        (date(2020, 11, 30), date(2021, 11, 30)),
    ],
)
def test_support_goes_on_to_the_end_of_the_campaign_and_a_year_at_least(exited_on: date, until: date) -> None:
    assert supported_until(exited_on, SUPPORT) == until
    assert is_supported(exited_on, until, SUPPORT)
    assert not is_supported(exited_on, until + timedelta(days=1), SUPPORT)
    assert is_supported(None, until + timedelta(days=1), SUPPORT), "who is poor is supported"
