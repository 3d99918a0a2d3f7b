"""All SQL about applications and loans."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.finance.loans.tables import (
    Applicant,
    ApplicationRow,
    BorrowingAge,
    LoanRow,
    Resident,
    borrowing_age,
    loan,
    loan_application,
)
from shared.acts.batches import FREE, insert_free
from shared.acts.numbers import NOBODY
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import (
    Connection,
    Row,
    by_id,
    execute,
    execute_many,
    fetch,
    fetch_one,
    fetch_or_not_found,
    fetch_row,
    get_by,
    insert_many,
    list_by,
    lock_by,
    sql,
    update_many,
)

# What the loan's row keeps of the fold of its events, and what a fold goes on from.
FOLDED = (
    "state",
    "rate_ppm",
    "decided_on",
    "disbursed_on",
    "due_on",
    "settled_on",
    "disbursed_fen",
    "principal_fen",
    "interest_fen",
    "interest_owed_fen",
    "interest_repaid_fen",
    "refund_fen",
    "penalty_fen",
    "overdue_fen",
    "overdue_since",
)
# What changes in a loan's life.
STATE = (*FOLDED, "told_to", "waits", "asks_again", "reopened_on")
OPENED = (
    "id",
    "loan_no",
    "household_id",
    "division",
    "bank",
    "state",
    "amount_fen",
    "term_months",
    "rate_ppm",
    "approved_on",
    "borrower",
    "approved_ppm",
)

_LOCK_HOUSEHOLDS = sql(
    """
    SELECT id, division, status, borrower_age_ok FROM household WHERE id = ANY(:ids) ORDER BY id FOR UPDATE
""",
    Applicant,
)
_STATUSES = sql("SELECT id, status FROM household WHERE id = ANY(:ids)")
_RESIDENTS = sql(
    """
    SELECT r.person, r.household_id, a.borrower_from, a.borrower_until
    FROM unnest(:people, :ids) AS u (person, household_id)
    JOIN resident r USING (person, household_id) LEFT JOIN borrowing_age a USING (person, household_id)
    """,
    Resident,
    people=ARRAY(Text),
)
_FORGET_AGES = sql("DELETE FROM borrowing_age WHERE household_id = ANY(:ids)")
_INSERT_AGES = insert_many(borrowing_age, BorrowingAge._fields)
_OPEN = sql("SELECT households_with_open_loan(:ids) AS id")
_APPLICATIONS = list_by(loan_application)
_INSERT_APPLICATIONS = insert_many(loan_application, ApplicationRow._fields, FREE)
_NUMBERS = sql("SELECT nextval('loan_number') AS n FROM generate_series(1, :count)")
_INSERT_LOANS = insert_many(loan, OPENED)
_ID_OF = sql("SELECT id FROM loan WHERE loan_no = :loan_no", loan_no=Text)
_LOCK_BY_NO = lock_by(loan, "loan_no")
_LOCK = lock_by(loan)
_LIST = list_by(loan)
_UPDATE = update_many(loan, *STATE)
_ASKED = sql("UPDATE loan SET asks_again = false WHERE id = ANY(:ids)")
_OPEN_LOANS = sql(
    f"""
    SELECT {loan.columns} FROM loan
    WHERE household_id = ANY(:ids) AND state IN ('approved', 'granted', 'disbursed', 'overdue') ORDER BY id
    """,
    LoanRow,
)
_GET = get_by(loan)
_PAGE = page(loan, "state", "bank", "household_id", "loan_no")
_HELD_BY = sql("""
    SELECT loan_id, array_agg(DISTINCT kind ORDER BY kind) AS kinds FROM loan_hold
    WHERE loan_id = ANY(:ids) AND released_on IS NULL GROUP BY loan_id
    """)
_SUMMARY = sql("""
    SELECT count(disbursed_on) AS loans, coalesce(sum(disbursed_fen), 0)::bigint AS issued_fen,
           coalesce(sum(principal_fen), 0)::bigint AS balance_fen,
           coalesce(sum(overdue_fen), 0)::bigint AS overdue_fen,
           coalesce((SELECT jsonb_object_agg(state, n) FROM (SELECT state, count(*) AS n FROM loan GROUP BY state)),
                    '{}') AS by_state
    FROM loan
