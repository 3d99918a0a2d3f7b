"""All SQL about loans as known here, agreements and what is due by them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.industry.dividends.tables import dividend_agreement, dividend_due, dividend_payment, dividend_top_up
from shared.data.sql import Connection, Row, execute, execute_many, fetch, fetch_one, insert_many, sql

# A loan paid out in parts is their sum.
_DISBURSE = sql(
    "INSERT INTO loan_known AS l (loan_id, household_id, division, amount_fen, state)"
    " SELECT i, h, d, a, 'disbursed' FROM unnest(:ids, :households, :divisions, :amounts) AS x (i, h, d, a) ORDER BY i"
    " ON CONFLICT (loan_id) DO UPDATE SET amount_fen = l.amount_fen + excluded.amount_fen",
    ids=ARRAY(Uuid), households=ARRAY(Uuid), divisions=ARRAY(Text), amounts=ARRAY(BigInteger),
)  # fmt: skip
_SETTLE = sql("UPDATE loan_known SET state = 'settled' WHERE loan_id = ANY(:ids)", ids=ARRAY(Uuid))
_LOANS = sql("SELECT * FROM loan_known WHERE loan_id = ANY(:ids)", ids=ARRAY(Uuid))
_LOCK_HOUSEHOLDS = sql(
    "SELECT id, division, status FROM household WHERE id = ANY(:ids) ORDER BY id FOR UPDATE", ids=ARRAY(Uuid)
)
# One who signs with an entity at a time, so that the second sees what the first has taken of its limit.
_TAKE_TURNS = sql(
    "SELECT pg_advisory_xact_lock(hashtextextended('entity/' || c, 0)) FROM unnest(:codes) AS c", codes=ARRAY(Text)
)
_EXPOSURE = sql("SELECT code, principal_fen FROM entity_exposure(:codes)", codes=ARRAY(Text))
_TAKEN_LOANS = sql(
    "SELECT loan_id FROM dividend_agreement WHERE loan_id = ANY(:ids) AND state = 'active'", ids=ARRAY(Uuid)
)
_BY_ID = sql("SELECT * FROM dividend_agreement WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_LOCK = sql("SELECT * FROM dividend_agreement WHERE id = ANY(:ids) ORDER BY id FOR UPDATE", ids=ARRAY(Uuid))
_AGREEMENT = tuple(c for c in dividend_agreement.c.keys() if c not in ("ended_on", "ended_reason"))  # noqa: SIM118
# An id that is taken outside the caller's area is not his to see; that nothing comes back says it is taken.
_INSERT = insert_many(dividend_agreement, _AGREEMENT, "ON CONFLICT (id) DO NOTHING RETURNING id")
_INSERT_DUES = insert_many(dividend_due, ("agreement_id", "due_on", "household_id", "division", "owed_fen"))
_LOCK_DUES = sql(
    "SELECT d.*, a.entity_code FROM dividend_due d JOIN dividend_agreement a ON a.id = d.agreement_id"
    " WHERE d.agreement_id = ANY(:ids) ORDER BY d.agreement_id, d.due_on FOR UPDATE OF d",
    ids=ARRAY(Uuid),
)
_PAYMENTS = sql("SELECT * FROM dividend_payment WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_INSERT_PAYMENTS = insert_many(dividend_payment, dividend_payment.c.keys())
_PAY = sql(
    "UPDATE dividend_due d SET paid_fen = d.paid_fen + n.amount_fen FROM unnest(:ids, :due_on, :amounts)"
    " AS n (id, due_on, amount_fen) WHERE d.agreement_id = n.id AND d.due_on = n.due_on",
    ids=ARRAY(Uuid), due_on=ARRAY(Date), amounts=ARRAY(BigInteger),
)  # fmt: skip
_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('dividend_top_up', 0))")
_TOP_UP_BY_ID = sql("SELECT * FROM dividend_top_up WHERE id = :id OR year = :year", id=Uuid, year=Integer)
_INSERT_TOP_UP = insert_many(dividend_top_up, dividend_top_up.c.keys())
_TOP_UP = sql(
    "UPDATE dividend_due d SET topped_up_fen = d.owed_fen - d.paid_fen FROM dividend_agreement a"
    " WHERE a.id = d.agreement_id AND d.due_on BETWEEN :first_on AND :last_on"
    " AND d.paid_fen + d.topped_up_fen < d.owed_fen"
    " RETURNING d.agreement_id, d.household_id, d.division, a.entity_code, d.topped_up_fen AS amount_fen",
    first_on=Date, last_on=Date,
)  # fmt: skip
_MISS = sql(
    "UPDATE dividend_due d SET missed_on = :on FROM dividend_agreement a"
    " WHERE a.id = d.agreement_id AND d.due_on < :before AND d.missed_on IS NULL"
    " AND d.paid_fen + d.topped_up_fen < d.owed_fen"
    " RETURNING d.agreement_id, d.household_id, d.division, a.loan_id, d.due_on,"
    " d.owed_fen - d.paid_fen - d.topped_up_fen AS owed_fen",
    on=Date, before=Date,
)  # fmt: skip
_END = sql(
    "UPDATE dividend_agreement a SET state = 'ended', ended_on = n.ended_on, ended_reason = n.reason"
    " FROM unnest(:ids, :ended_on, :reasons) AS n (id, ended_on, reason) WHERE a.id = n.id AND a.state = 'active'",
    ids=ARRAY(Uuid), ended_on=ARRAY(Date), reasons=ARRAY(Text),
)  # fmt: skip
# How many days follow an agreement's end differs.
_OWE_NO_MORE = sql(
    "UPDATE dividend_due d SET owed_fen = d.paid_fen + d.topped_up_fen FROM unnest(:ids, :ended_on)"
    " AS n (id, ended_on) WHERE d.agreement_id = n.id AND d.due_on > n.ended_on",
    ids=ARRAY(Uuid), ended_on=ARRAY(Date),
)  # fmt: skip
_LOCK_OF_HOUSEHOLDS = sql(
    "SELECT * FROM dividend_agreement WHERE household_id = ANY(:ids) AND state = 'active' ORDER BY id FOR UPDATE",
    ids=ARRAY(Uuid),
)
_PAGE = sql(
    "SELECT * FROM dividend_agreement WHERE id > :after"
    " AND (:household_id IS NULL OR household_id = :household_id)"
    " AND (:entity_code IS NULL OR entity_code = :entity_code) ORDER BY id LIMIT :limit",
    after=Uuid, household_id=Uuid, entity_code=Text, limit=Integer,
)  # fmt: skip
_OF_YEAR = sql(
    "SELECT household_id, principal_fen, floor_fen FROM dividend_agreement"
    " WHERE signed_on <= :last_on AND (ended_on IS NULL OR ended_on >= :first_on)",
    first_on=Date, last_on=Date,
)  # fmt: skip
_DUE_SUMS = sql(
    "SELECT coalesce(sum(owed_fen), 0)::bigint AS owed_fen,"
    " coalesce(sum(paid_fen + topped_up_fen), 0)::bigint AS paid_fen, count(missed_on) AS missed"
    " FROM dividend_due WHERE due_on BETWEEN :first_on AND :last_on",
    first_on=Date, last_on=Date,
)  # fmt: skip


async def disburse_loans(connection: Connection, rows: Sequence[tuple[UUID, UUID, str, int]]) -> None:
    """`rows`: loan, household, division, fen; each loan once."""
    await execute(
        connection, _DISBURSE, rows=len(rows), ids=[r[0] for r in rows], households=[r[1] for r in rows],
        divisions=[r[2] for r in rows], amounts=[r[3] for r in rows],
    )  # fmt: skip


async def settle_loans(connection: Connection, ids: Sequence[UUID]) -> None:
    """Raises RowCountError where a loan was never disbursed."""
    await execute(connection, _SETTLE, rows=len(ids), ids=list(ids))


async def list_loans(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["loan_id"]: r for r in await fetch(connection, _LOANS, ids=list(ids))}


async def lock_households(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those known here and within the caller's area, locked in id order: one agreement at a time for each."""
    return {r["id"]: r for r in await fetch(connection, _LOCK_HOUSEHOLDS, ids=list(ids))}


