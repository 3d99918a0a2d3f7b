"""All SQL about deeds."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from services.assessment.deeds.rules import Deed
from services.assessment.deeds.tables import deed
from shared.data.sql import Connection, Row, execute, fetch, insert_many, parameter, sql, statement

_COLUMNS = tuple(deed.c.keys())
_INSERT = insert_many(deed, _COLUMNS, "ORDER BY 1, 2 ON CONFLICT (kind, source_key) DO NOTHING")
_OF_HOUSEHOLD = statement(
    select(deed)
    .where(deed.c.household_id == parameter("household_id", deed.c.household_id))
    .order_by(deed.c.happened_on, deed.c.kind, deed.c.source_key)
)
_MOVED_IN = sql("""
    SELECT household_id, min(happened_on) AS moved_in_on FROM deed
    WHERE kind = 'moved_in' AND household_id = ANY(:ids) GROUP BY household_id
""")


async def insert_deeds(connection: Connection, deeds: Sequence[Deed]) -> None:
    """What was said before is not said again."""
    columns = {name: [getattr(d, name) for d in deeds] for name in _COLUMNS}
    await execute(connection, _INSERT, rows=None, **columns)


async def list_deeds(connection: Connection, household_id: UUID) -> list[Row]:
    """A household's deeds within the caller's area, the oldest first."""
    return await fetch(connection, _OF_HOUSEHOLD, household_id=household_id)


async def list_moved_in(connection: Connection, household_ids: Sequence[UUID]) -> dict[UUID, date]:
    """Since when those of the households that were relocated live elsewhere."""
    rows = await fetch(connection, _MOVED_IN, ids=list(household_ids))
    return {r["household_id"]: r["moved_in_on"] for r in rows}
