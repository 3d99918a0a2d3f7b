"""What the registry's facts mean for applications: they follow their household to another village, in turn.

They count its members as of the day of the agreement, however late that is heard; later ones and flags go no further
than the projection, and a list that was frozen keeps what it counted.
"""

from collections.abc import Sequence

from services.relocation.applications import actions, queries
from shared.data.sql import Connection
from shared.events.registry import HouseholdRevised
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_household_revised(connection: Connection, facts: Sequence[tuple[Act, HouseholdRevised]]) -> None:
    """They follow after this, with all that is theirs: not during a draw, and locked in the order that steps lock."""
    await queries.take_turn(connection)
    await queries.lock_elsewhere(connection, sorted({f.household_id for _, f in facts}))
    await actions.count_late(connection, facts)


REACTIONS: dict[str, Reaction] = {HouseholdRevised.TYPE: on_household_revised}
