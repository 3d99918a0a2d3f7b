"""What the registry's facts mean for projects: a household's part follows it to another village."""

from collections.abc import Sequence

from services.industry.projects import queries
from shared.data.sql import Connection
from shared.events.registry import HouseholdRevised
from shared.ground.context import Act


async def on_household_revised(connection: Connection, facts: Sequence[tuple[Act, HouseholdRevised]]) -> None:
    await queries.follow_households(connection, sorted({f.household_id for _, f in facts}))
