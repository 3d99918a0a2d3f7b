"""What the registry's facts mean for homesteads: who was struck by mistake is paid what was refused for it."""

from collections.abc import Sequence

from services.relocation.homesteads import actions
from shared.data.sql import Connection
from shared.events.registry import HouseholdReinstated
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_household_reinstated(connection: Connection, facts: Sequence[tuple[Act, HouseholdReinstated]]) -> None:
    await actions.reward_reinstated(connection, facts)


REACTIONS: dict[str, Reaction] = {HouseholdReinstated.TYPE: on_household_reinstated}
