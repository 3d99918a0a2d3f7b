"""All SQL about splits."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.registry.splits.tables import SplitCase, household_split
from shared.acts.batches import insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, by_id, fetch_values, insert_many, list_by, sql

# That nothing comes back says that the id is taken, or that a split of the household was reported this moment.
_INSERT = insert_many(household_split, SplitCase._fields, "ORDER BY 1 ON CONFLICT DO NOTHING RETURNING id")
_BY_ID = list_by(household_split)
_WAITING = sql("SELECT household_id FROM household_split WHERE household_id = ANY(:ids) AND state = 'reported'")
_PAGE = page(household_split, "state", "household_id")


async def insert_splits(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT, rows)


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, SplitCase]:
    return await by_id(connection, _BY_ID, ids)


async def list_waiting(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the households of which a split waits for a decision."""
    return set(await fetch_values(connection, _WAITING, ids=list(household_ids)))


async def list_splits(connection: Connection, at: Place, **filters: Any) -> list[SplitCase]:
    """By rising id, filtered by state or by the household that split."""
    return await fetch_page(connection, _PAGE, at, **filters)
