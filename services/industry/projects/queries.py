"""All SQL about entities, projects, and who takes part in them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.industry.projects.tables import (
    Project,
    ProjectParticipation,
    entity,
    project,
    project_acceptance,
    project_finding,
    project_participation,
    project_report,
    project_spending,
)
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, Row, Statement, execute, execute_many, fetch, fetch_one, insert_many, sql
from shared.ground.problems import Problem

# Few people keep the register of entities: one at a time, so that codes are compared with what was committed.
_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('industry/entities', 0))")
_CODES = sql("SELECT code, id FROM entity WHERE code = ANY(:codes)")
_ENTITIES = sql("SELECT id FROM entity WHERE id = ANY(:ids)")
_SET_ENTITIES = insert_many(
    entity,
    entity.shape,
    "ORDER BY 1 ON CONFLICT (id) DO UPDATE SET code = excluded.code, name_zh = excluded.name_zh,"
    " kind = excluded.kind, leads = excluded.leads, set_on = excluded.set_on, set_by = excluded.set_by",
)
_ENTITY_PAGE = sql("""
    SELECT id, code, name_zh, kind, leads AS leading FROM entity WHERE id > :after ORDER BY id LIMIT :limit
""")
_LEADING = sql("SELECT count(*) AS n FROM entity WHERE leads AND kind = 'enterprise'")

_PROJECT = (
    "id",
    "kind",
    "unit",
    "division",
    "entity_id",
    "planned_x100",
    "budget_fen",
    "item",
    "created_on",
    "created_by",
)
_PROJECTS = sql("SELECT * FROM project WHERE id = ANY(:ids)")
_LOCK_PROJECTS = sql("SELECT * FROM project WHERE id = ANY(:ids) ORDER BY id FOR UPDATE")
_INSERT_PROJECTS = insert_many(project, _PROJECT, FREE)
_GET = sql("SELECT * FROM project WHERE id = :id")
_PAGE = page(project, "kind", "division")
_SET_REPORTED = sql(
    """
    UPDATE project p SET report_id = r, reported_x100 = q, version = p.version + 1
    FROM unnest(:ids, :reports, :quantities) AS n (i, r, q) WHERE p.id = i
""",
    reports=ARRAY(Uuid),
)
_SET_ACCEPTED = sql("""
    UPDATE project p SET accepted_x100 = q, version = p.version + 1
    FROM unnest(:ids, :quantities) AS n (i, q) WHERE p.id = i
""")
_ADD_SPENT = sql("""
    UPDATE project p SET spent_fen = p.spent_fen + s, version = p.version + 1
    FROM unnest(:ids, :sums) AS n (i, s) WHERE p.id = i
""")

_REPORTS_BY_ID = sql("SELECT * FROM project_report WHERE id = ANY(:ids)")
_INSERT_REPORTS = insert_many(project_report, project_report.shape, FREE)
_ACCEPTANCES = sql("SELECT * FROM project_acceptance WHERE report_id = ANY(:ids)")
_INSERT_ACCEPTANCES = insert_many(project_acceptance, project_acceptance.shape)
_INSERT_FINDINGS = insert_many(project_finding, project_finding.shape)
_FINDING_PAGE = sql("""
    SELECT f.*, p.kind FROM project_finding f JOIN project p ON p.id = f.project_id WHERE f.id > :after
    ORDER BY f.id LIMIT :limit
""")
_REPORTS = sql("""
    SELECT r.id, r.quantity_x100, r.reported_on, a.quantity_x100 AS accepted_x100, a.accepted_on,
    f.id IS NOT NULL AS over_reported FROM project_report r
    LEFT JOIN project_acceptance a ON a.report_id = r.id LEFT JOIN project_finding f ON f.report_id = r.id
    WHERE r.project_id = :project_id ORDER BY r.reported_on, r.id
