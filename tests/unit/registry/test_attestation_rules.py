"""Which department answers for which fact, and when a word gives way to one."""

from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, get_args
from uuid import UUID

import pytest

from services.registry.attestations.rules import (
    OF_HOUSEHOLD,
    OF_PERSON,
    TradePolicy,
    of_other_trades,
    unfit,
)
from services.registry.households.rules import SUPPORTED, Attribute, day_refusal
from services.registry.overruled.rules import (
    About,
    SaidByFile,
    displaced_by,
    is_answered,
    news_of_file,
    overruled_by,
    value_on,
)
from shared.ground.policy import read_policy
from shared.ground.sentences import words

POLICY = read_policy(Path("services/registry/policy.toml"))
TRADE = POLICY.on(date(2017, 6, 1), TradePolicy)
DAYS = [date(2017, 6, n) for n in (1, 10, 20, 30)]
FACTS = {*OF_HOUSEHOLD, *(f"person_{field}" for field in OF_PERSON)}


class Said(NamedTuple):
    since: date
    own: list[str]
    attested: dict[str, str]
    weight: str
    facts: dict[str, Any]


def said(day: int, grade: str, unit: str = "", weight: str = "visit") -> Said:
    return Said(DAYS[day], ["house_grade"], {"house_grade": unit} if unit else {}, weight, {"house_grade": grade})


def test_every_fact_that_can_be_attested_has_a_department_and_every_department_a_name() -> None:
    assert {fact for facts in TRADE.department_facts.values() for fact in facts} == FACTS
    assert {f"unit_{unit}" for unit in TRADE.department_facts} <= words().keys()
    answering = [fact for facts in TRADE.department_facts.values() for fact in facts]
    assert {fact for fact in FACTS if answering.count(fact) > 1} == {"person_health"}, "a fact has one department"


@pytest.mark.parametrize("unit", [*TRADE.department_facts, "agriculture", ""])
@pytest.mark.parametrize("fact", sorted(FACTS))
def test_a_department_answers_for_its_own_facts_alone(unit: str, fact: str) -> None:
    field, of_person = fact.removeprefix("person_"), fact.startswith("person_")
    value = "disabled" if field == "health" else True
    refused = of_other_trades(TRADE, unit, {field: value}, [], DAYS[0], of_person=of_person)
    assert refused == ([] if fact in TRADE.department_facts.get(unit, []) else [field])


@pytest.mark.parametrize(
    ("was", "becomes", "refused"),
    [
        ("healthy", "disabled", False), ("disabled", "healthy", False), ("disabled", "disabled", False),
        ("healthy", "chronic", True), ("major", "healthy", True),
    ],
)  # fmt: skip
def test_the_federation_says_who_is_disabled_and_no_other_illness(was: str, becomes: str, refused: bool) -> None:
    known = [Said(DAYS[0], [], {}, "takeover", {"health": was})]
    found = of_other_trades(TRADE, "disabled_federation", {"health": becomes}, known, DAYS[1], of_person=True)
    assert found == (["health"] if refused else [])
    assert of_other_trades(TRADE, "health", {"health": becomes}, known, DAYS[1], of_person=True) == []


def test_what_is_said_of_a_person_is_not_said_of_a_household() -> None:
    both = {"medical_insured": True, "health": "major", "safe_water": True}
    assert unfit(both, of_person=True) == ["safe_water"]
    assert unfit(both, of_person=False) == ["health"]


@pytest.mark.parametrize(
    ("since", "refusal"),
    [(DAYS[2], "future_date"), (DAYS[1], None), (DAYS[0], "registry.households.before_registration")],
)
def test_days(since: date, refusal: str | None) -> None:
    assert day_refusal(since, registered_on=DAYS[1], on=DAYS[1]) == refusal


def test_whom_the_state_supports() -> None:
    assert [a for a in get_args(Attribute) if a not in SUPPORTED] == ["general"]


def test_a_lighter_word_gives_way_from_the_day_of_the_attestation_on() -> None:
    known = [said(1, "C", "housing", "attestation")]
    assert [overruled_by(known, "house_grade", day, "visit") for day in DAYS] == [None, "housing", "housing", "housing"]
    assert overruled_by(known, "safe_water", DAYS[2], "visit") is None
    moves = [overruled_by(known, "house_grade", day, "attestation") for day in DAYS]
    assert moves == [None, "housing", None, None], "of one day the department's word counts"
    assert [is_answered(known, "house_grade", day) for day in DAYS[:3]] == [True, False, False]


def test_an_attestation_displaces_lighter_words_of_later_days_and_no_attestation_and_no_move() -> None:
    visits, move = [said(0, "A"), said(1, "B")], said(2, "A", weight="attestation")
    later = [*visits, move, said(3, "D")]
    found = displaced_by(later, {"house_grade": "C"}, DAYS[0])
    assert [(d.word.since, d.holds) for d in found] == [(DAYS[0], "C"), (DAYS[1], "C"), (DAYS[3], "A")]
    assert displaced_by(later, {"house_grade": "C"}, DAYS[1])[0].word == visits[1]
    attested = [*visits, said(2, "A", "housing", "attestation")]
    assert [d.word.since for d in displaced_by(attested, {"house_grade": "C"}, DAYS[1])] == [DAYS[1]]


def test_what_holds_is_what_was_said_last_before() -> None:
    known = [said(n, grade) for n, grade in ((0, "A"), (2, "B"))]
    assert [value_on(known, "house_grade", day) for day in DAYS] == ["A", "A", "B", "B"]
    assert all(a < b for a, b in pairwise(DAYS))
    assert value_on(known, "house_grade", date(2017, 5, 31)) is None


@pytest.mark.parametrize(
    ("before", "says", "differs", "fresh", "taken_back"),
    [
        (None, "C", True, True, False),
        (None, "D", False, False, False),
        (("C", False), "C", True, False, False),
        (("C", False), "B", True, True, True),
        (("C", False), "D", False, False, True),
        (("C", True), "C", True, True, False),
        (("C", True), "D", False, False, False),
    ],
)
def test_what_a_monthly_file_says_again_is_no_news(
    before: tuple[str, bool] | None, says: str, *, differs: bool, fresh: bool, taken_back: bool
) -> None:
    home, word_id = UUID(int=1), UUID(int=2)
    word = {"household_id": home, "member_id": None, "field": "house_grade", "value": says, "differs": differs}
    about: About = (home, None, "house_grade")
    last = {about: SaidByFile(word_id, *about, *before)} if before else {}
    assert news_of_file([word], last) == ([word] if fresh else [], [word_id] if taken_back else [])
