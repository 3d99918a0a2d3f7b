"""What the registry's facts mean for posts: who leaves the register leaves the post, who exits keeps it;
it stands still where its holder may have died.
"""

from collections.abc import Sequence

from services.industry.posts import actions
from shared.data.sql import Connection
from shared.events.registry import HouseholdRemoved, MemberRemoved
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_household_removed(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    await actions.end_of_removed(connection, facts)


async def on_member_removed(connection: Connection, facts: Sequence[tuple[Act, MemberRemoved]]) -> None:
    await actions.hold_of_departed(connection, facts)


REACTIONS: dict[str, Reaction] = {
    HouseholdRemoved.TYPE: on_household_removed,
    MemberRemoved.TYPE: on_member_removed,
}
