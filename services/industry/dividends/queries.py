"""All SQL about loans as known here, agreements and what is due by them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import ARRAY

from services.industry.dividends.tables import (
    DividendAgreement,
    DividendDue,
    DividendPayment,
    DividendTopUp,
    DueOfEntity,
    DueSums,
    LoanKnown,
    MissedDue,
    ToppedUp,
    dividend_agreement,
    dividend_due,
    dividend_payment,
    dividend_top_up,
    loan_known,
)
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import (
    Connection,
    by_id,
    execute,
    execute_many,
    fetch,
    fetch_row,
    insert_many,
    insert_one,
    list_by,
    lock_by,
    sql,
    update_many,
)

# A loan paid out in parts is their sum.
_DISBURSE = sql("""
    INSERT INTO loan_known AS l (loan_id, household_id, division, amount_fen, state)
    SELECT u.loan_id, u.household_id, u.division, u.amount_fen, 'disbursed'
    FROM unnest(:ids, :households, :divisions, :amounts) AS u (loan_id, household_id, division, amount_fen)
    ORDER BY u.loan_id
    ON CONFLICT (loan_id) DO UPDATE SET amount_fen = l.amount_fen + excluded.amount_fen
    """)
_RESTATE = sql(
    """
    INSERT INTO loan_known (loan_id, household_id, division, amount_fen, state)
    SELECT u.loan_id, u.household_id, u.division, u.amount_fen, u.state
    FROM unnest(:ids, :households, :divisions, :amounts, :states) AS u (loan_id, household_id, division, amount_fen,
        state) ORDER BY u.loan_id
    ON CONFLICT (loan_id) DO UPDATE SET amount_fen = excluded.amount_fen, state = excluded.state
    """,
)
_SETTLE = sql("UPDATE loan_known SET state = 'settled' WHERE loan_id = ANY(:ids)")
_LOANS = sql(f"SELECT {loan_known.columns} FROM loan_known WHERE loan_id = ANY(:ids)", LoanKnown)
# One who signs with an entity at a time, so that the second sees what the first has taken of its limit.
_TAKE_TURNS = sql("SELECT pg_advisory_xact_lock(hashtextextended('entity/' || c, 0)) FROM unnest(:codes) AS c")
_EXPOSURE = sql("SELECT code, principal_fen FROM entity_exposure(:codes)")
_TAKEN_LOANS = sql("SELECT loan_id FROM dividend_agreement WHERE loan_id = ANY(:ids) AND state = 'active'")
_BY_ID = list_by(dividend_agreement)
_LOCK = lock_by(dividend_agreement)
_OF_END = ("ended_on", "ended_reason", "stated_end_on", "stated_end_reason", "removed_on")
_AGREEMENT = tuple(n for n in DividendAgreement._fields if n not in _OF_END)
_INSERT = insert_many(dividend_agreement, _AGREEMENT, FREE)
_INSERT_DUES = insert_many(dividend_due, ("agreement_id", "due_on", "household_id", "division", "owed_fen"))
_LOCK_DUES = sql(
    """
    SELECT d.agreement_id, d.due_on, d.household_id, d.division, d.owed_fen, d.paid_fen, d.topped_up_fen, a.entity_code,
           a.ended_on
    FROM dividend_due d JOIN dividend_agreement a ON a.id = d.agreement_id
    WHERE d.agreement_id = ANY(:ids) ORDER BY d.agreement_id, d.due_on FOR UPDATE OF d
    """,
    DueOfEntity,
)
_PAYMENTS = list_by(dividend_payment)
_INSERT_PAYMENTS = insert_many(dividend_payment, [n for n in DividendPayment._fields if n != "corrected_fen"], FREE)
_RESTATE_PAYMENTS = update_many(dividend_payment, "corrected_fen")
_RESTATE_DUES = sql(
    """
    UPDATE dividend_due d SET owed_fen = u.owed_fen, paid_fen = u.paid_fen, topped_up_fen = u.topped_up_fen
    FROM unnest(:ids, :days, :owed, :paid, :topped_up) AS u (agreement_id, due_on, owed_fen, paid_fen, topped_up_fen)
    WHERE d.agreement_id = u.agreement_id AND d.due_on = u.due_on
    """,
    owed=ARRAY(BigInteger),
    paid=ARRAY(BigInteger),
    topped_up=ARRAY(BigInteger),
)
_PAY = sql("""
    UPDATE dividend_due d SET paid_fen = d.paid_fen + u.amount_fen
    FROM unnest(:ids, :days, :amounts) AS u (agreement_id, due_on, amount_fen)
    WHERE d.agreement_id = u.agreement_id AND d.due_on = u.due_on
    """)
_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('dividend_top_up', 0))")
_TOP_UPS = sql(f"SELECT {dividend_top_up.columns} FROM dividend_top_up WHERE id = :id OR year = :year", DividendTopUp)
_YEARS_TOPPED_UP = sql("SELECT year FROM dividend_top_up WHERE year = ANY(:years)")
_INSERT_TOP_UP = insert_one(dividend_top_up, *DividendTopUp._fields)
_TOP_UP = sql(
    """
    UPDATE dividend_due d SET topped_up_fen = d.owed_fen - d.paid_fen FROM dividend_agreement a
    WHERE a.id = d.agreement_id AND d.due_on BETWEEN :first_on AND :last_on
    AND d.paid_fen + d.topped_up_fen < d.owed_fen
    RETURNING d.agreement_id, d.household_id, d.division, a.entity_code, d.topped_up_fen AS amount_fen
    """,
    ToppedUp,
)
_MISS = sql(
    """
    UPDATE dividend_due d SET missed_on = :on FROM dividend_agreement a
    WHERE a.id = d.agreement_id AND d.due_on < :before AND d.missed_on IS NULL
    AND d.paid_fen + d.topped_up_fen < d.owed_fen
    RETURNING d.agreement_id, d.household_id, d.division, a.loan_id, d.due_on,
              d.owed_fen - d.paid_fen - d.topped_up_fen AS owed_fen
    """,
    MissedDue,
)
_KEEP_ENDS = update_many(dividend_agreement, "state", *_OF_END)
_LOCK_OF_HOUSEHOLD = sql(
    f"""
    SELECT {dividend_agreement.columns} FROM dividend_agreement
    WHERE household_id = :household_id ORDER BY id FOR UPDATE
    """,
    DividendAgreement,
)
_DUE_DAYS = sql(f"SELECT {dividend_due.columns} FROM dividend_due WHERE agreement_id = ANY(:ids)", DividendDue)
_OWE = sql("""
    UPDATE dividend_due d SET owed_fen = greatest(u.owed_fen, d.paid_fen + d.topped_up_fen)
    FROM unnest(:ids, :days, :amounts) AS u (agreement_id, due_on, owed_fen)
    WHERE d.agreement_id = u.agreement_id AND d.due_on = u.due_on
    """)
_PAGE = page(dividend_agreement, "household_id", "entity_code")
_OF_YEAR = sql(
    f"""
    SELECT {dividend_agreement.columns} FROM dividend_agreement
    WHERE signed_on <= :last_on AND (ended_on IS NULL OR ended_on >= :first_on)
    """,
    DividendAgreement,
)
_DUE_SUMS = sql(
    """
    SELECT coalesce(sum(owed_fen), 0)::bigint AS owed_fen,
           coalesce(sum(paid_fen + topped_up_fen), 0)::bigint AS paid_fen, count(missed_on) AS missed
    FROM dividend_due WHERE due_on BETWEEN :first_on AND :last_on
    """,
    DueSums,
)


async def disburse_loans(connection: Connection, rows: Sequence[tuple[UUID, UUID, str, int]]) -> None:
    """`rows`: loan, household, division, fen; each loan once."""
    ids, households, divisions, amounts = ([row[n] for row in rows] for n in range(4))
    await execute(
        connection, _DISBURSE, rows=len(rows), ids=ids, households=households, divisions=divisions, amounts=amounts
    )


async def restate_loans(connection: Connection, rows: Sequence[LoanKnown]) -> None:
    """How they stand, whatever was said before; each once."""
    ids, households, divisions, amounts, states = (list(column) for column in zip(*rows, strict=True))
    lists = {"ids": ids, "households": households, "divisions": divisions, "amounts": amounts, "states": states}
    await execute(connection, _RESTATE, rows=len(rows), **lists)


async def settle_loans(connection: Connection, ids: Sequence[UUID]) -> None:
    """Raises RowCountError where a loan was never disbursed."""
    await execute(connection, _SETTLE, rows=len(ids), ids=list(ids))


async def list_loans(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, LoanKnown]:
    return {loan.loan_id: loan for loan in await fetch(connection, _LOANS, ids=list(ids))}


async def take_turns(connection: Connection, codes: Sequence[str]) -> None:
    """Wait until nobody else signs with these entities; held until the end of the transaction."""
    await fetch(connection, _TAKE_TURNS, codes=sorted(set(codes)))


async def list_exposure(connection: Connection, codes: Sequence[str]) -> dict[str, int]:
    """What each entity has of all households of the county, fen."""
    return {r["code"]: r["principal_fen"] for r in await fetch(connection, _EXPOSURE, codes=list(codes))}


async def list_taken_loans(connection: Connection, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the loans that stand in a scheme."""
    return {r["loan_id"] for r in await fetch(connection, _TAKEN_LOANS, ids=list(ids))}


