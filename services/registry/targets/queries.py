"""All SQL about targets: what was planned, and what the registers say was reached."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.registry.targets.tables import Reached, Target, target
from services.registry.townships.rules import TownshipFacts
from shared.data.sql import Connection, fetch, insert_many, sql

# What was set on a later day stands, whichever comes first; of one day the last word does.
_SET = insert_many(
    target,
    Target._fields,
    """
    ORDER BY 1, 2, 3 ON CONFLICT (year, code, division) DO UPDATE SET planned = excluded.planned,
    unit = excluded.unit, set_on = excluded.set_on, set_by = excluded.set_by WHERE target.set_on <= excluded.set_on
    RETURNING year, code, division
    """,
)
# People are counted once per village, then summed for each target: the table costs the same for one row or a hundred.
# Those who were out before the year are counted as they began it: who dies has not fallen back into poverty, nor
# who merged into another household since.
_LIST = sql(
    """
    WITH out AS (
        SELECT id, division, exited_year FROM household WHERE status = 'exited'
        UNION ALL
        SELECT h.id, h.division, h.year_before FROM household_merge g JOIN household h ON h.id = g.other_id
        WHERE g.state = 'confirmed' AND h.status = 'removed' AND h.status_before = 'exited'),
    people AS MATERIALIZED (
        SELECT h.division, count(*) FILTER (WHERE h.exited_year = :year) AS out_now,
               count(*) FILTER (WHERE h.exited_year < :year) AS out_before
        FROM out h JOIN member_fact m ON m.household_id = h.id AND upper_inf(m.known) AND m.valid @>
            CASE WHEN h.exited_year < :year THEN make_date(:year, 1, 1) ELSE CAST(:on AS date) END
        GROUP BY h.division),
    villages AS MATERIALIZED (
        SELECT division FROM village_exit WHERE state = 'announced'
            AND announced_on >= make_date(:year, 1, 1) AND announced_on < make_date(:year + 1, 1, 1))
    SELECT t.code, t.year, t.division, t.planned, t.unit, CASE t.code
        WHEN 'exit_people' THEN (SELECT coalesce(sum(out_now), 0) FROM people p
            WHERE p.division >= t.division AND p.division <= t.division || '~')
        WHEN 'consolidated_people' THEN (SELECT coalesce(sum(out_before), 0) FROM people p
            WHERE p.division >= t.division AND p.division <= t.division || '~')
        WHEN 'exit_villages' THEN (SELECT count(*) FROM villages v
            WHERE v.division >= t.division AND v.division <= t.division || '~')
        END::bigint AS actual
    FROM target t WHERE t.year = :year ORDER BY t.code, t.division
    """,
    Reached,
)
_TOWNSHIPS = sql(
    """
    WITH planned AS (
        SELECT d.code, d.rural_people FROM target t JOIN division d ON d.code = t.division
            AND d.level = 'township' AND d.valid @> CAST(:on AS date)
        WHERE t.year = :year AND t.code = 'exit_townships'),
    villages AS (
        SELECT left(v.code, 9) AS township, count(*) AS poor, count(x.id) AS exited
        FROM division v LEFT JOIN village_exit x ON x.division = v.code AND x.state = 'announced'
            AND x.announced_on < make_date(:year + 1, 1, 1)
        WHERE v.level = 'village' AND v.poor_village AND v.valid @> CAST(:on AS date) GROUP BY 1),
    people AS (
        SELECT left(h.division, 9) AS township, count(*) AS poor
        FROM household h JOIN member_fact m ON m.household_id = h.id AND upper_inf(m.known)
            AND m.valid @> CAST(:on AS date)
        WHERE h.status IN ('poor', 'returned') GROUP BY 1)
    SELECT p.code AS division, coalesce(v.poor, 0) AS poor_villages, coalesce(v.exited, 0) AS exited_villages,
           coalesce(n.poor, 0) AS poor_people, p.rural_people
    FROM planned p LEFT JOIN villages v ON v.township = p.code LEFT JOIN people n ON n.township = p.code ORDER BY p.code
    """
)


async def replace_targets(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[tuple[int, str, str]]:
    """Year, code and division of those that stand now; of the others a later one did already."""
    if not rows:
        return set()
    lists = {name: [row[name] for row in rows] for name in Target._fields}
    return {(r["year"], r["code"], r["division"]) for r in await fetch(connection, _SET, **lists)}


async def list_targets(connection: Connection, year: int, on: date) -> list[Reached]:
    """A year's targets in the caller's area; `actual` is None where another room or nobody counts it."""
    return await fetch(connection, _LIST, year=year, on=on)


async def list_planned_townships(connection: Connection, year: int, on: date) -> list[TownshipFacts]:
    """The townships planned to exit whole in a year, as the registers stand on a day."""
    return [TownshipFacts(**row) for row in await fetch(connection, _TOWNSHIPS, year=year, on=on)]
