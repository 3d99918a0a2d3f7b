"""All SQL about posts, assignments and attendance."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.industry.posts.rules import OPEN, OVER, Standing
from services.industry.posts.tables import (
    AssignmentShown,
    Attended,
    Departed,
    Post,
    PostAssignment,
    PostAttendance,
    Totals,
    departed,
    post,
    post_assignment,
    post_attendance,
)
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page, page_of
from shared.data.sql import (
    Connection,
    by_id,
    execute,
    execute_many,
    fetch,
    fetch_row,
    insert_many,
    list_by,
    lock_by,
    sql,
    update_many,
)

_POSTS = list_by(post)
_LOCK_POSTS = lock_by(post)
_INSERT_POSTS = insert_many(post, Post._fields, FREE)
_POST_PAGE = page(post, "kind")
_HELD = sql("SELECT posts_held(:ids) AS id")
_BY_ID = list_by(post_assignment)
_LOCK = lock_by(post_assignment)
_OPEN = f"SELECT {post_assignment.columns} FROM post_assignment WHERE household_id = ANY(:ids) AND state IN {OPEN}"
_EMPLOYED = sql(_OPEN, PostAssignment)
_LOCK_OPEN = sql(f"{_OPEN} ORDER BY id FOR UPDATE", PostAssignment)
_LOCK_OF_HOUSEHOLD = sql(
    f"""
    SELECT {post_assignment.columns} FROM post_assignment WHERE household_id = :household_id
    ORDER BY ended_on DESC NULLS FIRST, id FOR UPDATE
    """,
    PostAssignment,
)
_RESTORE = update_many(post_assignment, "state", "since_on", "due_on", "held_on", "ended_on", "ended_reason")
_DROP_DEPARTED = sql("DELETE FROM departed WHERE person = :person", person=Text)
_INSERT = insert_many(post_assignment, PostAssignment._fields, FREE)
_INSERT_DEPARTED = insert_many(
    departed,
    departed.shape,
    "ORDER BY 1 ON CONFLICT (person) DO UPDATE SET departed_on = least(departed.departed_on, excluded.departed_on)",
)
# Who left one household and lives in another may work for that one.
_DEPARTED = sql(
    """
    SELECT d.person, u.household_id FROM unnest(:persons, :ids) AS u (person, household_id)
    JOIN departed d ON d.person = u.person WHERE NOT EXISTS (
        SELECT FROM resident r WHERE r.person = u.person AND r.household_id = u.household_id)
    """,
    persons=ARRAY(Text),
)
_ATTENDANCES = list_by(post_attendance)
_OF_ASSIGNMENTS = list_by(post_attendance, "assignment_id")
_INSERT_ATTENDANCES = insert_many(post_attendance, [n for n in PostAttendance._fields if n != "corrected_days"], FREE)
_RESTATE_ATTENDANCES = update_many(post_attendance, "corrected_days")
# Who has left is still owed the days until he did.
_WORKED = """
    SELECT a.id, t.id AS attendance_id, t.month_on, a.household_id, a.division, p.kind, p.monthly_fen,
           coalesce(t.corrected_days, t.days) AS days, a.starts_on, a.ended_on, a.held_on, a.resumed_on
    FROM post_attendance t JOIN post_assignment a ON a.id = t.assignment_id JOIN post p ON p.id = a.post_id
"""
_ATTENDED = sql(
    f"{_WORKED} WHERE t.month_on = :month_on AND a.state IN ('assigned', 'held', 'ended') ORDER BY a.id", Attended
)
_ATTENDED_BY_ID = sql(f"{_WORKED} WHERE t.id = ANY(:ids) ORDER BY t.id", Attended)
_PAGE = page_of(
    AssignmentShown,
    """
    SELECT a.id, a.post_id, p.kind, p.monthly_fen, a.household_id, a.division, a.starts_on, a.state, a.decision_id,
           a.ended_on, a.ended_reason, a.held_on, a.resumed_on, a.since_on, a.due_on, a.person
    FROM post_assignment a JOIN post p ON p.id = a.post_id
    """,
    "a.household_id",
    "a.state",
    key="a.id",
)
# A township's post is shown to its villages, but counted by the township only.
_TOTALS = sql(
    """
    SELECT coalesce(
               (SELECT jsonb_object_agg(kind, jsonb_build_object('posts', posts, 'filled', filled)) FROM (
                   SELECT p.kind, count(DISTINCT p.id) AS posts, count(a.id) AS filled
                   FROM post p LEFT JOIN post_assignment a ON a.post_id = p.id AND a.state = 'assigned'
                   WHERE p.division >= :area GROUP BY p.kind
               ) k), '{}') AS by_kind,
           (SELECT count(DISTINCT household_id) FROM post_assignment WHERE state = 'assigned') AS households_employed
    """,
    Totals,
)


async def list_posts_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, Post]:
    """Those in or for the caller's area."""
    return await by_id(connection, _POSTS, ids)


