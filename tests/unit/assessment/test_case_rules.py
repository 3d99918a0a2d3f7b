"""Whom a review lets go on, and how the word is spread."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.cases.rules import (
    LARGEST_EVENT,
    TouchedHousehold,
    chunk_bounds,
    review_refusal,
)


@pytest.mark.parametrize(
    ("household", "reviewer", "code"),
    [
        (TouchedHousehold("a", confirmed=True, reviewed=False), "b", None),
        (TouchedHousehold("a", confirmed=True, reviewed=True), "b", None),
        (TouchedHousehold("a", confirmed=True, reviewed=True), "a", None),
        (TouchedHousehold("a", confirmed=True, reviewed=False), "a", "same_person"),
        (TouchedHousehold("a", confirmed=False, reviewed=False), "b", "case_not_confirmed"),
        (None, "b", "not_in_case"),
    ],
)
def test_who_reviews(household: TouchedHousehold | None, reviewer: str, code: str | None) -> None:
    assert review_refusal(household, reviewer) == code


@given(st.integers(0, 2500))
def test_every_household_is_in_one_event(count: int) -> None:
    bounds = chunk_bounds(count)
    assert bounds
    assert [i for start, end in bounds for i in range(start, end)] == list(range(count))
    assert all(end - start <= LARGEST_EVENT for start, end in bounds)
