"""Does a visit count: by its day, its place, and who made it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.visits.rules import (
    Judgement,
    VisitFacts,
    VisitPolicy,
    distance_m,
    judge_checkin,
    judge_visit,
    note_digest,
)

POLICY = VisitPolicy(
    geofence_m=1000,
    geofence_tolerance_m=200,
    county_reach_m=50_000,
    visit_late_after_days=3,
    visit_counts_within_days=30,
)
DAY = date(2017, 6, 1)
GOOD = VisitFacts(visited_on=DAY, arrived_on=DAY, is_helper=True, distance_m=0, counted=False)
VILLAGE = (39_090_000, 112_210_000)
DEGREE_M = 111_195  # of latitude, on the mean sphere


def after(days: int) -> dict[str, object]:
    return {"arrived_on": DAY + timedelta(days=days)}


@pytest.mark.parametrize(
    ("changes", "counts", "late", "reasons"),
    [
        ({}, True, False, ()),
        ({"distance_m": 1200}, True, False, ()),
        ({"distance_m": 1201}, False, False, ("too_far",)),
        ({"distance_m": 500_000}, False, False, ("too_far",)),
        ({"distance_m": None}, False, False, ("no_place",)),
        ({"distance_m": None, "nearest_m": 50_000}, False, False, ("no_place",)),
        ({"distance_m": None, "nearest_m": 50_001}, False, False, ("too_far",)),
        ({"distance_m": 50_000, "nearest_m": 50_000, "moved": True}, False, False, ("no_place",)),
        ({"distance_m": 50_000, "nearest_m": 50_000, "moved": True, "home_m": 1200}, True, False, ()),
        ({"distance_m": 50_000, "nearest_m": 50_000, "moved": True, "home_m": 1201}, False, False, ("too_far",)),
        ({"distance_m": None, "home_m": 0}, True, False, ()),
        ({"distance_m": 60_000, "nearest_m": 50_001, "moved": True}, False, False, ("too_far",)),
        ({"distance_m": 1200, "nearest_m": 1200, "moved": True}, True, False, ()),
        ({"distance_m": None, "stated": False}, False, False, ("no_position",)),
        ({"moved": True, "stated": False}, False, False, ("no_position",)),
        (after(3), True, False, ()),
        (after(4), True, True, ("late",)),
        (after(30), True, True, ("late",)),
        (after(31), False, True, ("too_late", "late")),
        ({"counted": True}, False, False, ("duplicate",)),
        ({"distance_m": 9999, "counted": True, **after(40)}, False, True, ("too_far", "too_late", "late")),
    ],
)
def test_what_counts(changes: dict[str, object], counts: bool, late: bool, reasons: tuple[str, ...]) -> None:
    judged = judge_visit(replace(GOOD, **changes), POLICY)  # type: ignore[arg-type]
    assert judged == Judgement(counts, late, reasons)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        (after(-1), "future_date"),
        ({"is_helper": False}, "not_the_helper"),
        ({"is_helper": False, **after(-1)}, "future_date"),
    ],
)
def test_what_is_not_even_kept(changes: dict[str, object], refusal: str) -> None:
    judged = judge_visit(replace(GOOD, **changes), POLICY)  # type: ignore[arg-type]
    assert (judged.refusal, judged.counts, judged.reasons) == (refusal, False, ())


@given(
    st.integers(-40, 80), st.booleans(), st.none() | st.integers(0, 2_000_000), st.booleans()
)  # fmt: skip
def test_nothing_that_speaks_against_it_counts(days: int, is_helper: bool, far: int | None, counted: bool) -> None:
    judged = judge_visit(VisitFacts(DAY, DAY + timedelta(days=days), is_helper, far, counted), POLICY)
    against = {"too_far", "no_place", "too_late", "duplicate"}
    assert judged.counts == (judged.refusal is None and not against & {*judged.reasons})
    assert not judged.counts or (0 <= days <= 30 and is_helper and not counted and far is not None and far <= 1200)


@pytest.mark.parametrize(
    ("on", "far", "counted", "judged"),
    [
        (DAY, 0, False, Judgement(counts=True)),
        (DAY - timedelta(days=200), 0, False, Judgement(counts=True)),
        (DAY, 1201, False, Judgement(counts=False, reasons=("too_far",))),
        (DAY, None, False, Judgement(counts=False, reasons=("no_place",))),
        (DAY, 0, True, Judgement(counts=False, reasons=("duplicate",))),
        (DAY + timedelta(days=1), 0, False, Judgement(counts=False, refusal="future_date")),
        (date(2016, 1, 1), 0, False, Judgement(counts=True)),
        (date(2015, 12, 31), 0, False, Judgement(counts=False, refusal="not_stationed")),
    ],
)
def test_presence(on: date, far: int | None, counted: bool, judged: Judgement) -> None:
    assert judge_checkin(on, DAY, date(2016, 1, 1), far, POLICY, counted=counted) == judged


def test_distances() -> None:
    assert distance_m(VILLAGE, VILLAGE) == 0
    assert distance_m((0, 0), (1_000_000, 0)) == DEGREE_M
    assert distance_m((0, 179_500_000), (0, -179_500_000)) == DEGREE_M
    assert distance_m((90_000_000, 0), (-90_000_000, 0)) == 20_015_112
    beijing = distance_m(VILLAGE, (39_904_000, 116_407_000))
    assert 365_000 < beijing < 380_000


COORDINATES = st.tuples(st.integers(-90_000_000, 90_000_000), st.integers(-180_000_000, 180_000_000))


@given(COORDINATES, COORDINATES)
def test_it_is_as_far_back(one: tuple[int, int], other: tuple[int, int]) -> None:
    there, back = distance_m(one, other), distance_m(other, one)
    assert abs(there - back) <= 1
    assert 0 <= there <= 20_015_112


def test_a_copied_note_is_found_whatever_its_spacing() -> None:
    assert (
        note_digest("走访 一次\n一切正常 OK") == note_digest("走访一次一切正常ok") != note_digest("走访两次一切正常ok")
    )
