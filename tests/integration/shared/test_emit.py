"""Many facts of one act: numbered per aggregate, in the order given, each with all its attributes."""

import asyncio
import json
from datetime import date
from uuid import UUID, uuid4

import pytest

from shared.data.db import open_pool, transaction
from shared.events.envelope import read_envelope
from shared.events.registry import HouseholdRemoved, VillageExited
from shared.facts import outbox
from shared.facts.outbox import LARGEST_VALUE_BYTES, emit
from shared.ground.context import Act, Caller
from tests.conftest import House

VILLAGE = "140927200201"


def removed(household_id: UUID, reason: str) -> HouseholdRemoved:
    return HouseholdRemoved(
        household_id=household_id, division=VILLAGE, reason=reason, removed_on=date(2017, 6, 1)
    )  # fmt: skip


async def test_facts_in_slices_stay_in_order(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "SLICE", 3)
    pool = await open_pool((await house.settings("registry")).database_url, 1)
    act = Act(Caller("clerk", "county", "140927"), date(2017, 6, 1), uuid4(), "cause", traceparent="00-a-b-01")
    one, two = uuid4(), uuid4()
    village = VillageExited(
        division=VILLAGE, exited_on=date(2017, 6, 1), poor_people=1, rural_people=100, decision_id=uuid4()
    )
    facts = [removed(one, "a"), removed(two, "b"), village, removed(one, "c"), village, removed(one, "d"), village]
    for _ in range(2):
        async with transaction(pool, act.caller) as connection:
            await emit(connection, act, "registry", facts)
    await pool.close()
    rows = await house.rows("registry", "SELECT topic, key, headers::text AS headers, value FROM outbox ORDER BY id")
    read = [read_envelope(r["topic"], r["key"], json.loads(r["headers"]), r["value"]) for r in rows]
    assert [(e.type, e.key, e.data) for e in read] == [(f.TYPE, f.key, f.model_dump_json()) for f in facts * 2]
    assert [e.sequence for e in read] == [1, 1, 1, 2, 2, 3, 3, 4, 2, 4, 5, 5, 6, 6]
    assert len({e.id for e in read}) == len(read)
    shared = {
        (e.source, e.epoch, e.business_date, e.actor, e.correlation_id, e.causation_id, e.traceparent) for e in read
    }
    assert shared == {("registry", 1, "2017-06-01", "clerk", str(act.correlation_id), "cause", "00-a-b-01")}
    for row, envelope in zip(rows, read, strict=True):
        assert json.loads(row["headers"]) == envelope.headers()


async def test_a_fact_that_is_too_large_is_not_emitted(house: House) -> None:
    pool = await open_pool((await house.settings("registry")).database_url, 1)
    act = Act(Caller("clerk", "county", "140927"), date(2017, 6, 1))
    with pytest.raises(ValueError, match="larger than"):
        async with transaction(pool, act.caller) as connection:
            await emit(connection, act, "registry", [removed(uuid4(), "字" * (LARGEST_VALUE_BYTES // 3))])
    await pool.close()
    assert await house.rows("registry", "SELECT 1 FROM outbox") == []


async def test_ids_of_the_outbox_rise_with_sequences_where_acts_wait_for_one_another(house: House) -> None:
    """The relay sends by id: an act that waited for an aggregate must not have drawn its ids before."""
    one, two = (removed(uuid4(), r) for r in "ab")
    act = Act(Caller("clerk", "county", "140927"), date(2017, 6, 1))
    pool = await open_pool((await house.settings("registry")).database_url, 2)

    async def second() -> None:
        async with transaction(pool, act.caller) as connection:
            await emit(connection, act, "registry", [two, one])

    async def waiting() -> bool:
        waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'"
        return bool(await house.admin.fetchval(waits, await house.database("registry")))

    async with transaction(pool, act.caller) as connection:
        await emit(connection, act, "registry", [one])
        waits = asyncio.create_task(second())
        await house.settled(waiting)
        await emit(connection, act, "registry", [one])
    await waits
    await pool.close()
    sent = "SELECT key, (headers ->> 'ce_sequence')::int AS sequence FROM outbox ORDER BY id"
    rows = [(r["key"], r["sequence"]) for r in await house.rows("registry", sent)]
    assert rows == [(one.key, 1), (one.key, 2), (two.key, 1), (one.key, 3)]
