"""All SQL about townships: facts for the rule, cases of exit and of their revocation."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Text

from services.registry.townships.rules import TownshipFacts
from services.registry.townships.tables import township_exit, township_revocation
from services.registry.villages.tables import PlaceExit, PlaceRevocation
from shared.data.pages import Place, fetch_page, page
from shared.data.revisions import AsOf, held
from shared.data.sql import Connection, execute_many, fetch, insert_many, sql

# Divisions are open to everyone who has a role; what townships answer for is the caller's own area.
_IN_FORCE = """
    FROM division WHERE level = 'township' AND valid @> CAST(:on AS date)
        AND code >= nullif(CAST(:area AS text), '') AND code <= :area || '~'
"""
_LOCK = sql(f"SELECT code {_IN_FORCE} AND code = ANY(:codes) ORDER BY code FOR UPDATE")
_PAGE = sql(f"SELECT code {_IN_FORCE} AND code > :after ORDER BY code LIMIT :limit", after=Text)
_FIND = sql(f"SELECT code {_IN_FORCE} AND code = :code")
_FACTS = sql(
    f"""
    SELECT t.code AS division,
        (SELECT count(*) FROM division v WHERE v.code >= t.code AND v.code <= t.code || '~' AND v.level = 'village'
            AND v.poor_village AND v.valid @> CAST(:on AS date))::int AS poor_villages,
        (SELECT count(*) FROM division v JOIN village_exit x ON x.division = v.code AND x.state = 'announced'
            WHERE v.code >= t.code AND v.code <= t.code || '~' AND v.level = 'village' AND v.poor_village
            AND v.valid @> CAST(:on AS date))::int AS exited_villages,
        (SELECT count(*) FROM household h JOIN member_fact m ON m.household_id = h.id AND {held("m")}
            WHERE h.division >= t.code AND h.division <= t.code || '~' AND h.status IN ('poor', 'returned'))::int
            AS poor_people,
        t.rural_people
    FROM division t WHERE t.code = ANY(:codes) AND t.level = 'township' AND t.valid @> CAST(:on AS date)
    ORDER BY t.code
    """
)
_LATEST = sql(
    f"""
    SELECT DISTINCT ON (division) {township_exit.columns} FROM township_exit
    WHERE division = ANY(:divisions) ORDER BY division, id DESC
    """,
    PlaceExit,
)
_PROPOSE = insert_many(
    township_exit,
    ("id", "division", "state", "proposed_on", "proposed_by", "procedure_version", "since_on", "due_on"),
)
_REVOCATIONS = page(township_revocation, "state")


async def lock_townships(connection: Connection, area: str, on: date, codes: Sequence[str]) -> set[str]:
    """Those of the codes that are townships of the area on that day, locked in their order."""
    return {r["code"] for r in await fetch(connection, _LOCK, area=area, on=on, codes=list(codes))}


async def list_townships(connection: Connection, area: str, on: date, at: Place) -> list[str]:
    """A page of the area's townships, by code."""
    return [r["code"] for r in await fetch(connection, _PAGE, area=area, on=on, after=at.after, limit=at.limit)]


async def find_township(connection: Connection, area: str, on: date, code: str) -> list[str]:
    """The code alone, or nothing where it is no township of the area on that day."""
    return [r["code"] for r in await fetch(connection, _FIND, area=area, on=on, code=code)]


async def list_township_facts(connection: Connection, as_of: AsOf, codes: Sequence[str]) -> dict[str, TownshipFacts]:
    """How they stand on a day, by township, in their order."""
    rows = await fetch(connection, _FACTS, codes=list(codes), **as_of.parameters)
    return {r["division"]: TownshipFacts(**r) for r in rows}


async def list_latest_cases(connection: Connection, divisions: Sequence[str]) -> dict[str, PlaceExit]:
    """The newest case of each township, refused and revoked ones too."""
    return {case.division: case for case in await fetch(connection, _LATEST, divisions=list(divisions))}


async def insert_cases(connection: Connection, cases: Sequence[Mapping[str, Any]]) -> None:
    await execute_many(connection, _PROPOSE, cases)


async def list_revocations(connection: Connection, at: Place, **filters: Any) -> list[PlaceRevocation]:
    """By rising id, filtered by state."""
    return await fetch_page(connection, _REVOCATIONS, at, **filters)
