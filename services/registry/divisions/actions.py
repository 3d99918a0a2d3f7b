"""Declaring which places there are, and since when."""

from collections.abc import Sequence

from services.registry.divisions import queries
from services.registry.divisions.rules import Place, place_changes
from services.registry.divisions.schemas import Division, DivisionResult
from shared.data.sql import Connection
from shared.ground.context import Act


async def declare_divisions(connection: Connection, act: Act, items: Sequence[Division]) -> list[DivisionResult]:
    """A later period ends the open one; the same start again corrects it; an overlap is refused."""
    places = [Place(**item.model_dump()) for item in items]
    present = await queries.lock_places(connection, sorted({p.code for p in places}))
    changes = place_changes(places, present, act.caller.within)
    await queries.update_places(connection, changes.updates)
    await queries.insert_places(connection, changes.inserts)
    return [
        DivisionResult(code=place.code, status="refused" if code else "accepted", problem=code)
        for place, code in zip(places, changes.refusals, strict=True)
    ]
