"""What a visit means here: somebody says that he was with a household on a day."""

from collections.abc import Sequence

from services.registry.screening import queries
from services.registry.screening.tables import HomeVisit
from shared.data.sql import Connection
from shared.events.assessment import VisitRecorded
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_visit_recorded(connection: Connection, facts: Sequence[tuple[Act, VisitRecorded]]) -> None:
    """Whether it counts as one or not: that it was written is what is looked at."""
    visits = list[HomeVisit]()
    for act, fact in facts:
        assert act.cause is not None
        visits.append(HomeVisit(fact.visit_id, fact.household_id, fact.division, fact.visited_on, act.cause.actor))
    await queries.keep_visits(connection, visits)


REACTIONS: dict[str, Reaction] = {VisitRecorded.TYPE: on_visit_recorded}
