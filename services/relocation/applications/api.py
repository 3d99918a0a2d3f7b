"""Doors to applications: made in batches, step by step, listed, and counted by cohort."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.relocation.applications import actions, queries
from services.relocation.applications.schemas import (
    Agreements,
    Application,
    ApplicationPage,
    ApplicationSummary,
    ApplicationTotals,
    Cases,
    CohortTotals,
    NewApplications,
    Results,
    Step,
    Verifications,
)
from shared.acts.decisions import list_decisions
from shared.doors.http import CurrentPolicy, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/applications", tags=["applications"])

FIRST = UUID(int=0)
READERS = by("county", "township", "village", "team", "helper", "auditor")


@router.post("")
async def apply_for_relocation(
    body: NewApplications, connection: Transaction, policy: CurrentPolicy,
    act: Annotated[Act, by("village", "team", "helper")],
) -> Results:  # fmt: skip
    """Up to 1,000 applications, decided at once by the rule, a result for each."""
    return Results(results=await actions.apply_for_relocation(connection, act, policy, body.items))


@router.post("/verifications")
async def verify(
    body: Verifications, connection: Transaction, policy: CurrentPolicy, act: Annotated[Act, by("township")]
) -> Results:
    """By another person than who applied; the rule is asked again on what the register says now."""
    return Results(results=await actions.verify(connection, act, policy, body.items))


@router.post("/notices")
async def post_notices(
    body: Cases, connection: Transaction, policy: CurrentPolicy, act: Annotated[Act, by("village")]
) -> Results:
    """On public notice in the village."""
    return Results(results=await actions.post_notices(connection, act, policy, body.items))


@router.post("/agreements")
async def agree(
    body: Agreements, connection: Transaction, act: Annotated[Act, by("helper", "villager")]
) -> Results:  # fmt: skip
    """After the notice the household signs to move and to give up the old house, or withdraws."""
    return Results(results=await actions.agree(connection, act, body.items))


@router.get("", dependencies=[READERS])
async def list_applications(
    connection: Transaction, cursor: UUID = FIRST, cohort: int | None = None, state: str | None = None,
    household_id: UUID | None = None, division: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> ApplicationPage:  # fmt: skip
    """Applications of the caller's area, by id. `next` is the cursor of the following page."""
    rows = await queries.list_applications(connection, cursor, limit, cohort, state, household_id, division)
    items = [ApplicationSummary(**row) for row in rows]
    return ApplicationPage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/summary", dependencies=[READERS])
async def show_totals(connection: Transaction) -> ApplicationTotals:
    """By cohort, within the caller's area."""
    return ApplicationTotals(cohorts=[CohortTotals(**row) for row in await queries.list_totals(connection)])


@router.get("/{application_id}", dependencies=[READERS])
async def get_application(application_id: UUID, connection: Transaction) -> Application:
    """One application whole: every step, and the decisions about its household with their reasons."""
    shown: dict[str, Any] = dict(await queries.get_application(connection, application_id))
    steps = [Step(**row) for row in await queries.list_steps(connection, application_id)]
    decisions = await list_decisions(connection, str(shown["household_id"]))
    return Application(**shown, steps=steps, decisions=decisions)
