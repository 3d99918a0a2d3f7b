"""What runs by itself: roster files that wait are read one after the other, by a process of its own."""

import asyncio
from pathlib import Path
from typing import Any

import structlog

from services.registry.roster import queries
from services.registry.roster.actions import fail, import_roster
from shared.data import db
from shared.data.crypto import read_data_keys
from shared.ground.policy import read_policy
from shared.process import logs
from shared.process.isolated import run_isolated

log = structlog.get_logger()

IDLE_SECONDS = 0.2
AFTER_TROUBLE_SECONDS = 1.0
MOST_ATTEMPTS = 5  # each may have been ended by a kill; a file that kills us five times is refused
LONGEST_SECONDS = 300
LARGEST_MEMORY_BYTES = 2 * 1024**3  # of addresses; measured: 50,000 people take well under half of it
TARGET = f"{__name__}:import_waiting"


async def run_imports(app: Any) -> None:
    """The service's background work: whenever an import waits, a process for it. Runs for ever.

    It holds nothing itself: the other process locks the import's row, so a death anywhere frees it.
    """
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
                    log.warning("roster_import_interrupted", exit_code=code)
                    pause = AFTER_TROUBLE_SECONDS
        except db.TRANSIENT as error:
            log.warning("roster_worker_waits", error=type(error).__name__)
            pause = AFTER_TROUBLE_SECONDS
        await asyncio.sleep(pause)


async def import_waiting(argument: dict[str, str]) -> None:
    """In a process of its own: one import after the other, until none waits."""
    logs.configure(argument["log_level"])
    data_keys = read_data_keys(Path(argument["data_key_file"]))
    policy = read_policy(Path(argument["policy_file"]))
    pool = await db.open_pool(argument["database_url"], 1)
    system = db.system_caller("registry")
    while True:
        async with db.transaction(pool, system) as connection:
            begun = await queries.begin_import(connection)
        if begun is None:
            break
        async with db.transaction(pool, system) as connection:
            row = await queries.lock_import(connection, begun)
            if row is None:
                break
            if row.attempts > MOST_ATTEMPTS:
                await fail(connection, row, "gave_up")
            else:
                await import_roster(connection, row, data_keys, policy)
    await pool.close()
