"""The relay on real parts: late commits, leaders that die or freeze, zombies."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from shared.bus import FencedError, Outgoing, Publisher
from shared.bus.postgres import PostgresPublisher, PostgresReader
from shared.bus.topics import TOPICS
from shared.facts import relay
from shared.facts.relay import LEADER_LOCK, OutboxRelay, relay_once, run_relay
from tests.conftest import House

INSERT = "INSERT INTO outbox (topic, key, headers, value) VALUES ($1, $2, jsonb_build_object('ce_id', $3::text), '{}')"
LEADER = (
    "SELECT pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
    " WHERE locktype = 'advisory' AND objid = $1 AND datname = $2"
)


@dataclass
class Outbox:
    """The registry's outbox, and as many relays as a test starts."""

    house: House
    url: str
    bus_url: str
    relays: list[asyncio.Task[None]]

    async def lead(self) -> Publisher:
        return await PostgresPublisher.lead(self.bus_url)

    def start(self) -> None:
        self.relays.append(asyncio.create_task(run_relay(self.url, self.lead, "registry")))

    async def insert(self, *names: str, key: str = "k", topic: str = "registry.household") -> None:
        owner = await self.house.owner("registry")
        for name in names:
            await owner.execute(INSERT, topic, key, name)

    async def published(self) -> list[str]:
        reader = PostgresReader(self.bus_url, [])
        found = await reader.fetch({("registry.household", p): 0 for p in range(12)}, 1000)
        await reader.close()
        return [r.headers["ce_id"] for batch in found.values() for r in batch]

    async def arrived(self, *names: str, seconds: float = 20) -> None:
        """Published, and moved: the outbox is empty."""
        owner = await self.house.owner("registry")

        async def all_there() -> bool:
            empty = not await owner.fetchval("SELECT count(*) FROM outbox")
            return empty and set(await self.published()) == set(names)

        await self.house.settled(all_there, seconds)

    async def leader(self) -> int:
        """The backend that holds the leader's lock."""
        database = await self.house.database("registry")

        async def led() -> bool:
            return await self.house.admin.fetchval(LEADER, LEADER_LOCK, database) is not None

        await self.house.settled(led)
        pid: int = await self.house.admin.fetchval(LEADER, LEADER_LOCK, database)
        return pid

    async def term(self) -> int:
        (row,) = await self.house.rows(
            "bus", "SELECT coalesce(max(term), 0) AS n FROM writer WHERE source = 'registry'"
        )
        return int(row["n"])


@pytest.fixture
async def outbox(house: House) -> AsyncIterator[Outbox]:
    settings = await house.settings("registry")
    mine = Outbox(house, settings.database_url, settings.bus_url, [])
    yield mine
    for task in mine.relays:
        task.cancel()
    await asyncio.gather(*mine.relays, return_exceptions=True)


async def test_a_row_that_commits_late_goes_out_late_but_goes_out(outbox: Outbox) -> None:
    late = await outbox.house.owner("registry")
    transaction = late.transaction()
    await transaction.start()
    await late.execute(INSERT, "registry.household", "k", "late")  # takes its id first
    outbox.start()
    await outbox.insert("early")
    await outbox.arrived("early")
    await transaction.commit()
    await outbox.arrived("early", "late")
    assert await outbox.published() == ["early", "late"]
    sent = await outbox.house.rows("registry", "SELECT headers ->> 'ce_id' AS n FROM outbox_sent ORDER BY id")
    assert [r["n"] for r in sent] == ["late", "early"]


async def test_a_row_that_commits_while_newer_ones_are_published_is_not_moved_with_them(outbox: Outbox) -> None:
    late = await outbox.house.owner("registry")
    transaction = late.transaction()
    await transaction.start()
    await late.execute(INSERT, "registry.household", "k", "late")
    await outbox.insert("early")

    class CommitsMeanwhile(OutboxRelay):
        async def publish(self, rows: Any) -> Any:
            acknowledged = await super().publish(rows)
            await transaction.commit()
            return acknowledged

    connection = await relay._lead(outbox.url, "registry")
    assert connection is not None
    publisher = await PostgresPublisher.lead(outbox.bus_url)
    assert await relay_once(CommitsMeanwhile(connection, publisher)) == 1
    left = await outbox.house.rows("registry", "SELECT headers ->> 'ce_id' AS n FROM outbox")
    assert [r["n"] for r in left] == ["late"]
    assert await relay_once(OutboxRelay(connection, publisher)) == 1
    assert await outbox.published() == ["early", "late"]
    await publisher.close()
    await connection.close()


async def test_two_relays_have_one_leader_and_a_killed_one_is_followed(outbox: Outbox) -> None:
    outbox.start()
    outbox.start()
    await outbox.insert("1", "2")
    await outbox.arrived("1", "2")
    assert await outbox.term() == 1
    for n in range(3, 6):
        await outbox.house.admin.execute("SELECT pg_terminate_backend($1)", await outbox.leader())
        await outbox.insert(str(n))
        await outbox.arrived(*map(str, range(1, n + 1)))
    assert await outbox.term() >= 3
    order = list(dict.fromkeys(await outbox.published()))
    assert order == ["1", "2", "3", "4", "5"]


async def test_a_frozen_leader_loses_the_lock_and_its_hand_is_fenced(outbox: Outbox) -> None:
    """A stopped process keeps its connection; only its silence gives it away."""
    frozen = await relay._lead(outbox.url, "registry")
    assert frozen is not None
    zombie = await PostgresPublisher.lead(outbox.bus_url)
    assert await relay._lead(outbox.url, "registry") is None
    begun = asyncio.get_running_loop().time()
    outbox.start()
    await outbox.insert("1")
    await outbox.arrived("1", seconds=15)
    assert asyncio.get_running_loop().time() - begun > 2
    with pytest.raises(FencedError):
        await zombie.publish([Outgoing(1, "registry.household", "k", {"ce_id": "again"}, "{}")])
    assert await outbox.published() == ["1"]
    await zombie.close()
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
        await frozen.execute("SELECT 1")


async def test_what_was_sent_but_not_moved_is_sent_again_before_anything_newer(outbox: Outbox) -> None:
    await outbox.insert("1", "2")
    connection = await relay._lead(outbox.url, "registry")
    assert connection is not None

    class DiesBeforeMoving(OutboxRelay):
        async def move(self, ids: Any) -> None:
            raise ConnectionError

    publisher = await PostgresPublisher.lead(outbox.bus_url)
    with pytest.raises(ConnectionError):
        await relay_once(DiesBeforeMoving(connection, publisher))
    await publisher.close()
    await connection.close()
    await outbox.insert("3")
    outbox.start()
    await outbox.arrived("1", "2", "3")
    assert await outbox.published() == ["1", "2", "1", "2", "3"]


async def test_a_row_that_cannot_go_out_holds_the_rest_and_the_relay_lives(outbox: Outbox) -> None:
    """An unknown topic is a mistake of ours. Mended, everything goes on without a restart, in order."""
    await outbox.insert("lost", topic="registry.nowhere")
    await outbox.insert("1")
    outbox.start()

    async def tried_twice() -> bool:
        return await outbox.term() >= 2

    await outbox.house.settled(tried_twice)
    assert await outbox.published() == []
    owner = await outbox.house.owner("registry")
    await owner.execute("DELETE FROM outbox WHERE topic = 'registry.nowhere'")
    await outbox.arrived("1")
    assert "registry.nowhere" not in TOPICS
