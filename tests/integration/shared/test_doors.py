"""What every door promises: the answer follows the commit, an act happens once, nobody sees another's rows."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest

from tests.conftest import OF_LENGTH, House
from tests.integration.shared.conftest import Ground

HOUSEHOLD = (
    "INSERT INTO household (id, division, status, members, has_labour, borrower_age_ok, needs_accessible,"
    " deep_poverty, relocated) VALUES ($1, $2, 'poor', 3, true, true, false, false, false)"
)


@pytest.mark.parametrize("door", ["twice", "swallowed"])
async def test_what_was_not_committed_is_not_answered_with_success(ground: Ground, door: str) -> None:
    finance = await ground.serve(role="api")
    answer = await finance.call("POST", f"/finance/v1/probe/{door}", "county")
    assert (answer.status_code, answer.json()["code"]) == (500, "shared.internal")
    assert await ground.rows("SELECT n FROM probe") == []
    # The connection goes back to the pool clean.
    assert (await finance.call("GET", "/finance/v1/probe/seen", "county")).json() == {"n": 0, "area": None}


async def test_a_write_that_touches_nothing_undoes_the_act(ground: Ground) -> None:
    """Under row-level security the other village's row is not there, and PostgreSQL says so to nobody."""
    owner = await ground.house.owner("finance")
    await owner.execute(HOUSEHOLD, uuid4(), "140927200202")
    finance = await ground.serve(role="api")
    answer = await finance.call("POST", "/finance/v1/probe/moved/140927200202", "village", "140927200201")
    assert answer.status_code == 500
    assert await ground.rows("SELECT n FROM probe") == []
    assert await ground.rows("SELECT status FROM household") == [("poor",)]
    answer = await finance.call("POST", "/finance/v1/probe/moved/140927200202", "village", "140927200202")
    assert answer.status_code == 200
    assert await ground.rows("SELECT n, status FROM probe, household") == [(3, "exited")]


async def test_a_caller_sees_its_area_on_a_connection_that_served_the_county_before(ground: Ground) -> None:
    owner = await ground.house.owner("finance")
    for division in ("140927200201", "140927200202", "140927201201"):
        await owner.execute(HOUSEHOLD, uuid4(), division)
    finance = await ground.serve(role="api", pool_size=1)
    for area, count in (("140927", 3), ("140927200", 2), ("", 0), ("140927200202", 1), ("140928", 0), ("14", 3)):
        answer = await finance.call("GET", "/finance/v1/probe/seen", OF_LENGTH[len(area)], area)
        assert answer.json()["n"] == count, area
        # Nothing of the caller stays on the connection: without a context there are no rows.
        async with finance.app.state.pool.acquire() as connection:
            assert await connection.fetchval("SELECT count(*) FROM household") == 0


async def test_each_reader_sees_its_own_area_on_the_connection_of_the_one_before(ground: Ground) -> None:
    owner = await ground.house.owner("finance")
    for division in ("140927200201", "140927200202", "140927201201"):
        await owner.execute(HOUSEHOLD, uuid4(), division)
    finance = await ground.serve(role="api", pool_size=1)
    for area, count in (("140927", 3), ("140927200", 2), ("", 0), ("140927200202", 1), ("140928", 0), ("14", 3)):
        answer = await finance.call("GET", "/finance/v1/probe/read", OF_LENGTH[len(area)], area)
        assert answer.json() == {"n": count, "area": area if count else None}
    # And whoever acts finds nothing of a reader.
    async with finance.app.state.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM household") == 0


async def test_a_door_that_reads_writes_nothing(ground: Ground) -> None:
    finance = await ground.serve(role="api")
    refused = await finance.call("GET", "/finance/v1/probe/read?write=true", "county")
    assert (refused.status_code, refused.json()["code"]) == (500, "shared.internal")
    assert await ground.rows("SELECT n FROM probe") == []


async def test_the_same_key_and_body_do_it_once_and_answer_the_same(ground: Ground) -> None:
    ground.probe.gate.set()
    finance = await ground.serve(role="api")
    key = {"Idempotency-Key": "claim-1"}
    first = await finance.call("POST", "/finance/v1/probe/once", "county", headers=key, json={"n": 7})
    again = await finance.call("POST", "/finance/v1/probe/once", "county", headers=key, json={"n": 7})
    assert first.status_code == again.status_code == 201
    assert first.json()["n"] == 7
    assert "idempotent-replay" not in first.headers
    assert again.headers["idempotent-replay"] == "true"
    assert first.content == again.content
    assert await ground.rows("SELECT n FROM probe") == [(7,)]
    # The key is the caller's own.
    await finance.call("POST", "/finance/v1/probe/once", "county", subject="li", headers=key, json={"n": 8})
    assert await ground.rows("SELECT n, subject FROM probe ORDER BY n") == [(7, "test-county"), (8, "li")]


