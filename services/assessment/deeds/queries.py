"""All SQL about deeds."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.assessment.deeds.tables import Deed, DeedSeen, MovedIn, deed
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import Connection, execute, fetch, insert_many, sql

_TOLD = [name for name in deed.shape if name != "id"]
_INSERT = insert_many(deed, _TOLD, "ORDER BY 1, 2 ON CONFLICT (kind, source_key) DO NOTHING")
# Each looked up by itself: of an EXISTS the planner would rather read all that was ever revoked.
_PAGE = page_of(
    DeedSeen,
    """
    SELECT d.id, d.kind, d.source_key, d.household_id, d.happened_on, d.amount_fen, coalesce((SELECT true FROM deed r
    WHERE r.kind = 'death_revoked' AND r.source_key = d.source_key LIMIT 1), false) AS revoked FROM deed d
    """,
    "d.household_id",
    key="d.id",
)
_MOVED_IN = sql(
    """
    SELECT household_id, min(happened_on) AS moved_in_on FROM deed
    WHERE kind = 'moved_in' AND household_id = ANY(:ids) GROUP BY household_id
    """,
    MovedIn,
)


async def insert_deeds(connection: Connection, deeds: Sequence[Deed]) -> None:
    """What was said before is not said again."""
    columns = {name: [getattr(d, name) for d in deeds] for name in _TOLD}
    await execute(connection, _INSERT, rows=None, **columns)


async def list_deeds(connection: Connection, at: Place, **filters: Any) -> list[DeedSeen]:
    """The oldest first, filtered by household."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_moved_in(connection: Connection, household_ids: Sequence[UUID]) -> dict[UUID, date]:
    """Since when those of the households that were relocated live elsewhere."""
    rows = await fetch(connection, _MOVED_IN, ids=list(household_ids))
    return {row.household_id: row.moved_in_on for row in rows}
