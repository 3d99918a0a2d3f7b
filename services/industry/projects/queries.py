"""All SQL about entities, projects, and who takes part in them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.industry.projects.tables import (
    Entity,
    EntityNamed,
    FindingOfKind,
    KindSums,
    Leading,
    Project,
    ProjectFinding,
    ProjectParticipation,
    ProjectReport,
    ProjectSpending,
    Reported,
    entity,
    project,
    project_finding,
    project_participation,
    project_report,
    project_spending,
)
from shared.acts.batches import FREE, NewRows, insert_free
from shared.data.pages import Place, fetch_page, page, page_of
from shared.data.sql import (
    Connection,
    by_id,
    execute,
    execute_many,
    fetch,
    fetch_or_not_found,
    fetch_row,
    get_by,
    insert_many,
    list_by,
    lock_by,
    sql,
    update_many,
)

# Few people keep the register of entities: one at a time, so that codes are compared with what was committed.
_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('industry/entities', 0))")
_ENTITIES = list_by(entity)
_OF_CODES = list_by(entity, "code")
_SET_ENTITIES = insert_many(
    entity,
    Entity._fields,
    """
    ORDER BY 1 ON CONFLICT (id) DO UPDATE SET code = excluded.code, name_zh = excluded.name_zh, kind = excluded.kind,
    leads = excluded.leads, set_on = excluded.set_on, set_by = excluded.set_by
    """,
)
_ENTITY_PAGE = page_of(EntityNamed, 'SELECT id, code, name_zh, kind, leads AS "leading" FROM entity')
_LEADING = sql("SELECT count(*) AS enterprises FROM entity WHERE leads AND kind = 'enterprise'", Leading)

_PROJECTS = list_by(project)
_LOCK_PROJECTS = lock_by(project)
_INSERT_PROJECTS = insert_many(project, Project._fields[: Project._fields.index("report_id")], FREE)
_GET = get_by(project)
_PAGE = page(project, "kind", "division")
_SET_REPORTED = update_many(project, "report_id", "reported_x100")
_SET_ACCEPTED = update_many(project, "accepted_x100")
_ADD_SPENT = sql("""
    UPDATE project AS p SET spent_fen = p.spent_fen + u.amount_fen, version = p.version + 1
    FROM unnest(:ids, :sums) AS u (id, amount_fen) WHERE p.id = u.id
    """)

_REPORTS_BY_ID = list_by(project_report)
_INSERT_REPORTS = insert_many(project_report, ProjectReport._fields, FREE)
_REPORTS = sql(
    """
    SELECT r.id, r.quantity_x100, r.reported_on, r.state, r.accepted_x100, r.accepted_on,
           f.id IS NOT NULL AS over_reported
    FROM project_report r LEFT JOIN project_finding f ON f.report_id = r.id
    WHERE r.project_id = :project_id ORDER BY r.reported_on, r.id
    """,
    Reported,
)
_INSERT_FINDINGS = insert_many(project_finding, ProjectFinding._fields)
_FINDING_PAGE = page_of(
    FindingOfKind,
    """
    SELECT f.id, f.project_id, f.division, p.kind, f.code, f.reported_x100, f.accepted_x100, f.found_on
    FROM project_finding f JOIN project p ON p.id = f.project_id
    """,
    key="f.id",
)
_SPENDINGS_BY_ID = list_by(project_spending)
_INSERT_SPENDINGS = insert_many(
    project_spending, [name for name in ProjectSpending._fields if name != "corrected_fen"], FREE
)
_CORRECT_SPENDINGS = update_many(project_spending, "corrected_fen")
_SPENDINGS = get_by(project_spending, "project_id")

_PARTS_BY_ID = list_by(project_participation)
_PARTS_OF = list_by(project_participation, "household_id")
_INSERT_PARTS = insert_many(project_participation, ProjectParticipation._fields, FREE)
_PART_PAGE = page(project_participation, "project_id", "household_id", "state")
# A county's project is shown to a village, but counted by the county only.
_TOTALS = sql(
    """
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
    """,
    KindSums,
)


async def take_turn(connection: Connection) -> None:
    """Wait until nobody else keeps the register of entities; held until the end of the transaction."""
    await fetch(connection, _TAKE_TURN)


async def list_codes(connection: Connection, codes: Sequence[str]) -> dict[str, UUID]:
    """Whose the codes are, of those that are somebody's."""
    return {e.code: e.id for e in await fetch(connection, _OF_CODES, ids=list(codes))}


async def list_known_entities(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, Entity]:
    return await by_id(connection, _ENTITIES, ids)


