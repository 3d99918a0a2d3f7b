"""All SQL about cases of fabrication."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from services.assessment.cases.tables import ListedCase, case_household, case_subject, fraud_case
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import (
    Connection,
    Row,
    execute,
    execute_many,
    fetch,
    fetch_one,
    insert_many,
    parameter,
    sql,
    statement,
)
from shared.ground.problems import Problem

_CASE = ("id", "division", "kind", "evidence", "opened_on", "opened_by")
_HOUSEHOLD = ("case_id", "household_id", "division", "case_division", "opened_by")

_GET = sql("SELECT * FROM fraud_case WHERE id = :id")
_LOCK = sql("SELECT * FROM fraud_case WHERE id = :id FOR UPDATE")
_INSERT = statement(
    insert(fraud_case)
    .values({c: parameter(c, fraud_case.c[c]) for c in _CASE})
    .on_conflict_do_nothing(index_elements=["id"])
)
_INSERT_SUBJECTS = insert_many(case_subject, case_subject.c.keys())
_INSERT_HOUSEHOLDS = insert_many(case_household, _HOUSEHOLD)
_NAMED = sql("""
    SELECT id, 'unit' AS kind FROM unit WHERE id = ANY(:ids)
    UNION ALL SELECT id, 'cadre' FROM cadre WHERE id = ANY(:ids) ORDER BY 1
""")
_DIVISIONS = sql("SELECT id, division FROM household WHERE id = ANY(:ids) ORDER BY id")
_DECIDE = sql("""
    UPDATE fraud_case SET state = :state, decided_on = :decided_on, decided_by = :decided_by
    WHERE id = :id AND state = 'open'
""")
_CONFIRM_HOUSEHOLDS = sql("UPDATE case_household SET confirmed_on = :confirmed_on WHERE case_id = :case_id")
_LOCK_HOUSEHOLDS = sql("""
    SELECT * FROM case_household WHERE case_id = :case_id AND household_id = ANY(:ids)
    ORDER BY household_id FOR UPDATE
""")
_REVIEW = sql("""
    UPDATE case_household SET reviewed_on = :reviewed_on, reviewed_by = :reviewed_by
    WHERE case_id = :case_id AND household_id = ANY(:ids) AND reviewed_on IS NULL
""")
_PAGE = page_of(ListedCase, "SELECT id, division, kind, state, opened_on, decided_on FROM fraud_case", "state")
_SUBJECTS = sql("SELECT subject_id FROM case_subject WHERE case_id = :case_id ORDER BY 1")
_HOUSEHOLDS = sql("SELECT household_id, reviewed_on FROM case_household WHERE case_id = :case_id ORDER BY 1")


async def find_case(connection: Connection, case_id: UUID) -> Row | None:
    return await fetch_one(connection, _GET, id=case_id)


async def get_case(connection: Connection, case_id: UUID) -> Row:
    """Raises Problem `shared.not_found`, also where it lies outside the caller's area."""
    return _found(await find_case(connection, case_id))


async def lock_case(connection: Connection, case_id: UUID) -> Row:
    """Raises Problem `shared.not_found`."""
    return _found(await fetch_one(connection, _LOCK, id=case_id))


def _found(row: Row | None) -> Row:
    if row is None:
        raise Problem("shared.not_found")
    return row


async def list_named(connection: Connection, ids: Sequence[UUID]) -> list[Row]:
    """Units and cadres of these ids: id, kind."""
    return await fetch(connection, _NAMED, ids=list(ids))


async def list_divisions(connection: Connection, household_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Where the households live, of those known here and within the caller's area."""
    return {r["id"]: r["division"] for r in await fetch(connection, _DIVISIONS, ids=list(household_ids))}


async def insert_case(
    connection: Connection,
    case: dict[str, Any],
    subjects: Sequence[dict[str, Any]],
    households: Sequence[dict[str, Any]],
) -> bool:
    """False where the id is taken, and nothing is written."""
    if await execute(connection, _INSERT, rows=None, **case) != 1:
        return False
    await execute_many(connection, _INSERT_SUBJECTS, subjects)
    await execute_many(connection, _INSERT_HOUSEHOLDS, households)
    return True


async def decide_case(connection: Connection, case_id: UUID, state: str, on: date, by: str) -> None:
    await execute(connection, _DECIDE, rows=1, id=case_id, state=state, decided_on=on, decided_by=by)


async def confirm_households(connection: Connection, case_id: UUID, on: date, count: int) -> None:
    """All that the case names; `count` of them."""
    await execute(connection, _CONFIRM_HOUSEHOLDS, rows=count, case_id=case_id, confirmed_on=on)


async def lock_households(connection: Connection, case_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those of the case and the caller's area, locked in id order."""
    rows = await fetch(connection, _LOCK_HOUSEHOLDS, case_id=case_id, ids=list(ids))
    return {r["household_id"]: r for r in rows}


async def set_reviewed(connection: Connection, case_id: UUID, ids: Sequence[UUID], on: date, by: str) -> None:
    await execute(connection, _REVIEW, rows=len(ids), case_id=case_id, ids=list(ids), reviewed_on=on, reviewed_by=by)


async def list_cases(connection: Connection, at: Place, **filters: Any) -> list[ListedCase]:
    """By rising id, filtered by state."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_subjects(connection: Connection, case_id: UUID) -> list[UUID]:
    return [r["subject_id"] for r in await fetch(connection, _SUBJECTS, case_id=case_id)]


async def list_households(connection: Connection, case_id: UUID) -> list[Row]:
    return await fetch(connection, _HOUSEHOLDS, case_id=case_id)
