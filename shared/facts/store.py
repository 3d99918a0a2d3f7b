"""What a consumer keeps in the service's database: offsets, marks, parked keys. All its SQL."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog
from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY

from shared.bus import Partition
from shared.bus.topics import TOPICS
from shared.data.sql import Connection, execute, fetch, fetch_one, sql
from shared.events.envelope import Envelope, read_envelope
from shared.facts.steps import Key, Mark, StaleError

log = structlog.get_logger()

_LOCK_PARKED = sql("""
    SELECT topic, key FROM parked_key WHERE consumer = :consumer
    AND (topic, key) IN (SELECT * FROM unnest(:topics, :keys)) ORDER BY topic, key FOR UPDATE
""")
_MARKS = sql("""
    SELECT topic, key, epoch, last_sequence FROM applied WHERE consumer = :consumer
    AND (topic, key) IN (SELECT * FROM unnest(:topics, :keys))
""")
_SET_MARKS = sql("""
    INSERT INTO applied (consumer, topic, key, epoch, last_sequence)
    SELECT :consumer, * FROM unnest(:topics, :keys, :epochs, :sequences)
    ON CONFLICT (consumer, topic, key) DO UPDATE
    SET epoch = excluded.epoch, last_sequence = excluded.last_sequence
""")
_PARK = sql("""
    INSERT INTO parked_key (consumer, topic, key, reason, waits_for)
    VALUES (:consumer, :topic, :key, :reason, :waits_for) ON CONFLICT (consumer, topic, key) DO UPDATE
    SET reason = excluded.reason, waits_for = excluded.waits_for, released = false,
    parked_at = clock_timestamp()
""")
_PARK_EVENT = sql("""
    INSERT INTO parked_event (consumer, topic, key, epoch, sequence, headers, value)
    VALUES (:consumer, :topic, :key, :epoch, :sequence, :headers, :value) ON CONFLICT DO NOTHING
""")
_RELEASE_WAITING = sql(
    "UPDATE parked_key SET released = true WHERE consumer = :consumer AND waits_for = ANY(:facts)", facts=ARRAY(Text)
)
_FIRST_PARKED = sql("""
    SELECT headers, value FROM parked_event WHERE consumer = :consumer AND topic = :topic AND key = :key
    ORDER BY epoch, sequence LIMIT 1
""")
_UNPARK_EVENT = sql("""
    DELETE FROM parked_event WHERE consumer = :consumer AND topic = :topic AND key = :key
    AND epoch = :epoch AND sequence = :sequence
""")
_RECORD_DROP = sql("""
    INSERT INTO dropped_event (consumer, topic, key, epoch, sequence, reason, dropped_by)
    VALUES (:consumer, :topic, :key, :epoch, :sequence, :reason, :by)
""")
_UNPARK = sql("DELETE FROM parked_key WHERE consumer = :consumer AND topic = :topic AND key = :key")
_ADVANCE = sql("""
    UPDATE consumer_offset SET next_offset = :next_offset WHERE consumer = :consumer AND topic = :topic
    AND partition = :partition AND next_offset = :expected
""")
_DECLARE_OFFSETS = sql("""
    INSERT INTO consumer_offset (consumer, topic, partition, next_offset)
    SELECT :consumer, t, p, 0 FROM unnest(:topics, :partitions) AS w (t, p) ON CONFLICT DO NOTHING
""")
_REWIND = sql("UPDATE consumer_offset SET next_offset = 0 WHERE consumer = :consumer AND topic = :topic")
_OFFSETS = sql("SELECT topic, partition, next_offset FROM consumer_offset WHERE consumer = :consumer")
_RELEASABLE = sql("""
    SELECT topic, key FROM parked_key WHERE consumer = :consumer AND (released
    OR (waits_for IS NOT NULL AND parked_at < clock_timestamp() - make_interval(secs => :seconds)))
    ORDER BY parked_at LIMIT 100
