"""What a service says of its policy means here: it stands in the library."""

from collections.abc import Sequence

from gateway.library import actions
from shared.data.sql import Connection
from shared.events import CATALOGUE
from shared.events.policy import PolicyStated
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_policy_changed(connection: Connection, facts: Sequence[tuple[Act, PolicyStated]]) -> None:
    await actions.keep_notices(connection, facts)


REACTIONS: dict[str, Reaction] = {
    kind: on_policy_changed for kind, payload in CATALOGUE.items() if issubclass(payload, PolicyStated)
}
