"""All SQL about applications."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer
from sqlalchemy.dialects.postgresql import ARRAY

from services.relocation.applications.rules import ENDED, REMOVED, WITHOUT_FLAT
from services.relocation.applications.tables import Application, Total, Waiting, relocation_application
from shared.acts.batches import FREE, insert_free
from shared.acts.projection import BY_NUMBER
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import (
    Connection,
    by_id,
    execute_many,
    fetch,
    fetch_or_not_found,
    get_by,
    insert_many,
    list_by,
    lock_by,
    sql,
    update_many,
)

_GET = get_by(relocation_application)
_OF_IDS = list_by(relocation_application)
_LOCK = lock_by(relocation_application)
_PAGE = page(relocation_application, "cohort", "state", "household_id", "division")
_INSERT = insert_many(relocation_application, Application._fields, FREE)
_WITH_APPLICATION = sql("SELECT households_with_application(:ids) AS id")
_LOCK_OPEN = sql(
    f"""
    SELECT {relocation_application.columns} FROM relocation_application
    WHERE household_id = ANY(:ids) AND state NOT IN {("moved_in", *ENDED)} ORDER BY id FOR UPDATE
    """,
    Application,
)
_LOCK_REMOVED = sql(
    f"""
    SELECT {relocation_application.columns} FROM relocation_application
    WHERE household_id = :household_id AND state IN {REMOVED} ORDER BY id FOR UPDATE
    """,
    Application,
)
# What a removal ended, if nothing was applied for since; its agreement stands.
_REOPEN = sql(
    f"""
    UPDATE relocation_application a SET ended_on = NULL, ended_code = NULL, since_on = :on, version = version + 1,
        due_on = CASE WHEN agreed_on IS NULL THEN greatest(notice_ends_on, :on) + 7 END,
        state = CASE WHEN agreed_on IS NOT NULL THEN 'agreed' WHEN notice_posted_on IS NOT NULL THEN 'noticed'
                     WHEN verified_by IS NOT NULL THEN 'verified' ELSE 'applied' END
    WHERE id = (SELECT id FROM relocation_application WHERE household_id = :household_id
                AND state IN {REMOVED} ORDER BY ended_on DESC, id DESC LIMIT 1)
        AND NOT EXISTS (SELECT FROM relocation_application x WHERE x.household_id = :household_id
                        AND x.state NOT IN {ENDED})
    RETURNING {relocation_application.columns}
    """,
    Application,
    on=Date,
)
_AGREED = sql(
    f"""
    SELECT a.id, a.household_id, a.division, h.members, h.needs_accessible, {BY_NUMBER} AS number
    FROM relocation_application a JOIN household h ON h.id = a.household_id
    WHERE a.cohort = :cohort AND a.state = 'agreed' AND h.status <> 'removed' ORDER BY number
    """,
    Waiting,
)
_ELSEWHERE = sql("""
    SELECT a.id FROM relocation_application a JOIN household h ON h.id = a.household_id
    WHERE h.id = ANY(:ids) AND a.division <> h.division ORDER BY a.id FOR UPDATE OF a
    """)
# Of the facts that are no later than the day on which it was counted, the last.
_RECOUNTED = sql(
    f"""
    SELECT DISTINCT ON (a.id) a.id, u.members FROM relocation_application a
    JOIN unnest(:ids, :members, :days) WITH ORDINALITY AS u (household_id, members, day, place)
        ON u.household_id = a.household_id AND u.day <= coalesce(a.agreed_on, a.applied_on)
    WHERE a.household_id = ANY(:ids) AND a.state IN {(*WITHOUT_FLAT, *REMOVED)} ORDER BY a.id, u.place DESC
    """,
    members=ARRAY(Integer),
    days=ARRAY(Date),
)
_COUNT = update_many(relocation_application, "members")
_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('relocation/allocation', 0))")
_TOTALS = sql(
    """
    SELECT cohort, jsonb_object_agg(state, households) AS households_by_state,
           coalesce(sum(people) FILTER (WHERE state IN ('agreed', 'allocated', 'key_handed', 'moved_in')), 0)::bigint
           AS people_agreed,
           coalesce(sum(people) FILTER (WHERE state IN ('allocated', 'key_handed', 'moved_in')), 0)::bigint
           AS people_allocated,
           coalesce(sum(people) FILTER (WHERE state = 'moved_in'), 0)::bigint AS people_moved_in,
           coalesce(sum(households) FILTER (WHERE state = 'moved_in'), 0)::bigint AS households_moved_in
    FROM (SELECT cohort, state, count(*) AS households, sum(members) AS people FROM relocation_application
          GROUP BY cohort, state) s
    GROUP BY cohort ORDER BY cohort
    """,
    Total,
)


async def take_turn(connection: Connection) -> None:
    """Wait until nobody else changes who gets which flat; held until the end of the transaction.

    Whoever takes it does so before he locks applications, so that a draw and a removal cannot deadlock.
    """
    await fetch(connection, _TAKE_TURN)


async def list_with_application(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Which of the households have an application that may lead, or has led, to a home; county-wide."""
    return {r["id"] for r in await fetch(connection, _WITH_APPLICATION, ids=list(household_ids))}


