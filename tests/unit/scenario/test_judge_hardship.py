"""The judge's own reading: who fell back, who is in deep poverty, and what the register says of both."""

from typing import Any

import pytest

from scenario.judge.hardship import Hardship, counts, fell_back, holds, in_deep_poverty
from scenario.judge.quality import _hardship
from scenario.judge.truth import Truth

HALF, LINE = 166_750, 333_500


def home(net: int = LINE, *, members: int = 1, grade: str = "B", **changes: Any) -> dict[str, Any]:
    income = {"wage_fen": net, "business_fen": 0, "property_fen": 0, "transfer_fen": 0, "business_cost_fen": 0}
    known = {
        "members": members, "food_secure": True, "clothing_secure": True, "school_dropout": False,
        "medical_insured": True, "house": {"grade_2017": grade, "safe_water": True},
        "unfinished_major_illness": False, "only_subsidies": False, "incomes": {"2017": income}, "able": [0], "ill": [],
    }  # fmt: skip
    return known | changes


@pytest.mark.parametrize(
    ("household", "more", "fell"),
    [
        (home(LINE), {}, True),
        (home(LINE + 1), {}, False),
        (home(LINE), {"setbacks": set()}, False),
        (home(2 * LINE, members=2), {}, True),
        (home(2 * LINE, members=2), {"left": {"1": ["2017-05-05"]}}, False),
        (home(2 * LINE, members=2), {"left": {"1": ["2017-11-05"]}}, True),
        (home(LINE + 1), {"joined": {"1": ["2017-05-05"]}}, True),
    ],
)
def test_who_fell_back_was_struck_and_lies_under_the_line(
    household: dict[str, Any], more: dict[str, Any], fell: bool
) -> None:
    truth = Truth(**{"households": {"1": household}, "setbacks": {"1"}} | more)
    assert fell_back(truth) == ({"1"} if fell else set())


@pytest.mark.parametrize(
    ("household", "more", "moved", "deep"),
    [
        (home(able=[], ill=[0]), {}, False, True),
        (home(able=[]), {}, False, False),
        (home(LINE + 1, able=[], ill=[0]), {}, False, False),  # out of poverty, whatever else
        (home(LINE + 1, able=[], ill=[0], food_secure=False), {}, False, True),
        (home(HALF, ill=[0]), {}, False, True),
        (home(HALF + 1, ill=[0]), {}, False, False),
        (home(able=[], grade="C"), {}, False, True),
        (home(able=[], grade="D"), {"moves": {"1": "2017-06-01"}}, True, False),
        (home(able=[], grade="D"), {"moves": {"1": "2017-06-01"}}, False, True),
        (home(LINE + 2, members=2, able=[1], ill=[0]), {"gone": {"1": {1}}}, False, True),
        (home(LINE + 2, members=2, able=[], ill=[1]), {"gone": {"1": {1}}}, False, False),
        (home(able=[], ill=[0]), {"brides": {"1": 1}}, False, False),
        (home(able=[], ill=[0]), {"left": {"1": ["2017-05-05"]}}, False, False),  # nobody is left
    ],
)
def test_deep_poverty_is_two_of_four_of_who_truly_is_poor(
    household: dict[str, Any], more: dict[str, Any], moved: bool, deep: bool
) -> None:
    assert in_deep_poverty(Truth(**{"households": {"1": household}} | more), "1", moved=moved) is deep


def hardship(**found: set[str]) -> Hardship:
    none: set[str] = set()
    return Hardship(*(frozenset(found.get(name, none)) for name in Hardship._fields))


def test_the_record_stands_beside_the_truth() -> None:
    found = hardship(fell={"1", "2", "3"}, returned={"2", "3", "4"}, deep={"5", "6"}, counted={"6", "7", "new"})
    assert counts(found) == {
        "fell_back_in_truth": 3, "fell_back_and_returned": 2, "fell_back_and_missed": 1, "returned": 3,
        "deep_poverty_in_truth": 2, "deep_poverty_counted": 3, "deep_poverty_in_both": 1,
    }  # fmt: skip
    rows = {row["code"]: row["value"] for row in _hardship(found, Truth(households={str(n): {} for n in range(9)}))}
    assert rows == {
        "returns_found": 0.666667, "wrong_return_rate": 0.333333, "deep_poverty_found": 0.5,
        "wrong_deep_poverty_rate": 0.5,
    }  # fmt: skip


def test_a_county_where_nobody_fell_has_rows_without_a_figure() -> None:
    assert [row["value"] for row in _hardship(hardship(), Truth())] == [None] * 4
    assert holds(set(), set(), [])[0]


@pytest.mark.parametrize(
    ("standing", "confirmed", "undecided", "so"),
    [
        ({"a"}, {"a"}, [], True),
        ({"a", "b"}, {"a"}, [], False),
        (set(), {"a"}, [], False),
        ({"a"}, {"a"}, ["case"], False),
    ],
)
def test_nobody_is_set_to_be_returned(standing: set[str], confirmed: set[str], undecided: list[str], so: bool) -> None:
    assert holds(standing, confirmed, undecided)[0] is so
