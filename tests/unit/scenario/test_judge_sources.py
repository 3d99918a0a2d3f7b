"""Whether an exit rests on two words or one attestation, and whether who signs a loan may: the judge's own reading."""

import json
from pathlib import Path
from typing import Any

import pytest

from scenario.judge.borrowers import is_of_age, wrong_with
from scenario.judge.moments import moments
from scenario.judge.sheets import wrong_with as wrong_with_sheet
from scenario.judge.sources import (
    BEGINNING,
    Case,
    Said,
    day_of_another_word,
    evenly,
    house_word,
    income_words,
    rests_on,
)


def stated(by: str, on: str, weight: str = "statement", **fen: int) -> list[dict[str, Any]]:
    return [
        {"field": f"{c}_fen", "value": v, "income_year": 2017, "since": on, "said_as": by, "unit": None,
         "weight": weight}
        for c, v in fen.items()
    ]  # fmt: skip


def over(fen: int) -> bool:
    return fen > 100


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ([Said("team", 101, "2017-10-05")], ""),
        ([Said("team", 101, "2017-10-05"), Said("helper", 101, "2017-10-04")], "sources"),
        ([Said("team", 101, "2017-10-05"), Said("team", 101, "2017-10-04")], ""),
        ([Said("team", 101, "2017-10-05"), Said("helper", 100, "2017-10-04")], ""),
        ([Said("team", 101, "2017-10-05"), Said("helper", 101, "2017-10-04"), Said("x", 99, "2017-10-04")], ""),
        ([Said("team", 101, "2017-10-05"), Said("helper", 101, "2017-10-06"), Said("x", 99, "2017-10-04")], "sources"),
        ([Said("bank", 101, "2017-10-05", part=True), Said("helper", 101, "2017-10-04")], "sources"),
        ([Said("bank", 5, "2017-10-05", part=True), Said("helper", 101, "2017-10-04")], ""),
        ([Said("department", 101, "2017-10-03", attested=True, part=True)], "attestation"),
        ([Said("department", 99, "2017-10-03", attested=True, part=True)], ""),
        ([Said("housing", 101, "2017-09-03", attested=True), Said("township", 99, "2017-10-03")], ""),
        ([], ""),
    ],
)
def test_two_offices_or_one_attestation_and_no_word_against_it(words: list[Said], kind: str) -> None:
    assert rests_on(words, over) == kind


def test_each_statement_is_reckoned_with_what_was_paid_and_attested() -> None:
    """By hand: wages paid 50 lie in the 40 stated, transfers attested 30 stand for the 90 and the 20; costs off."""
    last = [
        *stated("team", "2017-10-05", wage=40, transfer=90, business=25, business_cost=5),
        *stated("department", "2017-10-03", "attestation", transfer=30),
        *stated("system", "2017-09-13", "payment", wage=50),
    ]
    earlier = stated("helper", "2017-10-04", wage=60, transfer=20, business_cost=1)
    assert income_words([last, earlier], "") == [
        Said("team", 50 + 30 + 25 - 5, "2017-10-05"),
        Said("helper", 60 + 30 - 1, "2017-10-04"),
        Said("department", 30 + 50 - 5, "2017-10-03", attested=True, part=True),
        Said("bank", 50, "2017-09-13", part=True),
    ]


def test_what_was_stated_until_a_visit_found_less_counts_no_more() -> None:
    last, earlier = stated("team", "2017-10-20", wage=200), stated("helper", "2017-10-04", wage=200)
    assert [w.office for w in income_words([last, earlier], "2017-10-19")] == ["team"]
    assert income_words([last, earlier], "2017-10-20") == []


def test_another_year_says_nothing_of_this_one() -> None:
    before = [line | {"income_year": 2016} for line in stated("system", "2017-01-05", "takeover", wage=500)]
    assert income_words([before], "") == []


def house(said_as: str | None, on: str, weight: str, unit: str | None = None) -> list[dict[str, Any]]:
    return [{"field": "house_grade", "value": "B", "since": on, "said_as": said_as, "unit": unit, "weight": weight}]


def test_of_a_house_the_word_before_is_asked_for_on_the_day_before() -> None:
    helper = house_word(house("helper", "2017-10-04", "visit"))
    assert helper == Said("helper", "B", "2017-10-04")
    assert day_of_another_word(helper) == "2017-10-03"
    assert day_of_another_word(house_word(house("team", "2017-10-02", "visit"))) == BEGINNING
    bureau = house_word(house("department", "2017-06-02", "attestation", "housing"))
    assert bureau == Said("housing", "B", "2017-06-02", attested=True)
    assert house_word([]) is None


def test_the_exits_that_are_looked_into_are_spread_over_all() -> None:
    cases = [Case(f"{n}", 1, "2017-11-22") for n in range(10)]
    assert [c.household for c in evenly(cases, 4)] == ["0", "2", "5", "7"]
    assert evenly(cases, 10) == evenly(cases, 11) == cases
    assert evenly([], 4) == []


@pytest.mark.parametrize(
    ("born_on", "of_age"),
    [("1999-05-18", True), ("1999-05-19", False), ("1951-05-19", True), ("1951-05-18", False)],
)
def test_one_borrows_from_eighteen_until_sixty_five_is_over(born_on: str, of_age: bool) -> None:
    assert is_of_age(born_on, "2017-05-18") is of_age


def test_who_signs_is_of_the_household_and_of_age() -> None:
    people = [{"reference": "old", "born_on": "1940-01-01"}, {"reference": "young", "born_on": "1990-01-01"}]
    assert wrong_with("young", people, "2017-05-18") == ""
    assert wrong_with(None, people, "2017-05-18") == ""
    assert wrong_with("old", people, "2017-05-18") == "not of age"
    assert wrong_with(None, people[:1], "2017-05-18") == "not of age"
    assert wrong_with("stranger", people, "2017-05-18") == "not of the household"


def test_a_sheet_is_the_sum_of_its_lines_at_the_years_prices() -> None:
    """By hand: 12.35 kg at 3.50 yuan are 43.225, by half up 4,323 fen; 4,323 + 100 - 23."""
    lines = [
        {"source": "crops", "product": "oats", "quantity_x100": 1235, "worth_fen": 4_323},
        {"source": "trade", "amount_fen": 100, "worth_fen": 100},
        {"source": "business_cost", "amount_fen": 23, "worth_fen": 23},
    ]
    assert wrong_with_sheet({"lines": lines, "net_income_fen": 4_400}, {"oats": 350}) == ""
    assert wrong_with_sheet({"lines": lines, "net_income_fen": 4_446}, {"oats": 350}) == "another sum"
    assert wrong_with_sheet({"lines": lines, "net_income_fen": 4_400}, {"oats": 351}) == "a line at another price"


def test_evenings_are_read_where_somebody_played(tmp_path: Path) -> None:
    assert moments(tmp_path) == {}
    (tmp_path / "play.json").write_text(json.dumps({"evenings": {"2017-10-04": "2026-01-01T00:00:00.5Z"}}))
    assert moments(tmp_path) == {"2017-10-04": "2026-01-01T00:00:00.5Z"}
