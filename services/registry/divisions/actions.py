"""Declaring which places there are, and since when."""

from collections.abc import Sequence

from services.registry.divisions import queries
from services.registry.divisions.rules import Place, place_changes
from services.registry.divisions.schemas import Division
from shared.acts.bodies import Result, answers
from shared.data.sql import Connection
from shared.ground.context import Act

ROOM = "registry.divisions"


async def declare_divisions(connection: Connection, act: Act, items: Sequence[Division]) -> list[Result]:
    """A later period ends the open one; the same start again corrects it; an overlap is refused."""
    places = [Place(**item.model_dump()) for item in items]
    present = await queries.lock_places(connection, sorted({p.code for p in places}))
    changes = place_changes(places, present, act.caller.within)
    await queries.update_places(connection, changes.updates)
    await queries.insert_places(connection, changes.inserts)
    return answers(ROOM, [p.code for p in places], changes.refusals)
