"""A service restored alone: it reads on from its own offset, tells on in a new epoch, says what it has forgotten."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shared.bus.topics import TOPICS
from shared.bus.transport import open_reader
from shared.data import db
from shared.events import Payload
from shared.events.registry import HouseholdRevised
from shared.facts.epochs import EpochError, new_epoch, read_facts
from shared.facts.outbox import emit
from shared.facts.relay import LEADER_LOCK
from shared.ground.context import Act, Caller
from shared.process.settings import Settings
from shared.serve.run import _republish, build_app
from tests.broker import BROKER, Broker
from tests.conftest import House, find_service
from tests.integration.shared.conftest import registered

A, B = (UUID(int=n) for n in (0xA, 0xB))
HOUSEHOLDS = "SELECT id, members FROM household ORDER BY id"
OFFSETS = "SELECT sum(next_offset)::int FROM consumer_offset"
MARKS = "SELECT key, epoch, last_sequence FROM applied WHERE topic = 'registry.household' ORDER BY key"


def revised(household_id: UUID, members: int) -> HouseholdRevised:
    return HouseholdRevised.model_validate(registered(household_id, members).model_dump())


@dataclass
class Alone:
    """Registry and finance on databases that can be backed up and put back, each by itself."""

    house: House
    broker: Broker | None
    log: str = ""  # the prefix of a broker's topics

    async def settings(self, service: str) -> Settings:
        if self.broker is None:
            return await self.house.settings(service)
        told = self.broker.settings(service, self.log).model_dump()
        kafka = {name: value for name, value in told.items() if name.startswith("kafka_")}
        return await self.house.settings(service, bus="kafka", **kafka)

    async def begin_log(self) -> None:
        """An empty one, as after all of it was lost."""
        if self.broker is not None:
            self.log = await self.broker.declared(list(TOPICS.values()))
            return
        owner = await self.house.owner("bus")
        await owner.execute("TRUNCATE log; UPDATE head SET next_offset = 0")

    @asynccontextmanager
    async def working(self, *services: str) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for name in services:
                app = build_app(find_service(name), await self.settings(name), "worker")
                await stack.enter_async_context(app.router.lifespan_context(app))
            yield

    async def rows(self, service: str, query: str) -> list[tuple[Any, ...]]:
        url = self.house.cluster.url(f"{service}_owner", await self.house.database(service))
        connection = await asyncpg.connect(url)
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    async def tell(self, *facts: Payload) -> None:
        pool = await db.open_pool((await self.house.settings("registry")).database_url, 1)
        act = Act(Caller("clerk", "county", "140927"), date(2017, 6, 1))
        async with db.transaction(pool, act.caller) as connection:
            await emit(connection, act, "registry", facts)
        await pool.close()

    async def applied(self, expected: list[tuple[str, int, int]]) -> None:
        """Both work until finance has come so far."""

        async def as_expected() -> bool:
            return await self.rows("finance", MARKS) == expected

        async with self.working("registry", "finance"):
            await self.house.settled(as_expected)

    async def read(self, records: int) -> None:
        """Both work until finance has read so many."""

        async def so_many() -> bool:
            return await self.rows("finance", OFFSETS) == [(records,)]

        async with self.working("registry", "finance"):
            await self.house.settled(so_many)

    async def backup(self, service: str) -> str:
        database = await self.house.database(service)
        await self.house.admin.execute(f"CREATE DATABASE {database}_kept TEMPLATE {database} STRATEGY FILE_COPY")
        self.house.dropped.push_async_callback(self.house.admin.execute, f"DROP DATABASE {database}_kept")
        return f"{database}_kept"

    async def restore(self, service: str, kept: str) -> None:
        database = await self.house.database(service)
        await self.house.admin.execute(f"DROP DATABASE {database}")
        await self.house.admin.execute(
            f"CREATE DATABASE {database} TEMPLATE {kept} STRATEGY FILE_COPY OWNER {service}_owner"
        )

    async def begin(self, service: str, **how: Any) -> dict[str, Any]:
        return await new_epoch(service, await self.settings(service), **how)


@pytest.fixture(params=["postgres", *(pytest.param(b, marks=pytest.mark.xdist_group("kafka")) for b in BROKER)])
def chosen(request: pytest.FixtureRequest) -> Broker | None:
    """Not asynchronous: the broker is started once, outside of any test's event loop."""
    broker: Broker | None = request.getfixturevalue("broker") if request.param == "kafka" else None
    return broker


