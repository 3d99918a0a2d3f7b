"""All SQL about what banks posted, and what it says of the loans now."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from services.finance.folds.tables import (
    BankEventRow,
    CoveredLine,
    InterestPeriod,
    OverdueSpell,
    Told,
    bank_event,
    interest_period,
    overdue_spell,
)
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import (
    Connection,
    R,
    Statement,
    execute,
    execute_many,
    fetch,
    fetch_values,
    insert_many,
    list_by,
    sql,
    update_many,
)

# What it stands at is written when it is known; when it came, the database says.
EVENT = tuple(n for n in BankEventRow._fields if n != "received_at")

# By serial, so that two batches with the same serials wait for one another in the same order.
_INSERT_EVENTS = insert_many(bank_event, EVENT, "ORDER BY 3 ON CONFLICT (bank, serial) DO NOTHING RETURNING serial")
_OF_SERIALS = sql(
    f"SELECT {bank_event.columns} FROM bank_event WHERE bank = :bank AND serial = ANY(:serials)", BankEventRow
)
# Serials are compared as bytes, as the fold does.
_HISTORY = sql(
    """
    SELECT e.id, e.serial, e.kind, e.loan_id, e.occurred_on, e.content, e.state, e.code, e.reverses,
        EXISTS (SELECT FROM event_release r WHERE r.event_id = e.id AND r.state = 'released') AS released,
        e.reverses IS NOT NULL AND EXISTS (SELECT FROM bank_event o
            WHERE o.bank = e.bank AND o.serial = e.reverses AND o.loan_id <> e.loan_id) AS elsewhere
    FROM bank_event e WHERE e.loan_id = ANY(:ids) ORDER BY e.loan_id, e.occurred_on, e.serial COLLATE "C"
    """,
    Told,
)
_LOANS_AWAITING = sql(
    """
    SELECT DISTINCT loan_no FROM bank_event
    WHERE bank = :bank AND kind = 'reversal' AND state = 'held' AND reverses = ANY(:serials) ORDER BY loan_no
    """
)
_RESOLVE = update_many(bank_event, "state", "code")
_INSERT_PERIODS = insert_many(interest_period, InterestPeriod._fields)
_INSERT_SPELLS = insert_many(overdue_spell, OverdueSpell._fields)
_DROP_PERIODS = sql("DELETE FROM interest_period WHERE id = ANY(:ids)")
_DROP_SPELLS = sql("DELETE FROM overdue_spell WHERE id = ANY(:ids)")
_PERIODS = list_by(interest_period, "loan_id")
_SPELLS = list_by(overdue_spell, "loan_id")
_COVERED = sql(
    """
    SELECT d.loan_id, c.checked_on, d.period_start_on, d.period_end_on, d.amount_fen
    FROM discount_line d JOIN discount_claim c ON c.id = d.claim_id
    WHERE d.loan_id = ANY(:ids) AND c.state = 'checked' ORDER BY d.loan_id, c.checked_on, d.id
    """,
    CoveredLine,
)
_PAGE = page(bank_event, "state")
_SETTLEMENTS = page(interest_period, differing="(difference_fen <> 0) = :differing")


async def insert_events(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[str]:
    """The serials that were new; the others were posted before."""
    columns = {name: [row[name] for row in rows] for name in EVENT}
    return {r["serial"] for r in await fetch(connection, _INSERT_EVENTS, **columns)} if rows else set()


async def list_events_of(connection: Connection, bank: str, serials: Sequence[str]) -> dict[str, BankEventRow]:
    """What a bank posted under these serials."""
    return {row.serial: row for row in await fetch(connection, _OF_SERIALS, bank=bank, serials=list(serials))}


async def list_loans_awaiting(connection: Connection, bank: str, serials: Sequence[str]) -> list[str]:
    """Numbers of the loans on which a reversal waits for one of the serials."""
    return await fetch_values(connection, _LOANS_AWAITING, bank=bank, serials=list(serials))


async def list_history(connection: Connection, loan_ids: Sequence[UUID]) -> dict[UUID, list[Told]]:
    """All events of each loan."""
    return _by_loan(await fetch(connection, _HISTORY, ids=list(loan_ids)))


async def list_covered(connection: Connection, loan_ids: Sequence[UUID]) -> dict[UUID, list[CoveredLine]]:
    """By loan what the county pays of its interest, by the claims that were checked."""
    return _by_loan(await fetch(connection, _COVERED, ids=list(loan_ids)))


async def list_periods(connection: Connection, loan_ids: Sequence[UUID]) -> dict[UUID, list[InterestPeriod]]:
    """The settled periods of each loan."""
    return await _of_loans(connection, _PERIODS, loan_ids)


async def list_spells(connection: Connection, loan_ids: Sequence[UUID]) -> dict[UUID, list[OverdueSpell]]:
    """The overdue spells of each loan that have ended."""
    return await _of_loans(connection, _SPELLS, loan_ids)


async def _of_loans(connection: Connection, query: Statement[R], ids: Sequence[UUID]) -> dict[UUID, list[R]]:
    return _by_loan(await fetch(connection, query, ids=list(ids)))


def _by_loan(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.loan_id, []).append(row)
    return found


async def resolve_events(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """What events stand at: id, state, code."""
    await execute_many(connection, _RESOLVE, rows)


async def replace_periods(connection: Connection, gone: Sequence[UUID], new: Sequence[InterestPeriod]) -> None:
    """What was found of these is no longer so; of those it is so now."""
    if gone:
        await execute(connection, _DROP_PERIODS, rows=len(gone), ids=list(gone))
    await execute_many(connection, _INSERT_PERIODS, [period._asdict() for period in new])


async def replace_spells(connection: Connection, gone: Sequence[UUID], new: Sequence[OverdueSpell]) -> None:
    """As `replace_periods`."""
    if gone:
        await execute(connection, _DROP_SPELLS, rows=len(gone), ids=list(gone))
    await execute_many(connection, _INSERT_SPELLS, [spell._asdict() for spell in new])


async def list_events(connection: Connection, at: Place, **filters: Any) -> list[BankEventRow]:
    """By rising id, filtered by what they stand at."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_settlements(connection: Connection, at: Place, *, differing: bool) -> list[InterestPeriod]:
    """By rising id; `differing`: only where the bank posted another amount than we find due."""
    return await fetch_page(connection, _SETTLEMENTS, at, differing=differing or None)
