"""The pool, and the one place that begins and commits a transaction.

Row-level security reads who acts from settings that are local to the transaction; they travel in the same
message as BEGIN, because a round trip of its own costs a third of the throughput.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any, TypeAlias

import asyncpg
from pydantic_core import from_json, to_json

from shared.data.sql import Connection
from shared.ground.context import Caller

Pool: TypeAlias = Any
# Who acts as a database role of his own, by his own role: a service by itself, and whom his bonds narrow
# (`shared.data.ddl.m0006`).
ENTERED = frozenset({"system", "helper", "villager", "entity"})
# What a phone sends is taken this long after the pairing that it was done in (domain notes 9.22).
LATE = timedelta(days=7)
# How PostgreSQL plans a statement that it has prepared. A list is planned for what is asked: planned for all filters at
# once, a page of a rare state or of a small village reads the table.
AUTO, EACH_TIME = "auto", "force_custom_plan"

# Raised by a transaction that may simply be tried again.
TRANSIENT = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # What the driver says when the server's last word came before the end of the connection.
    asyncpg.InternalClientError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InsufficientResourcesError,
    ConnectionError,
    TimeoutError,
    OSError,
)


class NotCommittedError(Exception):
    """The transaction had failed before, and somebody went on as if it had not."""


# What jsonb puts before its text on the wire.
_VERSION = b"\x01"


def _dumps(value: Any) -> bytes:
    return _VERSION + to_json(value)


def _loads(content: bytes) -> Any:
    return from_json(content[1:])


async def prepare(connection: Connection) -> None:
    """Teach a new connection JSON, as the doors read and write it: in half the time of the standard library. On the
    wire it is binary: in an array of text each element would be written twice.
    """
    how = {"schema": "pg_catalog", "format": "binary"}
    await connection.set_type_codec("json", encoder=to_json, decoder=from_json, **how)
    await connection.set_type_codec("jsonb", encoder=_dumps, decoder=_loads, **how)


async def _reset(connection: Connection) -> None:
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


async def open_pool(url: str, size: int = 8, patience_seconds: float = 0, *, reads: bool = False) -> Pool:
    """A pool of at most `size` connections. Settings are transaction-local, so a reset has nothing to do. Connections
    of a pool that `reads` are for `reading` alone: PostgreSQL lets them write nothing.

    Where the database is away it is asked again for `patience_seconds`: a process that starts while PostgreSQL recovers
    would else end, and cost another start.
    """
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            return await asyncpg.create_pool(
                url,
                min_size=0 if reads else 1,
                max_size=size,
                init=prepare,
                reset=_reset,
                command_timeout=60,
                timeout=10,
                max_inactive_connection_lifetime=60,
                statement_cache_size=400,
                server_settings={"default_transaction_read_only": "on"} if reads else None,
            )
        except TRANSIENT:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)


def _quoted(value: str) -> str:
    """A string constant of SQL's standard, in which a backslash is one; NUL, which none can hold, no `Caller` bears."""
    return "'" + value.replace("'", "''") + "'"


def _context(caller: Caller, on: date | None, since: date | None, *, local: bool) -> str:
    """Sets who acts, and as which database role; `on` is his business date, `since` from when on a pairing counts."""
    settings = {
        "role": caller.role if caller.role in ENTERED else "" if local else "none",
        "app.role": caller.role,
        "app.area": caller.area,
        "app.subject": caller.subject,
        "app.bank": caller.bank,
        "app.unit": caller.unit,
        "app.person": caller.person,
        "app.day": on.isoformat() if on else "",
        "app.since": since.isoformat() if since else "",
    }
    # What a transaction sets ends with it.
    said = {name: value for name, value in settings.items() if value or not local}
    set_each = (f"set_config('{name}', {_quoted(value)}, {local})" for name, value in said.items())
    return f"SELECT {', '.join(set_each)}"


@asynccontextmanager
async def transaction(pool: Pool, caller: Caller, on: date | None = None) -> AsyncIterator[Connection]:
    """Commits when the block ends, rolls back when it raises. Nothing else in the house commits."""
    async with pool.acquire() as connection:
        await connection.execute(f"BEGIN; {_context(caller, on, on - LATE if on else None, local=True)}")
        try:
            yield connection
        except BaseException:
            await _reset(connection)
            raise
        # Where an error was swallowed inside, PostgreSQL answers COMMIT with ROLLBACK, and raises nothing.
        if await connection.execute("COMMIT") != "COMMIT":
            raise NotCommittedError


@asynccontextmanager
async def reading(pool: Pool, caller: Caller, on: date | None = None, planned: str = AUTO) -> AsyncIterator[Connection]:
    """Statements that read, each by itself: the context and the statement, without a transaction around them.

    The context stays on the connection until it is taken again, and whoever takes it sets his own first: `pool` is one
    that `reads`, and nothing else takes its connections. A system's own hand only looks here for what is revoked.
    """
    async with pool.acquire() as connection:
        context = _context(caller, on, on, local=False)
        await connection.execute(f"{context}, set_config('plan_cache_mode', '{planned}', false)")
        yield connection


def system_caller(name: str) -> Caller:
    """A service's own hand, for relays, reactions and batches; it enters the database role `system`."""
    return Caller(f"system:{name}", "system")


@asynccontextmanager
async def savepoint(connection: Connection) -> AsyncIterator[None]:
    """Undo the block alone when it raises."""
    await connection.execute("SAVEPOINT act")
    try:
        yield
    except BaseException:
        await connection.execute("ROLLBACK TO SAVEPOINT act; RELEASE SAVEPOINT act")
        raise
    await connection.execute("RELEASE SAVEPOINT act")