@pytest.fixture
async def alone(house: House, chosen: Broker | None) -> Alone:
    for name in ("registry", "finance", "bus"):
        await house.database(name)
    alone = Alone(house, chosen)
    await alone.begin_log()
    return alone


async def test_a_source_restored_alone_goes_on_and_reports_what_it_has_forgotten(alone: Alone) -> None:
    await alone.tell(registered(A, 3), revised(A, 4))
    await alone.applied([(str(A), 1, 2)])
    kept = await alone.backup("registry")
    await alone.tell(revised(A, 5), registered(B, 2))
    await alone.applied([(str(A), 1, 3), (str(B), 1, 1)])
    await alone.restore("registry", kept)
    async with alone.working("registry"):
        await alone.house.settled(lambda: leads(alone))
        with pytest.raises(EpochError, match="registry is running"):
            await alone.begin("registry")
    report = await alone.begin("registry")
    forgotten = {(f["key"], f["epoch"], f["sequence"]) for f in report["forgotten"]}
    assert forgotten == {(str(A), 1, 3), (str(B), 1, 1)}
    assert (report["epoch"], report["told_again"], report["restated"]) == (2, 0, 0)
    await alone.tell(revised(A, 9))
    await alone.applied([(str(A), 2, 3), (str(B), 1, 1)])
    assert await alone.rows("finance", HOUSEHOLDS) == [(A, 9), (B, 2)]


async def leads(alone: Alone) -> bool:
    here = "(SELECT oid FROM pg_database WHERE datname = current_database())"
    return bool(
        await alone.rows("registry", f"SELECT 1 FROM pg_locks WHERE objid = {LEADER_LOCK} AND database = {here}")
    )


async def test_a_listener_restored_alone_reads_on_from_its_own_offset(alone: Alone) -> None:
    await alone.tell(registered(A, 3))
    await alone.applied([(str(A), 1, 1)])
    kept = await alone.backup("finance")
    await alone.tell(revised(A, 5), registered(B, 2))
    await alone.applied([(str(A), 1, 2), (str(B), 1, 1)])
    before = await alone.rows("finance", HOUSEHOLDS), await alone.rows("finance", OFFSETS)
    await alone.restore("finance", kept)
    assert await alone.rows("finance", OFFSETS) == [(1,)]
    assert (await alone.begin("finance"))["forgotten"] == []
    await alone.applied([(str(A), 1, 2), (str(B), 1, 1)])
    assert (await alone.rows("finance", HOUSEHOLDS), await alone.rows("finance", OFFSETS)) == before


async def test_a_log_begun_anew_is_told_again_and_read_from_the_first(alone: Alone) -> None:
    await alone.tell(registered(A, 3), revised(A, 4), registered(B, 2))
    await alone.applied([(str(A), 1, 2), (str(B), 1, 1)])
    # Each record twice: no position in this log means the same in another.
    await _republish(find_service("registry"), await alone.settings("registry"), "")
    await alone.read(6)
    before = await alone.rows("finance", "SELECT * FROM household ORDER BY id")
    await alone.begin_log()
    with pytest.raises(EpochError, match="ends at 0, and finance has read up to"):
        await alone.begin("finance")
    assert await alone.rows("finance", "SELECT epoch FROM source") == [(1,)]
    for name, told_again in (("registry", 3), ("finance", 0)):
        report = await alone.begin(name, at_least=7, log_anew=True)
        assert (report["epoch"], report["told_again"], report["forgotten"]) == (7, told_again, [])
    await alone.tell(revised(B, 6))
    await alone.applied([(str(A), 1, 2), (str(B), 7, 2)])
    assert await alone.rows("finance", HOUSEHOLDS) == [(A, 4), (B, 6)]
    assert (await alone.rows("finance", "SELECT * FROM household ORDER BY id"))[0] == before[0]
    reader = open_reader(await alone.settings("finance"), ["registry.household"])
    assert len(await read_facts(reader, ["registry.household"])) == 4
    await reader.close()
