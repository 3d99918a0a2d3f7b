"""From the outbox to the log: one leader, oldest row first, only what was acknowledged is moved.

`relay_once` is steps without I/O: everything it touches is behind `RelayPort`, so that the simulation runs this
very code under a seeded scheduler with crashes, zombies and late commits.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import asyncpg
import structlog
from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import ARRAY

from shared.bus import FencedError, Outgoing, Publisher
from shared.data import db
from shared.data.sql import execute, fetch, sql
from shared.process.crash import crash_point

log = structlog.get_logger()

BATCH = 1000
IDLE_SECONDS = (0.01, 0.02, 0.05)

Lead = Callable[[], Awaitable[Publisher]]
Beat = Callable[[], None]


class RelayPort(Protocol):
    async def oldest(self, limit: int) -> Sequence[Outgoing]:
        """The committed rows not yet moved, by rising id."""

    async def publish(self, rows: Sequence[Outgoing]) -> Sequence[int]:
        """Ids acknowledged as durable. After a failure the rest were not tried."""

    async def move(self, ids: Sequence[int]) -> None:
        """Exactly these rows leave the outbox for `outbox_sent`."""


async def relay_once(port: RelayPort, limit: int = BATCH) -> int:
    """One pass; returns how many rows were moved.

    It always starts at the oldest row that is left, so a row that committed late below others goes out late but
    goes out, and a row that was sent but not moved goes out again: consumers know it by its sequence.
    """
    rows = await port.oldest(limit)
    if not rows:
        return 0
    crash_point("relay.before_send")
    acknowledged = await port.publish(rows)
    crash_point("relay.after_send")
    if acknowledged:
        await port.move(acknowledged)
        crash_point("relay.after_delete")
    return len(acknowledged)


_OLDEST = sql("SELECT id, topic, key, headers, value FROM outbox ORDER BY id LIMIT :limit")
_MOVE = sql(
    """
    WITH gone AS (DELETE FROM outbox WHERE id = ANY(:ids) RETURNING id, topic, key, headers, value, emitted_at)
    INSERT INTO outbox_sent (id, topic, key, headers, value, emitted_at) SELECT * FROM gone
""",
    ids=ARRAY(BigInteger),
)
LEADER_LOCK = 7_406_531


class OutboxRelay:
    """The port on real parts, alive as long as its two connections are."""

    def __init__(self, connection: asyncpg.Connection, publisher: Publisher) -> None:
        self._connection = connection
        self._publisher = publisher

    async def oldest(self, limit: int) -> Sequence[Outgoing]:
        rows = await fetch(self._connection, _OLDEST, limit=limit)
        return [Outgoing(r["id"], r["topic"], r["key"], r["headers"], r["value"]) for r in rows]

    async def publish(self, rows: Sequence[Outgoing]) -> Sequence[int]:
        return await self._publisher.publish(rows)

    async def move(self, ids: Sequence[int]) -> None:
        await execute(self._connection, _MOVE, rows=len(ids), ids=list(ids))


async def _lead(url: str, service: str) -> asyncpg.Connection | None:
    """A dedicated connection that holds the leader's lock, or None while another holds it.

    Not from the pool, which would release the lock on return. A frozen leader loses it after three seconds.
    """
    connection = await asyncpg.connect(url, timeout=10, command_timeout=30)
    await db.prepare(connection)
    if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LEADER_LOCK):
        await connection.close(timeout=2)
        return None
    await connection.execute(
        "SET idle_session_timeout = '3s'; SET ROLE system;"
        f" SELECT set_config('app.role', 'system', false), set_config('app.subject', 'relay:{service}', false)"
    )
    return connection


async def _term(url: str, lead: Lead, service: str, beat: Beat) -> None:
    connection = await _lead(url, service)
    if connection is None:
        return
    publisher: Publisher | None = None
    try:
        publisher = await lead()
        port = OutboxRelay(connection, publisher)
        log.info("relay_leads", service=service)
        idle = 0
        while True:
            beat()
            moved = await relay_once(port)
            idle = 0 if moved else min(idle + 1, len(IDLE_SECONDS) - 1)
            if moved < BATCH:
                await asyncio.sleep(IDLE_SECONDS[idle])
    finally:
        for open_part in (publisher, connection):
            if open_part is not None:
                try:
                    await asyncio.wait_for(open_part.close(), 3)
                except Exception:  # noqa: BLE001 - it is being thrown away
                    log.debug("relay_close_failed")


async def run_relay(url: str, lead: Lead, service: str, beat: Beat = lambda: None) -> None:
    """Lead whenever nobody does, for ever. Any failure ends the term: publisher and lock are given up."""
    while True:
        try:
            beat()
            await _term(url, lead, service, beat)
        except FencedError:
            log.warning("relay_fenced", service=service)
        except db.TRANSIENT as error:
            log.warning("relay_interrupted", service=service, error=type(error).__name__)
        except Exception as error:
            # Whatever it was, nobody else would lead in this process again.
            log.error("relay_failed", service=service, exc_info=error)
        await asyncio.sleep(0.5)
