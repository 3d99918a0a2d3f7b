"""All SQL about follow-ups."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.followups.rules import Standing, State
from services.registry.followups.tables import FollowUp, follow_up
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import Connection, by_id, execute_many, fetch, insert_many, list_by, sql


class Listed(NamedTuple):
    """A follow-up as it is shown. `visited_on`: the last visit of its helper since it could be made."""

    id: UUID
    household_id: UUID
    division: str
    exit_id: UUID
    months: int
    exited_on: date
    opens_on: date
    state: State
    income: Standing | None
    troubles: str | None
    measures: str | None
    evidence: str | None
    looked_on: date | None
    visited_on: date | None
    since_on: date
    due_on: date | None


class PlaceCount(NamedTuple):
    """A place's follow-ups of a month, by what became of them: `near`, `under` and `troubled` are of those done."""

    division: str
    open: int
    done: int
    ended: int
    near: int
    under: int
    troubled: int


SHOWN = ", ".join("v.visited_on" if name == "visited_on" else f"f.{name}" for name in Listed._fields)
VISITED = """CROSS JOIN LATERAL (SELECT max(v.visited_on) AS visited_on FROM home_visit v
        WHERE v.household_id = f.household_id AND v.visited_on >= f.opens_on) v"""
OF_HOUSEHOLD = f"SELECT {SHOWN} FROM follow_up f {VISITED} WHERE f.household_id = :household_id ORDER BY f.id"

_BY_ID = list_by(follow_up)
_INSERT = insert_many(follow_up, FollowUp._fields)
_LOCK_OPEN = sql(
    f"""
    SELECT {follow_up.columns} FROM follow_up WHERE household_id = ANY(:ids) AND state = 'open' ORDER BY id FOR UPDATE
    """,
    FollowUp,
)
_GOING_ON = sql(
    """
    SELECT household_id, string_agg(DISTINCT kind, ' ' ORDER BY kind) AS kinds FROM measure
    WHERE household_id = ANY(:ids) AND started_on <= :on AND coalesce(ended_on > :on, true) GROUP BY household_id
    """
)
_PAGE = page_of(
    Listed,
    f"SELECT {SHOWN} FROM follow_up f {VISITED}",
    "f.state",
    "f.household_id",
    "f.division",
    "f.month_on",
    key="f.id",
)
_COUNTED = sql(
    """
    SELECT division, (count(*) FILTER (WHERE state = 'open'))::int AS open,
           (count(*) FILTER (WHERE state = 'done'))::int AS done,
           (count(*) FILTER (WHERE state = 'ended'))::int AS ended,
           (count(*) FILTER (WHERE income = 'near'))::int AS near,
           (count(*) FILTER (WHERE income = 'under'))::int AS under,
           (count(*) FILTER (WHERE troubles <> ''))::int AS troubled
    FROM follow_up WHERE month_on = :month_on AND division >= :area AND division <= :area || '~'
    GROUP BY division ORDER BY division
    """,
    PlaceCount,
)


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, FollowUp]:
    return await by_id(connection, _BY_ID, ids)


async def insert_duties(connection: Connection, cases: Sequence[FollowUp]) -> None:
    await execute_many(connection, _INSERT, [case._asdict() for case in cases])


async def lock_open(connection: Connection, household_ids: Sequence[UUID]) -> list[FollowUp]:
    """Those of the households that wait, locked in id order."""
    return await fetch(connection, _LOCK_OPEN, ids=list(household_ids))


async def list_going_on(connection: Connection, household_ids: Sequence[UUID], on: date) -> dict[UUID, str]:
    """By household, which kinds of help go on; those that have none are not there."""
    rows = await fetch(connection, _GOING_ON, ids=list(household_ids), on=on)
    return {row["household_id"]: row["kinds"] for row in rows}


async def list_follow_ups(connection: Connection, at: Place, **filters: Any) -> list[Listed]:
    """By rising id, filtered by state, household, division or the month in which they fall due."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def count_places(connection: Connection, area: str, month_on: date) -> list[PlaceCount]:
    """By village, what became of those that fall due in a month."""
    return await fetch(connection, _COUNTED, area=area, month_on=month_on)
