"""All SQL about cases of fabrication."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.assessment.cases.tables import (
    CaseHousehold,
    CaseRow,
    CaseSubject,
    Living,
    Named,
    case_household,
    case_subject,
    fraud_case,
)
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import (
    Connection,
    execute,
    execute_many,
    fetch,
    fetch_one,
    fetch_or_not_found,
    get_by,
    insert_many,
    sql,
)

_GET = get_by(fraud_case)
_INSERT = insert_many(fraud_case, fraud_case.shape, FREE)
_INSERT_SUBJECTS = insert_many(case_subject, case_subject.shape)
_INSERT_HOUSEHOLDS = insert_many(case_household, case_household.shape)
_NAMED = sql(
    """
    SELECT id, 'unit' AS kind FROM unit WHERE id = ANY(:ids)
    UNION ALL SELECT id, 'cadre' FROM cadre WHERE id = ANY(:ids) ORDER BY 1
    """,
    Named,
)
_LIVING = sql("SELECT id, division FROM household WHERE id = ANY(:ids) ORDER BY id", Living)
_CONFIRM_HOUSEHOLDS = sql("UPDATE case_household SET confirmed_on = :confirmed_on WHERE case_id = :case_id")
_LOCK_HOUSEHOLDS = sql(
    f"""
    SELECT {case_household.columns} FROM case_household WHERE case_id = :case_id AND household_id = ANY(:ids)
    ORDER BY household_id FOR UPDATE
    """,
    CaseHousehold,
)
_REVIEW = sql("""
    UPDATE case_household SET reviewed_on = :reviewed_on, reviewed_by = :reviewed_by
    WHERE case_id = :case_id AND household_id = ANY(:ids) AND reviewed_on IS NULL
    """)
_PAGE = page(fraud_case, "state")
_SUBJECTS = sql(
    f"SELECT {case_subject.columns} FROM case_subject WHERE case_id = :case_id ORDER BY subject_id", CaseSubject
)
_HOUSEHOLDS = sql(
    f"SELECT {case_household.columns} FROM case_household WHERE case_id = :case_id ORDER BY household_id",
    CaseHousehold,
)


async def find_case(connection: Connection, case_id: UUID) -> CaseRow | None:
    return await fetch_one(connection, _GET, id=case_id)


async def get_case(connection: Connection, case_id: UUID) -> CaseRow:
    """Raises Problem `shared.not_found`, also where it lies outside the caller's area."""
    return await fetch_or_not_found(connection, _GET, id=case_id)


async def list_named(connection: Connection, ids: Sequence[UUID]) -> list[Named]:
    """Units and cadres of these ids."""
    return await fetch(connection, _NAMED, ids=list(ids))


async def list_divisions(connection: Connection, household_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Where the households live, of those known here and within the caller's area."""
    return {home.id: home.division for home in await fetch(connection, _LIVING, ids=list(household_ids))}


async def insert_case(
    connection: Connection, case: CaseRow, named: Sequence[Named], divisions: Mapping[UUID, str]
) -> bool:
    """With whom it names, and by household the division. False where the id is taken, and nothing is written."""
    if not await insert_free(connection, _INSERT, [case._asdict()]):
        return False
    subjects = [CaseSubject(case.id, one.id, one.kind, case.division) for one in named]
    households = [CaseHousehold(case.id, h, at, case.division, case.opened_by) for h, at in sorted(divisions.items())]
    await execute_many(connection, _INSERT_SUBJECTS, [row._asdict() for row in subjects])
    await execute_many(connection, _INSERT_HOUSEHOLDS, [row._asdict() for row in households])
    return True


async def confirm_households(connection: Connection, case_id: UUID, on: date, count: int) -> None:
    """All that the case names; `count` of them."""
    await execute(connection, _CONFIRM_HOUSEHOLDS, rows=count, case_id=case_id, confirmed_on=on)


async def lock_households(connection: Connection, case_id: UUID, ids: Sequence[UUID]) -> dict[UUID, CaseHousehold]:
    """Those of the case and the caller's area, locked in id order."""
    rows = await fetch(connection, _LOCK_HOUSEHOLDS, case_id=case_id, ids=list(ids))
    return {row.household_id: row for row in rows}


async def set_reviewed(connection: Connection, case_id: UUID, ids: Sequence[UUID], on: date, by: str) -> None:
    await execute(connection, _REVIEW, rows=len(ids), case_id=case_id, ids=list(ids), reviewed_on=on, reviewed_by=by)


async def list_cases(connection: Connection, at: Place, **filters: Any) -> list[CaseRow]:
    """By rising id, filtered by state."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_subjects(connection: Connection, case_id: UUID) -> list[UUID]:
    return [row.subject_id for row in await fetch(connection, _SUBJECTS, case_id=case_id)]


async def list_households(connection: Connection, case_id: UUID) -> list[CaseHousehold]:
    """Of the caller's area, by household."""
    return await fetch(connection, _HOUSEHOLDS, case_id=case_id)
