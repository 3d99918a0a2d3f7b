"""All SQL about moves; what the other side may not see is asked of functions of the database."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.transfers.tables import Moving, TransferCase, transfer
from shared.acts.batches import insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, RowCountError, by_id, fetch, fetch_values, insert_many, list_by, sql

# That nothing comes back says that the id is taken, or that another move was reported this moment.
_INSERT = insert_many(transfer, TransferCase._fields, "ORDER BY 1 ON CONFLICT DO NOTHING RETURNING id")
_BY_ID = list_by(transfer)
_OPEN = sql("SELECT household_id FROM transfer WHERE household_id = ANY(:ids) AND state = 'reported'")
_MOVING = sql("SELECT household_id, division, status, hindrance FROM moving_households(:ids)", Moving)
_MOVE = sql("SELECT move_households(:ids) AS n")
_VILLAGES = sql("""
    SELECT code FROM division WHERE level = 'village' AND valid @> CAST(:on AS date) AND code = ANY(:codes)
    """)
_PAGE = page(transfer, "state", "household_id")
# Both sides see a case; it waits for the one to which the household goes (SQL about the case, `c`).
WAITS_HERE = (
    "c.division >= nullif(current_setting('app.area', true), '')"
    " AND c.division <= nullif(current_setting('app.area', true), '') || '~'"
)


async def insert_cases(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were taken up."""
    return await insert_free(connection, _INSERT, rows)


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, TransferCase]:
    return await by_id(connection, _BY_ID, ids)


async def list_waiting(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Of which a move was reported, and nobody has decided."""
    return {r["household_id"] for r in await fetch(connection, _OPEN, ids=list(household_ids))}


async def lock_moving(connection: Connection, household_ids: Sequence[UUID]) -> dict[UUID, Moving]:
    """Those of the caller's area and those that he is asked to take, locked in id order."""
    return {m.household_id: m for m in await fetch(connection, _MOVING, ids=list(household_ids))}


async def list_villages(connection: Connection, codes: Sequence[str], on: date) -> set[str]:
    """Which of the codes are villages on that day, wherever they lie."""
    return set(await fetch_values(connection, _VILLAGES, codes=list(codes), on=on))


async def move_households(connection: Connection, case_ids: Sequence[UUID]) -> None:
    """Households whose moves the caller has just taken, with all by which rights go."""
    (moved,) = await fetch_values(connection, _MOVE, ids=list(case_ids))
    if moved != len(case_ids):
        raise RowCountError(f"{moved} of {len(case_ids)} households moved")


async def list_transfers(connection: Connection, at: Place, **filters: Any) -> list[TransferCase]:
    """By rising id, filtered by state or household."""
    return await fetch_page(connection, _PAGE, at, **filters)