""")
_SPENDINGS_BY_ID = sql("SELECT * FROM project_spending WHERE id = ANY(:ids)")
_INSERT_SPENDINGS = insert_many(project_spending, project_spending.shape, FREE)
_SPENDINGS = sql("SELECT * FROM project_spending WHERE project_id = :project_id ORDER BY spent_on, id")

_LOCK_HOUSEHOLDS = sql("SELECT id, division, status FROM household WHERE id = ANY(:ids) ORDER BY id FOR UPDATE")
_PART = (
    "id",
    "project_id",
    "household_id",
    "division",
    "quantity_x100",
    "started_on",
    "state",
    "reported_on",
    "reported_by",
)
_PARTS_BY_ID = sql("SELECT * FROM project_participation WHERE id = ANY(:ids)")
_STANDING = sql("""
    SELECT project_id, household_id FROM project_participation WHERE household_id = ANY(:ids) AND state <> 'refused'
""")
_INSERT_PARTS = insert_many(project_participation, _PART, FREE)
_LOCK_PARTS = sql("""
    SELECT t.*, p.kind, p.unit FROM project_participation t JOIN project p ON p.id = t.project_id
    WHERE t.id = ANY(:ids) ORDER BY t.id FOR UPDATE OF t
""")
_ANSWER_PARTS = sql("""
    UPDATE project_participation t SET state = s, accepted_x100 = q, accepted_on = o, accepted_by = :accepted_by
    FROM unnest(:ids, :states, :quantities, :days) AS n (i, s, q, o) WHERE t.id = i AND t.state = 'reported'
""")
_PART_PAGE = page(project_participation, "project_id", "household_id", "state")
# A county's project is shown to a village, but counted by the county only.
_TOTALS = sql("""
    WITH counted AS (SELECT * FROM project WHERE division >= :area)
    SELECT k.kind, count(p.id) AS projects,
    count(DISTINCT p.division) FILTER (WHERE length(p.division) = 12) AS villages,
    coalesce(sum(p.planned_x100), 0)::bigint AS planned_x100,
    coalesce(sum(p.reported_x100), 0)::bigint AS reported_x100,
    coalesce(sum(p.accepted_x100), 0)::bigint AS accepted_x100,
    (SELECT count(*) FROM project_finding f JOIN counted c ON c.id = f.project_id WHERE c.kind = k.kind)
    AS over_reported,
    (SELECT count(DISTINCT t.household_id) FROM project_participation t JOIN project c ON c.id = t.project_id
    WHERE c.kind = k.kind AND t.state = 'accepted') AS households,
    coalesce(sum(p.budget_fen), 0)::bigint AS budget_fen, coalesce(sum(p.spent_fen), 0)::bigint AS spent_fen
    FROM unnest(:kinds) WITH ORDINALITY AS k (kind, position) LEFT JOIN counted p ON p.kind = k.kind
    GROUP BY k.kind, k.position ORDER BY k.position
""")


async def _by_id(connection: Connection, query: Statement[Any], ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, query, ids=list(ids))}


async def take_turn(connection: Connection) -> None:
    """Wait until nobody else keeps the register of entities; held until the end of the transaction."""
    await fetch(connection, _TAKE_TURN)


async def list_codes(connection: Connection, codes: Sequence[str]) -> dict[str, UUID]:
    """Whose the codes are, of those that are somebody's."""
    return {r["code"]: r["id"] for r in await fetch(connection, _CODES, codes=list(codes))}


async def list_known_entities(connection: Connection, ids: Sequence[UUID]) -> set[UUID]:
    return set(await _by_id(connection, _ENTITIES, ids))


