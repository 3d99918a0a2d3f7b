"""The conformance suite: order, durability as a whole, one writer, positions that are never skipped."""

import asyncio

import pytest

from shared.bus import FencedError, OffsetLostError, Partition, Record
from shared.bus.partition import partition_of
from shared.bus.topics import TOPICS
from tests.contract.bus.conftest import Transport, outgoing

TOPIC = "registry.household"
PARTITIONS = TOPICS[TOPIC].partitions
START = {(TOPIC, p): 0 for p in range(PARTITIONS)}
KEYS = [f"household-{n}" for n in range(40)]


def numbers(records: list[Record]) -> list[int]:
    return [int(r.headers["ce_id"]) for r in records]


async def test_every_row_arrives_once_as_it_was_sent_and_in_order_per_key(transport: Transport) -> None:
    publisher = await transport.lead("registry")
    rows = [outgoing(n, KEYS[n % len(KEYS)]) for n in range(200)]
    for begin in range(0, 200, 50):
        batch = rows[begin : begin + 50]
        assert await publisher.publish(batch) == [r.id for r in batch]
    found = await transport.reader.fetch(START, 1000)
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
    found = await transport.reader.fetch(START, 1000)
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
    assert numbers((await transport.reader.fetch({here: 3}, 4))[here]) == [3, 4, 5, 6]
    assert numbers((await transport.reader.fetch({here: 7}, 100))[here]) == [7, 8, 9]
    assert await transport.reader.fetch({here: 10}, 4) == {}
    assert await transport.reader.fetch({}, 4) == {}


async def test_a_batch_with_a_foreign_topic_leaves_nothing_behind(transport: Transport) -> None:
    publisher = await transport.lead("registry")
    await publisher.publish([outgoing(1)])
    with pytest.raises(transport.publishing_error):
        await publisher.publish([outgoing(2), outgoing(3, topic="finance.loan"), outgoing(4)])
    found = await transport.reader.fetch(START, 100)
    assert [numbers(batch) for batch in found.values()] == [[1]]
    assert sum((await transport.reader.ends([TOPIC, "finance.loan"])).values()) == 1


async def test_an_older_term_is_fenced_and_another_source_is_not(transport: Transport) -> None:
    old, other = await transport.lead("registry"), await transport.lead("finance")
    await old.publish([outgoing(1)])
    new = await transport.lead("registry")
    with pytest.raises(FencedError):
        await old.publish([outgoing(2)])
    await new.publish([outgoing(3)])
    await other.publish([outgoing(4, topic="finance.loan")])
    found = await transport.reader.fetch(START, 100)
    assert [numbers(batch) for batch in found.values()] == [[1, 3]]


async def test_a_position_that_the_log_no_longer_holds_is_an_error(transport: Transport) -> None:
    publisher = await transport.lead("registry")
    await publisher.publish([outgoing(n) for n in range(6)])
    here: Partition = TOPIC, partition_of("k", PARTITIONS)
    await transport.cut(here, 4)
    with pytest.raises(OffsetLostError):
        await transport.reader.fetch({here: 2}, 100)
    assert numbers((await transport.reader.fetch({here: 4}, 100))[here]) == [4, 5]


async def test_a_position_lost_together_with_everything_after_it_is_an_error(transport: Transport) -> None:
    """Retention may have emptied the partition: nothing to read is not the same as nothing there."""
    publisher = await transport.lead("registry")
    await publisher.publish([outgoing(n) for n in range(6)])
    here: Partition = TOPIC, partition_of("k", PARTITIONS)
    await transport.cut(here, 6)
    with pytest.raises(OffsetLostError):
        await transport.reader.fetch({here: 2}, 100)
    assert await transport.reader.fetch({here: 6}, 100) == {}


async def test_a_position_beyond_the_end_is_an_error(transport: Transport) -> None:
    """Our offset outlived the log: it was restored from an older backup."""
    publisher = await transport.lead("registry")
    await publisher.publish([outgoing(n) for n in range(3)])
    here: Partition = TOPIC, partition_of("k", PARTITIONS)
    with pytest.raises(OffsetLostError):
        await transport.reader.fetch({here: 5}, 100)


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
