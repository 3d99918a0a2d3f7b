"""The log, read from its beginning by a reader that belongs to no service."""

import asyncio
import json
from collections.abc import Mapping

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.kafka import ADMIN, kafka_of
from shared.bus.topics import TOPICS
from tests.chaos.checks import Fact
from tests.chaos.system import System

_LOG = 'SELECT topic, key, headers, value FROM log ORDER BY topic, partition, "offset"'
WITHIN_S = 60


def as_fact(topic: str, key: str, headers: Mapping[str, str], value: str) -> Fact:
    return Fact(
        topic, key, int(headers["ce_epoch"]), int(headers["ce_sequence"]), headers["ce_id"], headers["ce_type"],
        headers["ce_businessdate"], json.loads(value),
    )  # fmt: skip


async def read_log(system: System) -> list[Fact]:
    """Every record, those of a partition in their order."""
    return await (_read_kafka(system) if system.bus == "kafka" else _read_postgres(system))


async def _read_postgres(system: System) -> list[Fact]:
    connection = await asyncpg.connect(system.superuser_url("bus"))
    try:
        rows = await connection.fetch(_LOG)
    finally:
        await connection.close()
    return [as_fact(r["topic"], r["key"], json.loads(r["headers"]), r["value"]) for r in rows]


async def _read_kafka(system: System) -> list[Fact]:
    told = kafka_of(system.state).environment(ADMIN)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=told["SHENCHI_KAFKA_SERVERS"], security_protocol=told["SHENCHI_KAFKA_SECURITY"],
        sasl_mechanism=told["SHENCHI_KAFKA_MECHANISM"], sasl_plain_username=told["SHENCHI_KAFKA_USER"],
        sasl_plain_password=told["SHENCHI_KAFKA_PASSWORD"], enable_auto_commit=False, auto_offset_reset="none",
    )  # fmt: skip
    prefix = told.get("SHENCHI_KAFKA_PREFIX", "")
    places = [TopicPartition(prefix + t.name, p) for t in TOPICS.values() for p in range(t.partitions)]
    found: dict[TopicPartition, list[Fact]] = {place: [] for place in places}
    async with asyncio.timeout(WITHIN_S):
        await consumer.start()
        try:
            consumer.assign(places)
            await consumer.seek_to_beginning(*places)
            ends = await consumer.end_offsets(places)
            left = {place for place, end in ends.items() if end}
            while left:
                for place, records in (await consumer.getmany(timeout_ms=500)).items():
                    topic = place.topic.removeprefix(prefix)
                    for r in records:
                        headers = {name: value.decode() for name, value in r.headers}
                        found[place].append(as_fact(topic, r.key.decode(), headers, r.value.decode()))
                positions = {place: await consumer.position(place) for place in left}
                left = {place for place in left if positions[place] < ends[place]}
        finally:
            await consumer.stop()
    return [fact for facts in found.values() for fact in facts]
