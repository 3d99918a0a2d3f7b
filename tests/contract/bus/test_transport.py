"""The conformance suite: order, durability as a whole, one writer, positions that are never skipped."""

import asyncio

import pytest

from shared.bus import FencedError, OffsetLostError, Outgoing, Partition, Reader, Record
from shared.bus.partition import partition_of
from shared.bus.topics import TOPICS
from tests.contract.bus.conftest import USED, Transport, outgoing, until

TOPIC = "registry.household"
PARTITIONS = TOPICS[TOPIC].partitions
START = {(TOPIC, p): 0 for p in range(PARTITIONS)}
KEYS = [f"household-{n}" for n in range(40)]


async def reads_nothing_else(transport: Transport, positions: dict[Partition, int]) -> bool:
    assert await transport.reader.fetch(positions, 100, 0.1) == {}
    return False


async def is_lost(transport: Transport, here: Partition, position: int) -> None:
    """Said within seconds, again and again, and without an offset passed over."""
    for _ in range(2):
        with pytest.raises(OffsetLostError) as caught:
            await until(lambda: reads_nothing_else(transport, {here: position}), 10)
        assert caught.value.partition == here


def numbers(records: list[Record]) -> list[int]:
    return [int(r.headers["ce_id"]) for r in records]


async def test_every_row_arrives_once_as_it_was_sent_and_in_order_per_key(transport: Transport) -> None:
    publisher = await transport.lead("registry")
    rows = [outgoing(n, KEYS[n % len(KEYS)]) for n in range(200)]
    for begin in range(0, 200, 50):
        part = rows[begin : begin + 50]
        assert await publisher.publish(part) == [r.id for r in part]
    found = await transport.read(START, 200)
    records = {n: r for batch in found.values() for n, r in zip(numbers(batch), batch, strict=True)}
    assert sum(len(batch) for batch in found.values()) == len(records) == 200
    for row in rows:
        got = records[row.id]
        assert (got.topic, got.key, got.headers, got.value) == (row.topic, row.key, row.headers, row.value)
        assert got.partition == partition_of(row.key, PARTITIONS)
    for batch in found.values():
        assert numbers(batch) == sorted(numbers(batch))


async def test_offsets_of_a_partition_have_no_gap_and_ends_are_behind_the_last(transport: Transport) -> None:
    publisher = await transport.lead("registry")
    assert await transport.reader.ends([TOPIC]) == START
    for begin in range(0, 90, 30):
        await publisher.publish([outgoing(n, KEYS[n % 7]) for n in range(begin, begin + 30)])
    found = await transport.read(START, 90)
    for batch in found.values():
        assert [r.offset for r in batch] == list(range(len(batch)))
    assert await transport.reader.ends([TOPIC]) == START | {p: len(batch) for p, batch in found.items()}
    assert set(await transport.reader.ends([TOPIC, "registry.village"])) == set(START) | {
        ("registry.village", p) for p in range(TOPICS["registry.village"].partitions)
    }


async def test_a_fetch_begins_at_the_position_and_ends_at_the_limit(transport: Transport) -> None:
    publisher = await transport.lead("registry")
    await publisher.publish([outgoing(n) for n in range(10)])
    here: Partition = TOPIC, partition_of("k", PARTITIONS)
    assert numbers((await transport.reader.fetch({here: 3}, 4, 5))[here]) == [3, 4, 5, 6]
    assert numbers((await transport.reader.fetch({here: 7}, 100, 5))[here]) == [7, 8, 9]
    assert numbers((await transport.reader.fetch({here: 7}, 100, 5))[here]) == [7, 8, 9], "the reader keeps no position"
    assert await transport.reader.fetch({here: 10}, 4, 0.2) == {}
    assert await transport.reader.fetch({}, 4) == {}


async def test_a_fetch_waits_for_the_first_record_and_no_longer(transport: Transport) -> None:
    publisher = await transport.lead("registry")
    waiting = asyncio.create_task(transport.reader.fetch(START, 10, 20))
    await transport.reader.ends([TOPIC])
    assert not waiting.done()
    await publisher.publish([outgoing(1)])
    async with asyncio.timeout(5):
        assert [numbers(batch) for batch in (await waiting).values()] == [[1]]


async def test_nobody_writes_a_topic_of_another_and_what_is_said_to_be_durable_is(transport: Transport) -> None:
    publisher = await transport.lead("registry")
    await publisher.publish([outgoing(1)])
    durable: list[int] = []
    try:
        durable = await publisher.publish([outgoing(2), outgoing(3, topic="finance.loan"), outgoing(4)])
    except transport.publishing_error:
        assert not durable
    else:  # a transport may first say what it could keep, and refuse then
        with pytest.raises(transport.publishing_error):
            await publisher.publish([outgoing(5)])
    assert durable in ([], [2, 4])
    assert durable == [] or not transport.whole
    found = await transport.read(START, 1 + len(durable))
    assert [numbers(batch) for batch in found.values()] == [[1, *durable]]
    assert sum((await transport.reader.ends(["finance.loan"])).values()) == 0


