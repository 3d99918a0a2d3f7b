"""The consumer on real parts: its own offsets, marks and parked keys in the service's database."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import asyncpg
import structlog
from pydantic import ValidationError
from sqlalchemy import BigInteger, Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared import consumer, db, metrics
from shared.bus import OffsetLostError, Partition, Reader, Record
from shared.bus.topics import TOPICS
from shared.consumer import ConsumerTransaction, Key, Mark, RetryError, StaleError, UnreadableError
from shared.context import Act, system_act
from shared.events import CATALOGUE
from shared.events.envelope import Envelope, read_envelope
from shared.sql import Connection, execute, fetch, fetch_one, sql

log = structlog.get_logger()

# A reaction takes the facts of one type, in order, with the act that stands for each.
Reaction = Callable[[Connection, Sequence[tuple[Act, Any]]], Awaitable[None]]

BATCH = 500
IDLE_SECONDS = (0.01, 0.02, 0.05)
RETRY_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)
WAITING_RETRY_SECONDS = 5
MOST_PARKED_A_MINUTE = 100
CONSUMER_LOCK = 7_406_532

_LOCK_PARKED = sql(
    "SELECT topic, key FROM parked_key WHERE consumer = :consumer"
    " AND (topic, key) IN (SELECT * FROM unnest(:topics, :keys)) ORDER BY topic, key FOR UPDATE",
    consumer=Text, topics=ARRAY(Text), keys=ARRAY(Text),
)  # fmt: skip
_MARKS = sql(
    "SELECT topic, key, epoch, last_sequence FROM applied WHERE consumer = :consumer"
    " AND (topic, key) IN (SELECT * FROM unnest(:topics, :keys))",
    consumer=Text, topics=ARRAY(Text), keys=ARRAY(Text),
)  # fmt: skip
_SET_MARKS = sql(
    "INSERT INTO applied (consumer, topic, key, epoch, last_sequence)"
    " SELECT :consumer, * FROM unnest(:topics, :keys, :epochs, :sequences)"
    " ON CONFLICT (consumer, topic, key) DO UPDATE"
    " SET epoch = excluded.epoch, last_sequence = excluded.last_sequence",
    consumer=Text, topics=ARRAY(Text), keys=ARRAY(Text), epochs=ARRAY(BigInteger), sequences=ARRAY(BigInteger),
)  # fmt: skip
_PARK = sql(
    "INSERT INTO parked_key (consumer, topic, key, reason, waits_for)"
    " VALUES (:consumer, :topic, :key, :reason, :waits_for) ON CONFLICT (consumer, topic, key) DO UPDATE"
    " SET reason = excluded.reason, waits_for = excluded.waits_for, released = false,"
    " parked_at = clock_timestamp()",
    consumer=Text, topic=Text, key=Text, reason=Text, waits_for=Text,
)  # fmt: skip
_PARK_EVENT = sql(
    "INSERT INTO parked_event (consumer, topic, key, epoch, sequence, headers, value)"
    " VALUES (:consumer, :topic, :key, :epoch, :sequence, :headers, :value) ON CONFLICT DO NOTHING",
    consumer=Text, topic=Text, key=Text, epoch=BigInteger, sequence=BigInteger, headers=JSONB, value=Text,
)  # fmt: skip
_RELEASE_WAITING = sql(
    "UPDATE parked_key SET released = true WHERE consumer = :consumer AND waits_for = ANY(:facts)",
    consumer=Text, facts=ARRAY(Text),
)  # fmt: skip
_FIRST_PARKED = sql(
    "SELECT headers, value FROM parked_event WHERE consumer = :consumer AND topic = :topic AND key = :key"
    " ORDER BY epoch, sequence LIMIT 1",
    consumer=Text, topic=Text, key=Text,
)  # fmt: skip
_UNPARK_EVENT = sql(
    "DELETE FROM parked_event WHERE consumer = :consumer AND topic = :topic AND key = :key"
    " AND epoch = :epoch AND sequence = :sequence",
    consumer=Text, topic=Text, key=Text, epoch=BigInteger, sequence=BigInteger,
)  # fmt: skip
_RECORD_DROP = sql(
    "INSERT INTO dropped_event (consumer, topic, key, epoch, sequence, reason, dropped_by)"
    " VALUES (:consumer, :topic, :key, :epoch, :sequence, :reason, :by)",
    consumer=Text, topic=Text, key=Text, epoch=BigInteger, sequence=BigInteger, reason=Text, by=Text,
)  # fmt: skip
_UNPARK = sql(
    "DELETE FROM parked_key WHERE consumer = :consumer AND topic = :topic AND key = :key",
    consumer=Text, topic=Text, key=Text,
)  # fmt: skip
_ADVANCE = sql(
    "UPDATE consumer_offset SET next_offset = :next_offset WHERE consumer = :consumer AND topic = :topic"
    " AND partition = :partition AND next_offset = :expected",
    consumer=Text, topic=Text, partition=Integer, next_offset=BigInteger, expected=BigInteger,
)  # fmt: skip
_DECLARE_OFFSET = sql(
    "INSERT INTO consumer_offset (consumer, topic, partition, next_offset)"
    " VALUES (:consumer, :topic, :partition, 0) ON CONFLICT DO NOTHING",
    consumer=Text, topic=Text, partition=Integer,
)  # fmt: skip
_OFFSETS = sql("SELECT topic, partition, next_offset FROM consumer_offset WHERE consumer = :consumer", consumer=Text)
_RELEASABLE = sql(
    "SELECT topic, key FROM parked_key WHERE consumer = :consumer AND (released"
    " OR (waits_for IS NOT NULL AND parked_at < clock_timestamp() - make_interval(secs => :seconds)))"
    " ORDER BY parked_at LIMIT 100",
    consumer=Text, seconds=Integer,
)  # fmt: skip


class _Transaction:
    """ConsumerTransaction on one asyncpg connection."""

    def __init__(self, connection: Connection, port: "ServiceConsumer") -> None:
        self._connection = connection
        self._port = port
        self._name = port.name

    async def lock_parked(self, keys: Sequence[Key]) -> set[Key]:
        rows = await fetch(self._connection, _LOCK_PARKED, consumer=self._name, **_columns(keys))
        return {(r["topic"], r["key"]) for r in rows}

    async def marks(self, keys: Sequence[Key]) -> Mapping[Key, Mark]:
        rows = await fetch(self._connection, _MARKS, consumer=self._name, **_columns(keys))
        return {(r["topic"], r["key"]): (r["epoch"], r["last_sequence"]) for r in rows}

    async def set_marks(self, marks: Mapping[Key, Mark]) -> None:
        keys = sorted(marks)
        await execute(
            self._connection, _SET_MARKS, rows=len(keys), consumer=self._name, **_columns(keys),
            epochs=[marks[k][0] for k in keys], sequences=[marks[k][1] for k in keys],
        )  # fmt: skip

    async def react(self, events: Sequence[Envelope]) -> None:
        await self._port.react(self._connection, events)

    async def park(self, key: Key, reason: str, waits_for: str | None) -> None:
        await execute(
            self._connection, _PARK, rows=1, consumer=self._name, topic=key[0], key=key[1], reason=reason[:500],
            waits_for=waits_for,
        )  # fmt: skip
        if waits_for is None:
            self._port.count_parked()
        log.warning("key_parked", consumer=self._name, topic=key[0], key=key[1], reason=reason)

    async def park_event(self, event: Envelope) -> None:
        # A record that comes again while it is parked is there already.
        await execute(
            self._connection, _PARK_EVENT, rows=None, consumer=self._name, topic=event.topic, key=event.key,
            epoch=event.epoch, sequence=event.sequence, headers=event.headers(), value=event.data,
        )  # fmt: skip

    async def release_waiting(self, facts: Sequence[str]) -> None:
        # Mostly nobody waits.
        await execute(self._connection, _RELEASE_WAITING, rows=None, consumer=self._name, facts=list(facts))

    async def first_parked(self, key: Key) -> Envelope | None:
        row = await fetch_one(self._connection, _FIRST_PARKED, consumer=self._name, topic=key[0], key=key[1])
        return None if row is None else read_envelope(key[0], key[1], row["headers"], row["value"])

    async def unpark_event(self, event: Envelope) -> None:
        await execute(
            self._connection, _UNPARK_EVENT, rows=1, consumer=self._name, topic=event.topic, key=event.key,
            epoch=event.epoch, sequence=event.sequence,
        )  # fmt: skip

    async def unpark(self, key: Key) -> None:
        await execute(self._connection, _UNPARK, rows=1, consumer=self._name, topic=key[0], key=key[1])

    async def record_drop(self, event: Envelope, reason: str, by: str) -> None:
        await execute(
            self._connection, _RECORD_DROP, rows=1, consumer=self._name, topic=event.topic, key=event.key,
            epoch=event.epoch, sequence=event.sequence, reason=reason, by=by,
        )  # fmt: skip

    async def advance(self, partition: Partition, expected: int, next_offset: int) -> None:
        tag = await self._connection.execute(
            _ADVANCE.text,
            *_ADVANCE.arguments(
                {
                    "consumer": self._name, "topic": partition[0], "partition": partition[1],
                    "expected": expected, "next_offset": next_offset,
                }
            ),
        )  # fmt: skip
        if tag != "UPDATE 1":
            raise StaleError(f"{partition} has moved on from {expected}")


def _columns(keys: Sequence[Key]) -> dict[str, list[str]]:
    return {"topics": [t for t, _ in keys], "keys": [k for _, k in keys]}


class ServiceConsumer:
    """All topics of one service, by one process at a time."""

    def __init__(
        self,
        name: str,
        pool: db.Pool,
        reader: Reader,
        topics: Sequence[str],
        reactions: Mapping[str, Reaction],
    ) -> None:
        self.name = name
        self._pool = pool
        self._reader = reader
        self._topics = list(topics)
        self._reactions = reactions
        self._parked_at: list[float] = []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[ConsumerTransaction]:
        async with db.transaction(self._pool, db.system_caller(self.name)) as connection:
            yield _Transaction(connection, self)

    def read(self, record: Record) -> Envelope:
        where = f"{record.topic}[{record.partition}]@{record.offset}"
        try:
            envelope = read_envelope(record.topic, record.key, record.headers, record.value)
        except (KeyError, ValueError) as error:
            raise UnreadableError(where) from error
        if envelope.source != TOPICS[record.topic].writer:
            raise UnreadableError(f"{where} comes from {envelope.source}")
        return envelope

    def is_transient(self, error: Exception) -> bool:
        return isinstance(error, (RetryError, *db.TRANSIENT))

    def count_parked(self) -> None:
        """Many keys found poisonous within a minute mean that we are wrong, not they: stop. Waiting is no fault."""
        now = time.monotonic()
        self._parked_at = [t for t in self._parked_at if now - t < 60] + [now]
        if len(self._parked_at) > MOST_PARKED_A_MINUTE:
            raise UnreadableError(f"{MOST_PARKED_A_MINUTE} keys parked within a minute")

    async def react(self, connection: Connection, events: Sequence[Envelope]) -> None:
        """Call the reaction of one type. Types without one are read past; their marks advance all the same."""
        kind = events[0].type
        reaction, payload = self._reactions.get(kind), CATALOGUE.get(kind)
        if reaction is None or payload is None:
            return
        try:
            facts = [
                (
                    system_act(self.name, date.fromisoformat(e.business_date), e.id, e),
                    payload.model_validate(json.loads(e.data)),
                )
                for e in events
            ]
        except (ValidationError, ValueError) as error:
            raise ValueError(f"{kind} does not fit its contract") from error
        await reaction(connection, facts)
        metrics.EVENTS_APPLIED.labels(self.name, kind).inc(len(events))

    async def positions(self) -> dict[Partition, int]:
        async with db.transaction(self._pool, db.system_caller(self.name)) as connection:
            for topic in self._topics:
                for partition in range(TOPICS[topic].partitions):
                    await execute(
                        connection, _DECLARE_OFFSET, rows=None, consumer=self.name, topic=topic,
                        partition=partition,
                    )  # fmt: skip
            rows = await fetch(connection, _OFFSETS, consumer=self.name)
        return {(r["topic"], r["partition"]): r["next_offset"] for r in rows if r["topic"] in self._topics}

    async def release(self, *, waiting_too: bool) -> None:
        """Apply what released keys hold, one event per transaction."""
        async with db.transaction(self._pool, db.system_caller(self.name)) as connection:
            seconds = WAITING_RETRY_SECONDS if waiting_too else 1_000_000_000
            keys = await fetch(connection, _RELEASABLE, consumer=self.name, seconds=seconds)
        for row in keys:
            while await consumer.release_one(self, (row["topic"], row["key"])):
                pass

    async def lag(self) -> dict[str, int]:
        """Records behind, per topic."""
        positions, ends = await self.positions(), await self._reader.ends(self._topics)
        behind = dict.fromkeys(self._topics, 0)
        for partition, end in ends.items():
            behind[partition[0]] += end - positions.get(partition, 0)
        return behind

    async def run(self) -> None:
        """Consume for ever, one process at a time; a partition that stops does not stop the others."""
        while True:
            try:
                async with _only_one(self._pool):
                    await self._consume(await self.positions())
            except db.TRANSIENT as error:
                log.warning("consumer_interrupted", consumer=self.name, error=type(error).__name__)
            except OffsetLostError as error:
                log.error("offset_lost", consumer=self.name, error=str(error))
            except Exception as error:
                log.error("consumer_failed", consumer=self.name, exc_info=error)
            await asyncio.sleep(1)

    async def _consume(self, positions: dict[Partition, int]) -> None:
        failures: dict[Partition, int] = {}
        resume_at: dict[Partition, float] = {}
        idle, released_at = 0, 0.0
        while True:
            now = time.monotonic()
            ready = {p: o for p, o in positions.items() if resume_at.get(p, 0) <= now}
            batches = await self._reader.fetch(ready, BATCH) if ready else {}
            for partition, records in batches.items():
                try:
                    positions[partition] = await consumer.consume_batch(self, partition, records)
                    failures.pop(partition, None)
                except RetryError as error:
                    count = failures[partition] = failures.get(partition, 0) + 1
                    resume_at[partition] = now + RETRY_SECONDS[min(count, len(RETRY_SECONDS)) - 1]
                    positions[partition] = (await self.positions())[partition]
                    log.warning("partition_waits", partition=partition, error=str(error))
                except StaleError:
                    positions[partition] = (await self.positions())[partition]
                except UnreadableError as error:
                    resume_at[partition] = now + 60
                    positions[partition] = (await self.positions())[partition]
                    log.error("partition_stopped", partition=partition, error=str(error))
            if now - released_at > 1:
                await self.release(waiting_too=True)
                released_at = now
            idle = 0 if batches else min(idle + 1, len(IDLE_SECONDS) - 1)
            if not batches:
                await asyncio.sleep(IDLE_SECONDS[idle])


@asynccontextmanager
async def _only_one(pool: db.Pool) -> AsyncIterator[None]:
    """Hold the consumers' lock on a connection taken out of the pool for that long."""
    async with pool.acquire() as connection:
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", CONSUMER_LOCK):
            await asyncio.sleep(1)
        try:
            yield
        finally:
            if not connection.is_closed():
                try:
                    await connection.execute("SELECT pg_advisory_unlock($1)", CONSUMER_LOCK)
                except (asyncpg.PostgresError, asyncpg.InterfaceError):
                    log.debug("lock_gone_with_connection")
