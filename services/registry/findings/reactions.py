"""What a visit means here: what it found is looked into before the household can exit."""

from collections.abc import Sequence

from services.registry.findings import actions
from shared.data.sql import Connection
from shared.events.assessment import VisitRecorded
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_visit_recorded(connection: Connection, facts: Sequence[tuple[Act, VisitRecorded]]) -> None:
    await actions.record_sightings(connection, facts)


REACTIONS: dict[str, Reaction] = {VisitRecorded.TYPE: on_visit_recorded}
