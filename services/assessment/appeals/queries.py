"""All SQL about appeals."""

from typing import Any
from uuid import UUID

from services.assessment.appeals.tables import AppealRow, Spokesman, appeal
from shared.acts.batches import insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, fetch, fetch_one, fetch_or_not_found, get_by, insert_many, sql

_GET = get_by(appeal)
_OF_LINE = sql(
    f"""
    SELECT {appeal.columns} FROM appeal WHERE run_id = :run_id AND subject_id = :subject_id AND code = :code
    """,
    AppealRow,
)
# A line is appealed once, whatever the appeal's id.
_INSERT = insert_many(appeal, appeal.shape, "ON CONFLICT DO NOTHING RETURNING id")
_PAGE = page(appeal, "state")
_SPOKESMAN = sql("SELECT id, unit_id FROM cadre WHERE subject = :subject", Spokesman)


async def find_appeal(connection: Connection, appeal_id: UUID) -> AppealRow | None:
    return await fetch_one(connection, _GET, id=appeal_id)


async def get_appeal(connection: Connection, appeal_id: UUID) -> AppealRow:
    """Raises Problem `shared.not_found`."""
    return await fetch_or_not_found(connection, _GET, id=appeal_id)


async def find_of_line(connection: Connection, run_id: UUID, subject_id: UUID, code: str) -> AppealRow | None:
    return await fetch_one(connection, _OF_LINE, run_id=run_id, subject_id=subject_id, code=code)


async def insert_appeal(connection: Connection, row: AppealRow) -> bool:
    """False where the line was appealed before, or the id is somebody else's."""
    return bool(await insert_free(connection, _INSERT, [row._asdict()]))


async def list_appeals(connection: Connection, at: Place, **filters: Any) -> list[AppealRow]:
    """By rising id, filtered by state; who is assessed sees his own."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_subjects_of(connection: Connection, subject: str) -> set[UUID]:
    """For whom the bearer of a login may speak: himself, and his unit."""
    return {one for row in await fetch(connection, _SPOKESMAN, subject=subject) for one in row}