async def set_entities(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """`rows`: every column, each id once."""
    await execute_many(connection, _SET_ENTITIES, rows)


async def list_entities(connection: Connection, after: UUID, limit: int) -> list[Row]:
    return await fetch(connection, _ENTITY_PAGE, after=after, limit=limit)


async def count_leading(connection: Connection) -> int:
    row = await fetch_one(connection, _LEADING)
    assert row is not None
    return int(row["n"])


async def list_projects_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those in or for the caller's area."""
    return await _by_id(connection, _PROJECTS, ids)


async def lock_projects(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those in or for the caller's area, locked in id order."""
    return await _by_id(connection, _LOCK_PROJECTS, ids)


async def insert_projects(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_PROJECTS, rows)


async def get_project(connection: Connection, project_id: UUID) -> Row:
    """Raises Problem `shared.not_found`."""
    row = await fetch_one(connection, _GET, id=project_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def list_projects(connection: Connection, at: Place, **filters: Any) -> list[Project]:
    """By rising id, filtered by kind or division."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_reports_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return await _by_id(connection, _REPORTS_BY_ID, ids)


async def insert_reports(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_REPORTS, rows)


async def set_reported(connection: Connection, last: Mapping[UUID, dict[str, Any]]) -> None:
    """`last`: the report that stands, by project."""
    await execute(
        connection,
        _SET_REPORTED,
        rows=len(last),
        ids=list(last),
        reports=[r["id"] for r in last.values()],
        quantities=[r["quantity_x100"] for r in last.values()],
    )


async def list_acceptances(connection: Connection, report_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """By report."""
    return {r["report_id"]: r for r in await fetch(connection, _ACCEPTANCES, ids=list(report_ids))}


async def insert_acceptances(
    connection: Connection, rows: Sequence[dict[str, Any]], findings: Sequence[dict[str, Any]]
) -> None:
    """Every column of each; what was measured becomes what its project has."""
    await execute_many(connection, _INSERT_ACCEPTANCES, rows)
    await execute_many(connection, _INSERT_FINDINGS, findings)
    await execute(
        connection,
        _SET_ACCEPTED,
        rows=len(rows),
        ids=[r["project_id"] for r in rows],
        quantities=[r["quantity_x100"] for r in rows],
    )


async def list_findings(connection: Connection, after: UUID, limit: int) -> list[Row]:
    return await fetch(connection, _FINDING_PAGE, after=after, limit=limit)


async def list_reports(connection: Connection, project_id: UUID) -> list[Row]:
    """A project's reports with what was measured of each."""
    return await fetch(connection, _REPORTS, project_id=project_id)


async def list_spendings_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return await _by_id(connection, _SPENDINGS_BY_ID, ids)


async def insert_spendings(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_SPENDINGS, rows)


async def add_spent(connection: Connection, sums: Mapping[UUID, int]) -> None:
    """`sums`: fen by project."""
    await execute(connection, _ADD_SPENT, rows=len(sums), ids=list(sums), sums=list(sums.values()))


async def list_spendings(connection: Connection, project_id: UUID) -> list[Row]:
    return await fetch(connection, _SPENDINGS, project_id=project_id)


async def lock_households(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those known here and within the caller's area, locked in id order."""
    return await _by_id(connection, _LOCK_HOUSEHOLDS, ids)


async def list_participations_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return await _by_id(connection, _PARTS_BY_ID, ids)


async def list_standing(connection: Connection, household_ids: Sequence[UUID]) -> set[tuple[UUID, UUID]]:
    """(project, household) of the parts that were not refused."""
    rows = await fetch(connection, _STANDING, ids=list(household_ids))
    return {(r["project_id"], r["household_id"]) for r in rows}


async def insert_participations(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    return await insert_free(connection, _INSERT_PARTS, rows)


async def lock_participations(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """With the project's kind and unit, locked in id order."""
    return await _by_id(connection, _LOCK_PARTS, ids)


async def answer_participations(connection: Connection, rows: Sequence[dict[str, Any]], accepted_by: str) -> None:
    """`rows`: id, state, accepted_x100, accepted_on."""
    await execute(
        connection,
        _ANSWER_PARTS,
        rows=len(rows),
        accepted_by=accepted_by,
        ids=[r["id"] for r in rows],
        states=[r["state"] for r in rows],
        quantities=[r["accepted_x100"] for r in rows],
        days=[r["accepted_on"] for r in rows],
    )


async def list_participations(connection: Connection, at: Place, **filters: Any) -> list[ProjectParticipation]:
    """By rising id, filtered by project, household or state."""
    return await fetch_page(connection, _PART_PAGE, at, **filters)


async def list_totals(connection: Connection, area: str, kinds: Sequence[str]) -> list[Row]:
    """A row for each kind, in their order."""
    return await fetch(connection, _TOTALS, area=area, kinds=list(kinds))
