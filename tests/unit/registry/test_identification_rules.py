"""Does a household enter the register? Below the line or lacking something, every step made, no doubt left."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.registry.entries.rules import Ground, RosterPolicy, school_dropout
from services.registry.identification.files import household_of, masked, read
from services.registry.identification.rules import (
    IdentificationFacts,
    IdentificationPolicy,
    VoteFacts,
    VotePolicy,
    gaps,
    identification_decision,
    is_possible,
    line_counted_on,
    seen_income_fen,
    vote_decision,
)
from shared.data.crypto import DataKeys
from shared.values.id_number import check_digit
from shared.values.ids import uuid7
from tests.roster_file import number

POLICY = IdentificationPolicy(poverty_line_fen=333_500, unsafe_house_grades=("C", "D"))
POOR = IdentificationFacts(
    members=3, income_year=2017, net_income_fen=333_500 * 3, food_secure=True, clothing_secure=True,
    school_dropout=False, medical_insured=True, house_grade="B", safe_water=True, open_objections=0, open_suspicions=0,
)  # fmt: skip
RICH = replace(POOR, net_income_fen=333_500 * 3 + 1)
MEETING = VotePolicy(meeting_attendance_ppm=666_666, meeting_majority_ppm=500_000)


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        (POOR, "approved"),  # exactly on the line is not above it
        (RICH, "refused"),
        (replace(RICH, members=4), "approved"),
        (replace(POOR, net_income_fen=None), "refused"),
        (replace(POOR, members=0), "refused"),
        (replace(RICH, food_secure=False), "approved"),
        (replace(RICH, clothing_secure=False), "approved"),
        (replace(RICH, school_dropout=True), "approved"),
        (replace(RICH, medical_insured=False), "approved"),
        (replace(RICH, house_grade="C"), "approved"),
        (replace(RICH, safe_water=False), "approved"),
        # What is not known makes nobody poor.
        (replace(RICH, food_secure=None, clothing_secure=None, house_grade=None, safe_water=None), "refused"),
        (replace(RICH, school_dropout=None, medical_insured=None), "refused"),
        (replace(POOR, open_objections=1), "refused"),
        (replace(POOR, open_suspicions=1), "refused"),
        (replace(POOR, steps_missing=("visited",)), "refused"),
    ],
)
def test_who_enters(facts: IdentificationFacts, outcome: str) -> None:
    assert identification_decision(facts, POLICY).outcome == outcome


def test_whoever_is_refused_learns_by_which_figures() -> None:
    verdict = identification_decision(replace(RICH, open_suspicions=2, steps_missing=("visited", "checked")), POLICY)
    assert verdict.missing == ["poverty", "suspicions", "steps"]
    assert verdict.reasons[0].figures == {
        "income_year": 2017, "net_income_fen": 1_000_501, "poverty_line_fen": 1_000_500, "members": 3,
        "lacking": "none",
    }  # fmt: skip
    assert verdict.reasons[3].figures == {"steps": "visited checked"}
    assert gaps(replace(POOR, food_secure=False, house_grade="D"), POLICY) == ("food", "housing")


@pytest.mark.parametrize(
    ("entitled", "present", "recused", "in_favour", "missing"),
    [
        (30, 20, 0, 11, []),
        (30, 20, 0, 10, ["majority"]),
        (30, 19, 0, 19, ["quorum"]),
        (30, 0, 0, 0, ["quorum", "majority"]),
        # Kin who recuse themselves are counted neither here nor there.
        (30, 22, 4, 10, []),
        (30, 22, 4, 9, ["majority"]),
        (30, 21, 4, 17, ["quorum"]),
        (3, 3, 3, 0, ["quorum", "majority"]),
    ],
)
def test_two_thirds_come_and_most_of_them_agree(
    entitled: int, present: int, recused: int, in_favour: int, missing: list[str]
) -> None:
    facts = VoteFacts(entitled, present, recused, in_favour)
    assert is_possible(facts)
    assert vote_decision(facts, MEETING).missing == missing


@pytest.mark.parametrize("counted", [(30, 31, 0, 0), (30, 20, 21, 0), (30, 20, 4, 17), (30, 20, 0, 21)])
def test_more_than_there_are_is_no_meeting(counted: tuple[int, int, int, int]) -> None:
    assert not is_possible(VoteFacts(*counted))


def test_an_income_year_has_the_line_of_its_last_day() -> None:
    assert line_counted_on(2017) == date(2017, 9, 30)
    costs = {"wage_fen": 100, "business_fen": 50, "property_fen": 1, "transfer_fen": 2, "business_cost_fen": 60}
    assert seen_income_fen(costs) == 93


ON = date(2017, 10, 10)
GROUND = Ground(
    ON, {("140927200201", "140927200201"): ["140927200201"]}, RosterPolicy((6, 15), (8, 31), ("middle",), 65)
)
KEYS = DataKeys("k2", {"k2": b"0" * 32}, {"k1": b"1" * 32, "k2": b"2" * 32})


def person(order: int = 1, born: str = "19700101", **changes: Any) -> dict[str, Any]:
    return {
        "name": "张三", "number": number(born, order), "relation": "head", "ethnicity": "汉族", "education": "primary",
        "school_status": "none", "health": "healthy", "labour": "ordinary", "work_place": "", "work_months": 0,
        "medical_insured": True, "pension_insured": True,
    } | changes  # fmt: skip


def application(*people: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "people": list(people) or [person()], "natural_village": "上青杨", "attribute": "general",
        "main_cause": "funds", "other_causes": [], "house_area_m2_x100": None, "house_grade": None,
        "safe_water": True, "electricity": True, "phone": None, "account": None, "wage_fen": 100, "business_fen": 0,
        "property_fen": 0, "transfer_fen": 0, "business_cost_fen": 0,
    } | changes  # fmt: skip


def with_area(area: str) -> str:
    """A number of nobody whose area is that of a residence permit."""
    first = f"{area}19800101001"
    return first + check_digit(first)


@pytest.mark.parametrize(
    ("applied", "reason"),
    [
        (application(), None),
        (application(person(name="阿依古丽·买买提")), None),
        (application(person(name="𠮷𩸽")), None),
        # Permits of residents from Hong Kong, Macau and Taiwan are numbered as identity cards are.
        (application(person(number=with_area("810000"))), None),
        (application(person(number=with_area("830000") + "43")), None),
        (application(person(), person(2)), "not_one_head"),
        (application(person(relation="son")), "not_one_head"),
        (application(person(), person(1, relation="son")), "person_twice"),
        (application(person(), person(3, "20200101", relation="son")), "born_in_future"),
        (application(other_causes=["funds"]), "cause_twice"),
    ],
)
def test_what_speaks_against_a_rosters_household_speaks_against_an_application(
    applied: dict[str, Any], reason: str | None
) -> None:
    found = read(KEYS, uuid7(), "140927200201", applied, GROUND, None)
    assert found.reason == (reason and f"registry.roster.{reason}")


def test_a_village_that_is_not_the_callers_is_unknown() -> None:
    assert read(KEYS, uuid7(), "140927200202", application(), GROUND, None).reason == "registry.roster.unknown_village"


def test_the_same_content_is_known_again_under_a_key_of_before() -> None:
    one, again = uuid7(), application()
    first = read(KEYS, one, "140927200201", again, GROUND, None).content_digest
    before = KEYS.index("x")["k1"]
    assert read(KEYS, one, "140927200201", again, GROUND, first).content_digest == first
    assert read(KEYS, one, "140927200201", again, GROUND, before).content_digest == first, "another content"
    rotated = DataKeys("k3", {"k3": b"3" * 32}, {**KEYS.hmac, "k3": b"3" * 32})
    assert read(rotated, one, "140927200201", again, GROUND, first).content_digest == first


def test_what_was_seen_is_more_than_what_was_said() -> None:
    child = person(3, "20100101", relation="son", labour="none")
    seen = {"wage_fen": 700, "house_grade": "D", "safe_water": False, "food_secure": False}
    home = household_of(application(person(), child), "140927200201", ON, "1409272002010001", seen)
    assert (home.values["wage"], home.values["house_grade"], home.values["safe_water"]) == (700, "D", False)
    assert (home.values["status"], home.values["registered_on"], home.household_no) == ("poor", ON, "1409272002010001")
    assert [(m.values["sex"], m.born_on) for m in home.members] == [
        ("male", date(1970, 1, 1)),
        ("male", date(2010, 1, 1)),
    ]
    assert school_dropout(home, GROUND)


def test_a_number_is_shown_by_its_end() -> None:
    assert masked("140999197001010010") == "*" * 14 + "0010"
