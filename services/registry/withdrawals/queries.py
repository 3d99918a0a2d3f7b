"""All SQL about withdrawals on paper."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.registry.withdrawals.tables import Withdrawal, withdrawal
from shared.acts.batches import NewRows, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, by_id, fetch_values, insert_many, list_by, sql

# An application is withdrawn by one sheet at a time.
_INSERT = insert_many(withdrawal, Withdrawal._fields, "ORDER BY 1 ON CONFLICT DO NOTHING RETURNING id")
_BY_ID = list_by(withdrawal)
_WAITING = sql("SELECT identification_id FROM withdrawal WHERE identification_id = ANY(:ids) AND state = 'recorded'")
_PAGE = page(withdrawal, "state", "identification_id")


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Withdrawal]:
    return await by_id(connection, _BY_ID, ids)


async def list_waiting(connection: Connection, identification_ids: Sequence[UUID]) -> set[UUID]:
    """Which of the applications a recorded sheet takes back, once it is confirmed."""
    return set(await fetch_values(connection, _WAITING, ids=list(identification_ids)))


async def insert_withdrawals(connection: Connection, rows: NewRows) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT, rows)


async def list_withdrawals(connection: Connection, at: Place, **filters: Any) -> list[Withdrawal]:
    """By rising id, filtered by state or application."""
    return await fetch_page(connection, _PAGE, at, **filters)