async def take_turns(connection: Connection, codes: Sequence[str]) -> None:
    """Wait until nobody else signs with these entities; held until the end of the transaction."""
    await fetch(connection, _TAKE_TURNS, codes=sorted(set(codes)))


async def list_exposure(connection: Connection, codes: Sequence[str]) -> dict[str, int]:
    """What each entity has of all households of the county, fen."""
    return {r["code"]: r["principal_fen"] for r in await fetch(connection, _EXPOSURE, codes=list(codes))}


async def list_taken_loans(connection: Connection, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the loans that stand in a scheme."""
    return {r["loan_id"] for r in await fetch(connection, _TAKEN_LOANS, ids=list(ids))}


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, _BY_ID, ids=list(ids))}


async def lock_agreements(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those of the caller's area, locked in id order."""
    return {r["id"]: r for r in await fetch(connection, _LOCK, ids=list(ids))}


async def lock_of_households(connection: Connection, household_ids: Sequence[UUID]) -> list[Row]:
    """Their active agreements, locked in id order."""
    return await fetch(connection, _LOCK_OF_HOUSEHOLDS, ids=list(household_ids))


async def insert_agreements(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """The ids that were free; the others are somebody else's."""
    columns = {name: [row[name] for row in rows] for name in _AGREEMENT}
    return {r["id"] for r in await fetch(connection, _INSERT, **columns)} if rows else set()


async def insert_dues(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    await execute_many(connection, _INSERT_DUES, rows)


async def lock_dues(connection: Connection, agreement_ids: Sequence[UUID]) -> dict[tuple[UUID, date], Row]:
    """Every due date of the agreements, with the entity's code."""
    rows = await fetch(connection, _LOCK_DUES, ids=list(agreement_ids))
    return {(r["agreement_id"], r["due_on"]): r for r in rows}


async def list_payments(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, _PAYMENTS, ids=list(ids))}


async def insert_payments(
    connection: Connection, rows: Sequence[dict[str, Any]], paid: Mapping[tuple[UUID, date], int]
) -> None:
    """`paid`: fen by agreement and due date."""
    if rows:
        await execute_many(connection, _INSERT_PAYMENTS, rows)
        await execute(
            connection, _PAY, rows=len(paid), ids=[i for i, _ in paid], due_on=[on for _, on in paid],
            amounts=list(paid.values()),
        )  # fmt: skip


async def take_turn(connection: Connection) -> None:
    """Wait until no other year is being topped up; held until the end of the transaction."""
    await fetch(connection, _TAKE_TURN)


async def find_top_ups(connection: Connection, top_up_id: UUID, year: int) -> list[Row]:
    """What was topped up under this id, or for this year."""
    return await fetch(connection, _TOP_UP_BY_ID, id=top_up_id, year=year)


async def insert_top_up(connection: Connection, row: dict[str, Any]) -> None:
    await execute_many(connection, _INSERT_TOP_UP, [row])


async def top_up(connection: Connection, first_on: date, last_on: date) -> list[Row]:
    """Fill up what was owed in that time; returns what was added, by agreement and due date."""
    return await fetch(connection, _TOP_UP, first_on=first_on, last_on=last_on)


async def set_missed(connection: Connection, on: date, before: date) -> list[Row]:
    """Dividends due before a day, not paid in full and not known as missed; from now on they are."""
    return await fetch(connection, _MISS, on=on, before=before)


async def end_agreements(connection: Connection, ended: Mapping[UUID, tuple[date, str]]) -> None:
    """`ended`: day and reason by agreement. What would be due after that day is owed no more."""
    if ended:
        days = [on for on, _ in ended.values()]
        await execute(
            connection, _END, rows=len(ended), ids=list(ended), ended_on=days,
            reasons=[reason for _, reason in ended.values()],
        )  # fmt: skip
        await execute(connection, _OWE_NO_MORE, rows=None, ids=list(ended), ended_on=days)


async def list_agreements(
    connection: Connection, after: UUID, limit: int, household_id: UUID | None, entity_code: str | None
) -> list[Row]:
    """A page by rising id; a filter that is None lets everything pass."""
    return await fetch(
        connection, _PAGE, after=after, limit=limit, household_id=household_id, entity_code=entity_code
    )  # fmt: skip


async def list_of_year(connection: Connection, first_on: date, last_on: date) -> list[Row]:
    """The agreements in force on any of these days."""
    return await fetch(connection, _OF_YEAR, first_on=first_on, last_on=last_on)


async def sum_dues(connection: Connection, first_on: date, last_on: date) -> Row:
    row = await fetch_one(connection, _DUE_SUMS, first_on=first_on, last_on=last_on)
    assert row is not None
    return row
