"""What runs by itself: searches, each in a process of its own, and the end of pairs of whom one has left."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog

from services.registry.duplicates import queries
from services.registry.duplicates.actions import end_left, search_people
from shared.acts.bodies import FIRST
from shared.acts.days import current_day
from shared.data import db
from shared.data.crypto import read_data_keys
from shared.ground.context import Act, system_act
from shared.ground.policy import read_policy
from shared.process import logs
from shared.process.isolated import run_isolated

log = structlog.get_logger()

IDLE_SECONDS = 0.5
AFTER_TROUBLE_SECONDS = 1.0
MOST_ATTEMPTS = 5  # each may have been ended by a kill; a search that kills us five times is given up
LONGEST_SECONDS = 900
LARGEST_MEMORY_BYTES = 2 * 1024**3  # of addresses; measured: of a million people a tenth of it is held
TARGET = f"{__name__}:search_waiting"
LOOK_SECONDS = 1.0
PORTION = 1_000


async def run_searches(app: Any) -> None:
    """The service's background work: whenever a search waits, a process for it. Runs for ever."""
    settings, system = app.state.settings, db.system_caller("registry")
    argument = {
        "database_url": settings.database_url,
        "data_key_file": str(settings.data_key_file),
        "policy_file": str(app.state.service.folder / "policy.toml"),
        "log_level": settings.log_level,
    }
    while True:
        pause = IDLE_SECONDS
        try:
            async with db.transaction(app.state.pool, system) as connection:
                waiting = await queries.is_any_waiting(connection)
            if waiting:
                code = await run_isolated(TARGET, argument, seconds=LONGEST_SECONDS, largest_bytes=LARGEST_MEMORY_BYTES)
                if code:
                    log.warning("duplicate_search_interrupted", exit_code=code)
                    pause = AFTER_TROUBLE_SECONDS
        except db.TRANSIENT as error:
            log.warning("duplicate_search_waits", error=type(error).__name__)
            pause = AFTER_TROUBLE_SECONDS
        await asyncio.sleep(pause)


async def search_waiting(argument: dict[str, str]) -> None:
    """In a process of its own: one search after the other, until none waits."""
    logs.configure(argument["log_level"])
    data_keys = read_data_keys(Path(argument["data_key_file"]))
    policy = read_policy(Path(argument["policy_file"]))
    pool = await db.open_pool(argument["database_url"], 1)
    system = db.system_caller("registry")
    while True:
        async with db.transaction(pool, system) as connection:
            begun = await queries.begin_search(connection)
        if begun is None:
            break
        async with db.transaction(pool, system) as connection:
            search = await queries.lock_search(connection, begun)
            if search is None:
                break
            if search.attempts > MOST_ATTEMPTS:
                await queries.finish_search(connection, search.id, "failed")
            else:
                act = Act(system, search.asked_on, correlation_id=search.id)
                await search_people(connection, act, search, policy, data_keys)
    await pool.close()


async def end_pairs(app: Any) -> None:
    """The service's background work: whoever has left is asked about no more. A portion a second, round and round, so
    that a long queue costs no more than a short one. Runs for ever.
    """
    after = FIRST
    while True:
        try:
            after = await end_some(app, after)
        except db.TRANSIENT as error:
            log.warning("duplicates_wait", error=type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


async def end_some(app: Any, after: UUID) -> UUID:
    """Look at the open pairs behind one; behind which to go on."""
    state, system = app.state, db.system_caller("registry")
    async with db.transaction(state.pool, system) as connection:
        ids = await queries.list_open(connection, after, PORTION)
        on = await current_day(connection, state.settings.clock)
        if ids and on:
            await end_left(connection, system_act("registry", on), ids)
    return ids[-1] if len(ids) == PORTION else FIRST