""")


class Reacts(Protocol):
    """The consumer behind a transaction."""

    name: str

    async def react(self, connection: Connection, events: Sequence[Envelope]) -> None: ...
    def count_parked(self) -> None: ...


class Store:
    """ConsumerTransaction on one asyncpg connection."""

    def __init__(self, connection: Connection, port: Reacts) -> None:
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
            self._connection,
            _SET_MARKS,
            rows=len(keys),
            consumer=self._name,
            **_columns(keys),
            epochs=[marks[k][0] for k in keys],
            sequences=[marks[k][1] for k in keys],
        )

    async def react(self, events: Sequence[Envelope]) -> None:
        await self._port.react(self._connection, events)

    async def park(self, key: Key, reason: str, waits_for: str | None) -> None:
        await execute(
            self._connection,
            _PARK,
            rows=1,
            consumer=self._name,
            topic=key[0],
            key=key[1],
            reason=reason[:500],
            waits_for=waits_for,
        )
        if waits_for is None:
            self._port.count_parked()
        log.warning("key_parked", consumer=self._name, topic=key[0], key=key[1], reason=reason)

    async def park_event(self, event: Envelope) -> None:
        # A record that comes again while it is parked is there already.
        await execute(
            self._connection,
            _PARK_EVENT,
            rows=None,
            consumer=self._name,
            topic=event.topic,
            key=event.key,
            epoch=event.epoch,
            sequence=event.sequence,
            headers=event.headers(),
            value=event.data,
        )

    async def release_waiting(self, facts: Sequence[str]) -> None:
        # Mostly nobody waits.
        await execute(self._connection, _RELEASE_WAITING, rows=None, consumer=self._name, facts=list(facts))

    async def first_parked(self, key: Key) -> Envelope | None:
        row = await fetch_one(self._connection, _FIRST_PARKED, consumer=self._name, topic=key[0], key=key[1])
        return None if row is None else read_envelope(key[0], key[1], row["headers"], row["value"])

    async def unpark_event(self, event: Envelope) -> None:
        await execute(
            self._connection,
            _UNPARK_EVENT,
            rows=1,
            consumer=self._name,
            topic=event.topic,
            key=event.key,
            epoch=event.epoch,
            sequence=event.sequence,
        )

    async def unpark(self, key: Key) -> None:
        await execute(self._connection, _UNPARK, rows=1, consumer=self._name, topic=key[0], key=key[1])

    async def record_drop(self, event: Envelope, reason: str, by: str) -> None:
        await execute(
            self._connection,
            _RECORD_DROP,
            rows=1,
            consumer=self._name,
            topic=event.topic,
            key=event.key,
            epoch=event.epoch,
            sequence=event.sequence,
            reason=reason,
            by=by,
        )

    async def record_passed(self, partition: Partition, offset: int, reason: str, by: str) -> None:
        """Among the dropped, under the partition in the place of a key."""
        await execute(
            self._connection,
            _RECORD_DROP,
            rows=1,
            consumer=self._name,
            topic=partition[0],
            key=f"partition {partition[1]}",
            epoch=0,
            sequence=offset,
            reason=reason,
            by=by,
        )

    async def advance(self, partition: Partition, expected: int, next_offset: int) -> None:
        tag = await self._connection.execute(
            _ADVANCE.text,
            *_ADVANCE.arguments(
                {
                    "consumer": self._name,
                    "topic": partition[0],
                    "partition": partition[1],
                    "expected": expected,
                    "next_offset": next_offset,
                }
            ),
        )
        if tag != "UPDATE 1":
            raise StaleError(f"{partition} has moved on from {expected}")


def _columns(keys: Sequence[Key]) -> dict[str, list[str]]:
    return {"topics": [t for t, _ in keys], "keys": [k for _, k in keys]}


async def read_positions(connection: Connection, consumer: str, topics: Sequence[str]) -> dict[Partition, int]:
    """The consumer's own offset for each partition of the topics; 0 where it has read nothing."""
    places = [(t, p) for t in topics for p in range(TOPICS[t].partitions)]
    await execute(
        connection,
        _DECLARE_OFFSETS,
        rows=None,
        consumer=consumer,
        topics=[t for t, _ in places],
        partitions=[p for _, p in places],
    )
    rows = await fetch(connection, _OFFSETS, consumer=consumer)
    return {(r["topic"], r["partition"]): r["next_offset"] for r in rows if r["topic"] in topics}


async def rewind_offsets(connection: Connection, consumer: str, topic: str) -> int:
    """To the beginning; never to a later place, which would skip."""
    return await execute(connection, _REWIND, rows=None, consumer=consumer, topic=topic)


async def list_releasable(connection: Connection, consumer: str, retry_seconds: int) -> list[Key]:
    """Keys that were released, or have waited for their fact so long that it is worth another try."""
    rows = await fetch(connection, _RELEASABLE, consumer=consumer, seconds=retry_seconds)
    return [(r["topic"], r["key"]) for r in rows]
