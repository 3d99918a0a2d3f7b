"""All SQL about restatements."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from services.industry.restatements.tables import Restatement, restatement
from shared.acts.batches import FREE, NewRows, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, by_id, insert_many, list_by

_BY_ID = list_by(restatement)
_INSERT = insert_many(restatement, restatement.shape, FREE)
_PAGE = page(restatement, "kind", "household_id")


async def list_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, Restatement]:
    return await by_id(connection, _BY_ID, ids)


async def insert(connection: Connection, rows: NewRows) -> set[UUID]:
    return await insert_free(connection, _INSERT, rows)


async def list_restatements(connection: Connection, at: Place, **filters: Any) -> list[Restatement]:
    """By rising id, filtered by kind or household."""
    return await fetch_page(connection, _PAGE, at, **filters)
