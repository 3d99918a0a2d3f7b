"""All SQL about follow-ups."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.followups.rules import Standing, State
from services.registry.followups.tables import FollowUp, follow_up
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import Connection, by_id, execute_many, fetch, insert_many, list_by, sql, update_many


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


class Planned(NamedTuple):
    """A month of a household's last exit in which somebody goes. `stands`: somebody has gone, or still does."""

    household_id: UUID
    exit_id: UUID
    months: int
    proposed_by: str
    stands: bool


class PlaceCount(NamedTuple):
    """A place's follow-ups of a month, by what became of them: `near`, `under` and `troubled` are of those done."""

    division: str
    open: int
    done: int
    ended: int
    near: int
    under: int
    troubled: int


SHOWN = ", ".join("v.visited_on" if name == "visited_on" else f"p.{name}" for name in Listed._fields)
# The visits are looked up for all follow-ups of a page at once, as what is told of a page of households is.
TOLD = f"""
    WITH p AS MATERIALIZED ({{page}}),
    h AS MATERIALIZED (
        SELECT household_id, visited_on FROM home_visit WHERE household_id = ANY (ARRAY(SELECT p.household_id FROM p))),
    v AS (SELECT p.id, max(h.visited_on) AS visited_on FROM p JOIN h ON h.household_id = p.household_id
            AND h.visited_on >= p.opens_on GROUP BY p.id)
    SELECT {SHOWN} FROM p LEFT JOIN v ON v.id = p.id ORDER BY p.id
    """
OF_HOUSEHOLD = TOLD.format(page="SELECT * FROM follow_up WHERE household_id = :household_id")

_BY_ID = list_by(follow_up)
_INSERT = insert_many(follow_up, FollowUp._fields)
_MOVE = update_many(follow_up, "exited_on", "opens_on", "month_on", "due_on")
_LOCK_OPEN_OF = sql(
    f"SELECT {follow_up.columns} FROM follow_up WHERE exit_id = ANY(:ids) AND state = 'open' ORDER BY id FOR UPDATE",
    FollowUp,
)
_PLANNED = sql(
    """
    SELECT f.household_id, f.exit_id, f.months, min(f.proposed_by) AS proposed_by, bool_or(f.state <> 'ended') AS stands
    FROM follow_up f WHERE f.household_id = ANY(:ids) AND f.exit_id = (SELECT l.exit_id FROM follow_up l
        WHERE l.household_id = f.household_id ORDER BY l.id DESC LIMIT 1)
    GROUP BY f.household_id, f.exit_id, f.months ORDER BY f.household_id, f.months
    """,
    Planned,
)
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
    f"SELECT {follow_up.columns} FROM follow_up",
    "state",
    "household_id",
    "division",
    "month_on",
    told=TOLD,
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


async def lock_open_of(connection: Connection, exit_ids: Sequence[UUID]) -> list[FollowUp]:
    """Those of the exits that wait, locked in id order."""
    return await fetch(connection, _LOCK_OPEN_OF, ids=list(exit_ids))


async def list_planned(connection: Connection, household_ids: Sequence[UUID]) -> list[Planned]:
    """The months in which somebody went or was to go to households after their last exit."""
    return await fetch(connection, _PLANNED, ids=list(household_ids))


async def move_duties(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """`rows`: id, the day of the exit, and the days of the follow-up."""
    await execute_many(connection, _MOVE, rows)


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
