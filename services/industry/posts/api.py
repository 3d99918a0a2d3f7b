"""Doors to posts: who may work where, how long he did, what he is owed for it."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from services.industry.posts import actions, queries
from services.industry.posts.rules import Kind, State
from services.industry.posts.schemas import (
    AssignmentShown,
    Attendance,
    Continuation,
    Ending,
    Payroll,
    PayrollOrder,
    Post,
    PostShown,
    PostTotals,
    Proposal,
)
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import SEE_HOUSEHOLDS, CurrentPolicy, IdempotencyKey, Paging, Reading, Transaction, by, once
from shared.ground.context import Act

router = APIRouter(prefix="/posts", tags=["posts"])

READERS = by("county", "township", "village", "team", "helper", "department", "auditor", units=("human_resources",))
OF_ASSIGNMENTS = by(*SEE_HOUSEHOLDS, "department", units=("human_resources",))
County = Annotated[Act, by("county")]
# The office approves what was proposed before the bureau did.
Approver = Annotated[Act, by("county", "department", units=("human_resources",))]
Office = Annotated[Act, by("county", "township")]
Township = Annotated[Act, by("township")]
Village = Annotated[Act, by("village")]
VillageOrTeam = Annotated[Act, by("village", "team")]


@router.post("")
async def open_posts(body: Batch[Post], connection: Transaction, act: Office) -> Results:
    """Up to 1,000 posts within the caller's area."""
    return body.answered(await actions.open_posts(connection, act, body.sound))


@router.get("", dependencies=[READERS])
async def list_posts(connection: Paging, at: Cursor, kind: Kind | None = None) -> Page[PostShown]:
    """Posts in or for the caller's area, by id."""
    rows = await queries.list_posts(connection, at, kind=kind)
    held = await queries.list_held(connection, [post.id for post in rows])
    return page(PostShown, [PostShown(**post._asdict(), held=post.id in held) for post in rows], at)


@router.post("/proposals")
async def propose(body: Batch[Proposal], connection: Transaction, act: Village, policy: CurrentPolicy) -> Results:
    """The village proposes households for posts; whom the rule refuses is not kept, `missing` says why."""
    return body.answered(await actions.propose(connection, act, policy, body.sound))


@router.post("/checks")
async def check(body: Batch[Confirmation], connection: Transaction, act: Township) -> Results:
    """By another person than who proposed."""
    return body.answered(await actions.check(connection, act, body.sound))


@router.post("/approvals")
async def approve(body: Batch[Confirmation], connection: Transaction, act: Approver, policy: CurrentPolicy) -> Results:
    """By the human resources bureau, and a third person; the rule is asked once more."""
    return body.answered(await actions.approve(connection, act, policy, body.sound))


@router.post("/attendance")
async def record_attendance(body: Batch[Attendance], connection: Transaction, act: VillageOrTeam) -> Results:
    """Days worked, once a month and assignment."""
    return body.answered(await actions.record_attendance(connection, act, body.sound))


@router.post("/payrolls", response_model=Payroll)
async def run_payroll(
    request: Request,
    body: PayrollOrder,
    connection: Transaction,
    act: County,
    policy: CurrentPolicy,
    key: IdempotencyKey = "",
) -> JSONResponse:
    """Owe each household its wage of a month that is over, by the days it attended; once, however often it is run."""
    return await once(
        request, connection, act, key, lambda: actions.run_payroll(connection, act, policy, body.month_on)
    )


@router.post("/continuations")
async def resume(body: Batch[Continuation], connection: Transaction, act: Village, policy: CurrentPolicy) -> Results:
    """Somebody of the household died: whether somebody else of it works on, where the rule still holds."""
    return body.answered(await actions.resume(connection, act, policy, body.sound))


@router.post("/endings")
async def end(body: Batch[Ending], connection: Transaction, act: Office) -> Results:
    """The household leaves the post; somebody else may be proposed for it."""
    return body.answered(await actions.end_assignments(connection, act, body.sound))


@router.get("/assignments", dependencies=[OF_ASSIGNMENTS])
async def list_assignments(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, state: State | None = None
) -> Page[AssignmentShown]:
    """Within the caller's area, by id."""
    rows = await queries.list_assignments(connection, at, household_id=household_id, state=state)
    return page(AssignmentShown, rows, at)


@router.get("/summary")
async def show_totals(connection: Reading, act: Annotated[Act, READERS]) -> PostTotals:
    """Posts of the caller's area by kind, how many are filled, and how many households work."""
    return PostTotals(**(await queries.get_totals(connection, act.caller.area))._asdict())
