"""What the registry's exits mean to the public: a place in the feed, a webhook to each subscriber."""

from collections.abc import Sequence

from gateway.subscriptions import actions
from shared.context import Act
from shared.events.registry import HouseholdExited, VillageExited
from shared.reactor import Reaction
from shared.sql import Connection


async def on_exited(connection: Connection, facts: Sequence[tuple[Act, HouseholdExited | VillageExited]]) -> None:
    await actions.publish_exits(connection, facts)


REACTIONS: dict[str, Reaction] = {HouseholdExited.TYPE: on_exited, VillageExited.TYPE: on_exited}
