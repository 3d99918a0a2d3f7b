"""What a villager reads of himself: every fact that is held for true, since when, who said it and how."""

from typing import Any
from uuid import UUID

from tests.conftest import Door, House
from tests.integration.registry.facts import heard, paid, state
from tests.integration.registry.test_as_of import moment
from tests.integration.registry.test_changes import add_member, departure, head_of, leave
from tests.integration.registry.test_exits import finished, noticed, ready_household
from tests.integration.registry.test_households import VILLAGE, post_incomes, seed_household, statement

LATE = "2018-06-01"


async def facts(door: Door, household_id: UUID, role: str = "villager", area: str = VILLAGE, **asked: str) -> Any:
    path = f"/registry/v1/households/{household_id}/facts"
    answer = await door.call("GET", path, role, area, on=LATE, params=asked)
    return answer.json()["facts"] if answer.status_code == 200 else answer.json()["code"]


def only(found: Any, field: str) -> Any:
    (fact,) = [f for f in found if f["field"] == field]
    return fact


async def report(door: Door, household_id: UUID, role: str, on: str, **seen: Any) -> None:
    item = {"household_id": str(household_id), "observed_on": on} | seen
    path = "/registry/v1/households/conditions"
    answer = await door.call("POST", path, role, VILLAGE, json={"items": [item]}, on="2017-07-01")
    assert answer.json()["results"][0]["status"] == "accepted", answer.text


async def test_each_fact_says_whose_word_it_is(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house, house_grade="C")
    await (await house.owner("registry")).execute(
        "UPDATE household_fact SET weight = 'takeover'; UPDATE member_fact SET weight = 'takeover'"
    )
    await report(door, household_id, "team", "2017-05-02", house_grade="B")
    await report(door, household_id, "village", "2017-06-02", food_secure=True)
    found = await facts(door, household_id)
    assert only(found, "house_grade") == {
        "field": "house_grade", "value": "B", "person": None, "income_year": None, "since": "2017-05-02",
        "said_as": "team", "unit": None, "weight": "visit",
        "sentence_en": "The house is of grade B. Seen on a visit by the first secretary's team, since 2017-05-02.",
        "sentence_zh": "住房鉴定等级：B。由第一书记（驻村工作队）入户查看，自 2017-05-02 起。",
    }  # fmt: skip
    assert only(found, "food_secure")["said_as"] == "village", "who came later said nothing of the house"
    water = only(found, "safe_water")
    assert (water["weight"], water["since"]) == ("takeover", "2014-06-01")
    assert water["sentence_en"] == "Safe drinking water: yes. Out of the national register, since 2014-06-01."
    cause = only(found, "main_cause")["sentence_zh"]
    assert cause == "主要致贫原因：缺资金。据全国扶贫开发信息系统，自 2014-06-01 起。"
    assert only(found, "person_labour")["sentence_en"].startswith("Labour: ordinary.")
    assert [f["field"] for f in found if f["field"] in ("clothing_secure", "only_subsidies")] == [], "nobody knows yet"
    assert "test-" not in str(found), "an office, and no login"
    # A report of an earlier day is no later word, though it came last.
    await report(door, household_id, "helper", "2017-05-01", house_grade="D")
    assert only(await facts(door, household_id), "house_grade")["value"] == "B"
    assert only(await facts(door, household_id, on="2017-05-01"), "house_grade")["said_as"] == "helper"


async def test_what_was_paid_is_told_from_what_was_stated(house: House) -> None:
    door = await house.serve("registry", "all")
    await house.serve("industry", "worker")
    household_id = await seed_household(house)
    await post_incomes(door, statement(household_id))
    await state(house, "industry", paid(household_id, 30_000))
    await heard(house, "industry.household", 1)
    lines = [f for f in await facts(door, household_id) if f["field"] == "property_fen"]
    assert {(f["value"], f["weight"], f["said_as"]) for f in lines} == {
        (0, "statement", "helper"), (30_000, "payment", "system"),
    }  # fmt: skip
    wage = only(await facts(door, household_id), "wage_fen")
    assert wage["sentence_zh"] == "2017 年工资性收入 3,000 元。由帮扶责任人登记，自 2017-06-01 起。"


async def test_people_are_told_as_they_are_and_with_their_own_days(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    head, wife = await head_of(house, household_id), await add_member(house, household_id, "spouse", "1972-01-01")
    before = await moment(house)
    await leave(door, departure(head))
    found = await facts(door, household_id, "county", "140927")
    assert {f["person"] for f in found if f["person"]} == {wife}
    relation = only(found, "person_relation")
    assert (relation["value"], relation["since"], relation["said_as"]) == ("head", "2017-05-10", "township")
    assert only(found, "person_health")["since"] == "2014-06-01"
    assert {
        f["person"] for f in await facts(door, household_id, "county", "140927", known_at=before) if f["person"]
    } == {head, wife}


async def test_how_the_household_stands_is_a_fact_too(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await ready_household(house, door)
    await finished(door, await noticed(door, household_id))
    status = only(await facts(door, household_id), "status")
    assert (status["value"], status["since"], status["said_as"]) == ("exited", "2017-10-17", "county")
    assert only(await facts(door, household_id, on="2017-10-16"), "status")["value"] == "poor"


async def test_a_villager_reads_his_own_and_officials_their_areas(house: House) -> None:
    door = await house.serve("registry", "api")
    own, other = await seed_household(house), await seed_household(house)
    await (await house.owner("registry")).execute("DELETE FROM resident WHERE household_id = $1", other)
    assert await facts(door, other) == "shared.not_found"
    assert isinstance(await facts(door, other, "village"), list)
    assert await facts(door, own, "village", "140927200202") == "shared.not_found"
    assert await facts(door, own, "bank", "") == "shared.forbidden"