""")


async def lock_households(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Applicant]:
    """Those known here and within the caller's area, locked in id order: one application at a time for each."""
    return await by_id(connection, _LOCK_HOUSEHOLDS, ids)


async def list_statuses(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The households' status, as the registry last said."""
    return {r["id"]: r["status"] for r in await fetch(connection, _STATUSES, ids=list(ids))}


async def list_residents(connection: Connection, named: Sequence[tuple[str, UUID]]) -> dict[tuple[str, UUID], Resident]:
    """Those of the persons who live in the household, by both."""
    people, ids = [person for person, _ in named], [one for _, one in named]
    return {(r.person, r.household_id): r for r in await fetch(connection, _RESIDENTS, people=people, ids=ids)}


async def keep_borrowing_ages(
    connection: Connection, household_ids: Sequence[UUID], ages: Sequence[BorrowingAge]
) -> None:
    """From now on these, and no others, are known of the households' people."""
    await execute(connection, _FORGET_AGES, rows=None, ids=list(household_ids))
    await execute_many(connection, _INSERT_AGES, [age._asdict() for age in ages])


async def find_open(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Which of the households have an open loan, in whatever village it was taken."""
    return {r["id"] for r in await fetch(connection, _OPEN, ids=list(household_ids))}


async def list_applications(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, ApplicationRow]:
    """What was decided on earlier."""
    return await by_id(connection, _APPLICATIONS, ids)


async def insert_applications(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """The ids that were free; the others are somebody else's."""
    return await insert_free(connection, _INSERT_APPLICATIONS, rows)


async def take_numbers(connection: Connection, count: int) -> list[int]:
    return [r["n"] for r in await fetch(connection, _NUMBERS, count=count)]


async def insert_loans(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    await execute_many(connection, _INSERT_LOANS, rows)


async def lock_loans_by_no(connection: Connection, numbers: Sequence[str]) -> dict[str, LoanRow]:
    """Those of the numbers that the caller may see, locked in id order."""
    return {row.loan_no: row for row in await fetch(connection, _LOCK_BY_NO, ids=list(numbers))}


async def lock_loans(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, LoanRow]:
    return await by_id(connection, _LOCK, ids)


async def list_loans_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, LoanRow]:
    return await by_id(connection, _LIST, ids)


async def update_loans(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """`rows`: id and everything in STATE."""
    await execute_many(connection, _UPDATE, rows)


async def note_asked(connection: Connection, ids: Sequence[UUID]) -> None:
    """What was claimed of these loans was looked at again."""
    await execute(connection, _ASKED, rows=len(ids), ids=list(ids))


async def list_open_loans(connection: Connection, household_ids: Sequence[UUID]) -> list[LoanRow]:
    """The open loans of the households within the caller's area: one each, or more where one was opened again."""
    return await fetch(connection, _OPEN_LOANS, ids=list(household_ids))


async def get_loan(connection: Connection, loan_id: UUID) -> LoanRow:
    """Raises Problem `shared.not_found`, also where it is another's."""
    return await fetch_or_not_found(connection, _GET, id=loan_id)


async def list_loans(connection: Connection, at: Place, **filters: Any) -> list[LoanRow]:
    """By rising id, filtered by state, bank or household."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def find_id(connection: Connection, loan_no: str) -> UUID:
    """Of a loan that the caller may see; else nobody's, of which no list has a row."""
    found = await fetch_one(connection, _ID_OF, loan_no=loan_no)
    return found["id"] if found else NOBODY


async def list_open_holds(connection: Connection, loans: Sequence[LoanRow]) -> list[list[str]]:
    """Of each loan the kinds of its holds that are open."""
    found = {r["loan_id"]: r["kinds"] for r in await fetch(connection, _HELD_BY, ids=[row.id for row in loans])}
    return [found.get(row.id, []) for row in loans]


async def get_summary(connection: Connection) -> Row:
    return await fetch_row(connection, _SUMMARY)
