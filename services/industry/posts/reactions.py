"""What the registry's facts mean for posts: who leaves the register leaves the post; who exits keeps it."""

from collections.abc import Sequence

from services.industry.posts import actions, queries
from shared.data.sql import Connection
from shared.events.registry import HouseholdRemoved, HouseholdRevised
from shared.ground.context import Act


async def on_household_removed(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    await actions.end_of_removed(connection, facts)


async def on_household_revised(connection: Connection, facts: Sequence[tuple[Act, HouseholdRevised]]) -> None:
    await queries.follow_households(connection, sorted({f.household_id for _, f in facts}))
