"""What relocation's facts mean here: a household that moved in lives in a safe house, and waits for none."""

from collections.abc import Sequence

from services.registry.households import actions
from shared.data.sql import Connection
from shared.events.relocation import HouseholdMovedIn
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_household_moved_in(connection: Connection, facts: Sequence[tuple[Act, HouseholdMovedIn]]) -> None:
    await actions.record_moves(connection, facts[-1][0], [fact for _, fact in facts])


REACTIONS: dict[str, Reaction] = {HouseholdMovedIn.TYPE: on_household_moved_in}
