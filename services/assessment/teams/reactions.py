"""What the registry's facts mean for pairings; an exit means nothing: the help stays."""

from collections.abc import Sequence

from services.assessment.teams import actions
from shared.data.sql import Connection
from shared.events.registry import HouseholdReinstated, HouseholdRemoved, HouseholdRevised
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_household_removed(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    """The pairing ends on that day."""
    await actions.release_helpers(connection, facts)


async def on_household_reinstated(connection: Connection, facts: Sequence[tuple[Act, HouseholdReinstated]]) -> None:
    """It was struck by mistake: the pairing goes on."""
    await actions.resume_helpers(connection, facts)


async def on_household_revised(connection: Connection, facts: Sequence[tuple[Act, HouseholdRevised]]) -> None:
    """Where it has moved to another village, who is not there helps it no more."""
    await actions.release_left_behind(connection, facts)


REACTIONS: dict[str, Reaction] = {
    HouseholdRemoved.TYPE: on_household_removed,
    HouseholdReinstated.TYPE: on_household_reinstated,
    HouseholdRevised.TYPE: on_household_revised,
}
