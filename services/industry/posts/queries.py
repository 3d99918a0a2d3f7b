"""All SQL about posts, assignments and attendance."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.industry.posts.tables import post, post_assignment, post_attendance
from shared.acts.batches import FREE, insert_free
from shared.data.sql import Connection, Row, Statement, execute, fetch, fetch_one, insert_many, sql

# Of an assignment that has not come to an end.
OPEN = "('proposed', 'checked', 'assigned')"
_ASSIGNMENT = (
    "id", "post_id", "household_id", "division", "starts_on", "state", "proposed_on", "proposed_by", "decision_id",
)  # fmt: skip

_POSTS = sql("SELECT * FROM post WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_LOCK_POSTS = sql("SELECT * FROM post WHERE id = ANY(:ids) ORDER BY id FOR UPDATE", ids=ARRAY(Uuid))
_INSERT_POSTS = insert_many(post, post.c.keys(), FREE)
_POST_PAGE = sql(
    "WITH page AS (SELECT * FROM post WHERE id > :after AND (:kind IS NULL OR kind = :kind) ORDER BY id LIMIT :limit)"
    " SELECT p.*, p.id IN (SELECT posts_held(ARRAY(SELECT id FROM page))) AS held FROM page p ORDER BY p.id",
    after=Uuid, kind=Text, limit=Integer,
)  # fmt: skip
_LOCK_HOUSEHOLDS = sql(
    "SELECT id, division, status, has_labour, relocated FROM household WHERE id = ANY(:ids) ORDER BY id FOR UPDATE",
    ids=ARRAY(Uuid),
)
_HOUSEHOLDS = sql(
    "SELECT id, division, status, has_labour, relocated FROM household WHERE id = ANY(:ids)", ids=ARRAY(Uuid)
)
_EMPLOYED = sql(
    f"SELECT household_id FROM post_assignment WHERE household_id = ANY(:ids) AND state IN {OPEN}",  # noqa: S608 - ours
    ids=ARRAY(Uuid),
)
_HELD = sql("SELECT posts_held(:ids) AS id", ids=ARRAY(Uuid))
_BY_ID = sql("SELECT * FROM post_assignment WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_INSERT = insert_many(post_assignment, _ASSIGNMENT, FREE)
_LOCK = sql(
    "SELECT a.*, p.kind, p.monthly_fen, p.reserved_for_relocated FROM post_assignment a JOIN post p ON p.id = a.post_id"
    " WHERE a.id = ANY(:ids) ORDER BY a.id FOR UPDATE OF a",
    ids=ARRAY(Uuid),
)
_LOCK_OPEN = sql(
    "SELECT * FROM post_assignment WHERE household_id = ANY(:ids)"  # noqa: S608 - ours
    f" AND state IN {OPEN} ORDER BY id FOR UPDATE",
    ids=ARRAY(Uuid),
)
_SET_CHECKED = sql(
    "UPDATE post_assignment a SET state = s, ended_reason = r, checked_on = :on, checked_by = :by,"
    " version = a.version + 1 FROM unnest(:ids, :states, :reasons) AS n (i, s, r)"
    " WHERE a.id = i AND a.state = 'proposed'",
    ids=ARRAY(Uuid), states=ARRAY(Text), reasons=ARRAY(Text), on=Date, by=Text,
)  # fmt: skip
_SET_APPROVED = sql(
    "UPDATE post_assignment a SET state = s, ended_reason = r, decision_id = coalesce(d, a.decision_id),"
    " approved_on = :on, approved_by = :by, version = a.version + 1"
    " FROM unnest(:ids, :states, :reasons, :decisions) AS n (i, s, r, d) WHERE a.id = i AND a.state = 'checked'",
    ids=ARRAY(Uuid), states=ARRAY(Text), reasons=ARRAY(Text), decisions=ARRAY(Uuid), on=Date, by=Text,
)  # fmt: skip
_END = sql(
    "UPDATE post_assignment a SET state = CASE a.state WHEN 'assigned' THEN 'ended' ELSE 'refused' END,"  # noqa: S608 - ours
    " ended_reason = r, ended_on = CASE a.state WHEN 'assigned' THEN o END, version = a.version + 1"
    f" FROM unnest(:ids, :reasons, :days) AS n (i, r, o) WHERE a.id = i AND a.state IN {OPEN}",
    ids=ARRAY(Uuid), reasons=ARRAY(Text), days=ARRAY(Date),
)  # fmt: skip
_ATTENDANCES = sql("SELECT * FROM post_attendance WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_MONTHS = sql("SELECT assignment_id, month_on FROM post_attendance WHERE assignment_id = ANY(:ids)", ids=ARRAY(Uuid))
_INSERT_ATTENDANCES = insert_many(post_attendance, post_attendance.c.keys(), FREE)
# Who has left is still owed the days until he did.
_ATTENDED = sql(
    "SELECT a.id, a.household_id, a.division, p.kind, p.monthly_fen, t.days FROM post_attendance t"
    " JOIN post_assignment a ON a.id = t.assignment_id JOIN post p ON p.id = a.post_id"
    " WHERE t.month_on = :month_on AND a.state IN ('assigned', 'ended') ORDER BY a.id",
    month_on=Date,
)
_PAGE = sql(
    "SELECT a.*, p.kind, p.monthly_fen FROM post_assignment a JOIN post p ON p.id = a.post_id WHERE a.id > :after"
    " AND (:household_id IS NULL OR a.household_id = :household_id) AND (:state IS NULL OR a.state = :state)"
    " ORDER BY a.id LIMIT :limit",
    after=Uuid, household_id=Uuid, state=Text, limit=Integer,
)  # fmt: skip
# A township's post is shown to its villages, but counted by the township only.
_TOTALS = sql(
    "SELECT coalesce((SELECT jsonb_object_agg(kind, jsonb_build_object('posts', posts, 'filled', filled))"
    "   FROM (SELECT p.kind, count(DISTINCT p.id) AS posts, count(a.id) AS filled FROM post p"
    "     LEFT JOIN post_assignment a ON a.post_id = p.id AND a.state = 'assigned'"
    "     WHERE p.division >= :area GROUP BY p.kind) k), '{}') AS by_kind,"
    " (SELECT count(DISTINCT household_id) FROM post_assignment WHERE state = 'assigned') AS households_employed",
    area=Text,
)


async def _by_id(connection: Connection, query: Statement[Any], ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, query, ids=list(ids))}


async def list_posts_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return await _by_id(connection, _POSTS, ids)


async def lock_posts(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those in or for the caller's area, locked in id order: one proposal at a time for each."""
    return await _by_id(connection, _LOCK_POSTS, ids)


