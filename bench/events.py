"""Facts on their way: the relay beside a bare INSERT ... SELECT, the consumer beside its bare upsert."""

from itertools import count
from typing import Any

import asyncpg

from bench.ground import Ground, Result, side_by_side
from shared.acts import projection
from shared.bus import Outgoing
from shared.bus.postgres import PostgresPublisher, PostgresReader
from shared.data import db
from shared.data.sql import execute
from shared.events.envelope import Envelope
from shared.events.registry import HouseholdRegistered
from shared.facts.consumer import BATCH, ServiceConsumer
from shared.facts.relay import OutboxRelay, relay_once
from shared.values.ids import uuid7

EVENTS = 6000
TOPIC = HouseholdRegistered.TOPIC
FILL = """
INSERT INTO outbox (topic, key, headers, value) SELECT $1, md5((n % 500)::text), $2::jsonb, $3
FROM generate_series(1, $4) n
"""


def registered() -> HouseholdRegistered:
    return HouseholdRegistered(
        household_id=uuid7(), division="140927200201", status="poor", members=3, has_labour=True,
        borrower_age_ok=True, needs_accessible=False, deep_poverty=False, relocated=False,
    )  # fmt: skip


def envelope(fact: HouseholdRegistered) -> Envelope:
    return Envelope(
        id=str(uuid7()), type=fact.TYPE, source="registry", topic=TOPIC, key=fact.key, epoch=1, sequence=1,
        time="2017-06-01T08:00:00.000000+00:00", business_date="2017-06-01", actor="bench",
        correlation_id=str(uuid7()), causation_id="", data=fact.model_dump_json(),
    )  # fmt: skip


async def bench_relay(ground: Ground) -> Result:
    """The peer copies the same rows within one database and deletes them: the least that could be done."""
    owner = await asyncpg.connect(ground.url("registry_owner", "registry"))
    await db.prepare(owner)
    await owner.execute("CREATE TABLE bench_log (LIKE outbox)")
    sample, topic = envelope(registered()), "registry.village"  # not the one that the consumer reads
    publisher = await PostgresPublisher.lead(ground.url("registry_app", "bus"))
    relay = OutboxRelay(owner, publisher)
    await owner.execute("SELECT set_config('app.subject', 'bench', false)")

    async def fill() -> None:
        await owner.execute("TRUNCATE outbox, outbox_sent, bench_log")
        await owner.execute(FILL, topic, sample.headers(), sample.data, EVENTS)

    async def ours() -> int:
        moved = 0
        while passed := await relay_once(relay):
            moved += passed
        return moved

    async def peer() -> int:
        await owner.execute("INSERT INTO bench_log SELECT * FROM outbox ORDER BY id; DELETE FROM outbox")
        return EVENTS

    result = await side_by_side(
        "relay: outbox to log, moved", "events/s", ours, "INSERT ... SELECT, DELETE", peer, before=fill
    )
    await publisher.close()
    await owner.close()
    return result


async def bench_consumer(ground: Ground) -> Result:
    """The peer writes the same columns with the same statement in the same batches, and knows nothing of events."""
    pool = await db.open_pool(ground.url("finance_app", "finance"), 2)
    reader = PostgresReader(ground.url("finance_app", "bus"), [TOPIC])
    publisher = await PostgresPublisher.lead(ground.url("registry_app", "bus"))
    numbers = count(1)
    waiting: list[HouseholdRegistered] = []

    async def publish() -> None:
        waiting[:] = [registered() for _ in range(EVENTS)]
        for begin in range(0, EVENTS, 1000):
            envelopes = [envelope(fact) for fact in waiting[begin : begin + 1000]]
            await publisher.publish([Outgoing(next(numbers), TOPIC, e.key, e.headers(), e.data) for e in envelopes])

    async def ours() -> int:
        consumer = ServiceConsumer("finance", pool, reader, [TOPIC], projection.REACTIONS)
        positions, applied = await consumer.positions(), 0
        while batches := await reader.fetch(positions, BATCH):
            positions |= await consumer.apply(batches)
            applied += sum(len(records) for records in batches.values())
        return applied

    async def peer() -> int:
        for begin in range(0, EVENTS, BATCH):
            columns = _columns(waiting[begin : begin + BATCH])
            async with db.transaction(pool, db.system_caller("finance")) as connection:
                await execute(connection, projection._UPSERT, rows=len(columns["ids"]), **columns)  # noqa: SLF001
        return EVENTS

    result = await side_by_side(
        "consumer: log to projection, marked", "events/s", ours, "the upsert alone", peer, before=publish
    )
    await publisher.close()
    await reader.close()
    await pool.close()
    return result


def _columns(facts: list[HouseholdRegistered]) -> dict[str, list[Any]]:
    """New households each time, as for the consumer."""
    flags = {name: [getattr(f, name) for f in facts] for name in projection.FLAGS}
    return {
        "ids": [uuid7() for _ in facts], "divisions": [f.division for f in facts],
        "statuses": [f.status for f in facts], "members": [f.members for f in facts], **flags,
    }  # fmt: skip
