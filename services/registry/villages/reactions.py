"""What industry's facts mean here: works that were accepted are a facility that the village has."""

from collections.abc import Sequence

from services.registry.villages import actions
from shared.data.sql import Connection
from shared.events.industry import WorksAccepted
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_works_accepted(connection: Connection, facts: Sequence[tuple[Act, WorksAccepted]]) -> None:
    await actions.record_works(connection, facts[-1][0], [fact for _, fact in facts])


REACTIONS: dict[str, Reaction] = {WorksAccepted.TYPE: on_works_accepted}
