"""The same over a real Kafka: the relay beside a bare producer, the consumer beside a bare reader."""

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.events import envelope, registered
from bench.ground import Ground, Result, side_by_side
from deploy.local.kafka import ADMIN, Kafka
from deploy.local.ports import free_port
from shared.acts import projection
from shared.bus import Outgoing
from shared.bus.admin import SUBSCRIBERS, declare
from shared.bus.kafka import KafkaPublisher, KafkaReader, client_settings
from shared.bus.topics import TOPICS, WRITERS
from shared.data import db
from shared.data.sql import Connection
from shared.events.registry import HouseholdRegistered
from shared.facts.consumer import BATCH, Reaction, ServiceConsumer
from shared.facts.relay import OutboxRelay, relay_once
from shared.ground.context import Act

EVENTS = 20_000
TOPIC = HouseholdRegistered.TOPIC
FILL = """
INSERT INTO outbox (topic, key, headers, value) SELECT $1, k, jsonb_set($2::jsonb, '{ce_partitionkey}', to_jsonb(k)), $3
FROM (SELECT md5((n % 5000)::text) AS k FROM generate_series(1, $4) n) w
"""


@asynccontextmanager
async def broker() -> AsyncIterator[Kafka]:
    """A throw-away Kafka with the topics of the house."""
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        users = {user: secrets.token_hex(8) for user in (ADMIN, SUBSCRIBERS, *WRITERS)}
        kafka = Kafka(folder / "kafka", port, free_port(taken={port}), users, folder / "kafka.log")
        try:
            await kafka.start()
            await asyncio.to_thread(declare, kafka.settings(ADMIN))
            yield kafka
        finally:
            await kafka.stop()


async def bench_kafka_relay(ground: Ground, kafka: Kafka) -> Result:
    """The peer sends the same payloads with the client's own `send` and waits for all acknowledgements: no table."""
    owner = await asyncpg.connect(ground.url("registry_owner", "registry"))
    await db.prepare(owner)
    await owner.execute("SELECT set_config('app.subject', 'bench', false)")
    publisher = await KafkaPublisher.lead(kafka.settings("registry"))
    relay = OutboxRelay(owner, publisher)
    sample = envelope(registered())
    bare = AIOKafkaProducer(**client_settings(kafka.settings("registry")), enable_idempotence=True, acks="all")
    await bare.start()
    rows: list[Any] = []

    async def fill() -> None:
        await owner.execute("TRUNCATE outbox, outbox_sent")
        await owner.execute(FILL, TOPIC, sample.headers(), sample.data, EVENTS)
        rows[:] = await owner.fetch("SELECT key, headers, value FROM outbox ORDER BY id")

    async def ours() -> int:
        moved = 0
        while passed := await relay_once(relay):
            moved += passed
        return moved

    async def peer() -> int:
        sent = [
            await bare.send(
                TOPIC, row["value"].encode(), row["key"].encode(),
                headers=[(name, value.encode()) for name, value in row["headers"].items()],
            )
            for row in rows
        ]  # fmt: skip
        await asyncio.gather(*sent)
        return len(sent)

    name, peer_name = "relay: outbox to Kafka, moved", "a bare idempotent producer"
    result = await side_by_side(name, "events/s", ours, peer_name, peer, before=fill)
    await bare.stop()
    await publisher.close()
    await owner.close()
    return result


async def _one_by_one(connection: Connection, facts: Sequence[tuple[Act, Any]]) -> None:
    for fact in facts:
        await projection.REACTIONS[HouseholdRegistered.TYPE](connection, [fact])


async def bench_kafka_consumer(ground: Ground, kafka: Kafka) -> list[Result]:
    """The peer fetches the same records and throws them away."""
    one_by_one: dict[str, Reaction] = {HouseholdRegistered.TYPE: _one_by_one}
    kinds = {"set-based": projection.REACTIONS, "one call per event": one_by_one}
    return [await _consumer(ground, kafka, name, reactions) for name, reactions in kinds.items()]


async def _consumer(ground: Ground, kafka: Kafka, name: str, reactions: dict[str, Reaction]) -> Result:
    pool = await db.open_pool(ground.url("finance_app", "finance"), 8)
    reader = KafkaReader(kafka.settings("finance"), [TOPIC])
    publisher = await KafkaPublisher.lead(kafka.settings("registry"))
    consumer = ServiceConsumer("finance", pool, reader, [TOPIC], reactions)
    bare = AIOKafkaConsumer(**client_settings(kafka.settings("finance")), auto_offset_reset="none")
    await bare.start()
    places = [TopicPartition(TOPIC, p) for p in range(TOPICS[TOPIC].partitions)]
    bare.assign(places)
    numbers = count(1)
    owner = await asyncpg.connect(ground.url("finance_owner", "finance"))
    await owner.execute("SELECT set_config('app.subject', 'bench', false)")

    async def publish() -> None:
        """Behind what is there; both begin where it begins."""
        begins = await reader.ends([TOPIC])
        await consumer.positions()
        for (topic, partition), offset in begins.items():
            await owner.execute(
                "UPDATE consumer_offset SET next_offset = $3 WHERE topic = $1 AND partition = $2",
                topic, partition, offset,
            )  # fmt: skip
            bare.seek(TopicPartition(topic, partition), offset)
        for _ in range(0, EVENTS, 1000):
            envelopes = [envelope(registered()) for _ in range(1000)]
            await publisher.publish([Outgoing(next(numbers), TOPIC, e.key, e.headers(), e.data) for e in envelopes])

    async def ours() -> int:
        positions, applied = await consumer.positions(), 0
        while applied < EVENTS:
            batches = await reader.fetch(positions, BATCH, 0.5)
            positions |= await consumer.apply(batches)
            applied += sum(len(records) for records in batches.values())
        return applied

    async def peer() -> int:
        read = 0
        while read < EVENTS:
            read += sum(len(records) for records in (await bare.getmany(timeout_ms=500)).values())
        return read

    title, peer_name = f"consumer: Kafka to projection, {name}", "a bare reader"
    result = await side_by_side(title, "events/s", ours, peer_name, peer, before=publish, rounds=2)
    await bare.stop()
    await publisher.close()
    await reader.close()
    await owner.close()
    await pool.close()
    return result
