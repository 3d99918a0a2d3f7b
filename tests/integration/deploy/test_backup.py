"""Back to a moment on real data: every table as it was, whoever had seen more is told so, and nothing is deleted."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from deploy.local.backup import list_backups, take_backup
from deploy.local.cluster import BUS, ensure_cluster, login_names
from deploy.local.postgres import Postgres, database_url
from deploy.local.restore import Restored, restore_to
from deploy.local.state import Trouble, backups_folder, choose_port, ensure_keys, locked, read_state
from shared.bus.postgres import migrate as migrate_bus
from shared.data import db
from shared.data.migrate import migrate
from shared.facts.outbox import emit
from shared.ground.context import Act, Caller
from shared.process.settings import Settings
from shared.serve.run import build_app
from tests.conftest import Door, Keys, find_service
from tests.integration.gateway.receiver import exit_of

SERVED = ("registry", "gateway")
DATABASES = (*SERVED, BUS)
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
# What says which life it is: the epoch, and the terms of those who write to the log.
OF_EACH_LIFE = {("registry", "source"), ("gateway", "source"), (BUS, "writer")}
Hashes = dict[tuple[str, str], str]


@dataclass
class County:
    """Two services and their log on one durable cluster in a state folder."""

    folder: Path
    keys: Keys
    exits: int = field(default=0)

    def server(self) -> Postgres:
        state = read_state(self.folder)
        return Postgres(state.postgres, state.ports["postgres"], state.password("postgres"), state.log("postgres"))

    def url(self, login: str, database: str) -> str:
        state = read_state(self.folder)
        return database_url(state.ports["postgres"], login, state.password(login), database)

    @asynccontextmanager
    async def started(self) -> AsyncIterator[Postgres]:
        server = self.server()
        try:
            await server.start()
            yield server
        finally:
            await server.stop()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Door]:
        """The registry's worker and the whole gateway, in this process."""
        async with AsyncExitStack() as stack:
            doors = {}
            for name, role in (("registry", "worker"), ("gateway", "all")):
                settings = Settings(
                    database_url=self.url(f"{name}_app", name), bus_url=self.url(f"{name}_app", BUS), profile="dev",
                    jwks_file=self.keys.jwks, data_key_file=self.keys.data, pool_size=3, clock="scenario",
                )  # fmt: skip
                app = build_app(find_service(name), settings, role)
                await stack.enter_async_context(app.router.lifespan_context(app))
                doors[name] = app
            transport = httpx.ASGITransport(app=doors["gateway"], raise_app_exceptions=False)
            client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://gateway"))
            yield Door(client, self.keys, doors["gateway"])

    async def announce(self, count: int) -> None:
        """So many exits, through outbox, log and feed, until all of it has come to rest."""
        pool = await db.open_pool(self.url("registry_app", "registry"), 1)
        act = Act(Caller("clerk", "county", "140927"), date(2017, 6, 1), uuid4(), "cause")
        async with db.transaction(pool, act.caller) as connection:
            await emit(connection, act, "registry", [exit_of(uuid4()) for _ in range(count)])
        await pool.close()
        self.exits += count
        async with asyncio.timeout(20):
            while not await self.at_rest():
                await asyncio.sleep(0.02)

    async def at_rest(self) -> bool:
        facts = await self.ask("gateway", "SELECT count(*) FROM exit_fact")
        waiting = [await self.ask(name, "SELECT count(*) FROM outbox") for name in SERVED]
        return bool(facts == self.exits and waiting == [0, 0])

    async def ask(self, database: str, query: str) -> Any:
        connection = await asyncpg.connect(self.url("postgres", database))
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    async def now(self) -> datetime:
        moment: datetime = await self.ask("registry", "SELECT clock_timestamp()")
        return moment

    async def hashes(self) -> Hashes:
        """Of every table of every database, in an order that does not hang on where rows lie."""
        found = {}
        for database in DATABASES:
            connection = await asyncpg.connect(self.url("postgres", database))
            for table in [r["relname"] for r in await connection.fetch(TABLES)]:
                rows = f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"
                found[database, table] = await connection.fetchval(rows)
            await connection.close()
        return {place: value for place, value in found.items() if place not in OF_EACH_LIFE}

    async def epochs(self) -> set[int]:
        return {await self.ask(name, "SELECT epoch FROM source") for name in SERVED}

    async def restore(self, to: datetime | None = None, chosen: Path | None = None) -> Restored:
        return await restore_to(self.folder, to, chosen, SERVED)


