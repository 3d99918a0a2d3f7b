"""What the registry's facts mean for loans: they follow their household to another village."""

from collections.abc import Sequence

from services.finance.loans import queries
from shared.context import Act
from shared.events.registry import HouseholdRevised
from shared.projection import on_household_whole
from shared.sql import Connection


async def on_household_revised(connection: Connection, facts: Sequence[tuple[Act, HouseholdRevised]]) -> None:
    await on_household_whole(connection, facts)
    await queries.follow_households(connection, sorted({f.household_id for _, f in facts}))
