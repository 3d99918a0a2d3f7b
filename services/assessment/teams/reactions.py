"""What the registry's facts mean for pairings; an exit means nothing: the help stays."""

from collections.abc import Sequence

from services.assessment.teams import actions
from shared.acts.projection import on_household_removed as project_removal
from shared.acts.projection import on_household_whole
from shared.data.sql import Connection
from shared.events.registry import HouseholdRemoved, HouseholdRevised
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_household_revised(connection: Connection, facts: Sequence[tuple[Act, HouseholdRevised]]) -> None:
    """Pairings follow their household to another village."""
    await on_household_whole(connection, facts)
    await actions.follow_households(connection, sorted({f.household_id for _, f in facts}))


async def on_household_removed(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    """The pairing ends on that day."""
    await project_removal(connection, facts)
    await actions.release_helpers(connection, facts)


REACTIONS: dict[str, Reaction] = {
    HouseholdRevised.TYPE: on_household_revised,
    HouseholdRemoved.TYPE: on_household_removed,
}
