"""Payments become income over the real bus: once, by payer and year, and never on top of a statement that has them."""

from datetime import date
from uuid import uuid4

import pytest

from shared.events.industry import PaymentRevoked
from shared.serve.run import _republish
from tests.conftest import House, find_service
from tests.integration.registry.facts import heard, paid, state
from tests.integration.registry.test_exits import EXITS, MEETS, finished, noticed, ready_household
from tests.integration.registry.test_households import VILLAGE, post_incomes, seed_household, statement

TOPIC = "industry.household"
LINES = (
    "SELECT income_year, category, payer, amount_fen FROM income_line"
    " WHERE kind = 'payment' AND upper_inf(known) ORDER BY income_year, category, payer"
)
NOTHING = {"wage_fen": 0, "business_fen": 0, "property_fen": 0, "transfer_fen": 0, "business_cost_fen": 0}


async def test_payments_of_one_payer_add_up_in_the_year_they_were_paid(house: House) -> None:
    household_id = await seed_household(house)
    door = await house.serve("registry")
    await house.serve("industry", "worker")
    first = paid(household_id, 75_000)
    await state(
        house, "industry", first, paid(household_id, 10_000), paid(household_id, 4, category="none", payer="reward"),
        paid(household_id, 20_000, category="wage", payer="post:pv"),
    )  # fmt: skip
    await heard(house, TOPIC, 4)
    # In a batch of its own: the next year begins with October; one payment is stated again as a new fact.
    await state(house, "industry", first, paid(household_id, 5_000), paid(household_id, 7, paid_on=date(2017, 10, 1)))
    await heard(house, TOPIC, 7)
    expected = [
        (2017, "property", "entity:1", 90_000), (2017, "wage", "post:pv", 20_000), (2018, "property", "entity:1", 7),
    ]  # fmt: skip
    assert [tuple(r) for r in await house.rows("registry", LINES)] == expected
    ended = await house.rows("registry", "SELECT amount_fen FROM income_line WHERE NOT upper_inf(known)")
    assert [r["amount_fen"] for r in ended] == [85_000]
    (line,) = await house.rows(
        "registry", "SELECT stated_by, stated_on, division FROM income_line WHERE category = 'wage'"
    )
    assert tuple(line) == ("system:registry", date(2017, 9, 15), VILLAGE)
    shown = (await door.call("GET", f"/registry/v1/households/{household_id}", "helper", VILLAGE)).json()
    assert [(i["income_year"], i["net_income_fen"]) for i in shown["incomes"]] == [(2017, 110_000), (2018, 7)]

    assert await _republish(find_service("industry"), await house.settings("industry"), TOPIC) == 7
    await heard(house, TOPIC, 14)
    assert [tuple(r) for r in await house.rows("registry", LINES)] == expected
    assert len(await house.rows("registry", "SELECT 1 FROM income_payment")) == 5
    assert await house.rows("registry", "SELECT 1 FROM parked_key") == []


async def test_a_payment_that_did_not_arrive_is_no_income(house: House) -> None:
    household_id = await seed_household(house)
    await house.serve("registry")
    await house.serve("industry", "worker")
    stays, gone, alone = paid(household_id, 75_000), paid(household_id, 5_000), paid(household_id, 9, category="wage")
    none = paid(household_id, 4, category="none", payer="reward")
    await state(house, "industry", stays, gone, alone, none)
    revoked = [
        PaymentRevoked(
            household_id=household_id, division=VILLAGE, payment_id=p.payment_id, amount_fen=p.amount_fen,
            revoked_on=date(2017, 10, 2),
        )
        for p in (gone, alone, none)
    ]  # fmt: skip
    await state(house, "industry", *revoked)
    await heard(house, TOPIC, 7)
    expected = [(2017, "property", "entity:1", 75_000), (2017, "wage", "entity:1", 0)]
    assert [tuple(r) for r in await house.rows("registry", LINES)] == expected
    assert await _republish(find_service("industry"), await house.settings("industry"), TOPIC) == 7
    await heard(house, TOPIC, 14)
    assert [tuple(r) for r in await house.rows("registry", LINES)] == expected
    assert await house.rows("registry", "SELECT 1 FROM parked_key") == []