async def list_by_ids(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Application]:
    return await by_id(connection, _OF_IDS, ids)


async def lock_applications(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Application]:
    """Those the caller may see, locked in id order."""
    return await by_id(connection, _LOCK, ids)


async def lock_open_of(connection: Connection, household_ids: Sequence[UUID]) -> list[Application]:
    """The households' applications that have neither ended nor led to a home yet, locked in id order."""
    return await fetch(connection, _LOCK_OPEN, ids=list(household_ids))


async def lock_removed_of(connection: Connection, household_id: UUID) -> list[Application]:
    """The household's applications that a removal ended, locked in id order."""
    return await fetch(connection, _LOCK_REMOVED, household_id=household_id)


async def reopen(connection: Connection, household_id: UUID, on: date) -> list[Application]:
    """The household's last application, if a removal ended it, where it stood before there was a flat for it."""
    return await fetch(connection, _REOPEN, household_id=household_id, on=on)


async def list_agreed(connection: Connection, cohort: int) -> list[Waiting]:
    return await fetch(connection, _AGREED, cohort=cohort)


async def insert_applications(connection: Connection, rows: Sequence[Application]) -> set[UUID]:
    """Returns the ids that were free; the others are somebody else's."""
    return await insert_free(connection, _INSERT, [row._asdict() for row in rows])


async def lock_elsewhere(connection: Connection, household_ids: Sequence[UUID]) -> None:
    """The applications that were made where their household lives no more."""
    await fetch(connection, _ELSEWHERE, ids=list(household_ids))


async def list_recounted(connection: Connection, counted: Sequence[tuple[UUID, int, date]]) -> dict[UUID, int]:
    """`counted`: household, members and day of each fact, in order. By application what they make of its members."""
    ids, members, days = ([one[n] for one in counted] for n in range(3))
    return {r["id"]: r["members"] for r in await fetch(connection, _RECOUNTED, ids=ids, members=members, days=days)}


async def count_members(connection: Connection, members: Mapping[UUID, int]) -> None:
    """By application, which is locked."""
    await execute_many(connection, _COUNT, [{"id": one, "members": n} for one, n in members.items()])


async def get_application(connection: Connection, application_id: UUID) -> Application:
    """Raises Problem `shared.not_found`, also where it lies outside the caller's area."""
    return await fetch_or_not_found(connection, _GET, id=application_id)


async def list_applications(connection: Connection, at: Place, **filters: Any) -> list[Application]:
    """By rising id, filtered by cohort, state, household or division."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_totals(connection: Connection) -> list[Total]:
    """By cohort, within the caller's area."""
    return await fetch(connection, _TOTALS)
