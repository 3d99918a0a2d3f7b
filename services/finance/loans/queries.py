"""All SQL about applications and loans."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.finance.loans.tables import loan, loan_application
from shared.data.sql import (
    Connection,
    Row,
    execute,
    execute_many,
    fetch,
    fetch_one,
    insert_many,
    sql,
)
from shared.ground.problems import Problem

# What changes in a loan's life.
STATE = (
    "state", "rate_ppm", "decided_on", "disbursed_on", "due_on", "settled_on", "disbursed_fen", "principal_fen",
    "interest_fen", "interest_owed_fen", "penalty_fen", "overdue_fen", "overdue_since",
)  # fmt: skip

_LOCK_HOUSEHOLDS = sql(
    "SELECT id, division, status, borrower_age_ok FROM household WHERE id = ANY(:ids) ORDER BY id FOR UPDATE",
    ids=ARRAY(Uuid),
)
_STATUSES = sql("SELECT id, status FROM household WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_OPEN = sql("SELECT households_with_open_loan(:ids) AS id", ids=ARRAY(Uuid))
_APPLICATIONS = sql(
    "SELECT a.*, l.loan_no FROM loan_application a LEFT JOIN loan l ON l.id = a.id WHERE a.id = ANY(:ids)",
    ids=ARRAY(Uuid),
)
# An id that is taken outside the caller's area is not his to see; that nothing comes back says it is taken.
_APPLICATION = tuple(loan_application.c.keys())
_INSERT_APPLICATIONS = insert_many(
    loan_application, _APPLICATION, "ORDER BY 1 ON CONFLICT (id) DO NOTHING RETURNING id"
)
_NUMBERS = sql("SELECT nextval('loan_number') AS n FROM generate_series(1, :count)", count=Integer)
_INSERT_LOANS = insert_many(
    loan,
    [
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
    ],
)
_LOCK_BY_NO = sql("SELECT * FROM loan WHERE loan_no = ANY(:numbers) ORDER BY id FOR UPDATE", numbers=ARRAY(Text))
_LOCK = sql("SELECT * FROM loan WHERE id = ANY(:ids) ORDER BY id FOR UPDATE", ids=ARRAY(Uuid))
_LIST_BY_ID = sql("SELECT * FROM loan WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_UPDATE = sql(
    f"UPDATE loan l SET version = l.version + 1, {', '.join(f'{c} = n.{c}' for c in STATE)}"  # noqa: S608 - our names
    f" FROM unnest(:id, {', '.join(f':{c}' for c in STATE)}) AS n (id, {', '.join(STATE)}) WHERE l.id = n.id",
    **{c: ARRAY(loan.c[c].type) for c in ("id", *STATE)},
)
_COVER = sql(
    "UPDATE loan l SET interest_fen = l.interest_fen - n.covered,"
    " interest_owed_fen = l.interest_owed_fen + n.owed, version = l.version + 1"
    " FROM unnest(:ids, :covered, :owed) AS n (id, covered, owed) WHERE l.id = n.id",
    ids=ARRAY(Uuid), covered=ARRAY(BigInteger), owed=ARRAY(BigInteger),
)  # fmt: skip
_FOLLOW = sql(
    "UPDATE loan l SET division = h.division, version = l.version + 1 FROM household h"
    " WHERE h.id = ANY(:ids) AND l.household_id = h.id AND l.division <> h.division",
    ids=ARRAY(Uuid),
)
_FOLLOW_HOLDS = sql(
    "UPDATE loan_hold k SET division = h.division FROM household h"
    " WHERE h.id = ANY(:ids) AND k.household_id = h.id AND k.division <> h.division",
    ids=ARRAY(Uuid),
)
# The kinds of what holds a loan.
HOLDS = (
    "ARRAY(SELECT DISTINCT kind FROM loan_hold k WHERE k.loan_id = loan.id AND k.released_on IS NULL ORDER BY kind)"
    " AS holds"
)
_OPEN_LOANS = sql(
    "SELECT * FROM loan WHERE household_id = ANY(:ids) AND state IN ('approved', 'granted', 'disbursed', 'overdue')"
    " ORDER BY id",
    ids=ARRAY(Uuid),
)
_GET = sql(f"SELECT *, {HOLDS} FROM loan WHERE id = :id", id=Uuid)  # noqa: S608 - our names
_PAGE = sql(
    "SELECT id, loan_no, household_id, division, bank, state, amount_fen, rate_ppm,"  # noqa: S608 - our names
    " term_months, disbursed_on,"
    f" due_on, principal_fen, overdue_fen, {HOLDS} FROM loan WHERE id > :after AND (:state IS NULL OR state = :state)"
    " AND (:bank IS NULL OR bank = :bank) AND (:household_id IS NULL OR household_id = :household_id)"
    " ORDER BY id LIMIT :limit",
    after=Uuid, state=Text, bank=Text, household_id=Uuid, limit=Integer,
)  # fmt: skip
_SUMMARY = sql(
    "SELECT count(disbursed_on) AS loans, coalesce(sum(disbursed_fen), 0)::bigint AS issued_fen,"
    " coalesce(sum(principal_fen), 0)::bigint AS balance_fen,"
    " coalesce(sum(overdue_fen), 0)::bigint AS overdue_fen,"
    " coalesce((SELECT jsonb_object_agg(state, n) FROM (SELECT state, count(*) AS n FROM loan GROUP BY state) s),"
    " '{}') AS by_state FROM loan"
)


async def lock_households(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those known here and within the caller's area, locked in id order: one application at a time for each."""
    return {r["id"]: r for r in await fetch(connection, _LOCK_HOUSEHOLDS, ids=list(ids))}


