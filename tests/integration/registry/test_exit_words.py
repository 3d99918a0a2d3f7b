"""What an exit rests on: as many people as are counted when it is decided, and words of more than one person."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from tests.conftest import Door, House
from tests.integration.registry.test_changes import post
from tests.integration.registry.test_exits import EXITS, MEETS, finished, noticed, ready_household, step
from tests.integration.registry.test_findings import answer_of, answered, found
from tests.integration.registry.test_households import VILLAGE, post_incomes, seed_household, statement


async def missing(door: Door, household_id: UUID) -> list[str]:
    shown = await door.call("GET", f"{EXITS}/preview?household_id={household_id}", "village", VILLAGE, on="2017-10-10")
    found: list[str] = shown.json()["missing"]
    return found


async def sees(door: Door, household_id: UUID, role: str, grade: str, on: str = "2017-06-01", **more: Any) -> None:
    item = {"household_id": str(household_id), "observed_on": on, "house_grade": grade} | more
    answer = await door.call(
        "POST", "/registry/v1/households/conditions", role, VILLAGE, on="2017-10-10", json={"items": [item]}
    )
    assert answer.json()["results"][0]["status"] == "accepted", answer.text


async def test_an_income_is_said_by_two(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house, **MEETS)
    await sees(door, one, "team", "A")
    over, under = statement(one), statement(one, wage_fen=1_000)
    await post_incomes(door, over, role="team")
    await post_incomes(door, over, role="team")
    assert await missing(door, one) == ["income_sources"], "who says it twice is one"
    await post_incomes(door, under, role="village")
    await post_incomes(door, over, role="team")
    assert await missing(door, one) == ["income_sources"], "who says otherwise does not bear it out"
    await post_incomes(door, over, role="village")
    assert await missing(door, one) == []
    (result,) = await step(door, "", "village", {"household_id": str(one)})
    assert result["status"] == "accepted"
    (row,) = await house.rows("registry", "SELECT count(*) AS n FROM household_word WHERE household_id = $1", one)
    assert row["n"] == 1, "what is said of incomes stands in their lines"


async def test_a_statement_that_was_overtaken_is_a_word_too(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house, **MEETS)
    await sees(door, one, "team", "A")
    for role, on in (("team", "2017-05-03"), ("helper", "2017-05-02")):
        await post_incomes(door, statement(one, stated_on=on), role=role)
    assert await missing(door, one) == []
    low = statement(one, stated_on="2017-05-02", wage_fen=1_000)
    await post_incomes(door, low, role="helper")
    assert await missing(door, one) == ["income_sources"], "the helper takes his word back"


async def test_what_was_said_before_a_visit_found_it_otherwise_counts_no_more(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await ready_household(house, door)
    assert await missing(door, one) == []
    finding = await found(house, door, one, "income_lower_than_stated", date(2017, 6, 10))
    assert await answered(door, answer_of(finding, so=True)) == [(None, "so")]
    assert await missing(door, one) == ["income"]
    late = {"on": "2017-10-10", "stated_on": "2017-09-10"}
    item = statement(one, stated_on=late["stated_on"])
    await post(door, "/registry/v1/households/incomes", "team", item, on=late["on"])
    assert await missing(door, one) == ["income_sources"], "whoever said so before has to say so again"
    await post(door, "/registry/v1/households/incomes", "helper", item, on=late["on"])
    assert await missing(door, one) == []


async def test_money_that_moved_bears_a_statement_out(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house, **MEETS)
    await sees(door, one, "team", "A")
    await post_incomes(door, statement(one), role="team")
    assert await missing(door, one) == ["income_sources"]
    connection = await house.owner("registry")
    await connection.execute(
        "INSERT INTO income_line (id, household_id, division, income_year, category, kind, payer, amount_fen,"
        " stated_on, stated_by, weight) VALUES (uuidv7(), $1, $2, 2017, 'wage', 'payment', 'post:1', 400000,"
        " '2017-06-01', 'system:registry', 'payment')",
        one, VILLAGE,
    )  # fmt: skip
    assert await missing(door, one) == []


async def test_a_house_is_safe_by_two_words_or_by_one_attestation(house: House) -> None:
    """What the national register says is one; what somebody said of another thing that day is none."""
    door = await house.serve("registry", "api")
    one = await seed_household(house, **(MEETS | {"house_grade": "C"}))
    for role in ("team", "helper"):
        await post_incomes(door, statement(one), role=role)
    assert await missing(door, one) == ["housing"]
    await sees(door, one, "team", "A")
    assert await missing(door, one) == ["house_sources"]
    item = {"household_id": str(one), "observed_on": "2017-06-01", "food_secure": True}
    await door.call("POST", "/registry/v1/households/conditions", "helper", VILLAGE, json={"items": [item]})
    assert await missing(door, one) == ["house_sources"], "the same day, but not of the house"
    await sees(door, one, "helper", "B", on="2017-06-02")
    assert await missing(door, one) == []
    connection = await house.owner("registry")
    await connection.execute("DELETE FROM household_word WHERE stated_by = 'test-helper'")
    assert await missing(door, one) == ["house_sources"]
    await connection.execute("UPDATE household_word SET weight = 'attestation'")
    assert await missing(door, one) == []


async def test_as_many_exit_as_the_decision_counted(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await ready_household(house, door)
    exit_id = await noticed(door, household_id)
    connection = await house.owner("registry")
    await connection.execute(
        "INSERT INTO member SELECT uuidv7(), household_id, division, 'sealed', 'second' FROM member"
    )
    await connection.execute(
        "INSERT INTO member_fact (id, member_id, household_id, division, valid, name, sex, born_on, relation,"
        " ethnicity, education, school_status, health, labour, work_months, medical_insured, pension_insured)"
        " SELECT uuidv7(), m.id, m.household_id, m.division, '[2017-08-01,)',"
        " '乙', 'female', '2017-08-01', 'daughter', '汉', 'preschool',"
        " 'none', 'healthy', 'none', 0, true, false FROM member m WHERE reference = 'second'"
    )
    for role in ("helper", "team"):
        await post_incomes(door, statement(household_id, wage_fen=900_000), role=role)
    assert (await finished(door, exit_id))[-1]["state"] == "announced"
    (event,) = await house.rows(
        "registry", "SELECT value FROM outbox WHERE headers ->> 'ce_type' = 'registry.household_exited.v1'"
    )
    told = json.loads(event["value"])
    shown = (await door.call("GET", f"{EXITS}/{exit_id}", "county")).json()
    assert (told["members"], shown["members"], told["decision_id"]) == (2, 2, shown["decision_id"])
