"""What the registry's facts mean for applications: they follow their household to another village.

Members and flags go no further than the projection: a list that was frozen keeps what it counted.
"""

from collections.abc import Sequence

from services.relocation.applications import actions
from shared.acts.projection import on_household_whole
from shared.data.sql import Connection
from shared.events.registry import HouseholdRevised
from shared.ground.context import Act


async def on_household_revised(connection: Connection, facts: Sequence[tuple[Act, HouseholdRevised]]) -> None:
    await on_household_whole(connection, facts)
    await actions.follow_households(connection, sorted({f.household_id for _, f in facts}))
