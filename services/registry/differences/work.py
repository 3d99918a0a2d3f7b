"""What runs by itself: lists, each compared in a process of its own, and the end of what was put right."""

import asyncio
from typing import Any
from uuid import UUID

import structlog

from services.registry.differences import queries
from services.registry.differences.actions import compare_list, end_agreed, fail
from shared.acts.apart import run_apart, work_off
from shared.acts.bodies import FIRST
from shared.acts.days import current_day
from shared.data import db
from shared.ground.context import system_act

log = structlog.get_logger()

IDLE_SECONDS = 0.5
LONGEST_SECONDS = 300
LARGEST_MEMORY_BYTES = 2 * 1024**3  # of addresses, as for a roster of the same size
TARGET = f"{__name__}:compare_waiting"
LOOK_SECONDS = 1.0
PORTION = 200


async def run_lists(app: Any) -> None:
    """The service's background work: whenever a list waits, a process for it. Runs for ever."""
    await run_apart(
        app,
        TARGET,
        queries.is_any_waiting,
        idle_seconds=IDLE_SECONDS,
        longest_seconds=LONGEST_SECONDS,
        largest_bytes=LARGEST_MEMORY_BYTES,
    )


async def compare_waiting(argument: dict[str, str]) -> None:
    """In a process of its own: one list after the other, until none waits."""
    await work_off(argument, queries.begin_list, queries.lock_list, compare_list, fail)


async def end_corrected(app: Any) -> None:
    """The service's background work: a difference of which ours was wrong ends as soon as it is right. A portion a
    second, round and round. Runs for ever.
    """
    after = FIRST
    while True:
        try:
            after = await end_some(app, after)
        except db.TRANSIENT as error:
            log.warning("differences_wait", error=type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


async def end_some(app: Any, after: UUID) -> UUID:
    """Look at the waiting differences behind one; behind which to go on."""
    state, system = app.state, db.system_caller("registry")
    async with db.transaction(state.pool, system) as connection:
        on = await current_day(connection, state.settings.clock)
        if on is None:
            return FIRST
        act = system_act("registry", on)
        return await end_agreed(connection, act, state.data_keys, after, PORTION) or FIRST
