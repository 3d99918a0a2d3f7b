"""All SQL about villages: facilities, facts for the rule, cases of exit and of their revocation."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Text

from services.registry.record.queries import PLACED, STANDS
from services.registry.villages.rules import VillageFacts
from services.registry.villages.tables import (
    PlaceExit,
    PlaceRevocation,
    village_exit,
    village_facility,
    village_revocation,
)
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.relations import Relation
from shared.data.revisions import AsOf, held, revise, revision
from shared.data.sql import (
    Connection,
    Statement,
    by_id,
    execute_many,
    fetch,
    fetch_values,
    insert_many,
    list_by,
    lock_by,
    sql,
)

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
    PlaceExit,
)
_BEGUN = ("id", "division", "state", "proposed_on", "proposed_by", "procedure_version", "since_on", "due_on")
_PROPOSE = insert_many(village_exit, _BEGUN)
_REVOCATIONS = page(village_revocation, "state")


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


async def list_latest_cases(connection: Connection, divisions: Sequence[str]) -> dict[str, PlaceExit]:
    """The newest case of each village, refused ones too."""
    return {case.division: case for case in await fetch(connection, _LATEST, divisions=list(divisions))}


async def insert_cases(connection: Connection, cases: Sequence[Mapping[str, Any]]) -> None:
    await execute_many(connection, _PROPOSE, cases)


async def list_exits(connection: Connection, exits: Relation[PlaceExit], ids: Sequence[UUID]) -> dict[UUID, PlaceExit]:
    """Cases of exit by id, locked in its order."""
    return {case.id: case for case in await fetch(connection, _lock(exits), ids=list(ids))}


async def list_revocations_by_id(
    connection: Connection, revocations: Relation[PlaceRevocation], ids: Sequence[UUID]
) -> dict[UUID, PlaceRevocation]:
    return await by_id(connection, _by_id(revocations), ids)


async def list_doubted(
    connection: Connection, revocations: Relation[PlaceRevocation], exit_ids: Sequence[UUID]
) -> set[UUID]:
    """Those of the exits whose revocation waits for another person."""
    return set(await fetch_values(connection, _doubted(revocations), ids=list(exit_ids)))


async def insert_revocations(
    connection: Connection, revocations: Relation[PlaceRevocation], rows: Sequence[Mapping[str, Any]]
) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _insert(revocations), rows)


async def list_revocations(connection: Connection, at: Place, **filters: Any) -> list[PlaceRevocation]:
    """By rising id, filtered by state."""
    return await fetch_page(connection, _REVOCATIONS, at, **filters)


# One statement for each of the two kinds of place, made when it is first asked.
@cache
def _lock(exits: Relation[PlaceExit]) -> Statement[PlaceExit]:
    return lock_by(exits)


@cache
def _by_id(revocations: Relation[PlaceRevocation]) -> Statement[PlaceRevocation]:
    return list_by(revocations)


@cache
def _doubted(revocations: Relation[PlaceRevocation]) -> Statement[Any]:
    return sql(f"SELECT exit_id FROM {revocations.name} WHERE exit_id = ANY(:ids) AND state = 'proposed'")


@cache
def _insert(revocations: Relation[PlaceRevocation]) -> Statement[Any]:
    return insert_many(revocations, PlaceRevocation._fields, FREE)
