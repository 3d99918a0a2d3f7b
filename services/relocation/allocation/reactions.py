"""What the registry's facts mean for the allocation: who is struck leaves it, and the flat goes to the next."""

from collections.abc import Sequence

from services.relocation.allocation import actions
from shared.context import Act
from shared.events.registry import HouseholdRemoved
from shared.projection import on_household_removed as project_removal
from shared.sql import Connection


async def on_household_removed(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    await project_removal(connection, facts)
    await actions.end_removed(connection, facts)
