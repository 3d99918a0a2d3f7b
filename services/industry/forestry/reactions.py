"""What the registry's facts mean for forestry: plots and members follow their household to another village."""

from collections.abc import Sequence

from services.industry.forestry import queries
from shared.context import Act
from shared.events.registry import HouseholdRevised
from shared.sql import Connection


async def on_household_revised(connection: Connection, facts: Sequence[tuple[Act, HouseholdRevised]]) -> None:
    await queries.follow_households(connection, sorted({f.household_id for _, f in facts}))
