"""One schedule: producers act, relays and consumers run and die, then everything drains and is compared."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from shared.bus import Partition
from shared.facts import relay, steps
from shared.facts.steps import Key, RetryError, StaleError
from tests.simulation.scheduler import Scheduler, step
from tests.simulation.stores import PARTITIONS, ConsumerStore, Database, Log, Producer, RelayStore, TransientError

KEYS = ("a", "b", "c", "d")
ACTS = 12
MOST_STEPS = 40_000


class ViolationError(AssertionError):
    """The schedule lost, doubled or reordered a fact."""


@dataclass(frozen=True)
class Parts:
    """The code under test; a mutant replaces one part."""

    relay_once: Callable[..., Any] = relay.relay_once
    consume_batch: Callable[..., Any] = steps.consume_batch
    release_one: Callable[..., Any] = steps.release_one
    drop_one: Callable[..., Any] = steps.drop_one
    relay_store: type[RelayStore] = RelayStore
    consumer_store: type[ConsumerStore] = ConsumerStore
    handlers_fail: bool = True
    first_offset: Callable[[Log, Partition], int] = field(default=lambda _log, _partition: 0)


class Schedule:
    """Two producers (topics `x`, `y`) and one consumer of both."""

    def __init__(self, seed: int, parts: Parts) -> None:
        self.rng = random.Random(seed)
        self.parts = parts
        self.trouble = [0.08]
        self.log = Log(self.rng)
        self.producers = [Producer(topic, self.rng) for topic in ("x", "y")]
        self.db = Database()
        self.store = parts.consumer_store(self.db, self.rng, self.trouble)
        self.scheduler = Scheduler(self.rng)
        self.to_drop: set[tuple[Key, int]] = set()
        if parts.handlers_fail:
            self._draw_failures()

    def _draw_failures(self) -> None:
        for _ in range(2):
            self.store.poison.add((("x", self.rng.choice(KEYS)), self.rng.randint(1, 4)))
        waiter = ("x", self.rng.choice(KEYS)), self.rng.randint(1, 4)
        self.store.waits[waiter] = "y", self.rng.choice(KEYS)
        if self.rng.random() < 0.5:
            self.to_drop.add(self.rng.choice(sorted(self.store.poison)))

    async def relay(self, producer: Producer) -> None:
        port = self.parts.relay_store(producer, self.log, self.trouble)
        for _ in range(6):
            await self.parts.relay_once(port, self.rng.randint(1, 6))
            await step()

    async def consume(self) -> None:
        """A consumer's life: read offsets, fetch from there, apply; on trouble read them again."""
        for producer in self.producers:
            for number in range(PARTITIONS):
                partition = producer.topic, number
                if partition not in self.db.offsets:
                    self.db.offsets[partition] = self.parts.first_offset(self.log, partition)
        positions = dict(self.db.offsets)
        for _ in range(8):
            await self._together(positions)
            for partition in sorted(positions):
                await step()
                records = self.log.partitions[partition][positions[partition] :][: self.rng.randint(1, 5)]
                if not records:
                    continue
                try:
                    positions[partition] = await self.parts.consume_batch(self.store, partition, records)
                except (RetryError, StaleError):
                    positions[partition] = self.db.offsets[partition]

    async def _together(self, positions: dict[Partition, int]) -> None:
        """Often everything that was fetched, in one transaction; after trouble each partition comes by itself."""
        if self.parts.consume_batch is not steps.consume_batch or self.rng.random() < 0.3:
            return
        fetched = {
            p: self.log.partitions[p][positions[p] :][: self.rng.randint(1, 5)]
            for p in sorted(positions)
            if self.log.partitions[p][positions[p] :]
        }
        if len(fetched) < 2:
            return
        try:
            positions |= await steps.consume_together(self.store, fetched)
        except StaleError:
            positions |= self.db.offsets
        except Exception:  # noqa: BLE001 - as the reactor does
            await step()

    async def release(self) -> None:
        """What the releaser does with released and waiting keys; an operator cures and drops poison."""
        for key, (reason, fact, released) in sorted(self.db.parked.items()):
            await step()
            if not (released or fact or self._operator(key, reason)):
                continue
            try:
                if self._head(key) in self.to_drop:
                    await self.parts.drop_one(self.store, key, "given up", "operator")
                while await self.parts.release_one(self.store, key):
                    await step()
            except TransientError:
                continue
        await step()

    def _head(self, key: Key) -> tuple[Key, int] | None:
        mine = sorted(where for where in self.db.parked_events if where[0] == key)
        return (key, mine[0][2]) if mine else None

    def _operator(self, key: Key, reason: str) -> bool:
        if not reason.startswith("ValueError") or self.rng.random() > 0.3:
            return False
        head = self._head(key)
        if head not in self.to_drop:
            self.store.poison.discard(head)
        return True

    async def producers_act(self, producer: Producer) -> None:
        for _ in range(ACTS):
            await producer.act(self.rng.sample(KEYS, self.rng.randint(1, 2)))

    def run(self) -> None:
        for producer in self.producers:
            for _ in range(2):
                self.scheduler.start(partial(self.producers_act, producer), restart=False)
            for _ in range(2):  # a leader and, now and then, a zombie beside its successor
                self.scheduler.start(partial(self.relay, producer), restart=True)
        for _ in range(2):
            self.scheduler.start(self.consume, restart=True)
        self.scheduler.start(self.release, restart=True)
        self.scheduler.crash_rate = 0.01
        try:
            self.scheduler.run(self._acted, MOST_STEPS)
            self.scheduler.crash_rate, self.trouble[0] = 0.0, 0.0
            self.scheduler.run(self._drained, MOST_STEPS)
        finally:
            self.scheduler.close()
        self.compare()

    def _acted(self) -> bool:
        return sum(len(s) for p in self.producers for s in p.committed.values()) >= ACTS * 3

    def _drained(self) -> bool:
        empty = not any(p.outbox for p in self.producers) and not self.db.parked and not self.db.locks
        read = all(self.db.offsets.get(p, 0) == len(records) for p, records in self.log.partitions.items())
        return empty and read and not any(p.locks for p in self.producers)

    def compare(self) -> None:
        """Effects equal the fold of what was committed; in the log no key's facts first appear out of order."""
        for producer in self.producers:
            for name, committed in producer.committed.items():
                key = producer.topic, name
                dropped = {sequence for k, sequence in self.db.dropped if k == key}
                expected = [s for s in committed if s not in dropped]
                if committed != list(range(1, len(committed) + 1)):
                    raise ViolationError(f"{key}: sequence {committed}")
                if self.db.effects[key] != expected:
                    raise ViolationError(f"{key}: applied {self.db.effects[key]}, committed {expected}")
        for records in self.log.partitions.values():
            seen: dict[str, int] = {}
            for record in records:
                sequence = int(record.headers["ce_sequence"])
                if sequence > seen.get(record.key, 0) + 1:
                    raise ViolationError(f"{record.topic}/{record.key}: {sequence} before its predecessor")
                seen[record.key] = max(sequence, seen.get(record.key, 0))


def play(seed: int, parts: Parts | None = None) -> None:
    """Raises AssertionError where the schedule went wrong."""
    Schedule(seed, parts or Parts()).run()