async def test_a_publisher_that_failed_stays_failed(transport: Transport) -> None:
    publisher = await transport.lead("registry")
    with pytest.raises(transport.publishing_error):
        await publisher.publish([outgoing(1, topic="finance.loan")])
    if not transport.whole:  # where a batch is one transaction, the connection has lost nothing
        with pytest.raises(transport.publishing_error):
            await publisher.publish([outgoing(2)])
        assert sum((await transport.reader.ends([TOPIC])).values()) == 0
    again = await transport.lead("registry")
    assert await again.publish([outgoing(2)]) == [2]


async def test_an_older_leader_writes_nothing_new_behind_its_successor(transport: Transport) -> None:
    old, other = await transport.lead("registry"), await transport.lead("finance")
    await old.publish([outgoing(1)])
    new = await transport.lead("registry")
    await new.publish([outgoing(1), outgoing(2)])
    if transport.fences:
        with pytest.raises(FencedError):
            await old.publish([outgoing(1)])
    else:  # it holds only rows that its successor had before it: late duplicates, never a new order
        await old.publish([outgoing(1)])
    await other.publish([outgoing(4, topic="finance.loan")])
    found = await transport.read(START, 3 if transport.fences else 4)
    (seen,) = [numbers(batch) for batch in found.values()]
    assert list(dict.fromkeys(seen)) == [1, 2]
    assert sum((await transport.reader.ends(["finance.loan"])).values()) == 1


async def test_order_holds_within_a_key_through_batches_larger_than_one_request(transport: Transport) -> None:
    publisher = await transport.lead("registry")
    wide = "x" * 60_000
    rows = [Outgoing(n, TOPIC, "k" if n % 3 else "other", {"ce_id": str(n)}, wide) for n in range(1, 61)]
    assert sorted(await publisher.publish(rows)) == [r.id for r in rows]
    found = await transport.read(START, len(rows))
    for batch in found.values():
        for key in {r.key for r in batch}:
            assert numbers([r for r in batch if r.key == key]) == [r.id for r in rows if r.key == key]


async def test_a_position_that_the_log_no_longer_holds_is_an_error(transport: Transport) -> None:
    publisher = await transport.lead("registry")
    await publisher.publish([outgoing(n) for n in range(6)])
    here: Partition = TOPIC, partition_of("k", PARTITIONS)
    await transport.cut(here, 4)
    await is_lost(transport, here, 2)
    assert numbers((await transport.reader.fetch({here: 4}, 100, 5))[here]) == [4, 5]


async def test_a_position_lost_together_with_everything_after_it_is_an_error(transport: Transport) -> None:
    """Retention may have emptied the partition: nothing to read is not the same as nothing there."""
    publisher = await transport.lead("registry")
    await publisher.publish([outgoing(n) for n in range(6)])
    here: Partition = TOPIC, partition_of("k", PARTITIONS)
    await transport.cut(here, 6)
    await is_lost(transport, here, 2)
    assert await transport.reader.fetch({here: 6}, 100, 0.2) == {}


async def test_a_position_beyond_the_end_is_an_error(transport: Transport) -> None:
    """Our offset outlived the log: it was restored from an older backup."""
    publisher = await transport.lead("registry")
    await publisher.publish([outgoing(n) for n in range(3)])
    here: Partition = TOPIC, partition_of("k", PARTITIONS)
    await is_lost(transport, here, 5)


async def test_writers_of_different_sources_do_not_wait_for_readers_or_each_other(transport: Transport) -> None:
    registry, finance = await transport.lead("registry"), await transport.lead("finance")
    await asyncio.gather(*(
        step
        for n in range(0, 60, 20)
        for step in (
            transport.reader.fetch(START, 100),
            registry.publish([outgoing(n, KEYS[n % 3])]) if n == 0 else transport.reader.ends([TOPIC]),
            finance.publish([outgoing(n, topic="finance.loan")]) if n == 0 else transport.reader.ends([TOPIC]),
        )
    ))  # fmt: skip
    assert sum((await transport.reader.ends([TOPIC, "finance.loan"])).values()) == 2


async def test_workers_share_the_partitions_and_a_successor_takes_what_one_leaves(transport: Transport) -> None:
    everything = {(t, p) for t in USED for p in range(TOPICS[t].partitions)}
    first = await transport.member("a")

    async def has_all(reader: Reader) -> bool:
        await reader.fetch(dict.fromkeys(await reader.assigned(), 0), 10, 0.05)
        return await reader.assigned() == everything

    await until(lambda: has_all(first))
    second = await transport.member("b")

    async def shared() -> bool:
        mine, yours = await first.assigned(), await second.assigned()
        return not mine & yours and mine | yours == everything

    await until(shared)
    await first.close()
    await until(lambda: has_all(second))


async def test_a_member_reads_from_where_it_is_told_not_from_where_it_noted(transport: Transport) -> None:
    publisher = await transport.lead("registry")
    await publisher.publish([outgoing(n) for n in range(6)])
    here: Partition = TOPIC, partition_of("k", PARTITIONS)
    for _ in range(2):
        reader = await transport.member("a")

        async def ours(reader: Reader = reader) -> bool:
            return here in await reader.assigned()

        await until(ours)
        async with asyncio.timeout(10):
            while not (found := await reader.fetch({here: 2}, 100, 0.1)):
                pass
        assert numbers(found[here]) == [2, 3, 4, 5]
        await reader.note({here: 6})
        await reader.close()
