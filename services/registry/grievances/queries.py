"""All SQL about grievances."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.grievances.tables import GrievanceCase, grievance
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, by_id, execute, fetch, fetch_or_not_found, get_by, insert_many, list_by, sql

_INSERT = insert_many(
    grievance,
    (
        "id", "household_id", "division", "matter", "channel", "person", "about_office", "about_subject", "text_sealed",
        "state", "with_office", "answer_by_on", "filed_on", "recorded_by", "procedure_version", "since_on", "due_on",
    ),
    FREE,
)  # fmt: skip
_GET = get_by(grievance)
_BY_ID = list_by(grievance)
_PAGE = page(grievance, "state", "matter", "household_id")
_PLACES = sql("SELECT id, division FROM household WHERE id = ANY(:ids)")
# While its promised day counts; written as the index has it.
RUNNING = "state NOT IN ('unsigned', 'told', 'settled', 'withdrawn')"
# Whoever has it in hand just now moves it himself, or finds it moved.
_LOCK_LATE = sql(
    f"""
    SELECT {grievance.columns} FROM grievance
    WHERE {RUNNING} AND late_on IS NULL AND answer_by_on < :on
    ORDER BY answer_by_on, id LIMIT :limit FOR UPDATE SKIP LOCKED
    """,
    GrievanceCase,
)
_MARK_LATE = sql("UPDATE grievance SET late_on = :on WHERE id = ANY(:ids)")
_LIVING = sql("SELECT person, household_id FROM resident WHERE household_id = ANY(:ids)")


async def insert_grievances(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT, rows)


async def get_grievance(connection: Connection, grievance_id: UUID) -> GrievanceCase:
    """Raises Problem `shared.not_found`, also where it is not the caller's to see."""
    return await fetch_or_not_found(connection, _GET, id=grievance_id)


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, GrievanceCase]:
    return await by_id(connection, _BY_ID, ids)


async def list_grievances(connection: Connection, at: Place, **filters: Any) -> list[GrievanceCase]:
    """By rising id, filtered by state, matter or household."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_places(connection: Connection, household_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Where the households are, of those that the caller may see."""
    return {r["id"]: r["division"] for r in await fetch(connection, _PLACES, ids=list(household_ids))}


async def list_living(connection: Connection, household_ids: Sequence[UUID]) -> set[tuple[str, UUID]]:
    """Who lives in which of the households, by reference."""
    rows = await fetch(connection, _LIVING, ids=list(household_ids))
    return {(r["person"], r["household_id"]) for r in rows}


async def lock_late(connection: Connection, on: date, limit: int) -> list[GrievanceCase]:
    """Those whose promised day is over, the oldest first; none that somebody has in hand, nor that is marked so."""
    return await fetch(connection, _LOCK_LATE, on=on, limit=limit)


async def mark_late(connection: Connection, ids: Sequence[UUID], on: date) -> None:
    await execute(connection, _MARK_LATE, rows=len(ids), ids=list(ids), on=on)
