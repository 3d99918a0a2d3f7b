"""What nobody answers in time goes higher by itself, once, and stays marked where nobody is higher."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.grievances.actions import raise_late
from services.registry.grievances.work import take_some
from shared.acts.days import current_day
from shared.data import db
from shared.ground.context import system_act
from shared.values.dates import today
from tests.conftest import House
from tests.integration.registry.test_grievances import (
    AREAS,
    DUE,
    LATE,
    answered,
    answering,
    codes,
    filed,
    post,
    read,
)
from tests.integration.registry.test_registry_tasks import tasks

TOO_LATE = "2017-11-09"  # the county's own fifteen working days are over


async def day_comes(house: House, on: str) -> None:
    """Somebody does something elsewhere on that day."""
    await (await house.owner("registry")).execute(
        "INSERT INTO case_step (case_id, procedure, division, step, outcome, acted_on, acted_by, role, detail)"
        " VALUES (uuidv7(), 'registry.exits', '140927', 'noticed', 'passed', $1::text::date, 'clerk', 'village', '{}')",
        on,
    )


async def taken(house: House, app: Any, on: str) -> int:
    await day_comes(house, on)
    return await take_some(app)


async def test_it_goes_to_the_next_office_by_itself_when_its_day_is_over(house: House) -> None:
    door = await house.serve("registry", "api")
    silent, untold, told = [await filed(door) for _ in range(3)]
    await answered(door, untold, "township")
    await answered(door, told, "township")
    await post(door, "/handovers", "villager", {"id": told, "handed": "signed"}, on=DUE)
    assert await taken(house, door.app, DUE) == 0, "the promised day is not over"
    assert await taken(house, door.app, LATE) == 2, "who was told was told in time"
    assert await take_some(door.app) == 0
    for one in (silent, untold):
        shown = await read(door, one, "villager")
        assert (shown["state"], shown["answer_by_on"], shown["late_on"]) == ("with_county", "2017-11-08", None)
        assert (shown["steps"][-1]["step"], shown["steps"][-1]["role"], shown["steps"][-1]["acted_on"]) == (
            "with_county", "system", LATE,
        )  # fmt: skip
    asked = (await tasks(door, "county", AREAS["county"], on=LATE))["items"]
    assert {(t["id"], t["step"], t["due_on"]) for t in asked} == {
        (one, "county_answered", "2017-11-08") for one in (silent, untold)
    }
    assert (await tasks(door, "township", AREAS["township"], on=LATE))["items"] == []
    assert (await read(door, told, "villager"))["state"] == "told"


async def test_at_the_auditor_it_stays_and_is_marked_once(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await filed(door, matter="officials", about_office="county")
    assert await taken(house, door.app, LATE) == 1
    assert await take_some(door.app) == 0
    shown = await read(door, one, "villager")
    assert (shown["state"], shown["answer_by_on"], shown["late_on"]) == ("with_auditor", DUE, LATE)
    assert [s["step"] for s in shown["steps"]] == ["filed", "late"]
    assert shown["sentence_en"] == f"It lies with the auditor, who was to answer by {DUE} and has not."
    assert shown["sentence_zh"] == f"诉求在监督部门办理，应于 {DUE} 前答复，已逾期。"
    (task,) = (await tasks(door, "auditor", AREAS["auditor"], on=LATE))["items"]
    assert (task["step"], task["due_on"]) == ("auditor_answered", DUE), "it is asked of it all the same"
    await answered(door, one, "auditor", LATE, "inspector")
    shown = await read(door, one, "villager")
    assert shown["late_on"] == LATE, "that it was late is not forgotten"
    assert shown["sentence_en"] == f"The auditor has answered; the answer is handed over by {DUE}."


async def test_office_by_office_up_to_the_auditor(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await filed(door)
    for on, state in ((LATE, "with_county"), (TOO_LATE, "with_auditor"), ("2018-01-10", "with_auditor")):
        assert await taken(house, door.app, on) == 1
        assert (await read(door, one, "villager"))["state"] == state
    shown = await read(door, one, "villager")
    assert [s["step"] for s in shown["steps"]] == ["filed", "with_county", "with_auditor", "late"]


async def test_two_workers_move_it_once(house: House) -> None:
    door = await house.serve("registry", "api")
    all_of_them = [await filed(door) for _ in range(6)]
    await day_comes(house, LATE)
    counts = await asyncio.gather(*(take_some(door.app) for _ in range(4)))
    assert sum(counts) == len(all_of_them)
    steps = await house.rows(
        "registry", "SELECT case_id, count(*) AS n FROM case_step WHERE step LIKE 'with_%' GROUP BY case_id"
    )
    assert {(str(s["case_id"]), s["n"]) for s in steps} == {(one, 1) for one in all_of_them}


async def test_what_a_villager_has_in_hand_is_left_to_him(house: House) -> None:
    door = await house.serve("registry", "api")
    held, other = await filed(door), await filed(door)
    await day_comes(house, LATE)
    pool = door.app.state.pool
    async with db.transaction(pool, db.system_caller("registry")) as connection:
        await connection.execute("SELECT FROM grievance WHERE id = $1 FOR UPDATE", UUID(held))
        assert await take_some(door.app) == 1, "whoever has it in hand is not waited for"
    assert (await read(door, other, "villager"))["state"] == "with_county"
    assert await codes(door, "/escalations", "villager", {"id": held}, on=LATE) == [None]
    assert await take_some(door.app) == 0
    assert await codes(door, "/answers", "township", answering(other), on=LATE) == ["shared.not_found"]


async def test_who_comes_while_the_register_moves_it_finds_it_moved(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await filed(door)
    await day_comes(house, LATE)
    owner = await house.owner("registry")

    async def waits() -> bool:
        return bool(await owner.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))

    act = system_act("registry", date.fromisoformat(LATE))
    async with db.transaction(door.app.state.pool, act.caller) as connection:
        assert await raise_late(connection, act, door.app.state.policy, 10) == 1
        own = asyncio.create_task(codes(door, "/escalations", "villager", {"id": one}, on=LATE))
        await house.settled(waits)
    assert await own == ["registry.grievances.not_overdue"], "he waits for the next office, as everybody does"
    assert [s["step"] for s in (await read(door, one, "villager"))["steps"]] == ["filed", "with_county"]


async def test_the_registers_worker_does_it(house: House) -> None:
    door = await house.serve("registry")
    one = await filed(door)
    await day_comes(house, LATE)

    async def moved() -> bool:
        return bool((await read(door, one, "villager"))["state"] == "with_county")

    await house.settled(moved)


async def test_the_day_is_the_walls_where_no_year_is_played(house: House) -> None:
    door = await house.serve("registry", "api")
    async with db.transaction(door.app.state.pool, db.system_caller("registry")) as connection:
        assert await current_day(connection, "scenario") is None
        assert await current_day(connection, "wall") == today()
    assert await take_some(door.app) == 0