@pytest.fixture
async def county(tmp_path: Path, keys: Keys) -> County:
    county = County(tmp_path / "state", keys)
    with locked(county.folder) as state:
        choose_port(state, "postgres")
        for login in ("postgres", *login_names(DATABASES)):
            state.password(login)
        state.save_secrets()
        ensure_keys(state, SERVED)
        state.save()
    async with county.started() as server:
        await ensure_cluster(server.url(), DATABASES, read_state(county.folder).passwords)
        await migrate_bus(county.url("bus_owner", BUS))
        for name in SERVED:
            await migrate(county.url(f"{name}_owner", name), find_service(name).migrations)
    return county


async def read(door: Door, cursor: str) -> tuple[int, Any]:
    """(status, the positions read or the cursor to go on from)"""
    answer = await door.call("GET", "/feed/exits", "subscriber", "", params={"cursor": cursor})
    body = answer.json()
    return answer.status_code, body["resync"] if answer.status_code == 410 else [
        (item["position"], item["epoch"]) for item in body["items"]
    ]  # fmt: skip


async def test_every_moment_can_be_gone_back_to_again_and_again(county: County) -> None:
    async with county.started() as server:
        async with county.opened():
            await county.announce(2)
            backup = await take_backup(read_state(county.folder), keep=1)
            await county.announce(1)
            first, first_hashes = await county.now(), await county.hashes()
            await county.announce(2)
            second, second_hashes = await county.now(), await county.hashes()
            await county.announce(4)
        # The last of its log never comes into the archive.
        os.kill(server.pid or 0, signal.SIGKILL)
    restored = await county.restore(first)
    assert restored.reached <= first < second
    assert {name: report["forgotten"] for name, report in restored.reports.items()} == {"registry": [], "gateway": []}
    assert (restored.aside / "PG_VERSION").exists() if restored.aside else False
    county.exits = 3
    async with county.started():
        assert await county.hashes() == first_hashes != second_hashes
        assert await county.epochs() == {2}
        async with county.opened() as door:
            # Who has read to the ninth place has seen what is no more.
            assert await read(door, "1.9") == (410, "2.3")
            await county.announce(3)
            assert await read(door, "2.3") == (200, [(4, 2), (5, 2), (6, 2)])
            assert await county.ask("gateway", "SELECT max(epoch) FROM applied") == 2
    # Too far back: forward again, to a moment of the life that was left.
    again = await county.restore(second)
    assert (again.epoch, len(list(again.aside.parent.glob("data.before-*"))) if again.aside else 0) == (3, 2)
    county.exits = 5
    async with county.started(), county.opened() as door:
        assert await county.hashes() == second_hashes
        assert await county.epochs() == {3}
        # Of that other life, nobody here knows how far it was the same.
        assert await read(door, "2.6") == (410, "3.0")
        assert await read(door, "1.9") == (410, "3.5")
        await county.announce(1)
        last = await county.hashes()
    assert (await county.restore(chosen=backup.folder)).epoch == 4
    async with county.started():
        assert await county.hashes() == last


async def test_a_log_that_is_not_whole_is_refused_and_nothing_is_touched(
    county: County, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with county.started(), county.opened():
        await take_backup(read_state(county.folder), keep=None)
        for _ in range(2):
            await county.announce(1)
            await county.ask("registry", "SELECT pg_switch_wal()")
        moment, hashes = await county.now(), await county.hashes()
        await county.announce(1)
        with pytest.raises(Trouble, match="still to come"):
            await County(tmp_path / "nowhere", county.keys).restore(moment + timedelta(days=1))
    # Another machine: nothing but the backups.
    monkeypatch.setenv("SHENCHI_BACKUPS", str(backups_folder(county.folder)))
    archive = backups_folder(county.folder) / "wal"
    first = list_backups(archive.parent)[0].first_segment
    last = max(path for path in archive.iterdir() if len(path.name) == 27)
    middle = min(p for p in archive.iterdir() if len(p.name) == 27 and p.name > f"{first}.gz" and p != last)
    whole = middle.read_bytes()
    elsewhere = County(tmp_path / "elsewhere", county.keys)
    middle.write_bytes(whole[:-100])
    with pytest.raises(Trouble, match=f"not whole .*{middle.name}"):
        await elsewhere.restore(moment)
    with pytest.raises(Trouble, match=f"not whole .*{middle.name}"):
        await elsewhere.restore()
    middle.unlink()
    with pytest.raises(Trouble, match="a file of it is missing"):
        await elsewhere.restore(moment)
    assert not (elsewhere.folder / "postgres" / "data").exists()
    middle.write_bytes(whole)
    assert (await elsewhere.restore(moment)).aside is None
    with locked(elsewhere.folder) as state:
        choose_port(state, "postgres")
        state.save()
    async with elsewhere.started():
        assert await elsewhere.hashes() == hashes
