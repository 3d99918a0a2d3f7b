"""Doors to projects: the register of entities, plans, reports, acceptances, budgets, and who takes part."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.industry.projects import actions, queries
from services.industry.projects.rules import PartState, ProjectPolicy
from services.industry.projects.schemas import (
    Acceptance,
    Entity,
    Finding,
    KindTotals,
    NewProject,
    PartAcceptance,
    Participation,
    ParticipationShown,
    Project,
    ProjectSummary,
    ProjectTotals,
    Report,
    ReportShown,
    Spending,
    SpendingShown,
)
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import OF_HOUSEHOLDS, CurrentPolicy, Paging, Reading, Transaction, by, require_known
from shared.ground.context import Act
from shared.values.inputs import Area, Word

router = APIRouter(prefix="/projects", tags=["projects"])

READERS = by("county", "township", "village", "team", "helper", "auditor")
Reader = Annotated[Act, READERS]
County = Annotated[Act, by("county")]
Planner = Annotated[Act, by("county", "township")]
Township = Annotated[Act, by("township")]
Village = Annotated[Act, by("village")]
VillageOrTeam = Annotated[Act, by("village", "team")]


@router.put("/entities")
async def set_entities(body: Batch[Entity], connection: Transaction, act: County) -> Results:
    """Register entities, or correct what is said of them; the check character of a code must be right."""
    return body.answered(await actions.set_entities(connection, act, body.sound))


@router.get("/entities", dependencies=[READERS])
async def list_entities(connection: Paging, at: Cursor) -> Page[Entity]:
    """By id."""
    return page(Entity, await queries.list_entities(connection, at), at)


@router.post("")
async def plan_projects(
    body: Batch[NewProject], connection: Transaction, act: Planner, policy: CurrentPolicy
) -> Results:
    """Up to 1,000 plans within the caller's area; which kinds there are, in which unit, is policy."""
    return body.answered(await actions.plan_projects(connection, act, policy, body.sound))


@router.post("/reports")
async def report(body: Batch[Report], connection: Transaction, act: Village) -> Results:
    """What villages say was done of their projects."""
    return body.answered(await actions.record_reports(connection, act, body.sound))


@router.post("/acceptances")
async def accept(body: Batch[Acceptance], connection: Transaction, act: Township, policy: CurrentPolicy) -> Results:
    """What was measured of the last report, by another person; a report far above it is a finding."""
    return body.answered(await actions.accept_reports(connection, act, policy, body.sound))


@router.post("/spendings")
async def spend(body: Batch[Spending], connection: Transaction, act: County) -> Results:
    """What is paid from projects' budgets, never more than there is."""
    return body.answered(await actions.record_spendings(connection, act, body.sound))


@router.post("/participations")
async def take_part(body: Batch[Participation], connection: Transaction, act: VillageOrTeam) -> Results:
    """Households' parts of projects, as the village reports them."""
    return body.answered(await actions.record_participations(connection, act, body.sound))


@router.post("/participations/acceptances")
async def accept_participations(
    body: Batch[PartAcceptance], connection: Transaction, act: Township, policy: CurrentPolicy
) -> Results:
    """As measured, by another person than who reported; a shop must have been open for long enough."""
    return body.answered(await actions.accept_participations(connection, act, policy, body.sound))


@router.get("/participations", dependencies=[OF_HOUSEHOLDS])
async def list_participations(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    project_id: UUID | None = None,
    state: PartState | None = None,
) -> Page[ParticipationShown]:
    """Within the caller's area, by id."""
    filters = {"project_id": project_id, "household_id": household_id, "state": state}
    return page(ParticipationShown, await queries.list_participations(connection, at, **filters), at)


@router.get("/findings", dependencies=[READERS])
async def list_findings(connection: Paging, at: Cursor) -> Page[Finding]:
    """Reports far above what was measured, by id."""
    return page(Finding, await queries.list_findings(connection, at), at)


@router.get("/summary")
async def show_totals(connection: Reading, act: Reader, policy: CurrentPolicy) -> ProjectTotals:
    """Sums over the caller's area for each kind of the policy."""
    units = policy.on(act.business_date, ProjectPolicy).project_units
    totals = await queries.list_totals(connection, act.caller.area, list(units))
    return ProjectTotals(
        items=[KindTotals(**sums._asdict(), unit=units[sums.kind]) for sums in totals],
        leading_enterprises=await queries.count_leading(connection),
    )


@router.get("", dependencies=[READERS])
async def list_projects(
    connection: Paging, at: Cursor, policy: CurrentPolicy, kind: Word | None = None, division: Area | None = None
) -> Page[ProjectSummary]:
    """Projects in or for the caller's area, by id; `division` with all that lies in it, `kind` one of the policy's."""
    require_known("kind", kind, policy.words("project_units"))
    rows = await queries.list_projects(connection, at, kind=kind, division=division)
    return page(ProjectSummary, rows, at)


@router.get("/{project_id}", dependencies=[READERS])
async def get_project(project_id: UUID, connection: Reading) -> Project:
    """One project with its reports, what was measured of them, and what was spent."""
    row = await queries.get_project(connection, project_id)
    reports = [ReportShown(**r._asdict()) for r in await queries.list_reports(connection, project_id)]
    spendings = [SpendingShown(**s._asdict()) for s in await queries.list_spendings(connection, project_id)]
    return Project(**row._asdict(), reports=reports, spendings=spendings)
