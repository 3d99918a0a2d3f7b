"""Work that waits in a table: done one piece after the other in a process of its own, so that no door waits behind it;
or looked through beside the doors, a portion at a time.

Nothing is held between the two: the other process locks the row of its piece, so a death anywhere frees it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID

import structlog

from shared.acts.bodies import FIRST
from shared.acts.days import current_day
from shared.acts.policy_in_force import policy_now
from shared.data import db
from shared.data.crypto import DataKeys, read_data_keys
from shared.data.sql import Connection
from shared.ground.context import Act, system_act
from shared.ground.policy import Policy, read_policy
from shared.process import logs
from shared.process.isolated import run_isolated

log = structlog.get_logger()

AFTER_TROUBLE_SECONDS = 1.0
ROUND_SECONDS = 1.0
MOST_ATTEMPTS = 5  # each may have been ended by a kill; a piece that kills us five times is given up


class Piece(Protocol):
    """`attempts`: how often it was begun."""

    @property
    def attempts(self) -> int: ...


P = TypeVar("P", bound=Piece)
# Does what is to be done behind an id, and says behind which to go on; None, where all is seen.
Look = Callable[[Connection, Act, UUID], Awaitable[UUID | None]]


async def run_apart(
    app: Any,
    target: str,
    is_any_waiting: Callable[[Connection], Awaitable[bool]],
    *,
    idle_seconds: float,
    longest_seconds: float,
    largest_bytes: int,
) -> None:
    """A service's background work: whenever a piece waits, a process for `target`, as `run_isolated` calls it; `target`
    hands its argument on to `work_off`. Runs for ever.
    """
    settings, service = app.state.settings, app.state.service
    argument = {
        "service": service.name,
        "database_url": settings.database_url,
        "data_key_file": str(settings.data_key_file),
        "policy_file": str(service.folder / "policy.toml"),
        "log_level": settings.log_level,
    }
    while True:
        pause = idle_seconds
        try:
            async with db.transaction(app.state.pool, db.system_caller(service.name)) as connection:
                waiting = await is_any_waiting(connection)
            if waiting:
                code = await run_isolated(target, argument, seconds=longest_seconds, largest_bytes=largest_bytes)
                if code:
                    log.warning("work_apart_interrupted", target=target, exit_code=code)
                    pause = AFTER_TROUBLE_SECONDS
        except db.TRANSIENT as error:
            log.warning("work_apart_waits", target=target, error=type(error).__name__)
            pause = AFTER_TROUBLE_SECONDS
        await asyncio.sleep(pause)


async def work_off(
    argument: dict[str, str],
    begin: Callable[[Connection], Awaitable[UUID | None]],
    lock: Callable[[Connection, UUID], Awaitable[P | None]],
    do: Callable[[Connection, P, DataKeys, Policy], Awaitable[None]],
    give_up: Callable[[Connection, P], Awaitable[None]],
) -> None:
    """In the process apart: one piece after the other, each in a transaction, until none waits."""
    logs.configure(argument["log_level"])
    data_keys = read_data_keys(Path(argument["data_key_file"]))
    founding = read_policy(Path(argument["policy_file"]))
    pool = await db.open_pool(argument["database_url"], 1)
    system = db.system_caller(argument["service"])
    while True:
        async with db.transaction(pool, system) as connection:
            begun = await begin(connection)
        if begun is None:
            break
        async with db.transaction(pool, system) as connection:
            piece = await lock(connection, begun)
            if piece is None:
                break
            if piece.attempts > MOST_ATTEMPTS:
                await give_up(connection, piece)
            else:
                await do(connection, piece, data_keys, await policy_now(connection, founding))
    await pool.close()


async def go_round(app: Any, what: str, look: Look, seconds: float = ROUND_SECONDS) -> None:
    """A service's background work: a portion at a time, each in a transaction of the service's own on the day that it
    is, round and round, so that a long queue costs no more than a short one. Runs for ever.
    """
    after = FIRST
    while True:
        try:
            after = await _look_behind(app, look, after)
        except db.TRANSIENT as error:
            log.warning("round_waits", what=what, error=type(error).__name__)
        await asyncio.sleep(seconds)


async def _look_behind(app: Any, look: Look, after: UUID) -> UUID:
    state, service = app.state, app.state.service.name
    async with db.transaction(state.pool, db.system_caller(service)) as connection:
        on = await current_day(connection, state.settings.clock)
        return (await look(connection, system_act(service, on), after) if on else None) or FIRST
