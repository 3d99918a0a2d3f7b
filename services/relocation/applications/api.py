"""Doors to applications: made in batches, step by step, listed, and counted by cohort."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.relocation.applications import actions, queries
from services.relocation.applications.rules import State
from services.relocation.applications.schemas import (
    Agreement,
    Application,
    ApplicationSummary,
    ApplicationTotals,
    CohortTotals,
    NewApplication,
    Step,
)
from shared.acts.bodies import Batch, Case, Confirmation, Cursor, Page, Results, page
from shared.acts.decisions import decisions_shown, list_decisions
from shared.acts.dossiers import OwnRules
from shared.acts.numbers import HouseholdAsked
from shared.acts.procedures import list_steps
from shared.doors.http import OF_HOUSEHOLDS, CurrentPolicy, Paging, Reading, Transaction, by
from shared.ground.context import Act
from shared.values.inputs import Area, Year

router = APIRouter(prefix="/applications", tags=["applications"])

Applicant = Annotated[Act, by("village", "team", "helper")]
Township = Annotated[Act, by("township")]
Village = Annotated[Act, by("village")]


@router.post("")
async def apply_for_relocation(
    body: Batch[NewApplication], connection: Transaction, policy: CurrentPolicy, act: Applicant
) -> Results:
    """Up to 1,000 applications, decided at once by the rule, a result for each."""
    return body.answered(await actions.apply_for_relocation(connection, act, policy, body.sound))


@router.post("/verifications")
async def verify(body: Batch[Confirmation], connection: Transaction, policy: CurrentPolicy, act: Township) -> Results:
    """By another person than who applied; the rule is asked again on what the register says now."""
    return body.answered(await actions.verify(connection, act, policy, body.sound))


@router.post("/notices")
async def post_notices(body: Batch[Case], connection: Transaction, policy: CurrentPolicy, act: Village) -> Results:
    """On public notice in the village."""
    return body.answered(await actions.post_notices(connection, act, policy, body.sound))


@router.post("/agreements")
async def agree(body: Batch[Agreement], connection: Transaction, act: Annotated[Act, by("villager")]) -> Results:
    """After the notice the household signs for itself to move and to give up the old house, or withdraws."""
    return body.answered(await actions.agree(connection, act, body.sound))


@router.get("", dependencies=[OF_HOUSEHOLDS])
async def list_applications(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    cohort: Year | None = None,
    state: State | None = None,
    division: Area | None = None,
) -> Page[ApplicationSummary]:
    """Applications of the caller's area, by id."""
    rows = await queries.list_applications(
        connection, at, cohort=cohort, state=state, household_id=household_id, division=division
    )
    return page(ApplicationSummary, rows, at)


@router.get("/summary", dependencies=[OF_HOUSEHOLDS])
async def show_totals(connection: Reading) -> ApplicationTotals:
    """By cohort, within the caller's area."""
    return ApplicationTotals(cohorts=[CohortTotals(**t._asdict()) for t in await queries.list_totals(connection)])


@router.get("/{application_id}", dependencies=[OF_HOUSEHOLDS])
async def get_application(application_id: UUID, connection: Reading, rules: OwnRules) -> Application:
    """One application whole: every step, and the decisions about its household with their reasons."""
    case = await queries.get_application(connection, application_id)
    return Application(
        **case._asdict(),
        steps=[Step(**s) for s in await list_steps(connection, application_id)],
        decisions=decisions_shown(await list_decisions(connection, str(case.household_id)), rules),
    )
