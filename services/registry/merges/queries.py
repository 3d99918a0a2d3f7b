"""All SQL about merges."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.registry.merges.tables import MergeCase, household_merge
from shared.acts.batches import insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, by_id, fetch_values, insert_many, list_by, sql

# That nothing comes back says that the id is taken, or that a merge of either was reported this moment.
_INSERT = insert_many(household_merge, MergeCase._fields, "ORDER BY 1 ON CONFLICT DO NOTHING RETURNING id")
_BY_ID = list_by(household_merge)
_WAITING = sql("""
    SELECT household_id AS id FROM household_merge WHERE household_id = ANY(:ids) AND state = 'reported'
    UNION SELECT other_id FROM household_merge WHERE other_id = ANY(:ids) AND state = 'reported'
    """)
_ENDED = sql("SELECT other_id FROM household_merge WHERE other_id = ANY(:ids) AND state = 'confirmed'")
_PAGE = page(household_merge, "state", "household_id", "other_id")


async def insert_merges(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT, rows)


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, MergeCase]:
    return await by_id(connection, _BY_ID, ids)


async def list_waiting(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the households of which a merge waits for a decision, whether they would stay or end."""
    return set(await fetch_values(connection, _WAITING, ids=list(household_ids)))


async def list_ended(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the households that ended by a merge."""
    return set(await fetch_values(connection, _ENDED, ids=list(household_ids)))


async def list_merges(connection: Connection, at: Place, **filters: Any) -> list[MergeCase]:
    """By rising id, filtered by state, by the household that stays, or by the one that ends."""
    return await fetch_page(connection, _PAGE, at, **filters)
