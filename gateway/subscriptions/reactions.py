"""What the registry says of exits means to the public: a place in the feed, a record, a webhook to each subscriber."""

from collections.abc import Sequence

from gateway.feed.actions import PUBLIC
from gateway.subscriptions import actions
from shared.context import Act
from shared.events import Payload
from shared.reactor import Reaction
from shared.sql import Connection


async def on_exit_stated(connection: Connection, facts: Sequence[tuple[Act, Payload]]) -> None:
    await actions.publish_exits(connection, facts)


REACTIONS: dict[str, Reaction] = {kind.TYPE: on_exit_stated for kind in PUBLIC}
