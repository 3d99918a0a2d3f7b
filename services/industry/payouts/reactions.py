"""What the registry's facts mean for payouts: dues and lines follow their household to another village, in turn."""

from collections.abc import Sequence

from services.industry.payouts import queries
from shared.data.sql import Connection
from shared.events.registry import HouseholdRevised
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_household_revised(connection: Connection, facts: Sequence[tuple[Act, HouseholdRevised]]) -> None:
    """They follow after this; a batch made meanwhile would put them into lines of the old village."""
    await queries.take_turn_of_owed(connection, sorted({f.household_id for _, f in facts}))


REACTIONS: dict[str, Reaction] = {HouseholdRevised.TYPE: on_household_revised}
