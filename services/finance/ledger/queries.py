"""All SQL about the ledger: it is written and read, never changed."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.finance.ledger.tables import Balance, Booked, Drawn, JournalRow, PostingRow, Sum, journal, posting
from shared.data.sql import Connection, execute_many, fetch, insert_many, sql

# The database says when.
_INSERT_JOURNALS = insert_many(journal, [n for n in JournalRow._fields if n != "recorded_at"])
_INSERT_POSTINGS = insert_many(posting, PostingRow._fields)
_TRIAL = sql(
    """
    SELECT a.code AS account, coalesce(sum(p.debit_fen), 0)::bigint AS debit_fen,
           coalesce(sum(p.credit_fen), 0)::bigint AS credit_fen
    FROM account a LEFT JOIN posting p ON p.account = a.code GROUP BY a.code ORDER BY a.code
    """,
    Balance,
)
_ENTRIES = sql(
    """
    SELECT j.id, j.kind, j.booked_on, j.valued_on, j.source_key, j.memo, p.account, p.debit_fen, p.credit_fen
    FROM journal j JOIN posting p ON p.journal_id = j.id WHERE j.loan_id = :loan_id
    ORDER BY j.valued_on, j.booked_on, j.recorded_at, j.id, p.position LIMIT 4000
    """,
    Booked,
)
_PRINCIPAL = sql(
    """
    SELECT loan_id, valued_on, sum(debit_fen - credit_fen)::bigint AS amount_fen FROM posting
    WHERE loan_id = ANY(:ids) AND account = 'loan_principal' GROUP BY loan_id, valued_on
    HAVING sum(debit_fen - credit_fen) <> 0 ORDER BY loan_id, valued_on
    """,
    Drawn,
)
_BOOKED = sql(
    """
    WITH booked AS (SELECT id, loan_id, event_id, count(*) OVER (PARTITION BY event_id) AS journals
        FROM journal WHERE loan_id = ANY(:ids) AND event_id IS NOT NULL)
    SELECT j.loan_id, j.event_id, p.account, sum(p.debit_fen - p.credit_fen)::bigint AS amount_fen,
        max(j.journals)::int AS journals
    FROM booked j JOIN posting p ON p.journal_id = j.id GROUP BY j.loan_id, j.event_id, p.account
    """,
    Sum,
)


class Sums(NamedTuple):
    """What was booked of an event: by account debits less credits, and by how many journals."""

    by_account: dict[str, int]
    journals: int


async def insert_journals(
    connection: Connection, journals: Sequence[dict[str, Any]], postings: Sequence[dict[str, Any]]
) -> None:
    await execute_many(connection, _INSERT_JOURNALS, journals)
    await execute_many(connection, _INSERT_POSTINGS, postings)


async def list_trial_balance(connection: Connection) -> list[Balance]:
    """Sums per account within what the caller may see."""
    return await fetch(connection, _TRIAL)


async def list_entries(connection: Connection, loan_id: UUID) -> list[Booked]:
    """A loan's postings, each with its journal, by date."""
    return await fetch(connection, _ENTRIES, loan_id=loan_id)


async def list_principal(connection: Connection, loan_ids: Sequence[UUID]) -> dict[UUID, list[tuple[date, int]]]:
    """Every change of the principal by loan: (day that it counts for, fen), drawings above zero, repayments below."""
    found: dict[UUID, list[tuple[date, int]]] = {}
    for drawn in await fetch(connection, _PRINCIPAL, ids=list(loan_ids)):
        found.setdefault(drawn.loan_id, []).append((drawn.valued_on, drawn.amount_fen))
    return found


async def list_booked(connection: Connection, loan_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, Sums]]:
    """By loan, of each of its bank's events what is booked."""
    found: dict[UUID, dict[UUID, Sums]] = {}
    for row in await fetch(connection, _BOOKED, ids=list(loan_ids)):
        of_event = found.setdefault(row.loan_id, {}).setdefault(row.event_id, Sums({}, row.journals))
        of_event.by_account[row.account] = row.amount_fen
    return found
