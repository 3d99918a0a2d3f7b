"""The business date: who sets it, that it stays, and that it never goes back."""

import asyncio
from datetime import date

from tests.conftest import Door, House


async def put(door: Door, on: str, role: str = "county") -> tuple[int, str]:
    answer = await door.call("PUT", "/clock", role, json={"business_date": on})
    return answer.status_code, answer.json().get("code", "")


async def test_the_clock_moves_on_and_outlives_the_process(house: House) -> None:
    door = await house.serve("gateway", "api")
    assert await put(door, "2017-01-31") == (200, "")
    assert await put(door, "2017-02-28") == (200, "")
    assert await put(door, "2017-02-28") == (200, "")
    assert await put(door, "2017-02-27") == (409, "gateway.clock.backwards")
    again = await house.serve("gateway", "api")
    shown = (await again.call("GET", "/clock", "subscriber", "")).json()
    assert shown == {"business_date": "2017-02-28"}
    audited = await house.rows("gateway", "SELECT subject FROM audit WHERE relation = 'clock'")
    assert {r["subject"] for r in audited} == {"test-county"}


async def test_of_many_at_once_the_latest_stands(house: House) -> None:
    door = await house.serve("gateway", "api")
    await asyncio.gather(*(put(door, f"2017-03-{day:02}") for day in (5, 31, 1, 17, 30, 2, 9, 28)))
    shown = (await door.call("GET", "/clock", "county")).json()
    (row,) = await house.rows("gateway", "SELECT business_date::text AS on FROM clock")
    assert shown["business_date"] == row["on"] == "2017-03-31"


async def test_who_committed_first_and_came_back_last_does_not_turn_the_clock_back(house: House) -> None:
    door = await house.serve("gateway", "api")
    await put(door, "2017-01-31")
    door.app.state.business_date = date(2017, 3, 31)  # set by the later one meanwhile
    assert await put(door, "2017-02-28") == (200, "")
    assert (await door.call("GET", "/clock", "county")).json() == {"business_date": "2017-03-31"}


async def test_who_may_not_and_when_nobody_may(house: House) -> None:
    door = await house.serve("gateway", "api")
    assert await put(door, "2017-01-31", "township") == (403, "shared.forbidden")
    assert await put(door, "2099-12-31") == (422, "gateway.clock.future")
    other = await door.call("PUT", "/clock", "county", "140928", json={"business_date": "2017-01-31"})
    assert (other.status_code, other.json()["code"]) == (403, "shared.outside_area")
    assert await put(door, "soon") == (422, "shared.invalid_input")
    assert await house.rows("gateway", "SELECT 1 FROM clock") == []
    wall = await house.serve("gateway", "api", clock="wall")
    assert await put(wall, "2017-01-31") == (409, "gateway.clock.wall")


async def test_nobody_but_the_county_writes_the_table(house: House) -> None:
    from shared.data import db
    from shared.ground.context import Caller

    door = await house.serve("gateway", "api")
    await put(door, "2017-01-31")
    async with db.transaction(door.app.state.pool, Caller("wang", "township", "140927200")) as connection:
        refused = False
        try:
            await connection.execute("UPDATE clock SET business_date = '2017-05-05'")
        except Exception as error:  # noqa: BLE001 - which one is the driver's matter
            refused = "row-level security" in str(error)
            await connection.execute("ROLLBACK; BEGIN")
    assert refused
