"""What of a visit's findings is asked about, who has answered it, and what it means that it is so."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import pytest

from services.registry.exits.queries import ASKED
from services.registry.findings.rules import (
    CODES,
    LEAVING,
    OF_INCOME,
    Code,
    Sighting,
    answer_refusal,
    said_of,
    takes_in,
)

SEEN, LATER = date(2017, 6, 10), date(2017, 6, 20)
VISITS = Path(__file__).parents[3] / "services/assessment/policy.toml"


def test_what_is_asked_about_are_words_that_a_visit_may_say() -> None:
    (said,) = tomllib.loads(VISITS.read_text(encoding="utf-8"))["visit_findings"]
    assert {*said["value"]} - CODES == {"none", "loan_diverted", "other"}
    assert {*said["value"]} >= CODES


@pytest.mark.parametrize("finding", get_args(Code))
def test_what_is_so_means_something(finding: Code) -> None:
    """It is a condition of the exit that no longer holds, or the income, or who lives there; one of these."""
    said = said_of(finding, "D" if finding == "house_unsafe" else None)
    assert said.keys() <= {*ASKED}
    assert bool(said) + (finding in OF_INCOME) + (finding in LEAVING) == 1


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        ("house_unsafe", {"house_grade": "D"}), ("water_unsafe", {"safe_water": False}),
        ("school_dropout", {"school_dropout": True}), ("untreated_illness", {"unfinished_major_illness": True}),
        ("uninsured", {"medical_insured": False}), ("income_lower_than_stated", {}), ("died", {}),
    ],
)  # fmt: skip
def test_what_is_held_for_true(finding: Code, said: dict[str, Any]) -> None:
    assert said_of(finding, "D") == said


@pytest.mark.parametrize(
    ("finding", "left", "so", "graded", "refusal"),
    [
        ("house_unsafe", (), True, True, None),
        ("house_unsafe", (), True, False, "grade_of_unsafe_house"),
        ("house_unsafe", (), False, False, None),
        ("house_unsafe", (), False, True, "grade_of_unsafe_house"),
        ("water_unsafe", (), True, True, "grade_of_unsafe_house"),
        ("water_unsafe", (), True, False, None),
        ("died", (), True, False, "departure_missing"),
        ("died", (), False, False, None),
        ("died", ("death",), True, False, None),
        ("died", ("removal",), True, False, None),
        ("died", ("marriage_out",), True, False, "departure_missing"),
        ("not_living_here", (), True, False, "departure_missing"),
        ("not_living_here", ("death",), True, False, "departure_missing"),
        ("not_living_here", ("death", "prison"), True, False, None),
        ("not_living_here", ("removal",), True, False, None),
        ("income_higher_than_stated", (), True, False, None),
    ],
)
def test_what_can_be_answered(finding: Code, left: tuple[str, ...], *, so: bool, graded: bool, refusal: Any) -> None:
    assert answer_refusal(finding, SEEN, LATER, frozenset(left), so=so, graded=graded) == refusal


def test_nobody_looks_before_it_was_seen() -> None:
    answered = [
        answer_refusal("died", SEEN, on, frozenset(), so=False, graded=False) for on in (date(2017, 6, 9), SEEN)
    ]
    assert answered == ["future_date", None]


@pytest.mark.parametrize(
    ("state", "answered_on", "taken"),
    [
        ("open", None, True), ("so", LATER, True), ("not_so", SEEN, True), ("not_so", date(2017, 6, 9), False),
        ("so", date(2017, 6, 9), False), ("ended", None, False),
    ],
)  # fmt: skip
def test_what_waits_or_was_looked_at_since_stands_for_it(state: Any, answered_on: date | None, *, taken: bool) -> None:
    assert takes_in(state, answered_on, SEEN) is taken


def test_the_first_of_two_is_of_the_earlier_day_then_of_the_lesser_visit() -> None:
    one, two = UUID(int=1), UUID(int=2)
    assert min(Sighting(LATER, one, "a"), Sighting(SEEN, two, "b")).found_by == "b"
    assert min(Sighting(SEEN, two, "a"), Sighting(SEEN, one, "b")).found_by == "b"
