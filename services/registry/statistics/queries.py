"""All SQL about statistics: one statement for each pair of what is counted by, and the months that are fixed."""

from collections.abc import Sequence
from datetime import date
from functools import cache

from sqlalchemy import Boolean, Date, Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.statistics.rules import OF_PEOPLE, Dimension
from services.registry.statistics.tables import Cell, StatisticCell, StatisticMonth, statistic_cell, statistic_month
from shared.data.pages import Place, fetch_page, page
from shared.data.revisions import AsOf
from shared.data.revisions import held as held_exactly
from shared.data.sql import (
    Connection,
    Statement,
    execute,
    execute_many,
    fetch,
    fetch_one,
    insert_many,
    insert_one,
    sql,
)

COLUMNS: dict[Dimension, str] = {
    "township": "left(s.division, 9)",
    "village": "s.division",
    "status": "s.status",
    "attribute": "f.attribute",
    "cause": "f.main_cause",
    "deep_poverty": "f.deep_poverty::text",
    "sex": "m.sex",
    "age": "width_bucket(m.born_on, :born)::text",
    "labour": "m.labour",
    "health": "m.health",
    "schooling": "m.school_status",
}


def held(alias: str) -> str:
    """Of what a range holds the planner expects next to nothing, and looks it up household by household; of a CASE it
    expects half, and reads a county's through.
    """
    return f"CASE WHEN {held_exactly(alias)} THEN true ELSE false END"


# A county's households are told apart in memory.
_ROOM = sql("SELECT set_config('work_mem', '128MB', true)")


@cache
def _counting(by: Dimension, across: Dimension | None) -> Statement[Cell]:
    """Households first: a household of four is counted once, whoever of it is so."""
    asked = (by, across) if across else (by,)
    columns = [COLUMNS[each] for each in asked]
    facts = any(c.startswith("f.") for c in columns)
    people = OF_PEOPLE & {*asked}
    text = f"""
    SELECT k AS key, a AS across, count(*)::integer AS households, sum(people)::integer AS people FROM (
        SELECT {columns[0]} AS k, {columns[1] if across else "NULL::text"} AS a, count(m.id) AS people
        FROM household_standing s
        {f"JOIN household_fact f ON f.household_id = s.household_id AND {held('f')}" if facts else ""}
        {"" if people else "LEFT"} JOIN member_fact m ON m.household_id = s.household_id AND {held("m")}
        WHERE {held("s")} AND s.division >= :division AND s.division <= :division || '~' AND s.status <> 'removed'
            AND (:all_of_them OR s.status IN ('poor', 'returned'))
        GROUP BY s.household_id, k, a) c
    GROUP BY k, a ORDER BY k, a
    """
    return sql(text, Cell, all_of_them=Boolean, **({"born": ARRAY(Date)} if "age" in asked else {}))


_INSERT_MONTH = insert_one(statistic_month, "month", "closed_on", "closed_by")
_INSERT_CELLS = insert_many(statistic_cell, StatisticCell._fields)
_LOCK = sql("SELECT pg_advisory_xact_lock(hashtext('statistic_month'))")
_MONTH = sql(f"SELECT {statistic_month.columns} FROM statistic_month WHERE month = :month", StatisticMonth, month=Text)
_MONTHS = page(statistic_month, key="month")
_CELLS = sql(
    f"""
    SELECT {statistic_cell.columns} FROM statistic_cell
    WHERE month = :month AND cut = :kind AND division >= :division AND division <= :division || '~'
    ORDER BY division, key
    """,
    StatisticCell,
    month=Text,
)


async def count_by(
    connection: Connection,
    as_of: AsOf,
    division: str,
    by: Dimension,
    across: Dimension | None,
    born: Sequence[date],
    *,
    all_of_them: bool = True,
) -> list[Cell]:
    """`born`: as `rules.born_before` says, where ages are asked about; else of who counts as poor alone."""
    ages = {"born": list(born)} if "age" in (by, across) else {}
    query = _counting(by, across)
    await fetch(connection, _ROOM)
    return await fetch(connection, query, division=division, all_of_them=all_of_them, **as_of.parameters, **ages)


async def find_month(connection: Connection, month: str) -> StatisticMonth | None:
    return await fetch_one(connection, _MONTH, month=month)


async def insert_month(
    connection: Connection, month: str, closed_on: date, closed_by: str, cells: Sequence[StatisticCell]
) -> None:
    await execute(connection, _INSERT_MONTH, rows=1, month=month, closed_on=closed_on, closed_by=closed_by)
    await execute_many(connection, _INSERT_CELLS, [cell._asdict() for cell in cells])


async def lock_months(connection: Connection) -> None:
    """One closes a month at a time."""
    await fetch(connection, _LOCK)


async def list_months(connection: Connection, at: Place) -> list[StatisticMonth]:
    return await fetch_page(connection, _MONTHS, at)


async def list_cells(connection: Connection, month: str, cut: str, division: str) -> list[StatisticCell]:
    """Of a closed month, by township and key."""
    return await fetch(connection, _CELLS, month=month, kind=cut, division=division)