async def set_entities(connection: Connection, rows: NewRows) -> None:
    """`rows`: every column, each id once."""
    await execute_many(connection, _SET_ENTITIES, rows)


async def list_entities(connection: Connection, at: Place) -> list[EntityNamed]:
    """By rising id."""
    return await fetch_page(connection, _ENTITY_PAGE, at)


async def count_leading(connection: Connection) -> int:
    return (await fetch_row(connection, _LEADING)).enterprises


async def list_projects_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, Project]:
    """Those in or for the caller's area."""
    return await by_id(connection, _PROJECTS, ids)


async def lock_projects(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, Project]:
    """Those in or for the caller's area, locked in id order."""
    return await by_id(connection, _LOCK_PROJECTS, ids)


async def insert_projects(connection: Connection, rows: NewRows) -> set[UUID]:
    return await insert_free(connection, _INSERT_PROJECTS, rows)


async def get_project(connection: Connection, project_id: UUID) -> Project:
    """Raises Problem `shared.not_found`."""
    return await fetch_or_not_found(connection, _GET, id=project_id)


async def list_projects(connection: Connection, at: Place, **filters: Any) -> list[Project]:
    """By rising id, filtered by kind or division."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_reports_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, ProjectReport]:
    return await by_id(connection, _REPORTS_BY_ID, ids)


async def insert_reports(connection: Connection, rows: NewRows) -> set[UUID]:
    return await insert_free(connection, _INSERT_REPORTS, rows)


async def set_reported(connection: Connection, last: Mapping[UUID, ProjectReport]) -> None:
    """`last`: the report that stands, by project."""
    rows = [{"id": i, "report_id": r.id, "reported_x100": r.quantity_x100} for i, r in last.items()]
    await execute_many(connection, _SET_REPORTED, rows)


async def set_accepted(connection: Connection, measured: Mapping[UUID, int]) -> None:
    """What was measured becomes what a project has."""
    await execute_many(connection, _SET_ACCEPTED, [{"id": i, "accepted_x100": q} for i, q in measured.items()])


async def insert_findings(connection: Connection, rows: Sequence[ProjectFinding]) -> None:
    await execute_many(connection, _INSERT_FINDINGS, [r._asdict() for r in rows])


async def list_findings(connection: Connection, at: Place) -> list[FindingOfKind]:
    """By rising id."""
    return await fetch_page(connection, _FINDING_PAGE, at)


async def list_reports(connection: Connection, project_id: UUID) -> list[Reported]:
    """A project's reports with what was measured of each, by day."""
    return await fetch(connection, _REPORTS, project_id=project_id)


async def list_spendings_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, ProjectSpending]:
    return await by_id(connection, _SPENDINGS_BY_ID, ids)


async def insert_spendings(connection: Connection, rows: NewRows) -> set[UUID]:
    return await insert_free(connection, _INSERT_SPENDINGS, rows)


async def correct_spendings(connection: Connection, amounts: Mapping[UUID, int]) -> None:
    """`amounts`: what stands from now on, by spending."""
    rows = [{"id": i, "corrected_fen": fen} for i, fen in amounts.items()]
    await execute_many(connection, _CORRECT_SPENDINGS, rows)


async def add_spent(connection: Connection, sums: Mapping[UUID, int]) -> None:
    """`sums`: fen by project."""
    await execute(connection, _ADD_SPENT, rows=len(sums), ids=list(sums), sums=list(sums.values()))


async def list_spendings(connection: Connection, project_id: UUID) -> list[ProjectSpending]:
    """By day."""
    return sorted(await fetch(connection, _SPENDINGS, project_id=project_id), key=lambda s: (s.spent_on, s.id))


async def list_participations_by_id(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, ProjectParticipation]:
    return await by_id(connection, _PARTS_BY_ID, ids)


async def list_standing(connection: Connection, household_ids: Iterable[UUID]) -> set[tuple[UUID, UUID]]:
    """(project, household) of the parts that were not refused."""
    parts = await fetch(connection, _PARTS_OF, ids=list(household_ids))
    return {(p.project_id, p.household_id) for p in parts if p.state != "refused"}


async def insert_participations(connection: Connection, rows: NewRows) -> set[UUID]:
    return await insert_free(connection, _INSERT_PARTS, rows)


async def list_participations(connection: Connection, at: Place, **filters: Any) -> list[ProjectParticipation]:
    """By rising id, filtered by project, household or state."""
    return await fetch_page(connection, _PART_PAGE, at, **filters)


async def list_totals(connection: Connection, area: str, kinds: Sequence[str]) -> list[KindSums]:
    """A row for each kind, in their order."""
    return await fetch(connection, _TOTALS, area=area, kinds=list(kinds))
