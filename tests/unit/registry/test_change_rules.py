"""Who may be said to have left, and who follows."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.changes.rules import (
    Membership,
    Person,
    departure_refusal,
    next_head,
    struck_reason,
)

TODAY = date(2017, 6, 1)
MEMBER = Membership(date(2014, 6, 1), stays=True)


@pytest.mark.parametrize(
    ("membership", "left_on", "code"),
    [
        (MEMBER, date(2017, 5, 1), None),
        (MEMBER, TODAY, None),
        (MEMBER, date(2014, 6, 2), None),
        (None, TODAY, "shared.not_found"),
        (Membership(date(2014, 6, 1), stays=False), TODAY, "has_left"),
        (MEMBER, date(2017, 6, 2), "future_date"),
        (MEMBER, date(2014, 6, 1), "before_membership"),
        (MEMBER, date(2013, 1, 1), "before_membership"),
    ],
)
def test_departures(membership: Membership | None, left_on: date, code: str | None) -> None:
    assert departure_refusal(membership, left_on, TODAY) == code


def person(number: int, born: str, *, is_head: bool = False) -> Person:
    return Person(UUID(int=number), date.fromisoformat(born), is_head)


def test_the_eldest_follows_where_no_head_is_left() -> None:
    child, mother, twin = person(1, "2010-01-01"), person(3, "1970-01-01"), person(2, "1970-01-01")
    assert next_head([child, mother]) == mother.member_id
    assert next_head([mother, twin]) == twin.member_id
    assert next_head([child, person(4, "2000-01-01", is_head=True)]) is None
    assert next_head([]) is None


@given(st.permutations([person(i, f"19{50 + i}-01-01") for i in range(5)]))
def test_who_follows_does_not_depend_on_the_order(people: list[Person]) -> None:
    assert next_head(people) == UUID(int=0)


def test_a_household_that_died_out_is_told_from_one_that_moved() -> None:
    assert struck_reason("death") == "deceased"
    assert struck_reason("registration_out") == "registration_out"
