"""All SQL about changed accounts."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.registry.contacts.tables import AccountChange, account_change
from shared.acts.batches import insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, by_id, execute, fetch, insert_many, list_by, sql

# That nothing comes back says that the id is taken, or that another account was reported this moment.
_INSERT = insert_many(account_change, AccountChange._fields, "ORDER BY 1 ON CONFLICT DO NOTHING RETURNING id")
_BY_ID = list_by(account_change)
_OPEN = sql("SELECT household_id FROM account_change WHERE household_id = ANY(:ids) AND state = 'reported'")
_FORGET = sql("UPDATE account_change SET account_sealed = NULL WHERE id = ANY(:ids) AND state = 'rejected'")
_PAGE = page(account_change, "state", "household_id")


async def insert_changes(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were taken up."""
    return await insert_free(connection, _INSERT, rows)


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, AccountChange]:
    return await by_id(connection, _BY_ID, ids)


async def list_waiting(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """For which another account was reported, and nobody has decided."""
    return {r["household_id"] for r in await fetch(connection, _OPEN, ids=list(household_ids))}


async def forget_rejected(connection: Connection, ids: Sequence[UUID]) -> None:
    """The accounts of those changes that were rejected."""
    await execute(connection, _FORGET, rows=None, ids=list(ids))


async def list_changes(connection: Connection, at: Place, **filters: Any) -> list[AccountChange]:
    """By rising id, filtered by state or household."""
    return await fetch_page(connection, _PAGE, at, **filters)
