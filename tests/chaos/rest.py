"""Waiting until everything has arrived: outboxes empty, no lag, nothing parked, every webhook taken."""

import asyncio
import time

import asyncpg

from deploy.local.supervisor import fetch
from tests.chaos.evidence import CONSUMES, SERVICES
from tests.chaos.system import System

WITHIN_S = 150.0
_EMITTED = "SELECT topic, sum(sequence)::bigint AS n FROM aggregate GROUP BY topic"
_APPLIED = "SELECT topic, sum(last_sequence)::bigint AS n FROM applied GROUP BY topic"
_WAITING = (
    "SELECT (SELECT count(*) FROM outbox) AS outbox, (SELECT count(*) FROM parked_key) AS parked,"
    " (SELECT coalesce(min(reason || ' ' || coalesce(waits_for, '')), '') FROM parked_key) AS why"
)
_PENDING = "SELECT count(*) FROM delivery WHERE state = 'pending'"


class StuckError(Exception):
    """The system did not come to rest; says what hangs."""


async def come_to_rest(system: System, within_s: float = WITHIN_S) -> float:
    """Returns the seconds that it took."""
    begun = time.monotonic()
    hangs: list[str] = ["nothing answers"]
    while hangs:
        if time.monotonic() - begun > within_s:
            raise StuckError("; ".join(hangs))
        try:
            hangs = await look(system)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, KeyError) as error:
            hangs = [f"the database is away: {error!r}"]
        if hangs:
            await asyncio.sleep(0.3)
    return time.monotonic() - begun


async def look(system: System) -> list[str]:
    """What is still on its way."""
    emitted: dict[str, int] = {}
    applied: dict[str, dict[str, int]] = {}
    hangs = []
    for name in SERVICES:
        connection = await asyncpg.connect(system.superuser_url(name))
        try:
            waiting = await connection.fetchrow(_WAITING)
            emitted |= {r["topic"]: r["n"] for r in await connection.fetch(_EMITTED)}
            applied[name] = {r["topic"]: r["n"] for r in await connection.fetch(_APPLIED)}
            if name == "gateway" and (pending := await connection.fetchval(_PENDING)):
                hangs.append(f"{pending} webhooks are pending")
        finally:
            await connection.close()
        if waiting["outbox"]:
            hangs.append(f"{name} has {waiting['outbox']} rows in its outbox")
        if waiting["parked"]:
            hangs.append(f"{name} has {waiting['parked']} parked keys ({waiting['why']})")
        answer = fetch(system.state.ports[name], "/ready", timeout_s=2)
        if answer is None or answer[0] != 200:
            hangs.append(f"{name} is not ready")
    for name, topics in CONSUMES.items():
        behind = {t: (applied[name].get(t, 0), n) for t, n in emitted.items() if t in topics}
        hangs += [f"{name} has applied {a} of {n} of {t}" for t, (a, n) in behind.items() if a != n]
    return hangs
