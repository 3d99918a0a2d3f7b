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


STANDING = """s.division >= :division AND s.division <= :division || '~' AND s.status <> 'removed'
            AND (:all_of_them OR s.status IN ('poor', 'returned'))"""
PEOPLE = f"JOIN member_fact m ON m.household_id = s.household_id AND {held('m')}"
# By what is known of a household its people are only counted, and what else is known of it looked up once for all.
OF_HOUSEHOLDS = f"""
    SELECT {{key}} AS key, {{across}} AS across, count(*)::integer AS households, sum(people)::integer AS people FROM (
        SELECT s.household_id, s.division, s.status, count(m.id) AS people FROM household_standing s LEFT {PEOPLE}
        WHERE {held("s")} AND {STANDING} GROUP BY s.household_id, s.division, s.status) s
    {{facts}} GROUP BY 1, 2 ORDER BY 1, 2
    """
# By what is known of people a household of four is counted once, whoever of it is so.
OF_PERSONS = f"""
    SELECT k AS key, a AS across, count(*)::integer AS households, sum(people)::integer AS people FROM (
        SELECT {{key}} AS k, {{across}} AS a, count(m.id) AS people FROM household_standing s {{facts}} {PEOPLE}
        WHERE {held("s")} AND {STANDING} GROUP BY s.household_id, k, a) c
    GROUP BY 1, 2 ORDER BY 1, 2
    """
FACTS = f"JOIN household_fact f ON f.household_id = s.household_id AND {held('f')}"


@cache
def _counting(by: Dimension, across: Dimension | None) -> Statement[Cell]:
    asked = (by, across) if across else (by,)
    columns = [COLUMNS[each] for each in asked]
    text = (OF_PERSONS if OF_PEOPLE & {*asked} else OF_HOUSEHOLDS).format(
        key=columns[0],
        across=columns[1] if across else "NULL::text",
        facts=FACTS if any(column.startswith("f.") for column in columns) else "",
    )
    return sql(text, Cell, all_of_them=Boolean, **({"born": ARRAY(Date)} if "age" in asked else {}))


_INSERT_MONTH = insert_one(statistic_month, "month", "closed_on", "closed_by")
_INSERT_CELLS = insert_many(statistic_cell, StatisticCell._fields)
_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('statistic_month', 0))")
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
    await fetch(connection, _TAKE_TURN)


async def list_months(connection: Connection, at: Place) -> list[StatisticMonth]:
    return await fetch_page(connection, _MONTHS, at)


async def list_cells(connection: Connection, month: str, cut: str, division: str) -> list[StatisticCell]:
    """Of a closed month, by township and key."""
    return await fetch(connection, _CELLS, month=month, kind=cut, division=division)
