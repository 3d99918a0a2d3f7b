"""What runs by itself: what nobody looks into holds a household up no longer."""

from typing import Any
from uuid import UUID

from services.registry.suspicions.actions import end_holds
from shared.acts.apart import go_round
from shared.data.sql import Connection
from shared.ground.context import Act

PORTION = 500


async def release_unlooked(app: Any) -> None:
    """The service's background work: the oldest first, a portion at a time. Runs for ever."""

    async def release_some(connection: Connection, act: Act, _after: UUID) -> None:
        await end_holds(connection, act, app.state.policy, PORTION)

    await go_round(app, "unlooked_suspicions", release_some)
