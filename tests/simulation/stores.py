"""What the steps touch: an outbox whose commits come late, a log that duplicates, a database with row locks."""

import random
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from shared.bus import Outgoing, Partition, Record
from shared.bus.partition import partition_of
from shared.events.envelope import Envelope, read_envelope
from shared.facts.steps import Key, Mark, StaleError, WaitError, place
from tests.simulation.scheduler import step

PARTITIONS = 2


class TransientError(Exception):
    """The database or the log went away for a moment."""


@dataclass
class Producer:
    """A service's database as far as its outbox goes. Ids are taken before the commit that shows them."""

    topic: str
    rng: random.Random
    locks: dict[str, object] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    outbox: dict[int, tuple[int, Outgoing]] = field(default_factory=dict)
    sent: dict[int, Outgoing] = field(default_factory=dict)
    committed: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    next_id: int = 1
    next_xid: int = 1
    epoch: int = 1
    life: int = 1  # what a restore should make of the epoch; facts are named by it

    async def act(self, keys: Sequence[str]) -> None:
        """One business act on several aggregates: lock, number, lay into the outbox, commit or not."""
        me = object()
        xid, self.next_xid = self.next_xid, self.next_xid + 1
        await step()
        for key in sorted(keys):
            while self.locks.get(key, me) is not me:
                await step()
            self.locks[key] = me
        rows = []
        for key in sorted(keys):
            sequence = self.sequences[key] + 1
            headers = _headers(self, key, sequence)
            rows.append((key, sequence, Outgoing(self.next_id, self.topic, key, headers, "{}")))
            self.next_id += 1
            await step()
        if self.rng.random() < 0.9:
            for key, sequence, row in rows:
                self.sequences[key] = sequence
                self.outbox[row.id] = xid, row
                self.committed[key].append(sequence)
        for key in keys:
            del self.locks[key]


def _headers(producer: Producer, key: str, sequence: int) -> dict[str, str]:
    return Envelope(
        id=f"{producer.topic}/{key}#{producer.life}.{sequence}", type="fact", source="sim", topic=producer.topic,
        key=key, epoch=producer.epoch, sequence=sequence, time="", business_date="2017-01-01", actor="",
        correlation_id="", causation_id="", data="{}",
    ).headers()  # fmt: skip


@dataclass
class Log:
    """Kafka-like at its worst: rows go one by one, an acknowledgement may be lost, a zombie may still write."""

    rng: random.Random
    partitions: dict[Partition, list[Record]] = field(default_factory=lambda: defaultdict(list))

    def append(self, row: Outgoing) -> None:
        partition = row.topic, partition_of(row.key, PARTITIONS)
        log = self.partitions[partition]
        log.append(Record(row.topic, partition[1], len(log), row.key, row.headers, row.value))


@dataclass
class RelayStore:
    """RelayPort on the simulated outbox and log."""

    producer: Producer
    log: Log
    trouble: list[float]

    async def oldest(self, limit: int) -> Sequence[Outgoing]:
        await step()
        return [row for _, (_, row) in sorted(self.producer.outbox.items())][:limit]

    async def publish(self, rows: Sequence[Outgoing]) -> Sequence[int]:
        acknowledged = []
        for row in rows:
            await step()
            if self.log.rng.random() < self.trouble[0]:
                if self.log.rng.random() < 0.5:
                    self.log.append(row)  # durable, but the acknowledgement was lost
                break
            self.log.append(row)
            acknowledged.append(row.id)
        return acknowledged

    async def move(self, ids: Sequence[int]) -> None:
        await step()
        for one in ids:
            # A zombie's late move finds the row gone: real PostgreSQL deletes nothing, and says so.
            if one in self.producer.outbox:
                self.producer.sent[one] = self.producer.outbox.pop(one)[1]


@dataclass
class Database:
    """The consumer's database: committed tables, and row locks held by transactions."""

    offsets: dict[Partition, int] = field(default_factory=dict)
    marks: dict[Key, Mark] = field(default_factory=dict)
    parked: dict[Key, tuple[str, str | None, bool]] = field(default_factory=dict)
    parked_events: dict[tuple[Key, int, int], Envelope] = field(default_factory=dict)
    effects: dict[Key, list[int]] = field(default_factory=lambda: defaultdict(list))
    dropped: set[tuple[Key, int]] = field(default_factory=set)
    locks: dict[Any, object] = field(default_factory=dict)


