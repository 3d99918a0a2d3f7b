"""Doors to grievances: filed by anyone, answered by the office that is not complained of, taken higher."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registry.grievances import actions, queries
from services.registry.grievances.actions import PARTIES
from services.registry.grievances.rules import OFFICES, Matter, State
from services.registry.grievances.schemas import Answer, Grievance, GrievanceSummary, Handing, NewGrievance
from shared.acts.bodies import Batch, Case, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.acts.procedures import list_steps
from shared.doors.http import CurrentDataKeys, CurrentPolicy, Paging, Reading, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/grievances", tags=["grievances"])

Party = Annotated[Act, by(*PARTIES)]


@router.post("")
async def file_grievances(
    body: Batch[NewGrievance], connection: Transaction, policy: CurrentPolicy, data_keys: CurrentDataKeys, act: Party
) -> Results:
    """A villager's own complaints and objections, or what an official who is not complained of took down for others."""
    return body.answered(await actions.file_grievances(connection, act, policy, data_keys, body.sound))


@router.post("/answers")
async def answer(
    body: Batch[Answer], connection: Transaction, data_keys: CurrentDataKeys, act: Annotated[Act, by(*OFFICES)]
) -> Results:
    """By somebody of the office with which it lies, who did not take it down."""
    return body.answered(await actions.answer(connection, act, data_keys, body.sound))


@router.post("/handovers")
async def hand_over(body: Batch[Handing], connection: Transaction, act: Party) -> Results:
    """The complainant has the answer and signed for it; until then its deadline runs."""
    return body.answered(await actions.hand_over(connection, act, body.sound))


@router.post("/settlements")
async def settle(body: Batch[Case], connection: Transaction, act: Party) -> Results:
    """The complainant accepts the answer."""
    return body.answered(await actions.settle(connection, act, body.sound))


@router.post("/escalations")
async def escalate(body: Batch[Case], connection: Transaction, policy: CurrentPolicy, act: Party) -> Results:
    """Higher: as the complainant is not content with the answer, or as none has reached him in time."""
    return body.answered(await actions.escalate(connection, act, policy, body.sound))


@router.get("", dependencies=[by(*PARTIES)])
async def list_grievances(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    state: State | None = None,
    matter: Matter | None = None,
) -> Page[GrievanceSummary]:
    """Those that the caller made, took down, answers or oversees, by id; none in which he or his office is named."""
    rows = await queries.list_grievances(connection, at, state=state, matter=matter, household_id=household_id)
    return page(GrievanceSummary, rows, at)


@router.get("/{grievance_id}")
async def get_grievance(grievance_id: UUID, connection: Reading, data_keys: CurrentDataKeys, act: Party) -> Grievance:
    """One whole; what it says is for who decides, the complainant and the auditor."""
    case = await queries.get_grievance(connection, grievance_id)
    return actions.shown(data_keys, act, case, await list_steps(connection, grievance_id))