async def test_the_same_key_with_another_body_is_refused(ground: Ground) -> None:
    ground.probe.gate.set()
    finance = await ground.serve(role="api")
    key = {"Idempotency-Key": "claim-1"}
    await finance.call("POST", "/finance/v1/probe/once", "county", headers=key, json={"n": 7})
    answer = await finance.call("POST", "/finance/v1/probe/once", "county", headers=key, json={"n": 8})
    assert (answer.status_code, answer.json()["code"]) == (422, "shared.idempotency_body_differs")
    for role, area in (("county", "140928"), ("auditor", "140927")):
        answer = await finance.call(
            "POST", "/finance/v1/probe/once", role, area, subject="test-county", headers=key, json={"n": 7}
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "shared.idempotency_body_differs")
    assert await ground.rows("SELECT n FROM probe") == [(7,)]
    answer = await finance.call("POST", "/finance/v1/probe/once", "county", json={"n": 9})
    assert (answer.status_code, answer.json()["code"]) == (400, "shared.idempotency_key_missing")


async def test_the_same_key_while_it_is_worked_on(ground: Ground) -> None:
    finance = await ground.serve(role="api")
    key = {"Idempotency-Key": "claim-1"}
    first = asyncio.create_task(finance.call("POST", "/finance/v1/probe/once", "county", headers=key, json={"n": 7}))
    await asyncio.wait_for(ground.probe.began.wait(), 10)
    async with asyncio.timeout(10):
        second = await finance.call("POST", "/finance/v1/probe/once", "county", headers=key, json={"n": 7})
    assert (second.status_code, second.json()["code"]) == (409, "shared.idempotency_in_progress")
    ground.probe.gate.set()
    assert (await first).status_code == 201
    assert await ground.rows("SELECT n FROM probe") == [(7,)]


async def test_a_failed_effect_leaves_the_key_free(ground: Ground) -> None:
    ground.probe.gate.set()
    ground.probe.fail = True
    finance = await ground.serve(role="api")
    key = {"Idempotency-Key": "claim-1"}
    failed = await finance.call("POST", "/finance/v1/probe/once", "county", headers=key, json={"n": 7})
    assert failed.status_code == 500
    ground.probe.fail = False
    done = await finance.call("POST", "/finance/v1/probe/once", "county", headers=key, json={"n": 7})
    assert done.status_code == 201
    assert "idempotent-replay" not in done.headers


async def test_a_date_that_is_none_is_an_input_error(ground: Ground) -> None:
    finance = await ground.serve(role="api")
    answer = await finance.call("GET", "/finance/v1/probe/seen", "county", on="2017-02-30")
    assert (answer.status_code, answer.json()["code"]) == (422, "shared.invalid_input")


async def test_no_write_to_business_facts_without_an_actor(house: House) -> None:
    owner = await house.owner("registry")
    values = uuid4(), "no-1", "140927200201"
    insert = (
        "INSERT INTO household (id, household_no, division, status, registered_on) VALUES ($1, $2, $3, 'poor', now())"
    )
    await owner.execute("SELECT set_config('app.subject', '', false)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="without an actor"):
        await owner.execute(insert, *values)
    await owner.execute("SELECT set_config('app.subject', 'zhang', false), set_config('app.role', 'county', false)")
    await owner.execute(insert, *values)
    await owner.execute("UPDATE household SET household_no = 'no-2'")
    written = await house.rows(
        "registry",
        "SELECT subject, role, operation, before ->> 'household_no', after ->> 'household_no' FROM audit ORDER BY id",
    )
    assert [tuple(row) for row in written] == [
        ("zhang", "county", "INSERT", None, "no-1"), ("zhang", "county", "UPDATE", "no-1", "no-2"),
    ]  # fmt: skip


async def test_the_audit_is_written_by_the_trigger_alone(house: House) -> None:
    connection = await asyncpg.connect((await house.settings("registry")).database_url)
    await connection.execute("SELECT set_config('app.role', 'county', false), set_config('app.subject', 'x', false)")
    for attempt in ("DELETE FROM audit", "UPDATE audit SET subject = 'y'", "TRUNCATE audit"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(attempt)
    await connection.close()


@pytest.mark.parametrize("on", ["2001-01-01", "1900-01-01", "0001-01-01", "9999-12-31", "soon", ""])
async def test_a_business_date_that_nobody_can_act_on_is_a_problem(house: House, on: str) -> None:
    for service, path in (("finance", "/finance/v1/policy"), ("registry", "/registry/v1/households")):
        door = await house.serve(service, "api")
        answer = await door.call("GET", path, "county", on=on)
        assert answer.status_code < 500