async def list_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, DividendAgreement]:
    return await by_id(connection, _BY_ID, ids)


async def lock_agreements(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, DividendAgreement]:
    """Those of the caller's area, locked in id order."""
    return await by_id(connection, _LOCK, ids)


async def lock_of_household(connection: Connection, household_id: UUID) -> dict[UUID, DividendAgreement]:
    """Its agreements, ended ones too, locked in id order."""
    return {a.id: a for a in await fetch(connection, _LOCK_OF_HOUSEHOLD, household_id=household_id)}


async def insert_agreements(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT, rows)


async def insert_dues(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    await execute_many(connection, _INSERT_DUES, rows)


async def lock_dues(connection: Connection, agreement_ids: Sequence[UUID]) -> dict[tuple[UUID, date], DueOfEntity]:
    """Every due date of the agreements, with the entity's code."""
    rows = await fetch(connection, _LOCK_DUES, ids=list(agreement_ids))
    return {(due.agreement_id, due.due_on): due for due in rows}


async def list_payments(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, DividendPayment]:
    return await by_id(connection, _PAYMENTS, ids)


async def insert_payments(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_PAYMENTS, rows)


async def pay_dues(connection: Connection, paid: Mapping[tuple[UUID, date], int]) -> None:
    """`paid`: fen by agreement and due date."""
    ids, days = [i for i, _ in paid], [on for _, on in paid]
    await execute(connection, _PAY, rows=len(paid), ids=ids, days=days, amounts=list(paid.values()))


async def restate_payments(connection: Connection, amounts: Mapping[UUID, int]) -> None:
    """`amounts`: what stands from now on, fen by payment."""
    await execute_many(connection, _RESTATE_PAYMENTS, [{"id": i, "corrected_fen": fen} for i, fen in amounts.items()])


async def restate_dues(connection: Connection, dues: Mapping[tuple[UUID, date], tuple[int, int, int]]) -> None:
    """`dues`: what is owed, paid and topped up from now on, fen by agreement and due date."""
    ids, days = [i for i, _ in dues], [on for _, on in dues]
    owed, paid, topped_up = ([figures[n] for figures in dues.values()] for n in range(3))
    await execute(
        connection, _RESTATE_DUES, rows=len(dues), ids=ids, days=days, owed=owed, paid=paid, topped_up=topped_up
    )


async def take_turn(connection: Connection) -> None:
    """Wait until no other year is being topped up; held until the end of the transaction."""
    await fetch(connection, _TAKE_TURN)


async def find_top_ups(connection: Connection, top_up_id: UUID, year: int) -> list[DividendTopUp]:
    """What was topped up under this id, or for this year."""
    return await fetch(connection, _TOP_UPS, id=top_up_id, year=year)


async def list_years_topped_up(connection: Connection, years: Sequence[int]) -> set[int]:
    """Those of the years that the guarantee filled up."""
    return {r["year"] for r in await fetch(connection, _YEARS_TOPPED_UP, years=list(years))}


async def insert_top_up(connection: Connection, row: dict[str, Any]) -> None:
    await execute(connection, _INSERT_TOP_UP, rows=1, **row)


async def top_up(connection: Connection, first_on: date, last_on: date) -> list[ToppedUp]:
    """Fill up what was owed in that time; returns what was added, by agreement and due date."""
    return await fetch(connection, _TOP_UP, first_on=first_on, last_on=last_on)


async def set_missed(connection: Connection, on: date, before: date) -> list[MissedDue]:
    """Dividends due before a day, not paid in full and not known as missed; from now on they are."""
    return await fetch(connection, _MISS, on=on, before=before)


async def keep_ends(connection: Connection, agreements: Sequence[DividendAgreement]) -> None:
    """What each says of its end."""
    await execute_many(connection, _KEEP_ENDS, [a._asdict() for a in agreements])


async def list_due_days(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, list[tuple[int, int]]]:
    """On which (month, day) of a year each agreement's dividends fall due."""
    found: dict[UUID, set[tuple[int, int]]] = {one: set() for one in ids}
    for due in await fetch(connection, _DUE_DAYS, ids=list(ids)):
        found[due.agreement_id].add((due.due_on.month, due.due_on.day))
    return {one: sorted(days) for one, days in found.items()}


async def owe(connection: Connection, dues: Sequence[Mapping[str, Any]]) -> None:
    """`dues`: agreement_id, due_on, owed_fen; what was paid or topped up stays owed."""
    of, days, amounts = ([d[n] for d in dues] for n in ("agreement_id", "due_on", "owed_fen"))
    await execute(connection, _OWE, rows=len(dues), ids=of, days=days, amounts=amounts)


async def list_agreements(connection: Connection, at: Place, **filters: Any) -> list[DividendAgreement]:
    """By rising id, filtered by household or entity."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_of_year(connection: Connection, first_on: date, last_on: date) -> list[DividendAgreement]:
    """The agreements in force on any of these days."""
    return await fetch(connection, _OF_YEAR, first_on=first_on, last_on=last_on)


async def sum_dues(connection: Connection, first_on: date, last_on: date) -> DueSums:
    return await fetch_row(connection, _DUE_SUMS, first_on=first_on, last_on=last_on)