async def list_statuses(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The households' status, as the registry last said."""
    return {r["id"]: r["status"] for r in await fetch(connection, _STATUSES, ids=list(ids))}


async def find_open(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Which of the households have an open loan, in whatever village it was taken."""
    return {r["id"] for r in await fetch(connection, _OPEN, ids=list(household_ids))}


async def list_applications(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """What was decided on earlier, with the loan's number where there is one."""
    return {r["id"]: r for r in await fetch(connection, _APPLICATIONS, ids=list(ids))}


async def insert_applications(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """The ids that were free; the others are somebody else's."""
    columns = {name: [row[name] for row in rows] for name in _APPLICATION}
    return {r["id"] for r in await fetch(connection, _INSERT_APPLICATIONS, **columns)} if rows else set()


async def take_numbers(connection: Connection, count: int) -> list[int]:
    return [r["n"] for r in await fetch(connection, _NUMBERS, count=count)]


async def insert_loans(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    await execute_many(connection, _INSERT_LOANS, rows)


async def lock_loans_by_no(connection: Connection, numbers: Sequence[str]) -> dict[str, Row]:
    """Those of the numbers that the caller may see, locked in id order."""
    return {r["loan_no"]: r for r in await fetch(connection, _LOCK_BY_NO, numbers=list(numbers))}


async def lock_loans(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, _LOCK, ids=list(ids))}


async def list_loans_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, _LIST_BY_ID, ids=list(ids))}


async def update_loans(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """`rows`: id and everything in STATE."""
    if rows:
        columns = {c: [row[c] for row in rows] for c in ("id", *STATE)}
        await execute(connection, _UPDATE, rows=len(rows), **columns)


async def cover_interest(connection: Connection, sums: Mapping[UUID, tuple[int, int]]) -> None:
    """By loan: what the county pays of the posted interest, and what is left to the household; fen."""
    await execute(
        connection, _COVER, rows=len(sums), ids=list(sums), covered=[c for c, _ in sums.values()],
        owed=[o for _, o in sums.values()],
    )  # fmt: skip


async def list_open_loans(connection: Connection, household_ids: Sequence[UUID]) -> list[Row]:
    """The open loans of the households, one each at most, within the caller's area."""
    return await fetch(connection, _OPEN_LOANS, ids=list(household_ids))


async def follow_households(connection: Connection, household_ids: Sequence[UUID]) -> None:
    """Loans, and the holds on them, go with a household to its new village; most have not moved."""
    await execute(connection, _FOLLOW, rows=None, ids=list(household_ids))
    await execute(connection, _FOLLOW_HOLDS, rows=None, ids=list(household_ids))


async def get_loan(connection: Connection, loan_id: UUID) -> Row:
    """With the kinds of its open holds. Raises Problem `shared.not_found`, also where it is another's."""
    row = await fetch_one(connection, _GET, id=loan_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def list_loans(
    connection: Connection, after: UUID, limit: int, state: str | None, bank: str | None, household_id: UUID | None
) -> list[Row]:
    """A page by rising id."""
    return await fetch(
        connection, _PAGE, after=after, limit=limit, state=state, bank=bank, household_id=household_id
    )  # fmt: skip


async def get_summary(connection: Connection) -> Row:
    row = await fetch_one(connection, _SUMMARY)
    assert row is not None
    return row
