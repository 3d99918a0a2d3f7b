"""What was said, seen or done of a household on different days: the later-dated stands, whichever came first."""

from datetime import date
from itertools import permutations
from typing import Any

from services.registry.service import SERVICE
from shared.data.db import open_pool, system_caller, transaction
from shared.events.envelope import Payload
from shared.ground.context import system_act
from tests.conftest import Door, House
from tests.integration.registry.test_households import VILLAGE, seed_household, statement
from tests.integration.registry.test_moved_in import moved_in

NOW = "2017-11-20"
FACTS = (
    "SELECT household_id, valid::text, house_grade, safe_water, electricity, food_secure, house_area_m2_x100, own,"
    " stated_by, weight FROM household_fact WHERE upper_inf(known) ORDER BY household_id, valid"
)
STATED = (
    "SELECT household_id, income_year, category, payer, amount_fen, stated_on FROM income_line"
    " WHERE upper_inf(known) AND kind = 'statement' ORDER BY household_id, income_year, category, payer"
)


async def send(door: Door, what: str, items: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    answer = await door.call(
        "POST", f"/registry/v1/households/{what}", "helper", VILLAGE, on=NOW, json={"items": items}
    )
    return [(r["status"], r["code"]) for r in answer.json()["results"]]


async def react(house: House, facts: list[Payload]) -> None:
    if not facts:
        return
    pool = await open_pool((await house.settings("registry")).database_url, 1)
    act = system_act("registry", date.fromisoformat(NOW))
    async with transaction(pool, system_caller("registry")) as connection:
        await SERVICE.reactions[facts[0].TYPE](connection, [(act, f) for f in facts])
    await pool.close()


def by_household(rows: list[Any]) -> set[tuple[Any, ...]]:
    """What each household's rows say, once for all that say the same."""
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(row["household_id"], []).append(str(tuple(row)[1:]))
    return {tuple(of_one) for of_one in found.values()}


async def test_visits_and_a_move_end_alike_in_every_order(house: House) -> None:
    door = await house.serve("registry", "api")
    history: list[dict[str, Any] | None] = [
        {"observed_on": "2017-06-10", "house_grade": "D", "safe_water": False},
        None,  # the move, on 20 June
        {"observed_on": "2017-06-25", "food_secure": True},
        {"observed_on": "2017-07-01", "house_grade": "C", "food_secure": False},
    ]
    orders = list(permutations(range(len(history))))
    ids = [await seed_household(house, house_grade="B", safe_water=True, electricity=False) for _ in orders]
    for turn in range(len(history)):
        now = [(one, history[order[turn]]) for one, order in zip(ids, orders, strict=True)]
        taken = await send(door, "conditions", [{"household_id": str(i)} | seen for i, seen in now if seen])
        assert {status for status, _ in taken} <= {"accepted"}
        await react(house, [moved_in(i) for i, seen in now if seen is None])
    assert len(by_household(await house.rows("registry", FACTS))) == 1
    rows = await house.rows("registry", f"SELECT * FROM ({FACTS}) x WHERE household_id = $1", ids[0])
    assert [tuple(r)[1:7] for r in rows] == [
        ("[2014-06-01,2017-06-10)", "B", True, False, None, None),
        ("[2017-06-10,2017-06-20)", "D", False, False, None, None),
        ("[2017-06-20,2017-06-25)", "A", True, True, None, 2_500),
        ("[2017-06-25,2017-07-01)", "A", True, True, True, 2_500),
        ("[2017-07-01,)", "C", True, True, False, 2_500),
    ]


async def test_who_tells_late_is_told_that_a_newer_word_stands(house: House) -> None:
    door = await house.serve("registry", "api")
    one = {"household_id": str(await seed_household(house, house_grade="B"))}
    newer, stands = one | {"observed_on": "2017-07-01", "house_grade": "C"}, "registry.households.newer_stands"
    assert await send(door, "conditions", [newer]) == [("accepted", None)]
    older = one | {"observed_on": "2017-06-10", "house_grade": "A", "food_secure": True}
    assert await send(door, "conditions", [older]) == [("accepted", stands)]
    assert await send(door, "conditions", [one | {"observed_on": "2017-06-11", "safe_water": True}]) == [
        ("accepted", None)
    ]


async def test_statements_end_alike_in_every_order(house: House) -> None:
    """Case 01: what was said on 20 November stands, though what was said on 5 October arrives behind it."""
    door = await house.serve("registry", "api")
    payer = {"payer": "pv:1", "category": "property", "amount_fen": 30_000}
    history: list[dict[str, Any]] = [
        {"wage_fen": 900_000, "stated_on": "2017-10-05"},
        {"wage_fen": 500_000, "property_fen": 40_000, "payers": [payer], "stated_on": "2017-10-20"},
        {"wage_fen": 100_000, "stated_on": "2017-11-20"},
    ]
    orders = list(permutations(range(len(history))))
    ids = [await seed_household(house) for _ in orders]
    for turn in range(len(history)):
        now = [(one, order[turn], order[:turn]) for one, order in zip(ids, orders, strict=True)]
        taken = await send(door, "incomes", [statement(i, income_year=2017) | history[n] for i, n, _ in now])
        late = "registry.households.newer_stands"
        assert taken == [("accepted", late if any(m > n for m in before) else None) for _, n, before in now]
    (rows,) = by_household(await house.rows("registry", STATED))
    assert [r for r in rows if "'wage'" in r] == ["(2017, 'wage', '', 100000, datetime.date(2017, 11, 20))"]
    assert not [r for r in rows if "pv:1" in r]
