"""All SQL about villages: facilities, facts for the rule, cases of exit."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.households.queries import revise, revision
from services.registry.villages.rules import VillageFacts
from services.registry.villages.tables import village_exit, village_facility
from shared.data.sql import Connection, Row, execute, execute_many, fetch, insert_many, sql

# Divisions are open to everyone who has a role; what villages answer for is the caller's own area.
_IN_FORCE = (
    "FROM division WHERE level = 'village' AND valid @> CAST(:on AS date)"
    " AND code >= nullif(CAST(:area AS text), '') AND code <= :area || '~'"
)
_LOCK = sql(
    f"SELECT code {_IN_FORCE} AND code = ANY(:codes) ORDER BY code FOR UPDATE",
    on=Date, area=Text, codes=ARRAY(Text),
)  # fmt: skip
_LOCK_DIVISIONS = sql("SELECT code FROM division WHERE code = ANY(:codes) ORDER BY code FOR UPDATE", codes=ARRAY(Text))
_PAGE = sql(
    f"SELECT code {_IN_FORCE} AND code > :after ORDER BY code LIMIT :limit",
    on=Date, area=Text, after=Text, limit=Integer,
)  # fmt: skip
_FIND = sql(f"SELECT code {_IN_FORCE} AND code = :code", on=Date, area=Text, code=Text)
_FACTS = sql(
    "SELECT d.code, d.poor_village, d.rural_people, coalesce(p.people, 0) AS poor_people,"
    " coalesce(f.items, '{}') AS met FROM division d"
    " LEFT JOIN (SELECT h.division, count(*) AS people FROM household h JOIN member_fact m ON m.household_id = h.id"
    "   AND upper_inf(m.known) AND m.valid @> CAST(:on AS date)"
    "   WHERE h.division = ANY(:codes) AND h.status IN ('poor', 'returned') GROUP BY h.division) p"
    "   ON p.division = d.code"
    " LEFT JOIN (SELECT division, array_agg(item ORDER BY item) AS items FROM village_facility"
    "   WHERE division = ANY(:codes) AND upper_inf(known) AND valid @> CAST(:on AS date) AND met"
    "   GROUP BY division) f ON f.division = d.code"
    " WHERE d.code = ANY(:codes) AND d.level = 'village' AND d.valid @> CAST(:on AS date) ORDER BY d.code",
    codes=ARRAY(Text), on=Date,
)  # fmt: skip
# The report holds until the next one does, whichever was told first.
_REVISE_FACILITIES = revision(village_facility, "division", "item", first=True)
_LOCK_CASES = sql(
    "SELECT * FROM village_exit WHERE division = ANY(:codes) AND state <> 'refused' ORDER BY division FOR UPDATE",
    codes=ARRAY(Text),
)
_LATEST = sql(
    "SELECT DISTINCT ON (division) * FROM village_exit WHERE division = ANY(:codes) ORDER BY division, id DESC",
    codes=ARRAY(Text),
)
_PROPOSE = insert_many(village_exit, ("id", "division", "state", "proposed_on", "proposed_by"))
_NOTICE = sql(
    "UPDATE village_exit SET state = 'noticed', noticed_on = :on, notice_ends_on = :ends_on, noticed_by = :subject"
    " WHERE id = ANY(:ids) AND state = 'proposed'",
    on=Date, ends_on=Date, subject=Text, ids=ARRAY(Uuid),
)  # fmt: skip
_DECIDE = sql(
    "UPDATE village_exit x SET state = s, decision_id = d, poor_people = p, rural_people = r, decided_on = :on,"
    " decided_by = :subject FROM unnest(:ids, :states, :decisions, :poor, :rural) AS v (i, s, d, p, r)"
    " WHERE x.id = i AND x.state = 'noticed'",
    ids=ARRAY(Uuid), states=ARRAY(Text), decisions=ARRAY(Uuid), poor=ARRAY(Integer), rural=ARRAY(Integer), on=Date,
    subject=Text,
)  # fmt: skip
_ANNOUNCE = sql(
    "UPDATE village_exit SET state = 'announced', announced_on = :on, announced_by = :subject"
    " WHERE id = ANY(:ids) AND state = 'approved'",
    on=Date, subject=Text, ids=ARRAY(Uuid),
)  # fmt: skip


async def lock_villages(connection: Connection, area: str, on: date, codes: Sequence[str]) -> set[str]:
    """Those of the codes that are villages of the area on that day, locked in their order."""
    rows = await fetch(connection, _LOCK, area=area, on=on, codes=list(codes))
    return {r["code"] for r in rows}


async def lock_divisions(connection: Connection, codes: Sequence[str]) -> None:
    """Hold the places, wherever they lie, so that reports about them follow one another."""
    await fetch(connection, _LOCK_DIVISIONS, codes=list(codes))


async def list_villages(connection: Connection, area: str, on: date, after: str, limit: int) -> list[str]:
    """A page of the area's villages, by code."""
    rows = await fetch(connection, _PAGE, area=area, on=on, after=after, limit=limit)
    return [r["code"] for r in rows]


async def find_village(connection: Connection, area: str, on: date, code: str) -> list[str]:
    """The code alone, or nothing where it is no village of the area on that day."""
    return [r["code"] for r in await fetch(connection, _FIND, area=area, on=on, code=code)]


async def list_village_facts(connection: Connection, on: date, codes: Sequence[str]) -> dict[str, VillageFacts]:
    """What is held for true now about a day, by village, in their order."""
    return {
        r["code"]: VillageFacts(r["poor_village"], r["poor_people"], r["rural_people"], tuple(r["met"]))
        for r in await fetch(connection, _FACTS, on=on, codes=list(codes))
    }


async def revise_facilities(connection: Connection, reports: Sequence[dict[str, Any]]) -> None:
    """`reports`: division, item, since, met, weight, stated_by; each (division, item) once."""
    await revise(connection, _REVISE_FACILITIES, reports)


async def lock_cases(connection: Connection, codes: Sequence[str]) -> dict[str, Row]:
    """The case of each village that is open or announced, locked in the villages' order."""
    return {r["division"]: r for r in await fetch(connection, _LOCK_CASES, codes=list(codes))}


async def list_latest_cases(connection: Connection, codes: Sequence[str]) -> dict[str, Row]:
    """The newest case of each village, refused ones too."""
    return {r["division"]: r for r in await fetch(connection, _LATEST, codes=list(codes))}


async def insert_cases(connection: Connection, cases: Sequence[dict[str, Any]]) -> None:
    """`cases`: id, division, state, proposed_on, proposed_by."""
    await execute_many(connection, _PROPOSE, cases)


async def update_noticed(connection: Connection, ids: Sequence[UUID], on: date, ends_on: date, subject: str) -> None:
    await execute(connection, _NOTICE, rows=len(ids), ids=list(ids), on=on, ends_on=ends_on, subject=subject)


async def update_decided(connection: Connection, cases: Sequence[dict[str, Any]], on: date, subject: str) -> None:
    """`cases`: id, state, decision_id, poor_people, rural_people."""
    await execute(
        connection, _DECIDE, rows=len(cases), on=on, subject=subject, ids=[c["id"] for c in cases],
        states=[c["state"] for c in cases], decisions=[c["decision_id"] for c in cases],
        poor=[c["poor_people"] for c in cases], rural=[c["rural_people"] for c in cases],
    )  # fmt: skip


async def update_announced(connection: Connection, ids: Sequence[UUID], on: date, subject: str) -> None:
    await execute(connection, _ANNOUNCE, rows=len(ids), ids=list(ids), on=on, subject=subject)