class Transaction:
    """ConsumerTransaction: reads what is committed and its own writes; writes become visible at commit."""

    def __init__(self, store: "ConsumerStore") -> None:
        self.store, self.db = store, store.db
        self.held: set[Any] = set()
        self.writes: list[Any] = []
        self.own_marks: dict[Key, Mark] = {}

    async def lock(self, what: Any) -> None:
        waits = 0
        while self.db.locks.get(what, self) is not self:
            waits += 1
            if waits > 200:
                raise TransientError("deadlock")
            await step()
        self.db.locks[what] = self
        self.held.add(what)

    def finish(self, *, commit: bool) -> None:
        if commit:
            for write in self.writes:
                write()
        for what in self.held:
            del self.db.locks[what]

    async def lock_parked(self, keys: Sequence[Key]) -> set[Key]:
        await step()
        found = set()
        for key in keys:
            if key in self.db.parked:
                await self.lock(("parked", key))
                if key in self.db.parked:  # its row may be gone once we hold the lock
                    found.add(key)
        return found

    async def marks(self, keys: Sequence[Key]) -> Mapping[Key, Mark]:
        await step()
        return {k: m for k in keys if (m := self.own_marks.get(k, self.db.marks.get(k))) is not None}

    async def set_marks(self, marks: Mapping[Key, Mark]) -> None:
        await step()
        for key in sorted(marks):
            await self.lock(("mark", key))
        self.own_marks |= marks
        self.writes.append(lambda: self.db.marks.update(marks))

    async def react(self, events: Sequence[Envelope]) -> None:
        for event in events:
            await step()
            self.store.judge(event)
            self.writes.append(lambda e=event: self.db.effects[place(e)].append(e.sequence))

    async def park(self, key: Key, reason: str, waits_for: str | None) -> None:
        await self.lock(("parked", key))
        self.writes.append(lambda: self.db.parked.update({key: (reason, waits_for, False)}))

    async def park_event(self, event: Envelope) -> None:
        await step()
        where = place(event), event.epoch, event.sequence
        self.writes.append(lambda: self.db.parked_events.setdefault(where, event))

    async def release_waiting(self, facts: Sequence[str]) -> None:
        await step()

        def release() -> None:
            for key, (reason, fact, _) in self.db.parked.items():
                if fact in facts:
                    self.db.parked[key] = reason, fact, True

        self.writes.append(release)

    async def first_parked(self, key: Key) -> Envelope | None:
        await step()
        mine = sorted(where for where in self.db.parked_events if where[0] == key)
        return self.db.parked_events[mine[0]] if mine else None

    async def unpark_event(self, event: Envelope) -> None:
        await step()
        self.writes.append(lambda: self.db.parked_events.pop((place(event), event.epoch, event.sequence)))

    async def unpark(self, key: Key) -> None:
        await step()
        self.writes.append(lambda: self.db.parked.pop(key))

    async def record_drop(self, event: Envelope, reason: str, by: str) -> None:
        await step()
        self.writes.append(lambda: self.db.dropped.add((place(event), event.sequence)))

    async def advance(self, partition: Partition, expected: int, next_offset: int) -> None:
        await self.lock(("offset", partition))
        if self.db.offsets[partition] != expected:
            raise StaleError
        self.writes.append(lambda: self.db.offsets.update({partition: next_offset}))


class ConsumerStore:
    """ConsumerPort with a handler that fails as the seed says."""

    transaction_type = Transaction

    def __init__(self, db: Database, rng: random.Random, trouble: list[float]) -> None:
        self.db, self.rng, self.trouble = db, rng, trouble
        self.poison: set[tuple[Key, int]] = set()
        self.waits: dict[tuple[Key, int], Key] = {}

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        tx = self.transaction_type(self)
        try:
            yield tx
            await step()
        except BaseException:
            tx.finish(commit=False)
            raise
        tx.finish(commit=True)

    def read(self, record: Record) -> Envelope:
        return read_envelope(record.topic, record.key, record.headers, record.value)

    def is_transient(self, error: Exception) -> bool:
        return isinstance(error, TransientError)

    def judge(self, event: Envelope) -> None:
        """Poison fails until it is cured; a waiter fails until its fact is there; anything may fail for a moment."""
        if self.rng.random() < self.trouble[0]:
            raise TransientError
        me = place(event), event.sequence
        if me in self.poison:
            raise ValueError("poison")
        fact = self.waits.get(me)
        if fact is not None and fact not in self.db.marks:
            raise WaitError("/".join(fact))
