"""A throw-away PostgreSQL with the house's databases, and how two ways of doing one thing are held side by side."""

import os
import secrets
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.cluster import BUS, ensure_cluster, login_names
from deploy.local.kafka import at_hand
from deploy.local.ports import port_is_free
from deploy.local.postgres import Postgres
from shared.bus.postgres import migrate as migrate_bus
from shared.data.migrate import migrate

ROOT = Path(__file__).resolve().parent.parent
SERVICES = ("registry", "finance", "industry")
FIRST_PORT = 25432

# Does the work once; returns how many items it was.
Work = Callable[[], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Result:
    """Items per second of both, medians of rounds that took turns, and ours as a share of the peer's."""

    name: str
    unit: str
    ours: float
    peer_name: str
    peer: float

    @property
    def ratio(self) -> float:
        return self.ours / self.peer


@dataclass(frozen=True, slots=True)
class Ground:
    server: Postgres
    passwords: dict[str, str]

    def url(self, login: str, database: str) -> str:
        return f"postgresql://{login}:{self.passwords[login]}@127.0.0.1:{self.server.port}/{database}"


def wanted_bus() -> str:
    """What BUS says, else Kafka where a broker is at hand."""
    return os.environ.get("BUS") or ("kafka" if at_hand() else "postgres")


@asynccontextmanager
async def ground(services: Sequence[str] = SERVICES) -> AsyncIterator[Ground]:
    """Without waiting for the disk: what is compared is the work of processors, not the disk's mood."""
    port = next(p for p in range(FIRST_PORT, FIRST_PORT + 1000) if port_is_free(p))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = Postgres(folder, port, secrets.token_hex(8), folder / "postgres.log", durable=False)
        databases = (*services, BUS)
        made = Ground(server, {login: secrets.token_hex(8) for login in login_names(databases)})
        try:
            await server.start()
            await ensure_cluster(server.url(), databases, made.passwords)
            await migrate_bus(made.url("bus_owner", BUS))
            for service in services:
                house = ROOT / service if service == "gateway" else ROOT / "services" / service
                await migrate(made.url(f"{service}_owner", service), house / "migrations")
            yield made
        finally:
            await server.stop()


async def _nothing() -> None:
    pass


async def side_by_side(
    name: str, unit: str, ours: Work, peer_name: str, peer: Work, *,
    before: Callable[[], Awaitable[None]] = _nothing, rounds: int = 3,
) -> Result:  # fmt: skip
    """They take turns, so that a busy neighbour disturbs both; a first turn of each warms up and does not count.

    `before` prepares each turn and is not timed.
    """
    rates: dict[Work, list[float]] = {ours: [], peer: []}
    for turn in range(rounds + 1):
        for work in (ours, peer) if turn % 2 else (peer, ours):
            await before()
            begun = time.perf_counter()
            count = await work()
            if turn:
                rates[work].append(count / (time.perf_counter() - begun))
    return Result(name, unit, statistics.median(rates[ours]), peer_name, statistics.median(rates[peer]))
