"""Doors to projects: the register of entities, plans, reports, acceptances, budgets, and who takes part."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.industry.projects import actions, queries
from services.industry.projects.rules import ProjectPolicy
from services.industry.projects.schemas import (
    Acceptances,
    Entities,
    Entity,
    EntityPage,
    Finding,
    FindingPage,
    KindTotals,
    NewProjects,
    ParticipationAcceptances,
    ParticipationPage,
    Participations,
    ParticipationShown,
    Project,
    ProjectPage,
    ProjectSummary,
    ProjectTotals,
    Reports,
    ReportShown,
    Results,
    Spendings,
    SpendingShown,
)
from shared.doors.http import CurrentPolicy, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/projects", tags=["projects"])

FIRST = UUID(int=0)
READERS = by("county", "township", "village", "team", "helper", "auditor")
Reader = Annotated[Act, READERS]
County = Annotated[Act, by("county")]
Planner = Annotated[Act, by("county", "township")]
Township = Annotated[Act, by("township")]
Village = Annotated[Act, by("village")]
VillageOrTeam = Annotated[Act, by("village", "team")]
Limit = Annotated[int, Query(ge=1, le=1000)]


@router.put("/entities")
async def set_entities(body: Entities, connection: Transaction, act: County) -> Results:
    """Register entities, or correct what is said of them; the check character of a code must be right."""
    return Results(results=await actions.set_entities(connection, act, body.items))


@router.get("/entities", dependencies=[READERS])
async def list_entities(connection: Transaction, cursor: UUID = FIRST, limit: Limit = 100) -> EntityPage:
    """By id. `next` is the cursor of the following page."""
    items = [Entity(**row) for row in await queries.list_entities(connection, cursor, limit)]
    return EntityPage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.post("")
async def plan_projects(
    body: NewProjects, connection: Transaction, act: Planner, policy: CurrentPolicy
) -> Results:  # fmt: skip
    """Up to 1,000 plans within the caller's area; which kinds there are, in which unit, is policy."""
    return Results(results=await actions.plan_projects(connection, act, policy, body.items))


@router.post("/reports")
async def report(body: Reports, connection: Transaction, act: Village) -> Results:
    """What villages say was done of their projects."""
    return Results(results=await actions.record_reports(connection, act, body.items))


@router.post("/acceptances")
async def accept(body: Acceptances, connection: Transaction, act: Township, policy: CurrentPolicy) -> Results:
    """What was measured of the last report, by another person; a report far above it is a finding."""
    return Results(results=await actions.accept_projects(connection, act, policy, body.items))


@router.post("/spendings")
async def spend(body: Spendings, connection: Transaction, act: County) -> Results:
    """What is paid from projects' budgets, never more than there is."""
    return Results(results=await actions.record_spendings(connection, act, body.items))


@router.post("/participations")
async def take_part(body: Participations, connection: Transaction, act: VillageOrTeam) -> Results:
    """Households' parts of projects, as the village reports them."""
    return Results(results=await actions.record_participations(connection, act, body.items))


@router.post("/participations/acceptances")
async def accept_participations(
    body: ParticipationAcceptances, connection: Transaction, act: Township, policy: CurrentPolicy
) -> Results:
    """As measured, by another person than who reported; a shop must have been open for long enough."""
    return Results(results=await actions.accept_participations(connection, act, policy, body.items))


@router.get("/participations", dependencies=[READERS])
async def list_participations(
    connection: Transaction, cursor: UUID = FIRST, project_id: UUID | None = None, household_id: UUID | None = None,
    state: str | None = None, limit: Limit = 100,
) -> ParticipationPage:  # fmt: skip
    """Within the caller's area, by id."""
    rows = await queries.list_participations(connection, cursor, limit, project_id, household_id, state)
    items = [ParticipationShown(**row) for row in rows]
    return ParticipationPage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/findings", dependencies=[READERS])
async def list_findings(connection: Transaction, cursor: UUID = FIRST, limit: Limit = 100) -> FindingPage:
    """Reports far above what was measured, by id."""
    items = [Finding(**row) for row in await queries.list_findings(connection, cursor, limit)]
    return FindingPage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/summary")
async def show_totals(connection: Transaction, act: Reader, policy: CurrentPolicy) -> ProjectTotals:
    """Sums over the caller's area for each kind of the policy."""
    units = policy.on(act.business_date, ProjectPolicy).project_units
    totals = await queries.list_totals(connection, act.caller.area, list(units))
    return ProjectTotals(
        items=[KindTotals(**row, unit=units[row["kind"]]) for row in totals],
        leading_enterprises=await queries.count_leading(connection),
    )


@router.get("", dependencies=[READERS])
async def list_projects(
    connection: Transaction, cursor: UUID = FIRST, kind: str | None = None, division: str | None = None,
    limit: Limit = 100,
) -> ProjectPage:  # fmt: skip
    """Projects in or for the caller's area, by id; `division` with all that lies in it."""
    rows = await queries.list_projects(connection, cursor, limit, kind, division)
    items = [ProjectSummary(**row) for row in rows]
    return ProjectPage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/{project_id}", dependencies=[READERS])
async def get_project(project_id: UUID, connection: Transaction) -> Project:
    """One project with its reports, what was measured of them, and what was spent."""
    row = await queries.get_project(connection, project_id)
    reports = [ReportShown(**r) for r in await queries.list_reports(connection, project_id)]
    spendings = [SpendingShown(**s) for s in await queries.list_spendings(connection, project_id)]
    return Project(**row, reports=reports, spendings=spendings)
