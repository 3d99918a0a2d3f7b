"""Doors to plans: draft, approve, file, list."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.industry.plans import actions, queries
from services.industry.plans.rules import State
from services.industry.plans.schemas import Approval, Plan, PlanResult, PlanShown, PlanState
from shared.acts.bodies import Cursor, Page, page
from shared.doors.http import CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/stations/plans", tags=["plans"])

READERS = by("county", "township", "village", "team", "helper", "auditor")
Drafter = Annotated[Act, by("village", "township")]
Township = Annotated[Act, by("township")]
County = Annotated[Act, by("county")]


@router.post("")
async def draft_plan(body: Plan, connection: Transaction, act: Drafter, policy: CurrentPolicy) -> PlanResult:
    """A village's plan for its station; of other stations the township's. As a whole, with a result per household."""
    return await actions.draft_plan(connection, act, policy, body)


@router.post("/{plan_id}/approval")
async def approve_plan(
    plan_id: UUID, connection: Transaction, act: Township, body: Approval | None = None
) -> PlanState:
    """Approve, or refuse; by another person than the one who drafted it."""
    return await actions.approve_plan(connection, act, plan_id, approved=body is None or body.approved)


@router.post("/{plan_id}/filing")
async def file_plan(plan_id: UUID, connection: Transaction, act: County) -> PlanState:
    """File an approved plan, by a third person: its portions are owed."""
    return await actions.file_plan(connection, act, plan_id)


@router.get("", dependencies=[READERS])
async def list_plans(
    connection: Paging, at: Cursor, station_id: UUID | None = None, state: State | None = None
) -> Page[PlanShown]:
    """Plans of the caller's area, by id."""
    return page(PlanShown, await queries.list_plans(connection, at, station_id=station_id, state=state), at)
