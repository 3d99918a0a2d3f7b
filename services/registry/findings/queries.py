"""All SQL about findings."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.findings.rules import STRUCK, Sighting
from services.registry.findings.tables import VisitFinding, visit_finding
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, by_id, execute, execute_many, fetch, insert_many, list_by, sql, update_many

# A household, and a day on which something was found there.
Found = tuple[UUID, date]

_BY_ID = list_by(visit_finding)
_OF_HOUSEHOLDS = list_by(visit_finding, "household_id")
_PAGE = page(visit_finding, "state", "household_id")
# Nobody has seen it again when it is opened.
_INSERT = insert_many(visit_finding, (n for n in VisitFinding._fields if n != "witnesses"))
_SET_FIRST = update_many(visit_finding, "visit_id", "found_on", "found_by")
_ADD_WITNESSES = sql(
    """
    UPDATE visit_finding f
    SET witnesses = ARRAY(SELECT DISTINCT s FROM unnest(f.witnesses || u.subjects) AS s ORDER BY s)
    FROM (SELECT w.id, array_agg(w.subject) AS subjects FROM unnest(:ids, :subjects) AS w (id, subject) GROUP BY w.id) u
    WHERE f.id = u.id
    """,
    subjects=ARRAY(Text),
)
_OPEN = "FROM visit_finding WHERE household_id = ANY(:ids) AND state = 'open'"
_LOCK_OPEN = sql(f"SELECT {visit_finding.columns} {_OPEN} ORDER BY id FOR UPDATE", VisitFinding)
_COUNT_OPEN = sql(f"SELECT household_id, count(*) AS open {_OPEN} GROUP BY household_id")
_FOUND_SO = sql(
    """
    SELECT DISTINCT f.household_id FROM unnest(:ids, :dates) AS u (household_id, since)
    JOIN visit_finding f ON f.household_id = u.household_id AND f.state = 'so' AND f.answered_on >= u.since
    """
)
# What the visitor knew to be stated: the last year of which anything had been, also if another statement stands since.
_YEARS_STATED = sql(
    """
    SELECT u.household_id, u.found_on, max(l.income_year) AS income_year
    FROM unnest(:ids, :found_on) AS u (household_id, found_on) JOIN income_line l
        ON l.household_id = u.household_id AND l.kind = 'statement' AND l.stated_on <= u.found_on
    GROUP BY u.household_id, u.found_on
    """,
    found_on=ARRAY(Date),
)
# Who was reported to leave, and was not decided about before the visit.
_LEAVING = sql(
    f"""
    WITH found AS (SELECT * FROM unnest(:ids, :found_on) AS u (household_id, found_on))
    SELECT f.household_id, f.found_on, d.reason FROM found f JOIN departure d ON d.household_id = f.household_id
    WHERE d.state IN ('reported', 'confirmed') AND coalesce(d.decided_on, 'infinity') >= f.found_on
    UNION ALL SELECT f.household_id, f.found_on, '{STRUCK}' FROM found f JOIN removal r
        ON r.household_id = f.household_id
    WHERE r.state IN ('proposed', 'confirmed') AND coalesce(r.decided_on, 'infinity') >= f.found_on
    """,
    found_on=ARRAY(Date),
)


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, VisitFinding]:
    return await by_id(connection, _BY_ID, ids)


async def list_of_households(connection: Connection, household_ids: Sequence[UUID]) -> list[VisitFinding]:
    """All that was ever found there."""
    return await fetch(connection, _OF_HOUSEHOLDS, ids=list(household_ids))


async def insert_findings(connection: Connection, cases: Sequence[VisitFinding]) -> None:
    await execute_many(connection, _INSERT, [case._asdict() for case in cases])


async def add_sightings(
    connection: Connection, first: Mapping[UUID, Sighting], witnesses: Sequence[tuple[UUID, str]]
) -> None:
    """Findings that were seen again: by finding, which sighting was the first; and who saw it."""
    await execute_many(connection, _SET_FIRST, [{"id": one} | s._asdict() for one, s in first.items()])
    ids, subjects = [one for one, _ in witnesses], [subject for _, subject in witnesses]
    if witnesses:
        await execute(connection, _ADD_WITNESSES, rows=len(first), ids=ids, subjects=subjects)


async def lock_open(connection: Connection, household_ids: Sequence[UUID]) -> list[VisitFinding]:
    """Those of the households that wait, locked in id order."""
    return await fetch(connection, _LOCK_OPEN, ids=list(household_ids))


async def count_open(connection: Connection, household_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many wait, by household."""
    rows = await fetch(connection, _COUNT_OPEN, ids=list(household_ids))
    return {row["household_id"]: row["open"] for row in rows}


async def list_found_so(connection: Connection, since: Mapping[UUID, date]) -> set[UUID]:
    """The households of which something was answered to be so, on the day that is given for each or since."""
    rows = await fetch(connection, _FOUND_SO, ids=list(since), dates=list(since.values()))
    return {row["household_id"] for row in rows}


async def list_years_stated(connection: Connection, found: Sequence[Found]) -> dict[Found, int]:
    """Of which income year the last statement was that somebody could compare with on the day."""
    rows = await fetch(connection, _YEARS_STATED, ids=[one for one, _ in found], found_on=[day for _, day in found])
    return {(row["household_id"], row["found_on"]): row["income_year"] for row in rows}


async def list_leaving(connection: Connection, found: Sequence[Found]) -> dict[Found, frozenset[str]]:
    """Why people left, by what was reported since the day or waited for its confirmation then."""
    reasons: dict[Found, set[str]] = {}
    for row in await fetch(connection, _LEAVING, ids=[one for one, _ in found], found_on=[day for _, day in found]):
        reasons.setdefault((row["household_id"], row["found_on"]), set()).add(row["reason"])
    return {one: frozenset(left) for one, left in reasons.items()}


async def list_findings(connection: Connection, at: Place, **filters: Any) -> list[VisitFinding]:
    """By rising id, filtered by state or household."""
    return await fetch_page(connection, _PAGE, at, **filters)