async def lock_posts(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, Post]:
    """Those in or for the caller's area, locked in id order: one proposal at a time for each."""
    return await by_id(connection, _LOCK_POSTS, ids)


async def insert_posts(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_POSTS, rows)


async def list_posts(connection: Connection, at: Place, **filters: Any) -> list[Post]:
    """Those in or for the caller's area, by rising id, filtered by kind."""
    return await fetch_page(connection, _POST_PAGE, at, **filters)


async def list_employed(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the households that hold a post or are proposed for one."""
    return {a.household_id for a in await fetch(connection, _EMPLOYED, ids=list(household_ids))}


async def list_held(connection: Connection, post_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the posts that somebody holds or is proposed for, in whatever village."""
    return {r["id"] for r in await fetch(connection, _HELD, ids=list(post_ids))}


async def list_assignments_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, PostAssignment]:
    return await by_id(connection, _BY_ID, ids)


async def insert_assignments(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT, rows)


async def lock_assignments(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, PostAssignment]:
    """Those the caller may see, locked in id order."""
    return await by_id(connection, _LOCK, ids)


async def lock_open_of(connection: Connection, household_ids: Sequence[UUID]) -> list[PostAssignment]:
    """What the households hold or are proposed for, locked in id order."""
    return await fetch(connection, _LOCK_OPEN, ids=list(household_ids))


async def lock_of_household(connection: Connection, household_id: UUID) -> list[PostAssignment]:
    """All that a household holds, held or was proposed for, the last first."""
    return await fetch(connection, _LOCK_OF_HOUSEHOLD, household_id=household_id)


async def restore(connection: Connection, on: date, case: PostAssignment, now: Standing, due_on: date | None) -> None:
    """Put a case back; what is over keeps why."""
    reason = case.ended_reason if now.state in OVER else None
    changed = {"state": now.state, "held_on": now.held_on, "ended_on": now.ended_on, "ended_reason": reason}
    await execute_many(connection, _RESTORE, [{"id": case.id, "since_on": on, "due_on": due_on} | changed])


async def drop_departed(connection: Connection, person: str) -> None:
    """He has not left."""
    await execute(connection, _DROP_DEPARTED, rows=None, person=person)


async def insert_departed(connection: Connection, rows: Sequence[Departed]) -> None:
    """Each person once."""
    await execute_many(connection, _INSERT_DEPARTED, [row._asdict() for row in rows])


async def list_departed(
    connection: Connection, asked: Iterable[tuple[str | None, UUID]]
) -> set[tuple[str | None, UUID]]:
    """Those of the persons who died or left, and do not live in the household that they are asked about with."""
    named = sorted({(person, one) for person, one in asked if person is not None})
    persons, ids = [person for person, _ in named], [one for _, one in named]
    return {(r["person"], r["household_id"]) for r in await fetch(connection, _DEPARTED, persons=persons, ids=ids)}


async def list_attendances_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, PostAttendance]:
    return await by_id(connection, _ATTENDANCES, ids)


async def list_months(connection: Connection, assignment_ids: Sequence[UUID]) -> set[tuple[UUID, date]]:
    """(assignment, month) of what is recorded."""
    return {(t.assignment_id, t.month_on) for t in await fetch(connection, _OF_ASSIGNMENTS, ids=list(assignment_ids))}


async def insert_attendances(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_ATTENDANCES, rows)


async def restate_attendances(connection: Connection, days: Mapping[UUID, int]) -> None:
    """`days`: what stands from now on, by attendance."""
    await execute_many(connection, _RESTATE_ATTENDANCES, [{"id": i, "corrected_days": n} for i, n in days.items()])


async def list_attended_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, Attended]:
    """By attendance, those of posts that the caller may see."""
    return {a.attendance_id: a for a in await fetch(connection, _ATTENDED_BY_ID, ids=list(ids))}


async def list_attended(connection: Connection, month_on: date) -> list[Attended]:
    """Who worked in a month, for how many days and what pay."""
    return await fetch(connection, _ATTENDED, month_on=month_on)


async def list_assignments(connection: Connection, at: Place, **filters: Any) -> list[AssignmentShown]:
    """By rising id, filtered by household or state."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def get_totals(connection: Connection, area: str) -> Totals:
    return await fetch_row(connection, _TOTALS, area=area)