async def test_a_payment_is_kept_for_good(house: House) -> None:
    import asyncpg

    connection = await asyncpg.connect((await house.settings("registry")).database_url)
    try:
        for write in ("UPDATE income_payment SET amount_fen = 1", "DELETE FROM income_payment"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(write)
    finally:
        await connection.close()


async def test_a_payment_before_the_households_registration_waits_for_it(house: House) -> None:
    known = await seed_household(house)
    late = uuid4()
    door = await house.serve("registry")
    await house.serve("industry", "worker")
    await state(house, "industry", paid(late, 75_000), paid(late, 5_000), paid(known, 1))
    await heard(house, TOPIC, 3)
    assert [r["amount_fen"] for r in await house.rows("registry", LINES)] == [1]
    (parked,) = await house.rows("registry", "SELECT key, waits_for FROM parked_key")
    assert tuple(parked) == (str(late), f"registry.household/{late}")

    await seed_household(house, id=late)
    again = await door.call("POST", "/registry/v1/operations/parked", "county", json={"topic": TOPIC, "key": str(late)})
    assert again.status_code == 204
    owner = await house.owner("registry")

    async def released() -> bool:
        return not await owner.fetch("SELECT 1 FROM parked_key")

    await house.settled(released)
    assert sorted(r["amount_fen"] for r in await house.rows("registry", LINES)) == [1, 80_000]


async def test_a_payment_after_the_exit_is_income_and_changes_no_exit(house: House) -> None:
    door = await house.serve("registry")
    await house.serve("industry", "worker")
    household_id = await ready_household(house, door)
    assert (await finished(door, await noticed(door, household_id)))[-1]["state"] == "announced"
    await state(house, "industry", paid(household_id, 75_000))
    await heard(house, TOPIC, 1)
    shown = (await door.call("GET", f"/registry/v1/households/{household_id}", "village", VILLAGE)).json()
    assert shown["status"] == "exited"
    # It lies inside the property that was stated as nothing, so that it counts on top.
    assert shown["incomes"][0]["net_income_fen"] == 475_000


async def test_a_statement_and_a_payment_of_the_same_money_exit_nobody(house: House) -> None:
    """Stated 3,300 yuan with the dividend in it, paid 750 of it; neither alone is over the line of 3,335."""
    door = await house.serve("registry")
    await house.serve("industry", "worker")
    stated, only_paid, named = [await seed_household(house, **MEETS) for _ in range(3)]
    whole = NOTHING | {"wage_fen": 255_000, "property_fen": 75_000}
    payers = [{"payer": "entity:1", "category": "property", "amount_fen": 75_000}]
    await post_incomes(door, statement(stated, **whole), statement(named, **whole, payers=payers))

    async def missing(household_id: object) -> list[str]:
        answer = await door.call("GET", f"{EXITS}/preview?household_id={household_id}", "village", VILLAGE)
        # How many say so is asked elsewhere.
        return [code for code in answer.json()["missing"] if not code.endswith("_sources")]

    assert [await missing(i) for i in (stated, only_paid, named)] == [["income"]] * 3
    await state(house, "industry", *(paid(i, 75_000) for i in (stated, named)), paid(only_paid, 400_000))
    await heard(house, TOPIC, 3)
    assert [await missing(i) for i in (stated, only_paid, named)] == [["income"]] * 3
    # What the entity paid beyond what was said of it does count.
    await state(house, "industry", paid(named, 10_000))
    await heard(house, TOPIC, 4)
    assert await missing(named) == []


async def test_payers_are_parts_of_the_totals(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    part = {"payer": "pv:1", "category": "property", "amount_fen": 30_000}
    await post_incomes(door, statement(household_id, property_fen=50_000, payers=[part]))
    kept = await house.rows("registry", "SELECT payer, amount_fen FROM income_line WHERE category = 'property'")
    assert {tuple(r) for r in kept} == {("pv:1", 30_000), ("", 20_000)}
    for payers, field, expected in (
        ([part | {"amount_fen": 50_001}], "payers", "各部分之和不得超过该类合计"),
        ([part, part | {"payer": "b", "amount_fen": 20_001}], "payers", "各部分之和不得超过该类合计"),
        ([part | {"amount_fen": 1}] * 2, "payers", "同一类别中每个支付方只能出现一次"),
        ([part | {"category": "business_cost"}], "payers.0.category", ""),
        ([part | {"payer": "张三"}], "payers.0.payer", ""),
        ([part | {"payer": ""}], "payers.0.payer", ""),
        ([part | {"amount_fen": -1}], "payers.0.amount_fen", ""),
    ):
        item = statement(household_id, property_fen=50_000, payers=payers)
        answer = await door.call(
            "POST", "/registry/v1/households/incomes", "helper", VILLAGE, json={"items": [item]}
        )  # fmt: skip
        (refused,) = answer.json()["results"]
        assert (refused["id"], refused["code"]) == (str(household_id), "shared.invalid_item"), payers
        (error,) = refused["errors"]
        assert error["field"] == field
        assert error["expected_zh"].startswith(expected)
