"""Real parts for tests: one PostgreSQL per test process, databases cloned from migrated templates."""

import asyncio
import base64
import itertools
import json
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import asyncpg
import httpx
import pytest
import uvicorn
from joserfc.jwk import KeySet, RSAKey

from deploy.local.cluster import EXTENSIONS, ensure_cluster, login_names
from deploy.local.postgres import Postgres
from services import NAMES
from shared.bus.postgres import migrate as migrate_bus
from shared.data.migrate import migrate
from shared.doors.tokens import sign_token
from shared.ground.context import Unit
from shared.process import logs
from shared.process.settings import Settings
from shared.serve.run import build_app, listening
from tests.broker import BROKER, Broker, running
from tests.keycloak import KEYCLOAK, Issuer, issuing
from tests.memory import throwaway

SERVICES = (*NAMES, "gateway")
DATABASES = (*SERVICES, "bus")
_NUMBERS = itertools.count(1)
logs.configure("ERROR")  # as in service: the library's own console draws each traceback for seconds


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find_service(name: str) -> Any:
    if name == "gateway":
        from gateway.service import SERVICE

        return SERVICE
    from services.__main__ import find

    return find(name)


@dataclass(frozen=True)
class Cluster:
    server: Postgres
    passwords: dict[str, str]

    def url(self, login: str, database: str) -> str:
        return f"postgresql://{login}:{self.passwords[login]}@127.0.0.1:{self.server.port}/{database}"


async def _start(server: Postgres, passwords: dict[str, str]) -> Cluster:
    await server.start()
    cluster = Cluster(server, passwords)
    await ensure_cluster(server.url(), DATABASES, passwords)
    await migrate_bus(cluster.url("bus_owner", "bus"))
    for name in SERVICES:  # one after another: alembic keeps its environment in globals
        await migrate(cluster.url(f"{name}_owner", name), find_service(name).migrations)
    return cluster


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    passwords = {login: secrets.token_hex(8) for login in login_names(DATABASES)}
    with throwaway(tmp_path_factory.mktemp("pg")) as folder:
        server = Postgres(folder, free_port(), secrets.token_hex(8), folder / "postgres.log", durable=False)
        try:
            yield asyncio.run(_start(server, passwords))
        finally:
            asyncio.run(server.stop())


# What a test needs that comes from Maven's packages, and whether this machine can run it.
FROM_MAVEN = {"Kafka": bool(BROKER), "Keycloak": KEYCLOAK}


def pytest_report_header() -> list[str]:
    without = "NONE ON THIS MACHINE (Java 17, Maven): its tests are not run"
    return [f"{name}: {'a real one' if there else without}" for name, there in FROM_MAVEN.items()]


def pytest_configure() -> None:
    if os.environ.get("CI") and (missing := [name for name, there in FROM_MAVEN.items() if not there]):
        raise pytest.UsageError(f"CI must have a real {' and a real '.join(missing)}: install Java 17 and Maven")


