"""Transports under test. Whatever carries the county's facts must pass the same suite."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from shared.bus import Outgoing, Partition, Publisher, Reader
from shared.bus.postgres import PostgresPublisher, PostgresReader
from tests.conftest import House


@dataclass(frozen=True)
class Transport:
    """What a suite needs of a transport, and the two things that only an operator does."""

    lead: Callable[[str], Awaitable[Publisher]]
    reader: Reader
    cut: Callable[[Partition, int], Awaitable[None]]  # drop everything before an offset, as retention does
    publishing_error: type[Exception]


async def _postgres(house: House) -> Transport:
    database = await house.database("bus")

    async def lead(source: str) -> Publisher:
        publisher = await PostgresPublisher.lead(house.cluster.url(f"{source}_app", database))
        house.stack.push_async_callback(publisher.close)
        return publisher

    async def cut(partition: Partition, before: int) -> None:
        owner = await house.owner("bus")
        await owner.execute('DELETE FROM log WHERE topic = $1 AND partition = $2 AND "offset" < $3', *partition, before)

    reader = PostgresReader(house.cluster.url("finance_app", database))
    house.stack.push_async_callback(reader.close)
    return Transport(lead, reader, cut, asyncpg.PostgresError)


TRANSPORTS: dict[str, Callable[[House], Awaitable[Transport]]] = {"postgres": _postgres}


@pytest.fixture(params=TRANSPORTS)
async def transport(request: Any, house: House) -> Transport:
    return await TRANSPORTS[request.param](house)


def outgoing(number: int, key: str = "k", topic: str = "registry.household") -> Outgoing:
    return Outgoing(number, topic, key, {"ce_id": str(number)}, f'{{"n":{number}}}')
