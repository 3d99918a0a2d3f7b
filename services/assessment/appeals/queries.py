"""All SQL about appeals."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from services.assessment.appeals.tables import ListedAppeal, appeal
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import Connection, Row, execute, fetch, fetch_one, parameter, sql, statement
from shared.ground.problems import Problem

_NEW = (
    "id",
    "run_id",
    "subject_id",
    "kind",
    "division",
    "year",
    "code",
    "reason",
    "raised_on",
    "raised_by",
    "computed_by",
    "published_by",
)

_FIND = sql("SELECT * FROM appeal WHERE id = :id")
_LOCK = sql("SELECT * FROM appeal WHERE id = :id FOR UPDATE")
_OF_LINE = sql("SELECT * FROM appeal WHERE run_id = :run_id AND subject_id = :subject_id AND code = :code")
_INSERT = statement(insert(appeal).values({c: parameter(c, appeal.c[c]) for c in _NEW}).on_conflict_do_nothing())
_DECIDE = sql("""
    UPDATE appeal SET state = :state, points_x100 = :points_x100, decided_on = :decided_on, decided_by = :decided_by
    WHERE id = :id AND state = 'open'
""")
_PAGE = page_of(ListedAppeal, f"SELECT {', '.join(ListedAppeal._fields)} FROM appeal", "state")
_CADRE = sql("SELECT id, unit_id FROM cadre WHERE subject = :subject")


async def find_appeal(connection: Connection, appeal_id: UUID) -> Row | None:
    return await fetch_one(connection, _FIND, id=appeal_id)


async def lock_appeal(connection: Connection, appeal_id: UUID) -> Row:
    """Raises Problem `shared.not_found`."""
    row = await fetch_one(connection, _LOCK, id=appeal_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def find_of_line(connection: Connection, run_id: UUID, subject_id: UUID, code: str) -> Row | None:
    return await fetch_one(connection, _OF_LINE, run_id=run_id, subject_id=subject_id, code=code)


async def insert_appeal(connection: Connection, row: dict[str, Any]) -> bool:
    """False where the line was appealed before, or the id is somebody else's."""
    return await execute(connection, _INSERT, rows=None, **row) == 1


async def decide_appeal(
    connection: Connection, appeal_id: UUID, state: str, points_x100: int | None, on: date, by: str
) -> None:
    await execute(
        connection, _DECIDE, rows=1, id=appeal_id, state=state, points_x100=points_x100, decided_on=on, decided_by=by
    )


async def list_appeals(connection: Connection, at: Place, **filters: Any) -> list[ListedAppeal]:
    """By rising id, filtered by state; who is assessed sees his own."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_subjects_of(connection: Connection, subject: str) -> set[UUID]:
    """For whom the bearer of a login may speak: himself, and his unit."""
    return {one for r in await fetch(connection, _CADRE, subject=subject) for one in (r["id"], r["unit_id"])}
