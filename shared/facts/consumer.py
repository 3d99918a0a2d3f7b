"""The consumer on real parts: it reads its share of the log and reacts in the service's own database."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import structlog
from pydantic import ValidationError

from shared.bus import OffsetLostError, Partition, Reader, Record
from shared.bus.topics import TOPICS
from shared.data import db
from shared.data.sql import Connection
from shared.events import CATALOGUE
from shared.events.envelope import Envelope, read_envelope
from shared.facts import steps
from shared.facts.steps import ConsumerTransaction, RetryError, StaleError, UnreadableError
from shared.facts.store import Store, list_releasable, read_positions, rewind_offsets
from shared.ground.context import Act, system_act
from shared.process import metrics

log = structlog.get_logger()

# A reaction takes the facts of one type, in order, with the act that stands for each.
Reaction = Callable[[Connection, Sequence[tuple[Act, Any]]], Awaitable[None]]

BATCH = 1000
TOGETHER = 500
AT_ONCE = 2
WAIT_SECONDS = 0.3
LOOK_SECONDS = 5
RETRY_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)
STOPPED_SECONDS = 10
WAITING_RETRY_SECONDS = 5
MOST_PARKED_A_MINUTE = 100


def groups(batches: Mapping[Partition, Sequence[Record]]) -> list[dict[Partition, Sequence[Record]]]:
    """Partitions that are worth one transaction: at 200 events a second each fetch finds a few in every partition."""
    found: list[dict[Partition, Sequence[Record]]] = []
    size = TOGETHER
    for partition, records in batches.items():
        if size >= TOGETHER:
            found.append({})
            size = 0
        found[-1][partition] = records
        size += len(records)
    return found


class ServiceConsumer:
    """All topics of one service; its workers share the partitions as the log assigns them."""

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
        self._resume_at: dict[Partition, float] = {}
        self._failures: dict[Partition, int] = {}
        self._stopped: set[Partition] = set()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[ConsumerTransaction]:
        async with db.transaction(self._pool, db.system_caller(self.name)) as connection:
            yield Store(connection, self)

    def read(self, record: Record) -> Envelope:
        where = f"{record.topic}[{record.partition}]@{record.offset}"
        try:
            envelope = read_envelope(record.topic, record.key, record.headers, record.value)
        except (KeyError, ValueError) as error:
            raise UnreadableError(where) from error
        if envelope.source != TOPICS[record.topic].writer:
            raise UnreadableError(f"{where} comes from {envelope.source}")
        return envelope

    def _is_readable(self, record: Record) -> bool:
        try:
            self.read(record)
        except UnreadableError:
            return False
        return True

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
        if payload is None:
            metrics.EVENTS_UNKNOWN.labels(self.name, events[0].topic).inc(len(events))
            log.warning("event_type_unknown", consumer=self.name, type=kind[:100], events=len(events))
        if reaction is None or payload is None:
            return
        try:
            facts = [
                (
                    system_act(self.name, date.fromisoformat(e.business_date), e.id, e),
                    payload.model_validate_json(e.data),
                )
                for e in events
            ]
        except (ValidationError, ValueError) as error:
            raise ValueError(f"{kind} does not fit its contract") from error
        await reaction(connection, facts)
        metrics.EVENTS_APPLIED.labels(self.name, kind).inc(len(events))

    async def positions(self) -> dict[Partition, int]:
        async with db.transaction(self._pool, db.system_caller(self.name)) as connection:
            return await read_positions(connection, self.name, self._topics)

    async def pass_over(self, looker: Reader, partition: Partition, offset: int, reason: str, by: str) -> None:
        """A person gives up the record at which a partition stopped; what can be read is never given up so.

        Raises:
            StaleError: we are not at this record, or it can be read.
        """
        found = (await looker.fetch({partition: offset}, 1, LOOK_SECONDS)).get(partition)
        if not found or self._is_readable(found[0]):
            raise StaleError(f"{partition} has nothing unreadable at {offset}")
        async with db.transaction(self._pool, db.system_caller(self.name)) as connection:
            store = Store(connection, self)
            await store.advance(partition, offset, offset + 1)
            await store.record_passed(partition, offset, reason, by)

    async def rewind(self, topic: str) -> int:
        """Read a topic again from its beginning, after it was lost and published anew; marks keep what is known.

        Returns the number of partitions.
        """
        async with db.transaction(self._pool, db.system_caller(self.name)) as connection:
            return await rewind_offsets(connection, self.name, topic)

    async def release(self, *, waiting_too: bool) -> None:
        """Apply what released keys hold, one event per transaction."""
        seconds = WAITING_RETRY_SECONDS if waiting_too else 1_000_000_000
        async with db.transaction(self._pool, db.system_caller(self.name)) as connection:
            keys = await list_releasable(connection, self.name, seconds)
        for key in keys:
            while await steps.release_one(self, key):
                pass

    async def lag(self) -> dict[str, int]:
        """Records behind, per topic. A topic that the log does not have is said to be missing, and counts as 0."""
        positions, ends = await self.positions(), await self._reader.ends(self._topics)
        behind = dict.fromkeys(self._topics, 0)
        for partition, end in ends.items():
            behind[partition[0]] += max(0, end - positions.get(partition, 0))
        for topic in set(self._topics) - {topic for topic, _ in ends}:
            log.error("topic_missing", consumer=self.name, topic=topic)
        for topic, records in behind.items():
            metrics.LAG.labels(self.name, topic).set(records)
            metrics.TOPIC_MISSING.labels(self.name, topic).set(topic not in {t for t, _ in ends})
        return behind

    async def run(self, beat: Callable[[], None] = lambda: None) -> None:
        """Consume for ever; a partition that stops does not stop the others."""
        while True:
            beat()
            try:
                await self._consume(beat)
            except db.TRANSIENT as error:
                log.warning("consumer_interrupted", consumer=self.name, error=type(error).__name__)
            except Exception as error:
                log.error("consumer_failed", consumer=self.name, exc_info=error)
            await asyncio.sleep(1)

    async def _consume(self, beat: Callable[[], None]) -> None:
        positions: dict[Partition, int] = {}
        released_at = 0.0
        while True:
            beat()
            now = time.monotonic()
            positions = await self._share(positions, now)
            ready = {p: o for p, o in positions.items() if self._resume_at.get(p, 0) <= now}
            try:
                batches = await self._reader.fetch(ready, BATCH, WAIT_SECONDS)
            except OffsetLostError as error:
                self._stop(error.partition, error)
                continue
            positions |= await self.apply(batches)
            await self._reader.note(positions)
            if now - released_at > 1:
                await self.release(waiting_too=True)
                released_at = now

    async def _share(self, positions: dict[Partition, int], now: float) -> dict[Partition, int]:
        """Our partitions, each where we are; one that has just become ours, or was stopped, where the database says."""
        mine = await self._reader.assigned()
        again = {p for p in self._stopped & mine if self._resume_at[p] <= now}
        if mine == positions.keys() and not again:
            return positions
        stored = await self.positions()
        log.info("share", consumer=self.name, partitions=len(mine))
        return {p: stored[p] if p in again else positions.get(p, stored[p]) for p in mine}

    async def apply(self, batches: Mapping[Partition, Sequence[Record]]) -> dict[Partition, int]:
        """Apply what was fetched, in few transactions, two at once: while one waits for the database, one is read.

        Returns where to go on in each partition.
        """
        places = asyncio.Semaphore(AT_ONCE)

        async def one(group: Mapping[Partition, Sequence[Record]]) -> dict[Partition, int]:
            async with places:
                return await self._together(group)

        done = await asyncio.gather(*(one(group) for group in groups(batches)), return_exceptions=True)
        positions: dict[Partition, int] = {}
        for after in done:  # only now, so that none runs on alone
            if isinstance(after, BaseException):
                raise after
            positions |= after
        return positions

    async def _together(self, group: Mapping[Partition, Sequence[Record]]) -> dict[Partition, int]:
        if len(group) > 1:
            try:
                return await steps.consume_together(self, group)
            except Exception as error:  # noqa: BLE001 - each by itself says what is wrong with it
                log.info("batches_apart", consumer=self.name, error=type(error).__name__)
        return {partition: await self._apply(partition, records) for partition, records in group.items()}

    async def _apply(self, partition: Partition, records: Sequence[Record]) -> int:
        """Apply one partition's batch, or say when to try again; returns where to go on."""
        try:
            after = await steps.consume_batch(self, partition, records)
        except RetryError as error:
            count = self._failures[partition] = self._failures.get(partition, 0) + 1
            self._resume_at[partition] = time.monotonic() + RETRY_SECONDS[min(count, len(RETRY_SECONDS)) - 1]
            log.warning("partition_waits", partition=partition, error=str(error))
        except StaleError:
            log.info("partition_moved_on", partition=partition)
        except UnreadableError as error:
            self._stop(partition, error)
        else:
            self._failures.pop(partition, None)
            if partition in self._stopped:
                self._stopped.discard(partition)
                self._count_stopped()
            return after
        return (await self.positions())[partition]

    def _stop(self, partition: Partition, error: Exception) -> None:
        """It is looked at again soon; until a person has acted, nothing of it is passed over."""
        self._resume_at[partition] = time.monotonic() + STOPPED_SECONDS
        self._stopped.add(partition)
        self._count_stopped()
        log.error("partition_stopped", consumer=self.name, partition=partition, error=str(error))

    def _count_stopped(self) -> None:
        metrics.PARTITIONS_STOPPED.labels(self.name).set(len(self._stopped))
