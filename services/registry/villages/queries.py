"""All SQL about villages: facilities, facts for the rule, cases of exit."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Text

from services.registry.record.queries import PLACED, STANDS
from services.registry.villages.rules import VillageFacts
from services.registry.villages.tables import VillageExit, village_exit, village_facility
from shared.data.pages import Place
from shared.data.revisions import AsOf, held, revise, revision
from shared.data.sql import Connection, execute_many, fetch, insert_many, sql

# Divisions are open to everyone who has a role; what villages answer for is the caller's own area.
_IN_FORCE = """
    FROM division WHERE level = 'village' AND valid @> CAST(:on AS date)
        AND code >= nullif(CAST(:area AS text), '') AND code <= :area || '~'
"""
_LOCK = sql(f"SELECT code {_IN_FORCE} AND code = ANY(:codes) ORDER BY code FOR UPDATE")
_LOCK_DIVISIONS = sql("SELECT code FROM division WHERE code = ANY(:codes) ORDER BY code FOR UPDATE")
_PAGE = sql(f"SELECT code {_IN_FORCE} AND code > :after ORDER BY code LIMIT :limit", after=Text)
_FIND = sql(f"SELECT code {_IN_FORCE} AND code = :code")


def _facts(source: str) -> str:
    return f"""
    SELECT d.code, d.poor_village, d.rural_people, coalesce(p.people, 0) AS poor_people,
           coalesce(f.items, '{{}}') AS met
    FROM division d
    LEFT JOIN (
        SELECT h.division, count(*) AS people FROM {source} h JOIN member_fact m ON m.household_id = h.id
            AND {held("m")}
        WHERE h.division = ANY(:codes) AND h.status IN ('poor', 'returned') GROUP BY h.division
    ) p ON p.division = d.code
    LEFT JOIN (
        SELECT x.division, array_agg(x.item ORDER BY x.item) AS items FROM village_facility x
        WHERE x.division = ANY(:codes) AND {held("x")} AND x.met GROUP BY x.division
    ) f ON f.division = d.code
    WHERE d.code = ANY(:codes) AND d.level = 'village' AND d.valid @> CAST(:on AS date) ORDER BY d.code
    """


_FACTS = sql(_facts(STANDS))
_FACTS_AS_OF = sql(_facts(PLACED))
# The report holds until the next one does, whichever was told first.
_REVISE_FACILITIES = revision(village_facility, "division", "item", first=True)
_LATEST = sql(
    f"""
    SELECT DISTINCT ON (division) {village_exit.columns} FROM village_exit
    WHERE division = ANY(:divisions) ORDER BY division, id DESC
    """,
    VillageExit,
)
_PROPOSE = insert_many(
    village_exit,
    ("id", "division", "state", "proposed_on", "proposed_by", "procedure_version", "since_on", "due_on"),
)


async def lock_villages(connection: Connection, area: str, on: date, codes: Sequence[str]) -> set[str]:
    """Those of the codes that are villages of the area on that day, locked in their order."""
    rows = await fetch(connection, _LOCK, area=area, on=on, codes=list(codes))
    return {r["code"] for r in rows}


async def lock_divisions(connection: Connection, codes: Sequence[str]) -> None:
    """Hold the places, wherever they lie, so that reports about them follow one another."""
    await fetch(connection, _LOCK_DIVISIONS, codes=list(codes))


async def list_villages(connection: Connection, area: str, on: date, at: Place) -> list[str]:
    """A page of the area's villages, by code."""
    return [r["code"] for r in await fetch(connection, _PAGE, area=area, on=on, after=at.after, limit=at.limit)]


async def find_village(connection: Connection, area: str, on: date, code: str) -> list[str]:
    """The code alone, or nothing where it is no village of the area on that day."""
    return [r["code"] for r in await fetch(connection, _FIND, area=area, on=on, code=code)]


async def list_village_facts(connection: Connection, as_of: AsOf, codes: Sequence[str]) -> dict[str, VillageFacts]:
    """What was held for true about a day, by village, in their order."""
    query = _FACTS_AS_OF if as_of.asked else _FACTS
    return {
        r["code"]: VillageFacts(r["poor_village"], r["poor_people"], r["rural_people"], tuple(r["met"]))
        for r in await fetch(connection, query, codes=list(codes), **as_of.parameters)
    }


async def revise_facilities(connection: Connection, reports: Sequence[Mapping[str, Any]]) -> None:
    """`reports`: division, item, since, met, weight, stated_by; each (division, item) once."""
    await revise(connection, _REVISE_FACILITIES, reports)


async def list_latest_cases(connection: Connection, divisions: Sequence[str]) -> dict[str, VillageExit]:
    """The newest case of each village, refused ones too."""
    return {case.division: case for case in await fetch(connection, _LATEST, divisions=list(divisions))}


async def insert_cases(connection: Connection, cases: Sequence[Mapping[str, Any]]) -> None:
    await execute_many(connection, _PROPOSE, cases)
