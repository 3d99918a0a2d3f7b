"""What the registry says of exits means to the public: a place in the feed, a record, a webhook to each subscriber."""

from collections.abc import Sequence

from gateway.feed.actions import PUBLIC
from gateway.subscriptions import actions
from shared.data.sql import Connection
from shared.events import Payload
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_exit_stated(connection: Connection, facts: Sequence[tuple[Act, Payload]]) -> None:
    await actions.publish_exits(connection, facts)


REACTIONS: dict[str, Reaction] = {kind.TYPE: on_exit_stated for kind in PUBLIC}