# Folders whose tests share a server that is slow to start, and the group that is one worker's.
TOGETHER = {"broker": "kafka", "keycloak": "keycloak"}


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist writes the groups down
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        if folder in TOGETHER:
            item.add_marker(pytest.mark.xdist_group(TOGETHER[folder]))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Groups hold, or nothing runs: spread over the workers each would start its servers and play the year again."""
    if not getattr(session.config.option, "loadgroup", False):
        return
    loose = [i.nodeid for i in session.items if i.get_closest_marker("xdist_group") and "@" not in i.nodeid]
    if loose:
        raise pytest.UsageError(f"pytest-xdist keeps no groups with this pytest: {loose[0]} may run anywhere")


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def issuer() -> Iterator[Issuer]:
    with issuing() as started:
        yield started


@dataclass(frozen=True)
class Keys:
    private: dict[str, Any]
    jwks: Path
    data: Path


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    folder = tmp_path_factory.mktemp("keys")
    key = RSAKey.generate_key(2048, {"kid": "test", "use": "sig"})
    (folder / "jwks.json").write_text(json.dumps(KeySet([key]).as_dict(private=False)))
    pair = {name: base64.b64encode(secrets.token_bytes(32)).decode() for name in ("aes", "hmac")}
    (folder / "data.json").write_text(json.dumps({"active": "k1", "keys": {"k1": pair}}))
    return Keys(key.as_dict(private=True), folder / "jwks.json", folder / "data.json")


@dataclass(frozen=True)
class House:
    """One test's own databases, cloned when first asked for, and what runs on them."""

    cluster: Cluster
    keys: Keys
    number: int
    admin: asyncpg.Connection
    dropped: AsyncExitStack
    stack: AsyncExitStack
    cloned: set[str] = field(default_factory=set)

    async def database(self, name: str) -> str:
        """The test's own copy of a service's database, or of the bus."""
        copy = f"{name}_{self.number}"
        if name not in self.cloned:
            self.cloned.add(name)
            # Files copied whole take a third of the time that logging every page does; and one test's databases
            # must not slow the next, as hundreds of them would keep autovacuum going round.
            await self.admin.execute(f"CREATE DATABASE {copy} TEMPLATE {name} STRATEGY FILE_COPY OWNER {name}_owner")
            self.dropped.push_async_callback(self.admin.execute, f"DROP DATABASE {copy} WITH (FORCE)")
        return copy

    async def empty(self, service: str) -> str:
        """The same before its first migration; the owner's address of it."""
        copy = f"{service}_{self.number}"
        self.cloned.add(service)
        extensions = "; ".join(f"CREATE EXTENSION {name}" for name in EXTENSIONS)
        await self.admin.execute(f"CREATE DATABASE {copy} OWNER {service}_owner")
        self.dropped.push_async_callback(self.admin.execute, f"DROP DATABASE {copy} WITH (FORCE)")
        superuser = await asyncpg.connect(self.cluster.server.url(), database=copy)
        try:
            await superuser.execute(extensions)
        finally:
            await superuser.close()
        return self.cluster.url(f"{service}_owner", copy)

    async def settings(self, service: str, **changes: Any) -> Settings:
        login = f"{service}_app"
        usual: dict[str, Any] = {
            "database_url": self.cluster.url(login, await self.database(service)),
            "bus_url": self.cluster.url(login, await self.database("bus")),
            "jwks_file": self.keys.jwks, "data_key_file": self.keys.data,
            "profile": "dev", "clock": "scenario", "pool_size": 4,
        }  # fmt: skip
        return Settings(**usual | changes)

    async def owner(self, service: str) -> asyncpg.Connection:
        """A connection that sees and may write everything: to prepare and to look, never to act."""
        url = self.cluster.url(f"{service}_owner", await self.database(service))
        connection = await asyncpg.connect(url)
        self.stack.push_async_callback(connection.close)
        await connection.execute("SELECT set_config('app.subject', 'test', false)")
        return connection

    async def rows(self, service: str, query: str, *arguments: Any) -> list[asyncpg.Record]:
        connection = await self.owner(service)
        try:
            found: list[asyncpg.Record] = await connection.fetch(query, *arguments)
            return found
        finally:
            await connection.close()

    async def serve(self, service: str, role: str = "all", **changes: Any) -> "Door":
        """The service in this process, on real databases; closed with the test."""
        app = build_app(find_service(service), await self.settings(service, **changes), role)
        await self.stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url=f"http://{service}")
        return Door(await self.stack.enter_async_context(client), self.keys, app)

    async def listen(self, service: str, role: str = "all", **changes: Any) -> "Door":
        """The same on a real socket of loopback, for what goes through the gateway or breaks off halfway."""
        app = build_app(find_service(service), await self.settings(service, **changes), role)
        server = Listener(listening(app, "127.0.0.1", 0))
        server.config.timeout_graceful_shutdown = 1
        serving = asyncio.create_task(server.serve())
        self.stack.push_async_callback(server.stopped, serving)
        await self.settled(lambda: server.ready(serving))
        address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        client = await self.stack.enter_async_context(httpx.AsyncClient(base_url=address, trust_env=False, timeout=30))
        return Door(client, self.keys, app, address, lambda: server.stopped(serving))

    async def settled(self, check: Callable[[], Awaitable[bool]], seconds: float = 20) -> None:
        """Wait for a condition, with a deadline."""
        try:
            async with asyncio.timeout(seconds):
                while not await check():
                    await asyncio.sleep(0.01)
        except TimeoutError as error:
            name = getattr(check, "__qualname__", check)
            told = f"{name} did not come true; a fact is only heard where its service runs a `worker`"
            raise TimeoutError(told) from error


class Listener(uvicorn.Server):
    """A server beside the test in its event loop; signals stay the test runner's."""

    def capture_signals(self) -> Any:
        return nullcontext()

    async def ready(self, serving: asyncio.Task[None]) -> bool:
        if serving.done():
            raise RuntimeError("the service did not start") from serving.exception()
        return self.started

    async def stopped(self, serving: asyncio.Task[None]) -> None:
        self.should_exit = True
        await serving


# Who has an area of this many digits.
OF_LENGTH = {0: "subscriber", 2: "auditor", 4: "auditor", 6: "county", 9: "township", 12: "village"}
# Where a test's caller acts, where it does not say.
AREAS = {"township": "140927200", "village": "140927200201", "villager": "140927200201"}
# Called by its name, a bureau is the department of that unit.
BUREAUS = get_args(Unit)


@dataclass(frozen=True)
class Door:
    """A client that bears tokens. A listening one has an `address` and can be stopped."""

    client: httpx.AsyncClient
    keys: Keys
    app: Any
    address: str = ""
    stop: Callable[[], Awaitable[None]] | None = None

    def headers(self, role: str, area: str | None = None, *, on: str = "2017-06-01", subject: str = "", bank: str = "",
                unit: str = "", person: str = "") -> dict[str, str]:  # fmt: skip
        subject = subject or f"test-{role}"
        if role in BUREAUS:
            role, unit = "department", role
        token = sign_token(
            self.keys.private,
            subject=subject,
            role=role,
            area=AREAS.get(role, "140927") if area is None else area,
            bank=bank or ("test-bank" if role == "bank" else ""),
            unit=unit or ("test-unit" if role in ("entity", "department") else ""),
            person=person or ("test-person" if role == "villager" else ""),
        )
        return {"Authorization": f"Bearer {token}", "Business-Date": on}

    async def call(self, method: str, path: str, role: str, area: str | None = None, *, on: str = "2017-06-01",
                   subject: str = "", bank: str = "", unit: str = "", person: str = "",
                   headers: dict[str, str] | None = None, **request: Any) -> httpx.Response:  # fmt: skip
        own = self.headers(role, area, on=on, subject=subject, bank=bank, unit=unit, person=person) | (headers or {})
        return await self.client.request(method, path, headers=own, **request)


@pytest.fixture
async def house(cluster: Cluster, keys: Keys) -> AsyncIterator[House]:
    admin = await asyncpg.connect(cluster.server.url())
    async with AsyncExitStack() as dropped:
        dropped.push_async_callback(admin.close)
        async with AsyncExitStack() as stack:
            yield House(cluster, keys, next(_NUMBERS), admin, dropped, stack)
