"""All SQL about what banks post."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.finance.bank.tables import bank_event, interest_period, overdue_spell
from shared.data.sql import Connection, Row, execute, execute_many, fetch, insert_many, sql
from shared.values.dates import Period

EVENT = (
    "id", "bank", "serial", "kind", "loan_id", "loan_no", "division", "occurred_on", "content", "state",
    "position", "received_on",
)  # fmt: skip

# By serial, so that two batches with the same serials wait for one another in the same order.
_INSERT_EVENTS = insert_many(bank_event, EVENT, "ORDER BY 3 ON CONFLICT (bank, serial) DO NOTHING RETURNING serial")
_OF_SERIALS = sql(
    "SELECT * FROM bank_event WHERE bank = :bank AND serial = ANY(:serials)", bank=Text, serials=ARRAY(Text)
)
_HELD = sql(
    "SELECT * FROM bank_event WHERE loan_id = ANY(:loan_ids) AND state = 'held'"
    " ORDER BY occurred_on, received_at, position",
    loan_ids=ARRAY(Uuid),
)
_RESOLVE = sql(
    "UPDATE bank_event e SET state = n.state, code = n.code FROM unnest(:ids, :states, :codes) AS n (id, state, code)"
    " WHERE e.id = n.id AND e.state = 'held'",
    ids=ARRAY(Uuid), states=ARRAY(Text), codes=ARRAY(Text),
)  # fmt: skip
_INSERT_PERIODS = insert_many(interest_period, interest_period.c.keys())
_INSERT_SPELLS = insert_many(overdue_spell, overdue_spell.c.keys())
_PERIODS = sql(
    "SELECT loan_id, period_start_on, period_end_on, posted_fen FROM interest_period WHERE loan_id = ANY(:loan_ids)",
    loan_ids=ARRAY(Uuid),
)
_SPELLS = sql(
    "SELECT loan_id, start_on, end_on FROM overdue_spell WHERE loan_id = ANY(:loan_ids)", loan_ids=ARRAY(Uuid)
)
_PAGE = sql(
    "SELECT * FROM bank_event WHERE id > :after AND (:state IS NULL OR state = :state) ORDER BY id LIMIT :limit",
    after=Uuid, state=Text, limit=Integer,
)  # fmt: skip
_SETTLEMENTS = sql(
    "SELECT p.id, p.loan_id, l.loan_no, p.bank, p.period_start_on, p.period_end_on, p.posted_fen, p.due_fen,"
    " p.difference_fen FROM interest_period p JOIN loan l ON l.id = p.loan_id"
    " WHERE p.id > :after AND (NOT :differing OR p.difference_fen <> 0) ORDER BY p.id LIMIT :limit",
    after=Uuid, differing=Boolean, limit=Integer,
)  # fmt: skip
_UNCLAIMED = sql(
    "SELECT p.* FROM interest_period p WHERE p.bank = :bank AND p.period_end_on > :after"
    " AND p.period_end_on <= :until"
    " AND NOT EXISTS (SELECT 1 FROM discount_line d WHERE d.interest_period_id = p.id)"
    " ORDER BY p.loan_id, p.period_start_on",
    bank=Text, after=Date, until=Date,
)  # fmt: skip


async def insert_events(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[str]:
    """The serials that were new; the others were posted before."""
    columns = {name: [row[name] for row in rows] for name in EVENT}
    return {r["serial"] for r in await fetch(connection, _INSERT_EVENTS, **columns)} if rows else set()


async def list_events_of(connection: Connection, bank: str, serials: Sequence[str]) -> dict[str, Row]:
    """What a bank posted under these serials."""
    return {r["serial"]: r for r in await fetch(connection, _OF_SERIALS, bank=bank, serials=list(serials))}


async def list_held(connection: Connection, loan_ids: Sequence[UUID]) -> list[Row]:
    """Events that wait, by the day they occurred, then by arrival."""
    return await fetch(connection, _HELD, loan_ids=list(loan_ids))


async def resolve_events(connection: Connection, outcomes: Sequence[tuple[UUID, str, str | None]]) -> None:
    """Events that are held no longer: id, state, code."""
    if outcomes:
        await execute(
            connection, _RESOLVE, rows=len(outcomes), ids=[i for i, _, _ in outcomes],
            states=[s for _, s, _ in outcomes], codes=[c for _, _, c in outcomes],
        )  # fmt: skip


async def insert_periods(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    await execute_many(connection, _INSERT_PERIODS, rows)


async def insert_spells(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    await execute_many(connection, _INSERT_SPELLS, rows)


async def list_periods(connection: Connection, loan_ids: Sequence[UUID]) -> dict[UUID, list[tuple[Period, int]]]:
    """The settled periods of each loan with what was posted, fen."""
    found: dict[UUID, list[tuple[Period, int]]] = {}
    for r in await fetch(connection, _PERIODS, loan_ids=list(loan_ids)):
        period = Period(r["period_start_on"], r["period_end_on"])
        found.setdefault(r["loan_id"], []).append((period, r["posted_fen"]))
    return found


async def list_spells(connection: Connection, loan_ids: Sequence[UUID]) -> dict[UUID, list[Period]]:
    """The overdue spells of each loan that have ended."""
    found: dict[UUID, list[Period]] = {}
    for r in await fetch(connection, _SPELLS, loan_ids=list(loan_ids)):
        found.setdefault(r["loan_id"], []).append(Period(r["start_on"], r["end_on"]))
    return found


async def list_events(connection: Connection, after: UUID, limit: int, state: str | None) -> list[Row]:
    """A page by rising id."""
    return await fetch(connection, _PAGE, after=after, limit=limit, state=state)


async def list_settlements(connection: Connection, after: UUID, limit: int, *, differing: bool) -> list[Row]:
    """A page by rising id; `differing`: only where the bank posted another amount than we find due."""
    return await fetch(connection, _SETTLEMENTS, after=after, limit=limit, differing=differing)


async def list_unclaimed(connection: Connection, bank: str, after: date, until: date) -> list[Row]:
    """Settled periods of a bank that end in (after, until] and stand in no claim."""
    return await fetch(connection, _UNCLAIMED, bank=bank, after=after, until=until)
