"""Keeping the policy library."""

from collections.abc import Sequence

from gateway.library import queries
from shared.data.sql import Connection
from shared.events.policy import PolicyStated
from shared.ground.context import Act


async def keep_notices(connection: Connection, facts: Sequence[tuple[Act, PolicyStated]]) -> None:
    """What services say of their policy, each once."""
    notices = [
        fact.model_dump(mode="json")
        | {"service": fact.TYPE.partition(".")[0], "confirmed_on": act.business_date.isoformat()}
        for act, fact in facts
    ]
    await queries.insert_notices(connection, notices)
