"""All SQL about applications."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, Text, Uuid, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.relocation.applications.tables import application_step, relocation_application
from shared.data.sql import Connection, Row, execute, fetch, fetch_one, insert_many, parameter, sql, statement
from shared.ground.problems import Problem

NEW = (
    "id", "household_id", "division", "cohort", "state", "members", "missing", "decision_id", "applied_on",
    "applied_by", "ended_on", "ended_code",
)  # fmt: skip

_LOCK_HOUSEHOLDS = sql(
    "SELECT id, division, status, members, relocated FROM household WHERE id = ANY(:ids) ORDER BY id FOR UPDATE",
    ids=ARRAY(Uuid),
)
_HOUSEHOLDS = sql(
    "SELECT id, division, status, members, relocated, needs_accessible FROM household WHERE id = ANY(:ids)",
    ids=ARRAY(Uuid),
)
_WITH_APPLICATION = sql("SELECT households_with_application(:ids) AS id", ids=ARRAY(Uuid))
_OF_IDS = sql("SELECT * FROM relocation_application WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_LOCK = sql("SELECT * FROM relocation_application WHERE id = ANY(:ids) ORDER BY id FOR UPDATE", ids=ARRAY(Uuid))
_LOCK_OPEN = sql(
    "SELECT * FROM relocation_application WHERE household_id = ANY(:ids)"
    " AND state NOT IN ('moved_in', 'refused', 'withdrawn', 'struck', 'deceased') ORDER BY id FOR UPDATE",
    ids=ARRAY(Uuid),
)
_AGREED = sql(
    "SELECT a.*, h.members AS members_now, h.needs_accessible FROM relocation_application a"
    " JOIN household h ON h.id = a.household_id WHERE a.cohort = :cohort AND a.state = 'agreed' ORDER BY a.id",
    cohort=Integer,
)
# An id that is taken outside the caller's area is not his to see; that nothing comes back says it is taken.
_INSERT = insert_many(relocation_application, NEW, "ORDER BY 1 ON CONFLICT (id) DO NOTHING RETURNING id")
_INSERT_STEPS = sql(
    "INSERT INTO application_step (application_id, division, step, outcome, acted_on, acted_by, role, detail)"
    " SELECT a, d, :step, o, :acted_on, :acted_by, :role, t"
    " FROM unnest(:applications, :divisions, :outcomes, :details) AS s (a, d, o, t)",
    applications=ARRAY(Uuid), divisions=ARRAY(Text), outcomes=ARRAY(Text), details=ARRAY(JSONB), step=Text,
    acted_on=Date, acted_by=Text, role=Text,
)  # fmt: skip
# One statement for every step: a column that a step does not set keeps what it has.
_UPDATE = sql(
    "UPDATE relocation_application a SET state = u.state, version = version + 1,"
    " ended_code = coalesce(u.ended_code, a.ended_code), decision_id = coalesce(u.decision_id, a.decision_id),"
    " members = coalesce(u.members, a.members), moved_in_on = coalesce(u.moved_in_on, a.moved_in_on),"
    " verified_by = CASE WHEN :step = 'verified' THEN :subject ELSE verified_by END,"
    " notice_posted_on = CASE WHEN u.state = 'noticed' THEN :acted_on ELSE notice_posted_on END,"
    " notice_ends_on = CASE WHEN u.state = 'noticed' THEN :ends_on ELSE notice_ends_on END,"
    " agreed_on = CASE WHEN :step = 'agreed' AND u.state = 'agreed' THEN :acted_on ELSE agreed_on END,"
    " ended_on = CASE WHEN u.state IN ('refused', 'withdrawn', 'struck', 'deceased') THEN :acted_on END"
    " FROM unnest(:ids, :states, :codes, :decisions, :members, :moved_in_on)"
    " AS u (id, state, ended_code, decision_id, members, moved_in_on) WHERE a.id = u.id",
    ids=ARRAY(Uuid), states=ARRAY(Text), codes=ARRAY(Text), decisions=ARRAY(Uuid), members=ARRAY(Integer),
    moved_in_on=ARRAY(Date), step=Text, subject=Text, acted_on=Date, ends_on=Date,
)  # fmt: skip
_ELSEWHERE = sql(
    "SELECT a.id FROM relocation_application a JOIN household h ON h.id = a.household_id"
    " WHERE h.id = ANY(:ids) AND a.division <> h.division ORDER BY a.id FOR UPDATE OF a",
    ids=ARRAY(Uuid),
)
_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('relocation/allocation', 0))")
_GET = statement(
    select(relocation_application).where(
        relocation_application.c.id == parameter("id", relocation_application.c.id)
    )
)  # fmt: skip
_PAGE = sql(
    "SELECT * FROM relocation_application WHERE id > :after AND (:cohort IS NULL OR cohort = :cohort)"
    " AND (:state IS NULL OR state = :state) AND (:household_id IS NULL OR household_id = :household_id)"
    " AND (:division IS NULL OR division >= :division AND division <= :division || '~') ORDER BY id LIMIT :limit",
    after=Uuid, cohort=Integer, state=Text, household_id=Uuid, division=Text, limit=Integer,
)  # fmt: skip
_STEPS = statement(
    select(application_step)
    .where(application_step.c.application_id == parameter("application_id", application_step.c.application_id))
    .order_by(application_step.c.id)
)
_TOTALS = sql(
    "SELECT cohort, jsonb_object_agg(state, n) AS households_by_state,"
    " coalesce(sum(people) FILTER (WHERE state IN ('agreed', 'allocated', 'key_handed', 'moved_in')), 0)::bigint"
    " AS people_agreed,"
    " coalesce(sum(people) FILTER (WHERE state IN ('allocated', 'key_handed', 'moved_in')), 0)::bigint"
    " AS people_allocated,"
    " coalesce(sum(people) FILTER (WHERE state = 'moved_in'), 0)::bigint AS people_moved_in,"
    " coalesce(sum(n) FILTER (WHERE state = 'moved_in'), 0)::bigint AS households_moved_in"
    " FROM (SELECT cohort, state, count(*) AS n, sum(members) AS people FROM relocation_application"
    " GROUP BY cohort, state) s GROUP BY cohort ORDER BY cohort"
)


async def take_turn(connection: Connection) -> None:
    """Wait until nobody else changes who gets which flat; held until the end of the transaction.

    Whoever takes it does so before he locks applications, so that a draw and a removal cannot deadlock.
    """
    await fetch(connection, _TAKE_TURN)


async def lock_households(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those known here and within the caller's area, locked in id order: one application at a time for each."""
    return {r["id"]: r for r in await fetch(connection, _LOCK_HOUSEHOLDS, ids=list(ids))}


