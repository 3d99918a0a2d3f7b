"""Who may hold a post, days that can have been worked, wages to the fen."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.industry.posts.rules import (
    ELIGIBILITY,
    Departure,
    Done,
    PostFacts,
    PostPolicy,
    Standing,
    Tenure,
    attendance_refusal,
    days_possible,
    post_eligibility,
    stops_work,
    undone,
    wage_fen,
)

POLICY = PostPolicy(("poor", "returned", "exited"))
GOOD = PostFacts("poor", True, False, False, False, "forest_guard", False)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, []),
        ({"status": "returned"}, []),
        ({"status": "exited"}, []),
        ({"status": "removed"}, ["household_eligible"]),
        ({"has_labour": False}, ["has_labour"]),
        ({"reserved_for_relocated": True}, ["relocated_where_reserved"]),
        ({"reserved_for_relocated": True, "relocated": True}, []),
        ({"relocated": True}, []),
        ({"frozen": True}, ["not_frozen"]),
        ({"holds_post": True}, ["no_other_post"]),
        ({"has_labour": False, "holds_post": True}, ["has_labour", "no_other_post"]),
    ],
)
def test_eligibility(changes: dict[str, object], missing: list[str]) -> None:
    facts = replace(GOOD, **changes)  # type: ignore[arg-type]
    verdict = post_eligibility(facts, POLICY)
    assert verdict.missing == missing
    assert verdict.outcome == ("refused" if missing else "approved")
    assert ELIGIBILITY.replay(ELIGIBILITY.inputs(facts, POLICY)) == verdict


JUNE = date(2017, 6, 1)
WHOLE = Tenure(date(2017, 1, 1), None)


@pytest.mark.parametrize(
    ("month", "tenure", "today", "days"),
    [
        (JUNE, WHOLE, date(2017, 7, 10), 30),
        (JUNE, WHOLE, date(2017, 6, 10), 10),
        (JUNE, WHOLE, JUNE, 1),
        (JUNE, WHOLE, date(2017, 5, 31), 0),
        (JUNE, Tenure(date(2017, 6, 16), None), date(2017, 7, 10), 15),
        (JUNE, Tenure(date(2017, 7, 1), None), date(2017, 7, 10), 0),
        (JUNE, Tenure(date(2017, 1, 1), date(2017, 6, 5)), date(2017, 7, 10), 5),
        (JUNE, Tenure(date(2017, 1, 1), date(2017, 5, 31)), date(2017, 7, 10), 0),
        (date(2017, 12, 1), WHOLE, date(2018, 3, 1), 31),
        (date(2016, 2, 1), Tenure(date(2015, 1, 1), None), date(2018, 3, 1), 29),
        # Held from the day of a death; somebody works on from the 20th.
        (JUNE, Tenure(date(2017, 1, 1), None, date(2017, 6, 5)), date(2017, 7, 10), 5),
        (JUNE, Tenure(date(2017, 1, 1), None, date(2017, 6, 5), date(2017, 6, 20)), date(2017, 7, 10), 16),
        (JUNE, Tenure(date(2017, 1, 1), None, date(2017, 6, 5), date(2017, 6, 5)), date(2017, 7, 10), 30),
        (JUNE, Tenure(date(2017, 1, 1), None, date(2017, 6, 5), date(2017, 6, 20)), date(2017, 6, 21), 7),
        (JUNE, Tenure(date(2017, 1, 1), date(2017, 6, 22), date(2017, 5, 5), date(2017, 6, 20)), date(2017, 7, 10), 3),
        # A second death after somebody had worked on.
        (JUNE, Tenure(date(2017, 1, 1), None, date(2017, 6, 5), date(2017, 4, 1)), date(2017, 7, 10), 5),
        (JUNE, Tenure(date(2017, 1, 1), date(2017, 6, 9), date(2017, 6, 5)), date(2017, 7, 10), 5),
    ],
)
def test_days_possible(month: date, tenure: Tenure, today: date, days: int) -> None:
    assert days_possible(month, tenure, today) == days
    assert attendance_refusal(month, days, tenure, max(today, month)) is None
    assert attendance_refusal(month, days + 1, tenure, today) == ("future_date" if month > today else "too_many_days")


def test_a_month_is_named_by_its_first_day() -> None:
    assert attendance_refusal(date(2017, 6, 2), 1, WHOLE, date(2017, 7, 10)) == "not_a_month"


@pytest.mark.parametrize("days", [0, 1])
def test_no_month_after_a_death_is_counted_before_somebody_works_on(days: int) -> None:
    held = Tenure(date(2017, 1, 1), None, date(2017, 5, 5))
    assert attendance_refusal(JUNE, days, held, date(2017, 7, 10)) == "post_held"
    assert attendance_refusal(JUNE, days, replace(held, resumed_on=JUNE), date(2017, 7, 10)) is None


@pytest.mark.parametrize(
    ("days", "fen"), [(31, 50_000), (15, 50_000), (14, 46_667), (1, 3_333), (0, 0), (7, 23_333), (2, 6_667)]
)
def test_wages(days: int, fen: int) -> None:
    assert wage_fen(50_000, days, 15) == fen


@given(st.integers(1, 10**7), st.integers(0, 30))
def test_a_day_more_never_pays_less_nor_more_than_the_month(monthly: int, days: int) -> None:
    assert 0 <= wage_fen(monthly, days, 15) <= wage_fen(monthly, days + 1, 15) <= monthly


@pytest.mark.parametrize(
    ("worker", "departure", "stops"),
    [
        ("a", Departure("death", "a", able=True), True),
        ("a", Departure("prison", "a", able=True), True),
        ("a", Departure("death", "b", able=False), False),
        ("a", Departure("death", None, able=True), True),
        (None, Departure("death", "b", able=True), True),
        (None, Departure("marriage_out", "b", able=True), False),
        (None, Departure("marriage_out", None, able=False), True),
    ],
)
def test_a_post_goes_on_where_its_holder_is_known_to_be_there(
    worker: str | None, departure: Departure, stops: bool
) -> None:
    assert stops_work(worker, departure) is stops


DIED = date(2017, 5, 2)
WORKS = Standing("assigned", checked=True, held_on=None, resumed_on=None, ended_on=None)
DEATH_OF_LI = Done("death", DIED, "li")


@pytest.mark.parametrize(
    ("was", "reason", "done", "now"),
    [
        (replace(WORKS, state="held", held_on=DIED), None, DEATH_OF_LI, WORKS),
        (replace(WORKS, state="held", held_on=date(2017, 5, 1)), None, DEATH_OF_LI, None),
        (replace(WORKS, held_on=DIED, resumed_on=date(2017, 5, 9)), None, DEATH_OF_LI, None),
        (replace(WORKS, state="ended", ended_on=DIED), "death", DEATH_OF_LI, WORKS),
        (replace(WORKS, state="ended", ended_on=DIED), "moved", DEATH_OF_LI, None),
        (replace(WORKS, state="ended", ended_on=date(2017, 5, 1)), "death", DEATH_OF_LI, None),
        (replace(WORKS, state="refused"), "death", DEATH_OF_LI, replace(WORKS, state="checked")),
        (replace(WORKS, state="refused"), "death", Done("death", DIED, "wang"), None),
        (replace(WORKS, state="refused", checked=False), "removed", Done("removed"),
         replace(WORKS, state="proposed", checked=False)),
        (replace(WORKS, state="ended", held_on=DIED, ended_on=date(2017, 5, 20)), "removed", Done("removed"),
         replace(WORKS, state="held", held_on=DIED)),
        (replace(WORKS, state="ended", held_on=DIED, ended_on=date(2017, 5, 20)), "removed", DEATH_OF_LI,
         replace(WORKS, state="ended", ended_on=date(2017, 5, 20))),
        (WORKS, None, DEATH_OF_LI, None),
    ],
)  # fmt: skip
def test_what_a_mistake_did_is_undone_and_nothing_else(
    was: Standing, reason: str | None, done: Done, now: Standing | None
) -> None:
    assert undone(was, reason, "li", done) == now
