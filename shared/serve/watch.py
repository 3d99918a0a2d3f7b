"""What every process keeps in mind of its tables: whose tokens are good no longer, and which policy is in force."""

import asyncio
from typing import Any

import structlog

from shared.acts import policy_in_force, revocations
from shared.data import db
from shared.ground.policy import AmendmentError

log = structlog.get_logger()

LOOK_SECONDS = 0.4


async def watch(app: Any) -> None:
    """One look at both, for ever: a policy that does not fit keeps nobody from knowing who is revoked."""
    state = app.state
    caller = db.system_caller(state.service.name)
    while True:
        try:
            async with db.reading(state.readers, caller) as connection:
                await revocations.look(connection, state)
                if state.founding:
                    await policy_in_force.look(connection, state)
        except db.TRANSIENT as error:
            log.warning("tables_unread", error=type(error).__name__)
        except AmendmentError as error:
            log.error("policy_unfit", error=str(error))
        await asyncio.sleep(LOOK_SECONDS)
