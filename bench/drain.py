"""After an outage: a million facts wait in the registry's outbox, its relay and finance's consumer drain them at once.

Both are the real processes. Their memory is looked at each second; what has grown between the second tenth of a
process's work and the last tenth would go on growing. The first tenth fills what is filled once.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bench.events import envelope, registered
from bench.ground import Ground, Result, ground, wanted_bus
from bench.kafka import broker
from deploy.local.kafka import Kafka
from deploy.local.memory import pss_mb, tree
from deploy.local.ports import free_port
from deploy.local.processes import Child, last_line, spawn, stop
from deploy.local.state import State, ensure_keys
from deploy.local.supervisor import PROCESSES, environment
from shared.data import db
from shared.events.registry import HouseholdRegistered, HouseholdRevised

EVENTS, OF_EACH = 1_000_000, 20
LOOK_EVERY_S = 1.0
MOST_GROWTH = 1.10
TOPIC = HouseholdRegistered.TOPIC

# As `shared.facts.outbox.emit` leaves them: registered, then revised; all first events before all second.
_FILL = """
INSERT INTO outbox (topic, key, headers, value)
SELECT $1, key, $2::jsonb || jsonb_build_object('ce_id', uuidv7(), 'ce_type', CASE s WHEN 1 THEN $3 ELSE $4 END,
    'ce_partitionkey', key, 'ce_sequence', s::text), replace($5, $6, key)
FROM generate_series(1, $7::integer) s, (SELECT md5(n::text)::uuid::text AS key FROM generate_series(1, $8::integer) n)
ORDER BY s, key
"""
_NUMBER = "INSERT INTO aggregate SELECT topic, key, 1, count(*) FROM outbox GROUP BY topic, key"
# Cheap to ask while the work goes on: ids and offsets have no holes here.
_PASSED = {
    "registry": "SELECT coalesce(max(id), 0) FROM outbox_sent",
    "finance": f"SELECT coalesce(sum(next_offset), 0)::bigint FROM consumer_offset WHERE topic = '{TOPIC}'",  # noqa: S608
}
_LEFT = "SELECT count(*) FROM outbox"
_APPLIED = "SELECT sum(last_sequence)::bigint FROM applied WHERE topic = $1"


@dataclass(frozen=True, slots=True)
class Look:
    """At this second: events behind it, and the memory of the process with its children."""

    at: float
    passed: int
    mb: float


async def fill(place: Ground, events: int) -> None:
    """The outage: everything acted upon, nothing passed on."""
    sample = envelope(registered())
    owner = await asyncpg.connect(place.url("registry_owner", "registry"))
    await db.prepare(owner)
    await owner.execute(
        _FILL, TOPIC, sample.headers(), HouseholdRegistered.TYPE, HouseholdRevised.TYPE, sample.data, sample.key,
        OF_EACH, events // OF_EACH,
    )  # fmt: skip
    await owner.execute(_NUMBER)
    await owner.execute("ANALYZE outbox, aggregate")
    await owner.close()


def workers_state(folder: Path, place: Ground, kafka: Kafka | None) -> State:
    """What the supervisor would know, so that the workers are told what it tells them."""
    state = State(folder, {"postgres": place.server.port}, passwords=dict(place.passwords))
    if kafka:
        state.bus = "kafka"
        state.ports |= {"kafka": kafka.port, "kafka-controller": kafka.controller_port}
        state.passwords |= {f"kafka_{user}": password for user, password in kafka.passwords.items()}
    for name in _PASSED:
        state.ports[name] = free_port(taken=set(state.ports.values()))
    ensure_keys(state, list(_PASSED))
    return state


def start_worker(state: State, name: str) -> Child:
    process = next(each for each in PROCESSES if each.name == name)
    command = [sys.executable, "-m", "services", name, "--role", "worker"]
    return spawn(command, log=state.log(name), env=environment(state, PROCESSES, process))


async def follow(place: Ground, state: State, name: str, events: int) -> list[Look]:
    """A worker from its start until it has passed on, or applied, everything; from its first event on."""
    connection, child, looks = await asyncpg.connect(place.server.url(name)), start_worker(state, name), list[Look]()
    try:
        while not looks or looks[-1].passed < events:
            await asyncio.sleep(LOOK_EVERY_S)
            passed = await connection.fetchval(_PASSED[name])
            if child.poll() is not None:
                raise RuntimeError(f"{name} ended: {last_line(state.log(name))}")
            if passed:
                looks.append(Look(time.monotonic(), passed, pss_mb(tree(child.pid))))
    finally:
        await stop(child)
        await connection.close()
    return looks


def memory(name: str, bus: str, looks: Sequence[Look]) -> Result:
    tenth = max(1, len(looks) // 10)
    early, late = (statistics.fmean(look.mb for look in part) for part in (looks[tenth : 2 * tenth], looks[-tenth:]))
    unit = f"MB, at most {MOST_GROWTH:.2f}"
    return Result(f"drain over {bus}, {name}", unit, late, "in the second tenth of its work", early)


def rate(looks: Sequence[Look]) -> float:
    first, last = looks[0], looks[-1]
    return (last.passed - first.passed) / (last.at - first.at)


async def bench_drain(events: int = EVENTS) -> list[Result]:
    """Prints the rates, which have no peer here: `bench.events` and `bench.kafka` hold them against one."""
    bus, events = wanted_bus(), events // OF_EACH * OF_EACH
    with tempfile.TemporaryDirectory() as name:
        async with ground() as place, broker() if bus == "kafka" else nullcontext() as kafka:
            state = workers_state(Path(name), place, kafka)
            await fill(place, events)
            async with asyncio.TaskGroup() as group:
                drains = [group.create_task(follow(place, state, each, events)) for each in _PASSED]
            registry, finance = [await asyncpg.connect(place.server.url(each)) for each in _PASSED]
            assert await registry.fetchval(_LEFT) == 0
            assert await finance.fetchval(_APPLIED, TOPIC) == events
            await registry.close()
            await finance.close()
    looks = [drain.result() for drain in drains]
    relayed, applied = map(rate, looks)
    print(f"{events:,} events drained over {bus}: relay {relayed:,.0f} events/s, consumer {applied:,.0f} events/s")
    return [memory(each, bus, seen) for each, seen in zip(_PASSED, looks, strict=True)]
