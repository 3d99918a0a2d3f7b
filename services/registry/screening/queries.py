"""All SQL about screening: it reads what was written of households, and keeps of its own who visited whom."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.households.rules import CATEGORIES
from services.registry.screening.tables import HomeVisit, home_visit
from shared.data.sql import Connection, execute, fetch, fetch_values, insert_many, sql


class StatedIncome(NamedTuple):
    """What is held for true of a household's statement of a year, in the order of CATEGORIES, and for how many."""

    household_id: UUID
    division: str
    stated_by: str
    members: int
    amounts_fen: list[int]


class PersonsDay(NamedTuple):
    """With how many households of a village a person was on a day, or about how many cases he decided."""

    division: str
    subject: str
    day: date
    households: int


_KEEP = insert_many(home_visit, HomeVisit._fields, "ON CONFLICT (visit_id) DO NOTHING")
_SUMS = ", ".join(f"coalesce(sum(l.amount_fen) FILTER (WHERE l.category = '{c}'), 0)::bigint" for c in CATEGORIES)
# What came over from the national register nobody here has written.
_OWN = "l.kind = 'statement' AND l.weight IN ('statement', 'visit')"
# Household by household: a plan for any area takes two lists to be short, and would hold each against each.
_INCOMES = sql(
    f"""
    WITH said AS MATERIALIZED (
        SELECT l.household_id, l.division, max(l.stated_by) AS stated_by, ARRAY[{_SUMS}] AS amounts_fen
        FROM income_line l WHERE upper_inf(l.known) AND {_OWN} AND l.income_year = :year AND l.stated_on > :since
            AND l.stated_on <= :on AND l.division >= :area AND l.division <= :area || '~'
        GROUP BY l.household_id, l.division)
    SELECT s.household_id, s.division, s.stated_by, p.members, s.amounts_fen
    FROM said s CROSS JOIN LATERAL (
        SELECT count(*)::int AS members FROM member_fact m
        WHERE m.household_id = s.household_id AND upper_inf(m.known) AND m.valid @> CAST(:day AS date)) p
    WHERE EXISTS (SELECT FROM household h WHERE h.id = s.household_id AND h.status <> 'removed')
    ORDER BY s.household_id
    """,
    StatedIncome,
)
# Who fills a sheet sits with the household: a visit like one that was told as such, and once a day.
_VISITS = f"""
    SELECT v.division, v.visited_by AS subject, v.visited_on AS day, v.household_id FROM home_visit v
    WHERE v.visited_on > :since AND v.visited_on <= :on AND v.division >= :area AND v.division <= :area || '~'
    UNION SELECT l.division, l.stated_by, l.stated_on, l.household_id FROM income_line l
    WHERE {_OWN} AND l.weight = 'visit' AND l.stated_on > :since AND l.stated_on <= :on
        AND l.division >= :area AND l.division <= :area || '~'
"""
_DAYS = sql(
    f"""
    SELECT division, subject, day, count(*)::int AS households FROM ({_VISITS}) AS v
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    """,
    PersonsDay,
)
_IN_BURSTS = sql(
    f"""
    SELECT DISTINCT household_id FROM (
        SELECT household_id, count(*) OVER (PARTITION BY division, subject, day) AS households FROM ({_VISITS}) AS v
    ) AS n WHERE households > :largest
    """
)
_DECIDED = sql(
    """
    SELECT s.division, s.acted_by AS subject, s.acted_on AS day, count(*)::int AS households FROM case_step s
    WHERE s.acted_on > :since AND s.acted_on <= :on AND s.procedure || '.' || s.step = ANY(:keys)
        AND s.division >= :area AND s.division <= :area || '~'
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    """,
    PersonsDay,
)


async def keep_visits(connection: Connection, visits: Sequence[HomeVisit]) -> None:
    """Those that are told again are kept already."""
    lists = {name: [getattr(visit, name) for visit in visits] for name in HomeVisit._fields}
    await execute(connection, _KEEP, rows=None, **lists)


async def list_incomes(
    connection: Connection, area: str, year: int, since: date, on: date, counted_on: date
) -> list[StatedIncome]:
    """What was stated in an area behind the day `since`, up to `on`, of those who are in the register; their people as
    they are counted for the year.
    """
    return await fetch(connection, _INCOMES, area=area, year=year, since=since, on=on, day=counted_on)


async def list_days(connection: Connection, area: str, since: date, on: date) -> list[PersonsDay]:
    """With how many households of which village anybody was, day by day."""
    return await fetch(connection, _DAYS, area=area, since=since, on=on)


async def list_in_bursts(connection: Connection, area: str, since: date, on: date, largest: int) -> set[UUID]:
    """With whom somebody was on a day on which he was with more than so many households of a village."""
    rows = await fetch_values(connection, _IN_BURSTS, area=area, since=since, on=on, largest=largest)
    return set(rows)


async def list_decided(
    connection: Connection, area: str, steps: Sequence[str], since: date, on: date
) -> list[PersonsDay]:
    """In how many cases of which village anybody took one of these steps, day by day."""
    return await fetch(connection, _DECIDED, area=area, keys=list(steps), since=since, on=on)
