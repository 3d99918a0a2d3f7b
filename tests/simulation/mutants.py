"""Known ways to build it wrong. Each must be caught, or the simulation proves nothing."""

from collections.abc import Sequence

from shared.bus import Outgoing, Partition, Record
from shared.facts import steps
from shared.facts.steps import ConsumerPort, Key, RetryError, WaitError, place
from tests.simulation.play import Parts
from tests.simulation.scheduler import step
from tests.simulation.stores import RelayStore, TransientError


class DeleteUpToMax(RelayStore):
    """`DELETE WHERE id <= max(acknowledged)`: a row that commits late below it is never sent."""

    async def move(self, ids: Sequence[int]) -> None:
        await step()
        for one in [i for i in self.producer.outbox if i <= max(ids)]:
            del self.producer.outbox[one]


class OrderByTransaction(RelayStore):
    """`ORDER BY xid, id`: a transaction that began first may write an aggregate last."""

    async def oldest(self, limit: int) -> Sequence[Outgoing]:
        await step()
        rows = sorted(self.producer.outbox.values(), key=lambda pair: (pair[0], pair[1].id))
        return [row for _, row in rows][:limit]


class SkipLocked(RelayStore):
    """Two relays share the outbox by SKIP LOCKED: the second overtakes the first."""

    claimed: set[tuple[int, int]] = set()  # noqa: RUF012 - shared on purpose: that is the mutant

    async def oldest(self, limit: int) -> Sequence[Outgoing]:
        await step()
        free = [
            r for _, (_, r) in sorted(self.producer.outbox.items()) if (id(self.producer), r.id) not in self.claimed
        ]
        rows = free[: max(1, limit // 2)]
        self.claimed.update((id(self.producer), r.id) for r in rows)
        return rows

    async def publish(self, rows: Sequence[Outgoing]) -> Sequence[int]:
        acknowledged = await super().publish(rows)
        self.claimed.difference_update((id(self.producer), r.id) for r in rows)
        return acknowledged


class GatherPublish(RelayStore):
    """Send everything at once and take what is acknowledged: successors of a failed row get ahead of it."""

    async def publish(self, rows: Sequence[Outgoing]) -> Sequence[int]:
        acknowledged = []
        for row in rows:
            await step()
            if self.log.rng.random() >= self.trouble[0]:
                self.log.append(row)
                acknowledged.append(row.id)
        return acknowledged


async def consume_without_marks(port: ConsumerPort, partition: Partition, records: Sequence[Record]) -> int:
    """Applies whatever it reads, as a consumer does that trusts the log to deliver once."""
    after = records[-1].offset + 1
    try:
        async with port.transaction() as tx:
            await tx.react([port.read(r) for r in records])
            await tx.advance(partition, records[0].offset, after)
    except TransientError as error:
        raise RetryError from error
    return after


async def offset_first(port: ConsumerPort, partition: Partition, records: Sequence[Record]) -> int:
    """The offset is committed before the effect: a crash between the two loses the batch."""
    after = records[-1].offset + 1
    async with port.transaction() as tx:
        await tx.advance(partition, records[0].offset, after)
    await step()
    events = [port.read(r) for r in records]
    keys = sorted({place(e) for e in events})
    while True:
        try:
            async with port.transaction() as tx:
                todo = steps.plan(events, await tx.marks(keys), await tx.lock_parked(keys))
                await tx.react(todo.apply)
                await tx.set_marks(todo.marks)
        except TransientError:
            continue
        return after


async def drop_without_mark(port: ConsumerPort, key: Key, reason: str, by: str) -> bool:
    """The event goes, the mark stays: every later event of the key waits for what will never come."""
    async with port.transaction() as tx:
        event = await tx.first_parked(key) if key in await tx.lock_parked([key]) else None
        if event is None:
            return False
        await tx.record_drop(event, reason, by)
        await tx.unpark_event(event)
        return True


async def release_unlocked(port: ConsumerPort, key: Key) -> bool:
    """The key is freed without holding its row: an event parked meanwhile is left behind for good."""
    try:
        async with port.transaction() as tx:
            event = await tx.first_parked(key)
            if event is None:
                await tx.unpark(key)
                return False
            await tx.react([event])
            await tx.set_marks({key: (event.epoch, event.sequence)})
            await tx.unpark_event(event)
    except (ValueError, WaitError):
        return False
    return True


MUTANTS: dict[str, Parts] = {
    "no applied mark": Parts(consume_batch=consume_without_marks, handlers_fail=False),
    "early offset commit": Parts(consume_batch=offset_first, handlers_fail=False),
    "SKIP LOCKED": Parts(relay_store=SkipLocked),
    "order by xid": Parts(relay_store=OrderByTransaction),
    "delete <= max": Parts(relay_store=DeleteUpToMax),
    "gather-publish past a failure": Parts(relay_store=GatherPublish),
    "drop without mark": Parts(drop_one=drop_without_mark),
    "release race": Parts(release_one=release_unlocked),
    "offset reset latest": Parts(first_offset=lambda log, partition: len(log.partitions[partition])),
}
