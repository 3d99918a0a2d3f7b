"""The schemes line by line, and what holds of every score."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.scoring.rules import (
    HELPER_SCORE,
    UNIT_SCORE,
    HelperFacts,
    HelperPolicy,
    Line,
    Month,
    Rated,
    UnitFacts,
    UnitPolicy,
    corrected,
    grade_of,
    grades,
    helper_lines,
    ranks,
    rated,
    regrade,
    unit_lines,
)

GRADES = (6_000, 8_000, 9_000)
UNIT = UnitPolicy(2_000, 500, 2_500, 2_000, 1_000, 2_500, 3, 20, 700_000, 200, GRADES)
HELPER = HelperPolicy(4_500, 2_000, 1_000, 2_500, GRADES)
FULL = (Month(31, 31, 22), Month(28, 28, 20), Month(31, 31, 20)) * 3
GOOD_UNIT = UnitFacts(
    team=3, months=FULL, households=20, helped_once=20, helped_twice=20, exited=4, prepared=4, objections=0, visits=80,
    late=0, copied_groups=0, answered=10, satisfied=10, case_id=None,
)  # fmt: skip
GOOD_HELPER = HelperFacts(
    visits_due=100, visits_kept=100, visits=104, distinct_notes=104, late=0, follow_ups_due=2, follow_ups_kept=2,
    answered=5, satisfied=5, case_id=None,
)  # fmt: skip
CASE = UUID(int=7)


def points(lines: tuple[Line, ...]) -> dict[str, int]:
    return {x.code: x.points_x100 for x in lines}


@pytest.mark.parametrize(
    ("changes", "line", "expected"),
    [
        ({}, "presence", 2_000),
        ({"team": 2}, "presence", 1_833),
        ({"team": 5}, "presence", 2_000),
        ({"team": 0, "months": ()}, "presence", 0),
        # All on leave: nothing was due, and nothing is missing.
        ({"months": (Month(31, 0, 0),)}, "presence", 2_000),
        ({"months": (Month(31, 31, 10),)}, "presence", 1_250),
        # Fifteen of thirty days on leave halve what is due; ten days are all of it, more is no more.
        ({"months": (Month(30, 15, 10),)}, "presence", 2_000),
        ({"months": (Month(30, 15, 15), Month(30, 30, 0))}, "presence", 1_000),
        ({}, "measures", 2_500),
        ({"helped_twice": 0}, "measures", 1_750),
        ({"helped_once": 10, "helped_twice": 0}, "measures", 875),
        ({"households": 0, "helped_once": 0, "helped_twice": 0}, "measures", None),
        ({"prepared": 3}, "exits", 1_500),
        ({"objections": 1}, "exits", 1_500),
        ({"prepared": 0, "objections": 3}, "exits", 0),
        ({"exited": 0, "prepared": 0}, "exits", None),
        ({"exited": 0, "prepared": 0, "objections": 1}, "exits", 0),
        ({"late": 20}, "records", 750),
        ({"copied_groups": 2}, "records", 600),
        ({"copied_groups": 9}, "records", 0),
        ({"visits": 0}, "records", 0),
        ({"visits": 0, "households": 0, "helped_once": 0, "helped_twice": 0}, "records", None),
        ({"satisfied": 9}, "satisfaction", 2_250),
        ({"answered": 0, "satisfied": 0}, "satisfaction", None),
    ],
)
def test_a_line_of_a_unit(changes: dict[str, Any], line: str, expected: int | None) -> None:
    """None: withheld, and the line says so."""
    (found,) = [x for x in unit_lines(replace(GOOD_UNIT, **changes), UNIT) if x.code == line]
    assert found.withheld is (expected is None)
    assert found.figures.get("withheld", False) is (expected is None)
    assert found.points_x100 == (expected or 0)


@pytest.mark.parametrize(
    ("changes", "line", "expected"),
    [
        ({}, "visits", 4_500),
        ({"visits_kept": 50}, "visits", 2_250),
        ({"visits_due": 0, "visits_kept": 0}, "visits", None),
        ({"late": 26}, "records", 1_750),
        ({"distinct_notes": 4}, "records", 1_038),
        ({"visits": 0, "distinct_notes": 0}, "records", 0),
        ({"visits": 0, "distinct_notes": 0, "visits_due": 0, "visits_kept": 0}, "records", None),
        ({"follow_ups_kept": 1}, "follow_ups", 500),
        ({"follow_ups_due": 0, "follow_ups_kept": 0}, "follow_ups", None),
        ({"satisfied": 0}, "satisfaction", 0),
        ({"answered": 0, "satisfied": 0}, "satisfaction", None),
    ],
)
def test_a_line_of_a_helper(changes: dict[str, Any], line: str, expected: int | None) -> None:
    (found,) = [x for x in helper_lines(replace(GOOD_HELPER, **changes), HELPER) if x.code == line]
    assert (found.withheld, found.points_x100) == (expected is None, expected or 0)


def test_a_withheld_line_neither_gives_nor_takes() -> None:
    unasked = rated(unit_lines(replace(GOOD_UNIT, answered=0, satisfied=0, prepared=3), UNIT))
    assert unasked == Rated(7_000, 7_500, 9_333, False)
    assert grade_of(unasked, GRADES) == "excellent"
    nothing = replace(GOOD_HELPER, visits_due=0, visits=0, follow_ups_due=0, answered=0)
    assert rated(helper_lines(nothing, HELPER)).reachable_x100 == 0


@pytest.mark.parametrize(
    ("rated_x100", "grade"),
    [(10_000, "excellent"), (9_000, "excellent"), (8_999, "good"), (8_000, "good"), (7_999, "fair"), (6_000, "fair"),
     (5_999, "poor"), (0, "poor")],
)  # fmt: skip
def test_grades_begin_at(rated_x100: int, grade: str) -> None:
    assert grade_of(Rated(rated_x100, 10_000, rated_x100, False), GRADES) == grade
    assert grade_of(Rated(rated_x100, 10_000, rated_x100, True), GRADES) == "poor"


def test_a_veto_is_poor_keeps_the_points_and_names_the_case() -> None:
    for lines, clean in (
        (unit_lines(replace(GOOD_UNIT, case_id=CASE), UNIT), unit_lines(GOOD_UNIT, UNIT)),
        (helper_lines(replace(GOOD_HELPER, case_id=CASE), HELPER), helper_lines(GOOD_HELPER, HELPER)),
    ):
        assert lines == (*clean, Line("veto", 0, 0, {"case_id": str(CASE)}))
        assert (rated(lines).points_x100, grade_of(rated(lines), GRADES)) == (10_000, "poor")


def of(*ratings: int, vetoed: int = -1) -> dict[UUID, Rated]:
    return {UUID(int=i): Rated(r, 10_000, r, i == vetoed) for i, r in enumerate(ratings)}


def test_ranks_are_alike_where_ratings_are_and_the_vetoed_come_last() -> None:
    assert list(ranks(of(8_000, 9_500, 9_500, 7_000, 9_900, vetoed=4)).values()) == [3, 1, 1, 4, 5]


@pytest.mark.parametrize(
    ("ratings", "expected"),
    [
        # Two of eight at most: the third best is good.
        ((9_900, 9_800, 9_700, 9_000, 8_500, 8_000, 7_000, 100), "eeggggfp"),
        # Alike at the edge: all three would be too many, so only the one before them.
        ((9_900, 9_800, 9_800, 9_800, 1, 1, 1, 1), "egggpppp"),
        # Fewer than four subjects: a quarter is nobody.
        ((9_900, 9_800, 9_700), "ggg"),
        ((9_900, 8_000, 8_000, 8_000), "eggg"),
    ],
)
def test_excellent_for_a_quarter_at_most(ratings: tuple[int, ...], expected: str) -> None:
    assert "".join(g[0] for g in grades(of(*ratings), GRADES, 250_000).values()) == expected


def test_the_vetoed_takes_nobodys_place() -> None:
    found = grades(of(9_900, 9_800, 8_000, 8_000, vetoed=0), GRADES, 250_000)
    assert list(found.values()) == ["poor", "excellent", "good", "good"]


def test_a_corrected_score_is_excellent_where_there_is_room() -> None:
    best = Rated(9_500, 10_000, 9_500, False)
    assert regrade(best, ["good", "good", "poor"], GRADES, 250_000) == "excellent"
    assert regrade(best, ["excellent", "good", "poor"], GRADES, 250_000) == "good"
    assert regrade(replace(best, vetoed=True), ["good", "good", "poor"], GRADES, 250_000) == "poor"


def test_a_correction_replaces_one_line() -> None:
    lines = unit_lines(replace(GOOD_UNIT, answered=0, satisfied=0), UNIT)
    after = corrected(lines, "satisfaction", 2_000, CASE)
    assert after[:-1] == lines[:-1]
    assert after[-1] == Line(
        "satisfaction", 2_000, 2_500, {"answered": 0, "satisfied": 0, "appeal": str(CASE), "before_x100": 0}
    )


COUNT = st.integers(0, 500)
MONTH = st.builds(lambda days, a, c: Month(days, min(a, days), min(c, days)), st.integers(28, 31), COUNT, COUNT)
MONTHS = st.lists(MONTH, max_size=36).map(tuple)
UNITS = st.builds(
    UnitFacts, team=COUNT, months=MONTHS, households=COUNT, helped_once=COUNT, helped_twice=COUNT, exited=COUNT,
    prepared=COUNT, objections=COUNT, visits=COUNT, late=COUNT, copied_groups=COUNT, answered=COUNT, satisfied=COUNT,
    case_id=st.none() | st.just(CASE),
)  # fmt: skip
HELPERS = st.builds(
    HelperFacts, visits_due=COUNT, visits_kept=COUNT, visits=COUNT, distinct_notes=COUNT, late=COUNT,
    follow_ups_due=COUNT, follow_ups_kept=COUNT, answered=COUNT, satisfied=COUNT, case_id=st.none() | st.just(CASE),
)  # fmt: skip


@given(UNITS, HELPERS)
def test_a_score_is_the_sum_of_lines_within_their_bounds(unit: UnitFacts, helper: HelperFacts) -> None:
    for lines in (unit_lines(unit, UNIT), helper_lines(helper, HELPER)):
        assert all(0 <= x.points_x100 <= x.max_x100 for x in lines), lines
        assert sum(x.max_x100 for x in lines) == 10_000
        whole = rated(lines)
        assert whole.points_x100 == sum(x.points_x100 for x in lines) <= whole.reachable_x100
        assert 0 <= whole.rated_x100 <= 10_000
    assert rated(unit_lines(unit, UNIT)).reachable_x100 > 0


@given(HELPERS, st.integers(0, 100))
def test_more_counted_visits_never_bring_less(helper: HelperFacts, more: int) -> None:
    before, after = helper, replace(helper, visits_kept=helper.visits_kept + more)
    assert points(helper_lines(after, HELPER))["visits"] >= points(helper_lines(before, HELPER))["visits"]


@given(UNITS.filter(lambda u: u.months), st.data())
def test_a_day_more_at_the_village_never_brings_less(unit: UnitFacts, data: st.DataObject) -> None:
    i = data.draw(st.integers(0, len(unit.months) - 1))
    more = replace(unit.months[i], checked=unit.months[i].checked + 1)
    after = replace(unit, months=(*unit.months[:i], more, *unit.months[i + 1 :]))
    assert points(unit_lines(after, UNIT))["presence"] >= points(unit_lines(unit, UNIT))["presence"]


@given(st.lists(st.tuples(st.integers(0, 10_000), st.booleans()), max_size=40), st.integers(0, 1_000_000))
def test_the_share_is_kept_and_equals_are_treated_alike(found: list[tuple[int, bool]], share_ppm: int) -> None:
    ratings = {UUID(int=i): Rated(r, 10_000, r, vetoed) for i, (r, vetoed) in enumerate(found)}
    graded, placed = grades(ratings, GRADES, share_ppm), ranks(ratings)
    assert sum(g == "excellent" for g in graded.values()) * 1_000_000 <= len(found) * share_ppm
    by_rating: dict[tuple[int, bool], set[tuple[str, int]]] = {}
    for one, r in ratings.items():
        by_rating.setdefault((r.rated_x100, r.vetoed), set()).add((graded[one], placed[one]))
    assert all(len(alike) == 1 for alike in by_rating.values())
    order = sorted(ratings, key=placed.__getitem__)
    assert [(ratings[o].vetoed, -ratings[o].rated_x100) for o in order] == sorted(
        (r.vetoed, -r.rated_x100) for r in ratings.values()
    )


@given(UNITS, HELPERS)
def test_a_decision_comes_out_the_same_when_replayed(unit: UnitFacts, helper: HelperFacts) -> None:
    for rule, facts, policy in ((UNIT_SCORE, unit, UNIT), (HELPER_SCORE, helper, HELPER)):
        assert rule.replay(rule.inputs(facts, policy)) == rule.decide(facts, policy)
