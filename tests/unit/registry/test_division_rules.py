"""Periods of a place: a later one ends the open one, nothing overlaps."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.divisions.rules import Changes, Level, Place, overlap, place_changes
from shared.ground.context import Caller


def place(code: str = "140927200201", since: int = 2014, until: int | None = None, name: str = "甲村") -> Place:
    levels: dict[int, Level] = {6: "county", 9: "township", 12: "village"}
    level = levels[len(code)]
    return Place(code, date(since, 1, 1), date(until, 1, 1) if until else None, name, "Jia", level, False, 100)


def changes(present: list[Place], *items: Place, area: str = "140927") -> Changes:
    return place_changes(items, {p.start: p for p in present}, Caller("clerk", "county", area).within)


def spans(places: list[Place]) -> list[tuple[int, int | None]]:
    return [(p.valid_from.year, p.valid_to.year if p.valid_to else None) for p in places]


def test_a_new_period_ends_the_open_one_that_day() -> None:
    made = changes([place()], place(since=2016))
    assert (spans(made.updates), spans(made.inserts), made.refusals) == ([(2014, 2016)], [(2016, None)], [None])


def test_the_same_again_changes_nothing_and_another_name_corrects() -> None:
    assert changes([place()], place()) == Changes([], [], [None])
    assert changes([place()], place(name="乙村")).updates == [place(name="乙村")]


def test_an_open_period_can_be_ended() -> None:
    assert spans(changes([place()], place(until=2020)).updates) == [(2014, 2020)]


def test_a_batch_may_tell_a_whole_history() -> None:
    made = changes([], place(), place(since=2016), place("140927200"))
    assert (made.updates, spans(made.inserts)) == ([], [(2014, None), (2014, 2016), (2016, None)])


@pytest.mark.parametrize(
    ("present", "item", "refusal"),
    [
        (place(since=2016), place(), "overlap"),
        (place(until=2018), place(since=2016), "overlap"),
        (place(since=2016, until=2018), place(), "overlap"),
        (place(), place("140928200201"), "outside_area"),
        (place(), place(since=2020, until=2019), "empty_period"),
        (place(), Place("140927200", date(2014, 1, 1), None, "甲", "J", "village", False, 1), "code_of_other_level"),
    ],
)
def test_what_does_not_fit_is_refused_alone(present: Place, item: Place, refusal: str) -> None:
    made = changes([present], item, place("140927999"))
    assert made.refusals == [refusal, None]
    assert (made.updates, len(made.inserts)) == ([], 1)


@given(st.lists(st.tuples(st.integers(2000, 2012), st.none() | st.integers(2001, 2013)), max_size=8))
def test_periods_never_overlap(periods: list[tuple[int, int | None]]) -> None:
    made = changes([], *(place(since=a, until=b) for a, b in periods))
    assert not any(overlap(one, other) for one in made.inserts for other in made.inserts if one is not other)
