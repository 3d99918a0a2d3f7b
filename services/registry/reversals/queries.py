"""All SQL about reversals."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.registry.reversals.tables import ReversalCase, reversal
from shared.acts.batches import insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, by_id, fetch, insert_many, list_by, sql

# That nothing comes back says that the id is taken, or that the same is doubted since this moment.
_INSERT = insert_many(reversal, ReversalCase._fields, "ORDER BY 1 ON CONFLICT DO NOTHING RETURNING id")
_BY_ID = list_by(reversal)
_DOUBTED = sql("""
    SELECT coalesce(departure_id, removal_id) AS id FROM reversal
    WHERE household_id = ANY(:ids) AND state IN ('departure_doubted', 'removal_doubted')
    """)
# Who was registered anew has his place in the index there.
_ELSEWHERE = sql("""
    SELECT m.id FROM member m WHERE m.household_id = ANY(:ids)
        AND NOT EXISTS (SELECT FROM person_index p WHERE p.member_id = m.id)
    """)
_PAGE = page(reversal, "state", "household_id")


async def insert_reversals(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT, rows)


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, ReversalCase]:
    return await by_id(connection, _BY_ID, ids)


async def list_doubted(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Departures and removals of the households that somebody doubts already."""
    return {r["id"] for r in await fetch(connection, _DOUBTED, ids=list(household_ids))}


async def list_elsewhere(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Members of these households, of now or of before, who were registered anew in another one."""
    return {r["id"] for r in await fetch(connection, _ELSEWHERE, ids=list(household_ids))}


async def list_reversals(connection: Connection, at: Place, **filters: Any) -> list[ReversalCase]:
    """By rising id, filtered by state or household."""
    return await fetch_page(connection, _PAGE, at, **filters)
