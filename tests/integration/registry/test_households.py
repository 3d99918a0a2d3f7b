"""Households through their doors, on a real database, with what they leave in tables and outbox."""

import json
from functools import partial
from uuid import UUID, uuid4

from shared.data.crypto import read_data_keys
from tests.bonds import bind
from tests.conftest import Door, House

VILLAGE = "140927200201"
NUMBER = "140999197001010017"


async def seed_household(house: House, division: str = VILLAGE, *, id: UUID | None = None, **facts: object) -> UUID:  # noqa: A002 - the column
    """A household of one ordinary worker, as a roster import would leave it."""
    household_id, member_id = id or uuid4(), uuid4()
    connection = await house.owner("registry")
    columns = {"house_grade": "A", "safe_water": True, "electricity": True, "medical_insured": True} | facts
    await connection.execute(
        "INSERT INTO household (id, household_no, division, status, registered_on)"
        " VALUES ($1, $2, $3, 'poor', '2014-06-01')",
        household_id, str(household_id)[-30:], division,
    )  # fmt: skip
    await connection.execute(
        "INSERT INTO household_fact (id, household_id, division, valid, attribute, main_cause, deep_poverty, stated_by,"
        f" {', '.join(columns)}) VALUES (uuidv7(), $1, $2, '[2014-06-01,)', 'general', 'funds', false, 'test',"
        f" {', '.join(f'${i}' for i in range(3, 3 + len(columns)))})",
        household_id, division, *columns.values(),
    )  # fmt: skip
    sealed = read_data_keys(house.keys.data).encrypt(NUMBER, "member", "id_number_sealed", member_id)
    await connection.execute(
        "INSERT INTO member VALUES ($1, $2, $3, $4, $5)", member_id, household_id, division, sealed, str(member_id)
    )
    await connection.execute(
        "INSERT INTO member_fact (id, member_id, household_id, division, valid, name, sex, born_on, relation,"
        " ethnicity, education, school_status, health, labour, work_months, medical_insured, pension_insured)"
        " VALUES (uuidv7(), $1, $2, $3, '[2014-06-01,)', '甲', 'male', '1970-01-01', 'head', '汉', 'primary', 'none',"
        " 'healthy', 'ordinary', 0, true, true)",
        member_id, household_id, division,
    )  # fmt: skip
    await bind(connection, household_id)
    await bind(connection, household_id, person=str(member_id))
    return household_id


async def speaker(door: Door, exit_id: str) -> str:
    """Who speaks for the household of a case."""
    case = (await door.call("GET", f"/registry/v1/exits/{exit_id}", "village", VILLAGE)).json()
    home = (await door.call("GET", f"/registry/v1/households/{case['household_id']}", "village", VILLAGE)).json()
    reference: str = home["people"][0]["reference"]
    return reference


def statement(household_id: UUID, **changes: object) -> dict[str, object]:
    return {
        "household_id": str(household_id), "income_year": 2017, "wage_fen": 300_000, "business_fen": 100_000,
        "property_fen": 0, "transfer_fen": 50_000, "business_cost_fen": 50_000, "stated_on": "2017-06-01",
    } | changes  # fmt: skip


async def post_incomes(
    door: Door, *items: dict[str, object], area: str = VILLAGE, role: str = "helper"
) -> list[dict[str, object]]:
    answer = await door.call("POST", "/registry/v1/households/incomes", role, area, json={"items": list(items)})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, object]] = answer.json()["results"]
    return results


