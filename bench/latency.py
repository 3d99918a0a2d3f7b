"""An exit's way, from its commit in the registry to the commit at the last of its consumers, in the real system.

`shenchi up` in a process of its own, on a disk that is waited for. Exits leave at a steady rate, whether or not
earlier ones have arrived; the time begins when COMMIT has returned. Applied is what a look at the consumer's marks
shows to anybody: that is after its commit, and as looks are some milliseconds apart, never too early, always a little
too late. Load and looks share the processors with all that is measured.
"""

import asyncio
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import asyncpg

from bench.events import registered
from bench.ground import Result, wanted_bus
from deploy.local.ports import free_port
from deploy.local.postgres import database_url
from deploy.local.processes import last_line, spawn, stop
from deploy.local.state import State, read_state
from gateway.service import SERVICE as GATEWAY
from services import NAMES
from services.__main__ import find
from shared.data import db
from shared.events.registry import HouseholdExited, HouseholdRegistered
from shared.facts.outbox import emit
from shared.ground.context import system_act
from shared.values.ids import uuid7

RATE, SECONDS, WARM_UP_SECONDS = 200, 20, 5
LOOK_EVERY_S = 0.005
ON = date(2017, 12, 1)
TOPIC = HouseholdExited.TOPIC
CONSUMERS = [each.name for each in (*map(find, NAMES), GATEWAY) if TOPIC in each.topics]
# Debezium Server's published figures, as we were given them: of another machine and another path.
PEER_P50_MS, PEER_P99_MS = 210, 440
READY_WITHIN_S, LONGEST_SECONDS = 120, 180

# Its registration is a household's first event.
OF_EXIT = 2
_ARRIVED = "SELECT key FROM applied WHERE consumer = $1 AND topic = $2 AND key = ANY($3) AND last_sequence >= $4"
_COUNT = "SELECT count(*) FROM applied WHERE consumer = $1 AND topic = $2"


@asynccontextmanager
async def system(bus: str) -> AsyncIterator[State]:
    """All of it, ready, with a folder and a port of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder, shenchi = Path(name), Path(sys.executable).with_name("shenchi")
        log = folder / "logs" / "up.log"
        told = {"SHENCHI_STATE": name, "SHENCHI_GATEWAY_PORT": str(free_port()), "BUS": bus}
        child = spawn([str(shenchi), "up"], log=log, env=os.environ | told, death_signal=signal.SIGTERM)
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                while not last_line(log, "Ready: "):
                    if child.poll() is not None:
                        raise RuntimeError(f"the system did not start: {last_line(log)}")
                    await asyncio.sleep(0.1)
            yield read_state(folder)
        finally:
            await stop(child, grace_s=60)


async def register(pool: db.Pool, count: int) -> list[HouseholdRegistered]:
    households = [registered() for _ in range(count)]
    async with db.transaction(pool, db.system_caller("registry")) as connection:
        await emit(connection, system_act("registry", ON), "registry", households)
    return households


async def exits(
    pool: db.Pool, households: Sequence[HouseholdRegistered], waiting: dict[str, set[str]]
) -> dict[str, float]:
    """An exit every 1/RATE seconds, in a transaction each; by household, when its commit had returned."""
    committed: dict[str, float] = {}

    async def leave(of: HouseholdRegistered) -> None:
        fact = HouseholdExited(
            household_id=of.household_id, division=of.division, exit_id=uuid7(), members=of.members, exited_on=ON,
            decision_id=uuid7(),
        )  # fmt: skip
        async with db.transaction(pool, db.system_caller("registry")) as connection:
            await emit(connection, system_act("registry", ON), "registry", [fact])
        committed[fact.key] = time.perf_counter()
        for keys in waiting.values():
            keys.add(fact.key)

    begun = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for n, household in enumerate(households):
            await asyncio.sleep(begun + n / RATE - time.perf_counter())
            group.create_task(leave(household))
    return committed


async def arrivals(connection: asyncpg.Connection, consumer: str, waiting: set[str], count: int) -> dict[str, float]:
    """By household, when its exit was first seen to be applied. Whoever falls behind is looked at less often, so that
    looking does not become the load.
    """
    seen: dict[str, float] = {}
    while len(seen) < count:
        begun = now = time.perf_counter()
        if waiting:
            rows = await connection.fetch(_ARRIVED, consumer, TOPIC, list(waiting), OF_EXIT)
            now = time.perf_counter()
            seen |= dict.fromkeys((r["key"] for r in rows), now)
            waiting.difference_update(seen)
        await asyncio.sleep(max(LOOK_EVERY_S, 4 * (now - begun)))
    return seen


async def measure(bus: str, count: int) -> tuple[dict[str, float], list[dict[str, float]]]:
    """By household, when its exit was committed; and for each consumer, when it was applied."""
    async with system(bus) as state:

        def url(login: str, database: str) -> str:
            return database_url(state.ports["postgres"], login, state.password(login), database)

        looks = [await asyncpg.connect(url("postgres", name)) for name in CONSUMERS]
        async with await db.open_pool(url("registry_app", "registry")) as pool:
            households = await register(pool, count)
            for name, connection in zip(CONSUMERS, looks, strict=True):
                while await connection.fetchval(_COUNT, name, TOPIC) < count:
                    await asyncio.sleep(0.1)
            waiting: dict[str, set[str]] = {name: set() for name in CONSUMERS}
            seen = [arrivals(at, name, waiting[name], count) for at, name in zip(looks, CONSUMERS, strict=True)]
            committed, *applied = await asyncio.gather(exits(pool, households, waiting), *seen)
        for connection in looks:
            await connection.close()
    return committed, applied


async def bench_latency() -> list[Result]:
    """Prints what has no peer. The first seconds are not counted: processes that have only just started are slow."""
    bus = wanted_bus()
    async with asyncio.timeout(LONGEST_SECONDS):
        committed, applied = await measure(bus, RATE * (WARM_UP_SECONDS + SECONDS))
    counted = sorted(committed, key=committed.__getitem__)[RATE * WARM_UP_SECONDS :]
    rate = (len(counted) - 1) / (committed[counted[-1]] - committed[counted[0]])
    took = [[1000 * (there[key] - committed[key]) for key in counted] for there in applied]
    medians = ", ".join(f"{name} {statistics.median(ms):.0f}" for name, ms in zip(CONSUMERS, took, strict=True))
    last = [max(each) for each in zip(*took, strict=True)]
    print(f"{len(counted):,} exits over {bus}, {rate:.0f}/s; p50 in ms: {medians}; the slowest of all {max(last):.0f}")
    cuts = statistics.quantiles(last, n=100, method="inclusive")
    return [
        Result(f"exit applied at all, {name}, {bus}", "ms, less is better", ours, "Debezium Server, published", peer)
        for name, ours, peer in (("p50", cuts[49], PEER_P50_MS), ("p99", cuts[98], PEER_P99_MS))
    ]
