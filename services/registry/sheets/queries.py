"""All SQL about income sheets."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.sheets.tables import IncomeSheet, Signatory, income_sheet
from shared.acts.batches import FREE, NewRows, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, by_id, fetch, insert_many, list_by, sql

_INSERT = insert_many(income_sheet, IncomeSheet._fields, FREE)
_BY_ID = list_by(income_sheet)
_PAGE = page(income_sheet, "household_id", "income_year")
_SIGNATORIES = sql(
    """
    SELECT m.reference, m.household_id, f.born_on FROM member m JOIN member_fact f ON f.member_id = m.id
    WHERE m.reference = ANY(:references) AND upper_inf(f.known) AND f.valid @> CAST(:on AS date)
    """,
    Signatory,
)


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, IncomeSheet]:
    return await by_id(connection, _BY_ID, ids)


async def list_signatories(connection: Connection, references: Sequence[str], on: date) -> dict[str, Signatory]:
    """By reference, who belongs to a household on that day."""
    return {s.reference: s for s in await fetch(connection, _SIGNATORIES, references=list(references), on=on)}


async def insert_sheets(connection: Connection, rows: NewRows) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT, rows)


async def list_sheets(connection: Connection, at: Place, **filters: Any) -> list[IncomeSheet]:
    """By rising id, filtered by household and income year."""
    return await fetch_page(connection, _PAGE, at, **filters)
