"""Doors to posts: who may work where, how long he did, what he is owed for it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from services.industry.posts import actions, queries
from services.industry.posts.schemas import (
    Approvals,
    AssignmentPage,
    AssignmentShown,
    Attendances,
    Checks,
    Endings,
    Payroll,
    PayrollOrder,
    PostPage,
    Posts,
    PostShown,
    PostTotals,
    Proposals,
    Results,
)
from shared.doors.http import CurrentPolicy, IdempotencyKey, Transaction, by, once
from shared.ground.context import Act

router = APIRouter(prefix="/posts", tags=["posts"])

FIRST = UUID(int=0)
READERS = by("county", "township", "village", "team", "helper", "auditor")
County = Annotated[Act, by("county")]
Office = Annotated[Act, by("county", "township")]
Township = Annotated[Act, by("township")]
Village = Annotated[Act, by("village")]
VillageOrTeam = Annotated[Act, by("village", "team")]
Limit = Annotated[int, Query(ge=1, le=1000)]


@router.post("")
async def open_posts(body: Posts, connection: Transaction, act: Office) -> Results:
    """Up to 1,000 posts within the caller's area."""
    return Results(results=await actions.open_posts(connection, act, body.items))


@router.get("", dependencies=[READERS])
async def list_posts(
    connection: Transaction, cursor: UUID = FIRST, kind: str | None = None, limit: Limit = 100
) -> PostPage:
    """Posts in or for the caller's area, by id. `next` is the cursor of the following page."""
    items = [PostShown(**row) for row in await queries.list_posts(connection, cursor, limit, kind)]
    return PostPage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.post("/proposals")
async def propose(body: Proposals, connection: Transaction, act: Village, policy: CurrentPolicy) -> Results:
    """The village proposes households for posts; whom the rule refuses is not kept, `missing` says why."""
    return Results(results=await actions.propose(connection, act, policy, body.items))


@router.post("/checks")
async def check(body: Checks, connection: Transaction, act: Township) -> Results:
    """By another person than who proposed."""
    return Results(results=await actions.check(connection, act, body.items))


@router.post("/approvals")
async def approve(body: Approvals, connection: Transaction, act: County, policy: CurrentPolicy) -> Results:
    """By a third person; the rule is asked once more."""
    return Results(results=await actions.approve(connection, act, policy, body.items))


@router.post("/attendance")
async def record_attendance(body: Attendances, connection: Transaction, act: VillageOrTeam) -> Results:
    """Days worked, once a month and assignment."""
    return Results(results=await actions.record_attendance(connection, act, body.items))


@router.post("/payrolls", response_model=Payroll)
async def run_payroll(
    request: Request, body: PayrollOrder, connection: Transaction, act: County, policy: CurrentPolicy,
    key: IdempotencyKey = "",
) -> JSONResponse:  # fmt: skip
    """Owe each household its wage of a month that is over, by the days it attended; once, however often it is run."""
    return await once(
        request, connection, act, key, lambda: actions.run_payroll(connection, act, policy, body.month_on)
    )


@router.post("/endings")
async def end(body: Endings, connection: Transaction, act: Office) -> Results:
    """The household leaves the post; somebody else may be proposed for it."""
    return Results(results=await actions.end_assignments(connection, act, body.items))


@router.get("/assignments", dependencies=[READERS])
async def list_assignments(
    connection: Transaction, cursor: UUID = FIRST, household_id: UUID | None = None, state: str | None = None,
    limit: Limit = 100,
) -> AssignmentPage:  # fmt: skip
    """Within the caller's area, by id."""
    rows = await queries.list_assignments(connection, cursor, limit, household_id, state)
    items = [AssignmentShown(**row) for row in rows]
    return AssignmentPage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/summary")
async def show_totals(connection: Transaction, act: Annotated[Act, READERS]) -> PostTotals:
    """Posts of the caller's area by kind, how many are filled, and how many households work."""
    return PostTotals(**await queries.get_totals(connection, act.caller.area))
