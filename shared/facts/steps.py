"""From the log to a service: effect, applied mark and offset in one transaction of its own database.

The steps here are without I/O, behind `ConsumerPort`; the simulation runs this very code. Three outcomes of a
failed handler: retry (the partition waits), wait (the key waits for a named fact), park (the key is set aside
for a person). Later events of a parked key park behind it, so that order per key holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from shared.bus import Partition, Record
from shared.events.envelope import Envelope
from shared.process.crash import crash_point

Key = tuple[str, str]
Mark = tuple[int, int]


class RetryError(Exception):
    """Something outside is away for a moment; the partition waits and the batch is tried again."""


class WaitError(Exception):
    """A fact of another topic is missing. `fact` is its `topic/key`; its arrival releases this key."""

    def __init__(self, fact: str) -> None:
        super().__init__(fact)
        self.fact = fact


class StaleError(Exception):
    """Another process has moved this partition on."""


class UnreadableError(Exception):
    """A record without a readable place; its partition stops until a person has looked."""


class ConsumerTransaction(Protocol):
    """One transaction of the service's own database."""

    async def lock_parked(self, keys: Sequence[Key]) -> set[Key]:
        """Which of the keys are parked; their rows stay locked until the end."""

    async def marks(self, keys: Sequence[Key]) -> Mapping[Key, Mark]: ...
    async def set_marks(self, marks: Mapping[Key, Mark]) -> None: ...
    async def react(self, events: Sequence[Envelope]) -> None: ...
    async def park(self, key: Key, reason: str, waits_for: str | None) -> None: ...
    async def park_event(self, event: Envelope) -> None: ...
    async def release_waiting(self, facts: Sequence[str]) -> None: ...
    async def first_parked(self, key: Key) -> Envelope | None: ...
    async def unpark_event(self, event: Envelope) -> None: ...
    async def unpark(self, key: Key) -> None: ...
    async def record_drop(self, event: Envelope, reason: str, by: str) -> None: ...
    async def advance(self, partition: Partition, expected: int, next_offset: int) -> None:
        """Raises StaleError unless our offset was `expected`."""


class ConsumerPort(Protocol):
    def transaction(self) -> AbstractAsyncContextManager[ConsumerTransaction]: ...
    def read(self, record: Record) -> Envelope:
        """Raises UnreadableError."""

    def is_transient(self, error: Exception) -> bool: ...


@dataclass(slots=True)
class Plan:
    """What a batch means, given the marks: apply in order, park behind, or nothing (seen before)."""

    apply: list[Envelope] = field(default_factory=list)
    behind: list[Envelope] = field(default_factory=list)
    gaps: list[Envelope] = field(default_factory=list)
    marks: dict[Key, Mark] = field(default_factory=dict)


def place(event: Envelope) -> Key:
    return event.topic, event.key


def follows(event: Envelope, mark: Mark | None) -> bool | None:
    """True: next in its sequence; None: seen before; False: an earlier one is missing.

    The first event of a new epoch sets the sequence: a restore may have cut it anywhere. Not so for an aggregate never
    seen here: the log holds each one from its first event on, and what begins later is a gap, in whatever epoch.
    """
    if mark is None:
        return event.sequence == 1
    if event.epoch != mark[0]:
        return True if event.epoch > mark[0] else None
    if event.sequence <= mark[1]:
        return None
    return event.sequence == mark[1] + 1


def plan(events: Iterable[Envelope], marks: Mapping[Key, Mark], parked: set[Key]) -> Plan:
    """Sort a batch, in order, into what to do."""
    result, current, blocked = Plan(), dict(marks), set(parked)
    for event in events:
        key = place(event)
        next_in_order = follows(event, current.get(key))
        if next_in_order is None:
            continue
        if key in blocked:
            result.behind.append(event)
        elif next_in_order:
            result.apply.append(event)
            result.marks[key] = current[key] = event.epoch, event.sequence
        else:
            blocked.add(key)
            result.gaps.append(event)
    return result


def runs(events: Sequence[Envelope]) -> list[list[Envelope]]:
    """Group a batch into few lists of one type each, keeping the order of every key.

    Registrations of a thousand households with one exit among them become two lists, not three.
    """
    groups: list[list[Envelope]] = []
    last_of_type: dict[str, int] = {}
    last_of_key: dict[Key, int] = {}
    for event in events:
        after = last_of_key.get(place(event), -1)
        index = last_of_type.get(event.type, -1)
        if index < after or index < 0:
            groups.append([])
            index = last_of_type[event.type] = len(groups) - 1
        groups[index].append(event)
        last_of_key[place(event)] = index
    return groups