async def insert_posts(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_POSTS, rows)


async def list_posts(connection: Connection, after: UUID, limit: int, kind: str | None) -> list[Row]:
    """With whether somebody holds them, in whatever village."""
    return await fetch(connection, _POST_PAGE, after=after, limit=limit, kind=kind)


async def lock_households(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those known here and within the caller's area, locked in id order: one proposal at a time for each."""
    return await _by_id(connection, _LOCK_HOUSEHOLDS, ids)


async def list_households(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return await _by_id(connection, _HOUSEHOLDS, ids)


async def list_employed(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the households that hold a post or are proposed for one."""
    return {r["household_id"] for r in await fetch(connection, _EMPLOYED, ids=list(household_ids))}


async def list_held(connection: Connection, post_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the posts that somebody holds or is proposed for, in whatever village."""
    return {r["id"] for r in await fetch(connection, _HELD, ids=list(post_ids))}


async def list_assignments_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return await _by_id(connection, _BY_ID, ids)


async def insert_assignments(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT, rows)


async def lock_assignments(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """With what is said of their posts, locked in id order."""
    return await _by_id(connection, _LOCK, ids)


async def lock_open_of(connection: Connection, household_ids: Sequence[UUID]) -> list[Row]:
    """What the households hold or are proposed for, locked in id order."""
    return await fetch(connection, _LOCK_OPEN, ids=list(household_ids))


async def set_checked(connection: Connection, rows: Sequence[dict[str, Any]], on: date, by: str) -> None:
    """`rows`: id, state, ended_reason."""
    await execute(
        connection, _SET_CHECKED, rows=len(rows), on=on, by=by, ids=[r["id"] for r in rows],
        states=[r["state"] for r in rows], reasons=[r["ended_reason"] for r in rows],
    )  # fmt: skip


async def set_approved(connection: Connection, rows: Sequence[dict[str, Any]], on: date, by: str) -> None:
    """`rows`: id, state, ended_reason, decision_id (None: the one that stands)."""
    await execute(
        connection, _SET_APPROVED, rows=len(rows), on=on, by=by, ids=[r["id"] for r in rows],
        states=[r["state"] for r in rows], reasons=[r["ended_reason"] for r in rows],
        decisions=[r["decision_id"] for r in rows],
    )  # fmt: skip


async def end_assignments(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """`rows`: id, ended_reason, ended_on. Who was only proposed is refused."""
    await execute(
        connection, _END, rows=len(rows), ids=[r["id"] for r in rows], reasons=[r["ended_reason"] for r in rows],
        days=[r["ended_on"] for r in rows],
    )  # fmt: skip


async def list_attendances_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return await _by_id(connection, _ATTENDANCES, ids)


async def list_months(connection: Connection, assignment_ids: Sequence[UUID]) -> set[tuple[UUID, date]]:
    """(assignment, month) of what is recorded."""
    return {(r["assignment_id"], r["month_on"]) for r in await fetch(connection, _MONTHS, ids=list(assignment_ids))}


async def insert_attendances(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_ATTENDANCES, rows)


async def list_attended(connection: Connection, month_on: date) -> list[Row]:
    """Who worked in a month, for how many days and what pay."""
    return await fetch(connection, _ATTENDED, month_on=month_on)


async def list_assignments(
    connection: Connection, after: UUID, limit: int, household_id: UUID | None, state: str | None
) -> list[Row]:
    """By rising id; a filter that is None lets everything pass."""
    return await fetch(connection, _PAGE, after=after, limit=limit, household_id=household_id, state=state)


async def get_totals(connection: Connection, area: str) -> Row:
    row = await fetch_one(connection, _TOTALS, area=area)
    assert row is not None
    return row
