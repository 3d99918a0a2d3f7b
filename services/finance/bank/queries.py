"""All SQL about what banks post."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.finance.bank.tables import (
    BankEventRow,
    InterestPeriod,
    OverdueSpell,
    bank_event,
    interest_period,
    overdue_spell,
)
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, execute_many, fetch, insert_many, list_by, sql, update_many
from shared.values.dates import Period

# What it stands at is added when it is known; when it came, the database says.
EVENT = tuple(n for n in BankEventRow._fields if n not in ("code", "received_at"))

# By serial, so that two batches with the same serials wait for one another in the same order.
_INSERT_EVENTS = insert_many(bank_event, EVENT, "ORDER BY 3 ON CONFLICT (bank, serial) DO NOTHING RETURNING serial")
_OF_SERIALS = sql(
    f"SELECT {bank_event.columns} FROM bank_event WHERE bank = :bank AND serial = ANY(:serials)", BankEventRow
)
_HELD = sql(
    f"""
    SELECT {bank_event.columns} FROM bank_event WHERE loan_id = ANY(:ids) AND state = 'held'
    ORDER BY occurred_on, received_at, position
    """,
    BankEventRow,
)
_RESOLVE = update_many(bank_event, "state", "code", where="t.state = 'held'")
_INSERT_PERIODS = insert_many(interest_period, InterestPeriod._fields)
_INSERT_SPELLS = insert_many(overdue_spell, OverdueSpell._fields)
_PERIODS = list_by(interest_period, "loan_id")
_SPELLS = list_by(overdue_spell, "loan_id")
_PAGE = page(bank_event, "state")
_SETTLEMENTS = page(interest_period, differing="(difference_fen <> 0) = :differing")
_UNCLAIMED = sql(
    f"""
    SELECT {interest_period.columns_of("p")} FROM interest_period p
    WHERE p.bank = :bank AND p.period_end_on > :since AND p.period_end_on <= :until
        AND NOT EXISTS (SELECT 1 FROM discount_line d WHERE d.interest_period_id = p.id)
    ORDER BY p.loan_id, p.period_start_on
    """,
    InterestPeriod,
)
_ACCEPTED = sql(
    f"""
    SELECT {interest_period.columns_of("p")} FROM interest_period p JOIN discount_line d ON d.interest_period_id = p.id
    WHERE d.claim_id = :claim_id AND d.outcome = 'accepted' ORDER BY p.loan_id, p.period_start_on
    """,
    InterestPeriod,
)


async def insert_events(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[str]:
    """The serials that were new; the others were posted before."""
    columns = {name: [row[name] for row in rows] for name in EVENT}
    return {r["serial"] for r in await fetch(connection, _INSERT_EVENTS, **columns)} if rows else set()


async def list_events_of(connection: Connection, bank: str, serials: Sequence[str]) -> dict[str, BankEventRow]:
    """What a bank posted under these serials."""
    return {row.serial: row for row in await fetch(connection, _OF_SERIALS, bank=bank, serials=list(serials))}


async def list_held(connection: Connection, loan_ids: Sequence[UUID]) -> list[BankEventRow]:
    """Events that wait, by the day they occurred, then by arrival."""
    return await fetch(connection, _HELD, ids=list(loan_ids))


async def resolve_events(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Events that are held no longer: id, state, code."""
    await execute_many(connection, _RESOLVE, rows)


async def insert_periods(connection: Connection, periods: Sequence[InterestPeriod]) -> None:
    await execute_many(connection, _INSERT_PERIODS, [period._asdict() for period in periods])


async def insert_spells(connection: Connection, spells: Sequence[OverdueSpell]) -> None:
    await execute_many(connection, _INSERT_SPELLS, [spell._asdict() for spell in spells])


async def list_periods(connection: Connection, loan_ids: Sequence[UUID]) -> dict[UUID, list[tuple[Period, int]]]:
    """The settled periods of each loan with what was posted, fen."""
    found: dict[UUID, list[tuple[Period, int]]] = {}
    for row in await fetch(connection, _PERIODS, ids=list(loan_ids)):
        found.setdefault(row.loan_id, []).append((Period(row.period_start_on, row.period_end_on), row.posted_fen))
    return found


async def list_spells(connection: Connection, loan_ids: Sequence[UUID]) -> dict[UUID, list[Period]]:
    """The overdue spells of each loan that have ended."""
    found: dict[UUID, list[Period]] = {}
    for row in await fetch(connection, _SPELLS, ids=list(loan_ids)):
        found.setdefault(row.loan_id, []).append(Period(row.start_on, row.end_on))
    return found


async def list_events(connection: Connection, at: Place, **filters: Any) -> list[BankEventRow]:
    """By rising id, filtered by what they stand at."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_settlements(connection: Connection, at: Place, *, differing: bool) -> list[InterestPeriod]:
    """By rising id; `differing`: only where the bank posted another amount than we find due."""
    return await fetch_page(connection, _SETTLEMENTS, at, differing=differing or None)


async def list_unclaimed(connection: Connection, bank: str, after: date, until: date) -> list[InterestPeriod]:
    """Settled periods of a bank that end in (after, until] and stand in no claim."""
    return await fetch(connection, _UNCLAIMED, bank=bank, since=after, until=until)


async def list_accepted(connection: Connection, claim_id: UUID) -> list[InterestPeriod]:
    """The settled periods that a claim pays for."""
    return await fetch(connection, _ACCEPTED, claim_id=claim_id)