async def _apply(tx: ConsumerTransaction, events: Sequence[Envelope]) -> None:
    keys = sorted({place(e) for e in events})
    parked = await tx.lock_parked(keys)
    todo = plan(events, await tx.marks(keys), parked)
    for group in runs(todo.apply):
        await tx.react(group)
    if todo.marks:
        await tx.set_marks(todo.marks)
        await tx.release_waiting([f"{topic}/{key}" for topic, key in todo.marks])
    for event in todo.gaps:
        await tx.park(place(event), "gap", f"{event.topic}/{event.key}#{event.sequence - 1}")
        await tx.park_event(event)
    for event in todo.behind:
        await tx.park_event(event)
        await tx.release_waiting([f"{event.topic}/{event.key}#{event.sequence}"])


async def consume_together(
    port: ConsumerPort, batches: Mapping[Partition, Sequence[Record]]
) -> dict[Partition, int]:  # fmt: skip
    """Apply batches of several partitions in one transaction; returns the next offset of each.

    A key lies in one partition, so its order is kept. Whatever is wrong with any of them is raised, and nothing has
    been done then: `consume_batch` of each by itself finds out what it was.
    """
    events = [port.read(record) for records in batches.values() for record in records]
    after = {partition: records[-1].offset + 1 for partition, records in batches.items()}
    async with port.transaction() as tx:
        await _apply(tx, events)
        for partition, records in sorted(batches.items()):
            await tx.advance(partition, records[0].offset, after[partition])
        crash_point("consumer.before_commit")
    crash_point("consumer.after_commit")
    return after


async def consume_batch(port: ConsumerPort, partition: Partition, records: Sequence[Record]) -> int:
    """Apply the records of one partition; returns the next offset.

    Raises:
        RetryError: try the same again later; what came before the trouble is applied.
        StaleError: read the offset anew.
        UnreadableError: stop this partition.
    """
    first, after = records[0].offset, records[-1].offset + 1
    try:
        events = [port.read(r) for r in records]
        async with port.transaction() as tx:
            await _apply(tx, events)
            await tx.advance(partition, first, after)
            crash_point("consumer.before_commit")
        crash_point("consumer.after_commit")
    except StaleError:
        raise
    except Exception as error:
        if port.is_transient(error):
            raise RetryError(str(error)) from error
        if len(records) == 1 and isinstance(error, UnreadableError):
            raise
        if len(records) == 1:
            await _set_aside(port, partition, records[0], error)
            return after
    else:
        return after
    # The batch holds something poisonous: one by one finds it, and only its key is set aside.
    for record in records:
        await consume_batch(port, partition, [record])
    return after


async def _set_aside(port: ConsumerPort, partition: Partition, record: Record, error: Exception) -> None:
    event = port.read(record)
    fact = error.fact if isinstance(error, WaitError) else None
    reason = f"{type(error).__name__}: {event.type}"
    try:
        async with port.transaction() as tx:
            await tx.lock_parked([place(event)])
            await tx.park(place(event), reason, fact)
            await tx.park_event(event)
            await tx.advance(partition, record.offset, record.offset + 1)
    except StaleError:
        raise
    except Exception as trouble:
        if port.is_transient(trouble):
            raise RetryError(str(trouble)) from trouble
        raise


async def release_one(port: ConsumerPort, key: Key) -> bool:
    """Apply the first parked event of a released key; True while more may follow.

    Its row is taken FOR UPDATE first, as the consumer does, so that no later event overtakes.
    """
    event: Envelope | None = None
    try:
        async with port.transaction() as tx:
            if key not in await tx.lock_parked([key]):
                return False
            event = await tx.first_parked(key)
            if event is None:
                await tx.unpark(key)
                return False
            mark = (await tx.marks([key])).get(key)
            next_in_order = follows(event, mark)
            if next_in_order is False:
                await tx.park(key, "gap", f"{event.topic}/{event.key}#{event.sequence - 1}")
                return False
            if next_in_order:
                await tx.react([event])
                await tx.set_marks({key: (event.epoch, event.sequence)})
                await tx.release_waiting([f"{event.topic}/{event.key}"])
            await tx.unpark_event(event)
            crash_point("release.before_commit")
        crash_point("release.after_commit")
        return True  # noqa: TRY300
    except Exception as error:
        if event is None or port.is_transient(error):
            raise
        fact = error.fact if isinstance(error, WaitError) else None
        async with port.transaction() as tx:
            await tx.lock_parked([key])
            await tx.park(key, f"{type(error).__name__}: {event.type}", fact)
        return False


async def drop_one(port: ConsumerPort, key: Key, reason: str, by: str) -> bool:
    """Give up the first parked event for good, and say who did and why.

    The mark moves over it in the same transaction, so that later ones can follow.
    """
    async with port.transaction() as tx:
        event = await tx.first_parked(key) if key in await tx.lock_parked([key]) else None
        if event is None:
            return False
        if follows(event, (await tx.marks([key])).get(key)) is not None:
            await tx.set_marks({key: (event.epoch, event.sequence)})
        await tx.record_drop(event, reason, by)
        await tx.unpark_event(event)
        return True
