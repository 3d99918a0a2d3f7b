"""All SQL about changed figures of places."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.registry.rolls.tables import DivisionChange, division_change
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, by_id, fetch_values, insert_many, list_by, sql

_INSERT = insert_many(division_change, DivisionChange._fields, FREE)
_BY_ID = list_by(division_change)
_WAITING = sql("SELECT division FROM division_change WHERE division = ANY(:divisions) AND state = 'proposed'")
_PAGE = page(division_change, "state", "division")


async def insert_changes(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT, rows)


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, DivisionChange]:
    return await by_id(connection, _BY_ID, ids)


async def list_waiting(connection: Connection, divisions: Sequence[str]) -> set[str]:
    """Those of the places of which a change waits for the second person."""
    return set(await fetch_values(connection, _WAITING, divisions=list(divisions)))


async def list_changes(connection: Connection, at: Place, **filters: Any) -> list[DivisionChange]:
    """By rising id, filtered by state or place."""
    return await fetch_page(connection, _PAGE, at, **filters)
