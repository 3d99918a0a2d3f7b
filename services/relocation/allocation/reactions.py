"""What the registry's facts mean for the allocation: who is struck leaves it, and the flat goes to the next; who was
struck by mistake is back in it.
"""

from collections.abc import Sequence

from services.relocation.allocation import actions
from shared.data.sql import Connection
from shared.events.registry import HouseholdReinstated, HouseholdRemoved
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_household_removed(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    await actions.end_removed(connection, facts)


async def on_household_reinstated(connection: Connection, facts: Sequence[tuple[Act, HouseholdReinstated]]) -> None:
    await actions.take_back_removals(connection, facts)


REACTIONS: dict[str, Reaction] = {
    HouseholdRemoved.TYPE: on_household_removed,
    HouseholdReinstated.TYPE: on_household_reinstated,
}
