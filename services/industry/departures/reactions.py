"""What the registry's facts mean for posts: who leaves the register leaves the post, who exits keeps it;
it stands still where its holder may have died. What was a mistake is taken back.
"""

from collections.abc import Sequence

from services.industry.departures import actions
from shared.data.sql import Connection
from shared.events.registry import DepartureAmended, HouseholdReinstated, HouseholdRemoved, MemberRemoved
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_household_removed(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    await actions.end_of_removed(connection, facts)


async def on_member_removed(connection: Connection, facts: Sequence[tuple[Act, MemberRemoved]]) -> None:
    await actions.hold_of_departed(connection, facts)


async def on_departure_amended(connection: Connection, facts: Sequence[tuple[Act, DepartureAmended]]) -> None:
    await actions.amend_departures(connection, facts)


async def on_household_reinstated(connection: Connection, facts: Sequence[tuple[Act, HouseholdReinstated]]) -> None:
    await actions.resume_of_reinstated(connection, facts)


REACTIONS: dict[str, Reaction] = {
    HouseholdRemoved.TYPE: on_household_removed,
    MemberRemoved.TYPE: on_member_removed,
    DepartureAmended.TYPE: on_departure_amended,
    HouseholdReinstated.TYPE: on_household_reinstated,
}