async def test_a_statement_that_says_an_amount_twice_refuses_itself_alone(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    good = json.dumps(statement(household_id))
    body = f'{{"items": [{good[:-1]}, "wage_fen": 1}}, {good}]}}'
    asked = partial(door.call, "POST", "/registry/v1/households/incomes", "helper", VILLAGE)
    headers = {"Content-Type": "application/json"}
    first, second = (await asked(content=body, headers=headers)).json()["results"]
    assert (first["code"], first["errors"][0]["field"], second["status"]) == (
        "shared.invalid_item",
        "wage_fen",
        "accepted",
    )
    whole = await asked(content=f'{body[:-1]}, "items": []}}', headers=headers)
    assert (whole.status_code, whole.json()["errors"][0]["field"]) == (422, "items")


async def test_a_corrected_statement_replaces_the_sum_and_keeps_the_past(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    await post_incomes(door, statement(household_id))
    await post_incomes(door, statement(household_id, wage_fen=310_000))
    shown = (await door.call("GET", f"/registry/v1/households/{household_id}", "helper", VILLAGE)).json()
    assert shown["incomes"] == [{"income_year": 2017, "net_income_fen": 410_000, "per_capita_fen": 410_000}]
    kept = await house.rows("registry", "SELECT amount_fen FROM income_line WHERE category = 'wage' ORDER BY known")
    assert [r["amount_fen"] for r in kept] == [300_000, 310_000]
    events = await house.rows("registry", "SELECT headers ->> 'ce_sequence' AS n FROM outbox ORDER BY id")
    assert [r["n"] for r in events] == ["1", "2"]


async def test_the_statement_of_the_later_day_stands_whichever_arrives_first(house: House) -> None:
    door = await house.serve("registry", "api")
    one, two = await seed_household(house), await seed_household(house)
    payers = [{"payer": "entity:1", "category": "wage", "amount_fen": 800_000}]
    later = {"wage_fen": 100_000, "stated_on": "2017-05-20"}
    earlier = {"wage_fen": 900_000, "payers": payers, "stated_on": "2017-05-05"}
    told = [
        (await post_incomes(door, statement(i, **said)))[0]
        for i, said in ((one, later), (one, earlier), (two, earlier), (two, later))
    ]
    assert [(r["status"], r["code"]) for r in told] == [
        ("accepted", None), ("accepted", "registry.households.newer_stands"), ("accepted", None), ("accepted", None),
    ]  # fmt: skip
    for i in (one, two):
        shown = (await door.call("GET", f"/registry/v1/households/{i}", "helper", VILLAGE)).json()
        assert [y["net_income_fen"] for y in shown["incomes"]] == [200_000]
    kept = await house.rows(
        "registry", "SELECT stated_on::text, payer, amount_fen, stated_by, isempty(known) AS never FROM income_line"
        " WHERE household_id = $1 AND category = 'wage' ORDER BY id", one,
    )  # fmt: skip
    assert [tuple(r) for r in kept] == [
        ("2017-05-20", "", 100_000, "test-helper", False), ("2017-05-05", "entity:1", 800_000, "test-helper", True),
        ("2017-05-05", "", 100_000, "test-helper", True),
    ]  # fmt: skip
    events = await house.rows(
        "registry", "SELECT key, value::jsonb ->> 'net_income_fen' AS net FROM outbox ORDER BY id"
    )
    assert [tuple(r) for r in events] == [(str(one), "200000"), (str(two), "1000000"), (str(two), "200000")]


async def test_a_statement_of_another_year_overtakes_nothing(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    results = await post_incomes(
        door, statement(household_id), statement(household_id, income_year=2016, stated_on="2016-11-01")
    )
    assert [r["code"] for r in results] == [None, None]
    same_day = await post_incomes(door, statement(household_id, wage_fen=1))
    assert [r["code"] for r in same_day] == [None], "of one day the last word stands"


async def test_another_village_does_not_exist(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house, "140927200202")
    (result,) = await post_incomes(door, statement(household_id))
    assert result["code"] == "shared.not_found"
    answer = await door.call("GET", f"/registry/v1/households/{household_id}", "helper", VILLAGE)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")


async def test_a_list_goes_by_status_and_place_a_page_at_a_time(house: House) -> None:
    door = await house.serve("registry", "api")
    here, there = await seed_household(house), await seed_household(house, "140927200202")
    path = "/registry/v1/households"
    for asked, found in (
        ("", {here, there}), ("?status=poor", {here, there}), ("?status=exited", set()),
        ("?division=140927200202", {there}), ("?status=poor&division=140927200201", {here}),
    ):  # fmt: skip
        page = (await door.call("GET", path + asked, "county")).json()
        assert ({h["id"] for h in page["items"]}, page["next"]) == ({str(i) for i in found}, None), asked
    first = (await door.call("GET", f"{path}?limit=1", "county")).json()
    second = (await door.call("GET", f"{path}?limit=1&cursor={first['next']}", "county")).json()
    assert [h["id"] for h in first["items"] + second["items"]] == sorted(map(str, (here, there)))
    assert first["items"][0]["members"] == 1
    assert (await door.call("GET", f"{path}?status=por", "county")).status_code == 422
    before = (await door.call("GET", path, "county", on="2014-05-31")).json()
    assert before["items"] == [], "who was not registered yet is not listed"


async def test_a_bad_item_does_not_take_the_good_ones_with_it(house: House) -> None:
    door = await house.serve("registry", "api")
    one, two = await seed_household(house), await seed_household(house)
    results = await post_incomes(
        door, statement(one, stated_on="2018-01-01"), statement(two), statement(two), statement(uuid4())
    )
    assert [r["code"] for r in results] == [
        "shared.future_date", None, "shared.twice_in_batch", "shared.not_found",
    ]  # fmt: skip


async def test_a_condition_holds_from_the_day_it_was_seen(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house, house_grade="C")
    report = {"household_id": str(household_id), "observed_on": "2017-05-01", "house_grade": "A", "food_secure": True}
    answer = await door.call("POST", "/registry/v1/households/conditions", "helper", VILLAGE, json={"items": [report]})
    assert answer.json()["results"][0]["status"] == "accepted"
    seen = [
        (await door.call("GET", f"/registry/v1/households/{household_id}", "helper", VILLAGE, on=on)).json()[
            "conditions"
        ]
        for on in ("2017-04-30", "2017-05-01")
    ]
    assert [(s["house_grade"], s["food_secure"], s["safe_water"]) for s in seen] == [
        ("C", None, True), ("A", True, True),
    ]  # fmt: skip


async def test_what_was_seen_before_and_told_later_leaves_what_was_seen_since(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house, house_grade="C")
    for on, grade in (("2017-05-20", "B"), ("2017-05-05", "D")):
        report = {"household_id": str(household_id), "observed_on": on, "house_grade": grade}
        answer = await door.call(
            "POST", "/registry/v1/households/conditions", "helper", VILLAGE, json={"items": [report]}
        )  # fmt: skip
        assert answer.json()["results"][0]["status"] == "accepted"
    path, seen = f"/registry/v1/households/{household_id}", []
    for on in ("2017-05-04", "2017-05-05", "2017-05-19", "2017-05-20", "2017-06-01"):
        shown = (await door.call("GET", path, "helper", VILLAGE, on=on)).json()
        seen.append(shown["conditions"]["house_grade"])
    assert seen == ["C", "D", "D", "B", "B"]


async def test_who_may_not_write_is_told_who_may(house: House) -> None:
    door = await house.serve("registry", "api")
    answer = await door.call(
        "POST", "/registry/v1/households/incomes", "bank", "", json={"items": [statement(uuid4())]},
        headers={"Accept-Language": "zh-CN"},
    )  # fmt: skip
    assert answer.status_code == 403
    assert "village" in answer.json()["title"]
    assert answer.json()["title"].startswith("您的角色")
