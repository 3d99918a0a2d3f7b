"""What a list says otherwise, and whether it may hold: every shape of words that it can meet."""

from datetime import date
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from services.registry.proposals.rules import OF_HOUSEHOLD, differing, of_whole, plain, standing

EARLY, DAY, LATE = date(2017, 1, 1), date(2017, 3, 1), date(2017, 5, 1)


class Said(NamedTuple):
    since: date
    own: list[str]
    attested: dict[str, str]
    weight: str
    facts: dict[str, Any]


def said(on: date, field: str, weight: str = "visit", unit: str = "") -> Said:
    return Said(on, [field], {field: unit} if unit else {}, weight, {field: "B"})


@pytest.mark.parametrize(
    ("words", "becomes"),
    [
        ([], "proposed"),
        ([said(EARLY, "house_grade")], "proposed"),
        ([said(DAY, "house_grade")], "proposed"),
        ([said(LATE, "safe_water")], "proposed"),
        ([said(LATE, "house_grade")], "overtaken"),
        ([said(EARLY, "house_grade", unit="housing")], "attested"),
        ([said(DAY, "house_grade", unit="housing")], "attested"),
        ([said(LATE, "house_grade", unit="housing")], "overtaken"),
        ([said(EARLY, "house_grade", unit="housing"), said(LATE, "house_grade", unit="housing")], "attested"),
    ],
)
def test_a_department_and_a_later_day_stand_against_a_list(words: list[Said], becomes: str) -> None:
    assert standing(words, "house_grade", DAY) == becomes


def test_what_is_empty_says_nothing_and_causes_have_no_order() -> None:
    stands = SimpleNamespace(
        house_grade="B", safe_water=True, other_causes={"codes": ["funds", "land"]}, house_area_m2_x100=None,
        main_cause="illness",
    )  # fmt: skip
    listed = {
        "house_grade": None, "safe_water": False, "other_causes": {"codes": ["land", "funds"]},
        "house_area_m2_x100": 8000,
    }  # fmt: skip
    assert differing(listed, stands, OF_HOUSEHOLD) == ["house_area_m2_x100", "safe_water"]
    assert plain({"codes": ["land", "funds"]}) == ["funds", "land"]


def test_rows_together_say_only_what_holds_an_exit_up() -> None:
    assert of_whole(dropped_out=False, insured=True) == {}
    assert of_whole(dropped_out=True, insured=False) == {"school_dropout": True, "medical_insured": False}