async def list_households(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """As the registry last said."""
    return {r["id"]: r for r in await fetch(connection, _HOUSEHOLDS, ids=list(ids))}


async def list_with_application(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Which of the households have an application that may lead, or has led, to a home; county-wide."""
    return {r["id"] for r in await fetch(connection, _WITH_APPLICATION, ids=list(household_ids))}


async def list_by_ids(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, _OF_IDS, ids=list(ids))}


async def lock_applications(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those the caller may see, locked in id order."""
    return {r["id"]: r for r in await fetch(connection, _LOCK, ids=list(ids))}


async def lock_open_of(connection: Connection, household_ids: Sequence[UUID]) -> list[Row]:
    """The households' applications that have neither ended nor led to a home yet, locked in id order."""
    return await fetch(connection, _LOCK_OPEN, ids=list(household_ids))


async def list_agreed(connection: Connection, cohort: int) -> list[Row]:
    """Who of a cohort has agreed and has no flat, with `members_now` and `needs_accessible` of today."""
    return await fetch(connection, _AGREED, cohort=cohort)


async def insert_applications(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """`rows`: all of NEW. Returns the ids that were free; the others are somebody else's."""
    columns = {name: [row[name] for row in rows] for name in NEW}
    return {r["id"] for r in await fetch(connection, _INSERT, **columns)} if rows else set()


async def insert_steps(
    connection: Connection, steps: Sequence[Mapping[str, Any]], step: str, acted_on: date, acted_by: str, role: str
) -> None:
    """`steps`: id (of the application), division, outcome, detail."""
    await execute(
        connection, _INSERT_STEPS, rows=len(steps), step=step, acted_on=acted_on, acted_by=acted_by, role=role,
        applications=[s["id"] for s in steps], divisions=[s["division"] for s in steps],
        outcomes=[s["outcome"] for s in steps], details=[s["detail"] for s in steps],
    )  # fmt: skip


async def update_applications(
    connection: Connection, changes: Sequence[Mapping[str, Any]], step: str, subject: str, acted_on: date,
    ends_on: date | None,
) -> None:  # fmt: skip
    """`changes`: id, state; ended_code, decision_id, members, moved_in_on, where None keeps what stands there."""
    await execute(
        connection, _UPDATE, rows=len(changes), step=step, subject=subject, acted_on=acted_on, ends_on=ends_on,
        ids=[c["id"] for c in changes], states=[c["state"] for c in changes],
        codes=[c["ended_code"] for c in changes], decisions=[c["decision_id"] for c in changes],
        members=[c["members"] for c in changes], moved_in_on=[c["moved_in_on"] for c in changes],
    )  # fmt: skip


async def lock_elsewhere(connection: Connection, household_ids: Sequence[UUID]) -> None:
    """The applications that were made where their household lives no more."""
    await fetch(connection, _ELSEWHERE, ids=list(household_ids))


async def get_application(connection: Connection, application_id: UUID) -> Row:
    """Raises Problem `shared.not_found`, also where it lies outside the caller's area."""
    row = await fetch_one(connection, _GET, id=application_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def list_applications(
    connection: Connection, after: UUID, limit: int, cohort: int | None, state: str | None,
    household_id: UUID | None, division: str | None,
) -> list[Row]:  # fmt: skip
    """By rising id; a filter that is None lets everything pass."""
    return await fetch(
        connection, _PAGE, after=after, limit=limit, cohort=cohort, state=state, household_id=household_id,
        division=division,
    )  # fmt: skip


async def list_steps(connection: Connection, application_id: UUID) -> list[Row]:
    return await fetch(connection, _STEPS, application_id=application_id)


async def list_totals(connection: Connection) -> list[Row]:
    """By cohort, within the caller's area."""
    return await fetch(connection, _TOTALS)
