"""Transports under test. Whatever carries the county's facts must pass the same suite."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
from aiokafka.errors import KafkaError
from confluent_kafka import TopicPartition

from shared.bus import Outgoing, Partition, Publisher, Reader, Record
from shared.bus.kafka import KafkaPublisher, KafkaReader
from shared.bus.postgres import PostgresPublisher, PostgresReader
from shared.bus.topics import TOPICS
from tests.broker import BROKER, Broker
from tests.conftest import House

USED = ("registry.household", "registry.village", "finance.loan")


@dataclass(frozen=True)
class Transport:
    """What a suite needs of a transport, and what only an operator does.

    `fences`: an older leader cannot write. Where it can, it repeats what is there, in order.
    `whole`: a batch is durable as a whole or not at all.
    """

    lead: Callable[[str], Awaitable[Publisher]]
    reader: Reader
    member: Callable[[str], Awaitable[Reader]]
    cut: Callable[[Partition, int], Awaitable[None]]  # drop everything before an offset, as retention does
    publishing_error: type[Exception]
    fences: bool
    whole: bool

    async def read(self, positions: Mapping[Partition, int], expected: int) -> dict[Partition, list[Record]]:
        """Everything from the positions on, which is so many records, however many fetches it takes."""
        found: dict[Partition, list[Record]] = {}
        at = dict(positions)
        async with asyncio.timeout(20):
            while sum(map(len, found.values())) < expected:
                for partition, records in (await self.reader.fetch(at, 1000, 0.05)).items():
                    found.setdefault(partition, []).extend(records)
                    at[partition] += len(records)
        assert await self.reader.fetch(at, 1000, 0.2) == {}
        return found


async def _postgres(house: House, _: Broker | None) -> Transport:
    database = await house.database("bus")
    url = house.cluster.url("finance_app", database)

    async def lead(source: str) -> Publisher:
        publisher = await PostgresPublisher.lead(house.cluster.url(f"{source}_app", database))
        house.stack.push_async_callback(publisher.close)
        return publisher

    async def member(_: str) -> Reader:
        reader = PostgresReader(url, USED, "shenchi.finance")
        house.stack.push_async_callback(reader.close)
        return reader

    async def cut(partition: Partition, before: int) -> None:
        owner = await house.owner("bus")
        await owner.execute('DELETE FROM log WHERE topic = $1 AND partition = $2 AND "offset" < $3', *partition, before)

    reader = PostgresReader(url, USED)
    house.stack.push_async_callback(reader.close)
    return Transport(lead, reader, member, cut, asyncpg.PostgresError, fences=True, whole=True)


async def _kafka(house: House, broker: Broker | None) -> Transport:
    assert broker is not None
    prefix = await broker.declared([TOPICS[name] for name in USED])

    async def lead(source: str) -> Publisher:
        publisher = await KafkaPublisher.lead(broker.settings(source, prefix))
        house.stack.push_async_callback(publisher.close)
        return publisher

    async def member(instance: str) -> Reader:
        reader = KafkaReader(broker.settings("finance", prefix, instance), USED, "shenchi.finance")
        house.stack.push_async_callback(reader.close)
        return reader

    async def cut(partition: Partition, before: int) -> None:
        place = TopicPartition(prefix + partition[0], partition[1], before)
        admin = broker.admin()  # what it promised dies with it
        for done in admin.delete_records([place]).values():
            await asyncio.to_thread(done.result, 10)

    reader = KafkaReader(broker.settings("finance", prefix), USED)
    house.stack.push_async_callback(reader.close)
    return Transport(lead, reader, member, cut, KafkaError, fences=False, whole=False)


MAKERS = {"postgres": _postgres, "kafka": _kafka}


@pytest.fixture(params=["postgres", *(pytest.param(b, marks=pytest.mark.xdist_group("kafka")) for b in BROKER)])
def chosen(request: Any) -> tuple[str, Broker | None]:
    """Not asynchronous: the broker is started once, outside of any test's event loop."""
    return request.param, request.getfixturevalue("broker") if request.param == "kafka" else None


@pytest.fixture
async def transport(chosen: tuple[str, Broker | None], house: House) -> Transport:
    name, broker = chosen
    return await MAKERS[name](house, broker)


def outgoing(number: int, key: str = "k", topic: str = "registry.household") -> Outgoing:
    return Outgoing(number, topic, key, {"ce_id": str(number)}, f'{{"n":{number}}}')


async def until(check: Callable[[], Awaitable[bool]], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not await check():
        assert time.monotonic() < deadline, "it did not come about"
        await asyncio.sleep(0.05)
