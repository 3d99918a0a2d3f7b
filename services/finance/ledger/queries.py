"""All SQL about the ledger: it is written and read, never changed."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.finance.ledger.tables import journal, posting
from shared.data.sql import Connection, Row, execute_many, fetch, insert_many, sql

_INSERT_JOURNALS = insert_many(
    journal, ["id", "kind", "loan_id", "division", "bank", "booked_on", "source_key", "memo", "recorded_by"]
)
_INSERT_POSTINGS = insert_many(posting, posting.c.keys())
_TRIAL = sql(
    "SELECT a.code AS account, coalesce(sum(p.debit_fen), 0)::bigint AS debit_fen,"
    " coalesce(sum(p.credit_fen), 0)::bigint AS credit_fen"
    " FROM account a LEFT JOIN posting p ON p.account = a.code GROUP BY a.code ORDER BY a.code"
)
_ENTRIES = sql(
    "SELECT j.id, j.kind, j.booked_on, j.source_key, j.memo, j.recorded_at, p.account, p.debit_fen, p.credit_fen"
    " FROM journal j JOIN posting p ON p.journal_id = j.id WHERE j.loan_id = :loan_id"
    " ORDER BY j.booked_on, j.recorded_at, j.id, p.position LIMIT 4000",
    loan_id=Uuid,
)
_PRINCIPAL = sql(
    "SELECT loan_id, booked_on, debit_fen - credit_fen AS amount_fen FROM posting"
    " WHERE loan_id = ANY(:loan_ids) AND account = 'loan_principal' ORDER BY loan_id, booked_on",
    loan_ids=ARRAY(Uuid),
)


async def insert_journals(
    connection: Connection, journals: Sequence[dict[str, Any]], postings: Sequence[dict[str, Any]]
) -> None:
    await execute_many(connection, _INSERT_JOURNALS, journals)
    await execute_many(connection, _INSERT_POSTINGS, postings)


async def list_trial_balance(connection: Connection) -> list[Row]:
    """Sums per account within what the caller may see."""
    return await fetch(connection, _TRIAL)


async def list_entries(connection: Connection, loan_id: UUID) -> list[Row]:
    """A loan's postings, each with its journal, by date."""
    return await fetch(connection, _ENTRIES, loan_id=loan_id)


async def list_principal(connection: Connection, loan_ids: Sequence[UUID]) -> dict[UUID, list[tuple[date, int]]]:
    """Every change of the principal by loan: (day, fen), drawings above zero, repayments below."""
    found: dict[UUID, list[tuple[date, int]]] = {}
    for r in await fetch(connection, _PRINCIPAL, loan_ids=list(loan_ids)):
        found.setdefault(r["loan_id"], []).append((r["booked_on"], r["amount_fen"]))
    return found
