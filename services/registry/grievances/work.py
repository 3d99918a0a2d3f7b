"""What runs by itself: a grievance that nobody answered in time goes higher."""

import asyncio
from typing import Any

import structlog

from services.registry.grievances.actions import raise_late
from shared.acts.days import current_day
from shared.data import db
from shared.ground.context import system_act

log = structlog.get_logger()

PORTION = 500
IDLE_SECONDS = 1.0


async def take_higher(app: Any) -> None:
    """The service's background work: portion by portion, until none is late. Runs for ever."""
    while True:
        try:
            while await take_some(app):
                pass
        except db.TRANSIENT as error:
            log.warning("late_grievances_wait", error=type(error).__name__)
        await asyncio.sleep(IDLE_SECONDS)


async def take_some(app: Any) -> int:
    """How many of a portion were late on the day that it is."""
    state, system = app.state, db.system_caller("registry")
    async with db.transaction(state.pool, system) as connection:
        on = await current_day(connection, state.settings.clock)
        return await raise_late(connection, system_act("registry", on), state.policy, PORTION) if on else 0
