"""What runs by itself: what nobody looks into holds a household up no longer."""

import asyncio
from typing import Any

import structlog

from services.registry.suspicions.actions import end_holds
from shared.acts.days import current_day
from shared.data import db
from shared.ground.context import system_act

log = structlog.get_logger()

PORTION = 500
IDLE_SECONDS = 1.0


async def release_unlooked(app: Any) -> None:
    """The service's background work: portion by portion, until none holds too long. Runs for ever."""
    while True:
        try:
            while await release_some(app):
                pass
        except db.TRANSIENT as error:
            log.warning("unlooked_suspicions_wait", error=type(error).__name__)
        await asyncio.sleep(IDLE_SECONDS)


async def release_some(app: Any) -> int:
    """How many of a portion nobody had looked into in time, on the day that it is."""
    state, system = app.state, db.system_caller("registry")
    async with db.transaction(state.pool, system) as connection:
        on = await current_day(connection, state.settings.clock)
        return await end_holds(connection, system_act("registry", on), state.policy, PORTION) if on else 0
