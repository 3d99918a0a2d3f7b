"""Who may begin to help whom, and from when."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.teams.rules import PairingFacts, Tenure, leave_refusal, pairing_refusal, released_on

OLD, NEW = UUID(int=1), UUID(int=2)
TODAY = date(2017, 6, 30)
STANDING = Tenure(OLD, date(2017, 1, 10), None)
ENDED = Tenure(OLD, date(2017, 1, 10), date(2017, 5, 1))
DAYS = st.dates(date(2016, 1, 1), date(2018, 12, 31))


def facts(starts_on: date, last: Tenure | None = None, *, cadre: UUID = NEW, status: str = "poor") -> PairingFacts:
    return PairingFacts(TODAY, status, cadre, starts_on, last)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (facts(TODAY), None),
        (facts(date(2014, 1, 1)), None),
        (facts(TODAY + timedelta(days=1)), "future_date"),
        (facts(TODAY, status="exited"), None),
        (facts(TODAY, status="removed"), "household_removed"),
        (facts(date(2017, 1, 11), STANDING), None),
        (facts(date(2017, 1, 10), STANDING), "before_current"),
        (facts(date(2017, 1, 9), STANDING), "before_current"),
        (facts(date(2017, 6, 1), STANDING, cadre=OLD), "already_helper"),
        (facts(date(2017, 5, 1), ENDED), None),
        (facts(date(2017, 5, 1), ENDED, cadre=OLD), None),
        (facts(date(2017, 4, 30), ENDED), "before_current"),
    ],
)
def test_pairings(asked: PairingFacts, reason: str | None) -> None:
    assert pairing_refusal(asked) == reason


@given(DAYS, DAYS)
def test_a_handover_that_passes_leaves_both_a_day_and_none_of_them_two(begun: date, starts_on: date) -> None:
    refusal = pairing_refusal(PairingFacts(date(2018, 12, 31), "poor", NEW, starts_on, Tenure(OLD, begun, None)))
    assert (refusal is None) == (starts_on > begun)


@given(DAYS, DAYS)
def test_a_tenure_has_at_least_its_first_day(starts_on: date, removed_on: date) -> None:
    ended = released_on(starts_on, removed_on)
    assert ended > starts_on
    assert ended == removed_on or removed_on <= starts_on


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "reason"),
    [
        (date(2017, 3, 1), date(2017, 3, 1), None),
        (date(2017, 3, 2), date(2017, 3, 1), "dates_reversed"),
        (date(2017, 2, 1), date(2017, 3, 9), None),
        (date(2017, 2, 1), date(2017, 3, 10), "leave_overlaps"),
        (date(2017, 3, 12), date(2017, 3, 13), "leave_overlaps"),
        (date(2017, 3, 20), date(2017, 3, 25), "leave_overlaps"),
        (date(2017, 3, 21), date(2017, 3, 25), None),
    ],
)
def test_a_day_is_leave_once(starts_on: date, ends_on: date, reason: str | None) -> None:
    assert leave_refusal(starts_on, ends_on, [(date(2017, 3, 10), date(2017, 3, 20))]) == reason
