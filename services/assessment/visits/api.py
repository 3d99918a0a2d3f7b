"""Doors to visits and presence: what phones send, one by one or after days offline, and what became of it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.assessment.visits import actions, queries
from services.assessment.visits.schemas import (
    Copies,
    CopiesList,
    NewCheckin,
    NewVisit,
    SentVisit,
    Visit,
    VisitResults,
    VisitState,
    VisitSummary,
)
from shared.acts.bodies import Batch, Cursor, Page, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import OF_HOUSEHOLDS, CurrentPolicy, Paging, Reading, Transaction, by
from shared.ground.context import Act
from shared.ground.problems import Problem
from shared.values.inputs import Day

router = APIRouter(prefix="/visits", tags=["visits"])

READERS = by("county", "township", "village", "team", "helper", "auditor")
SEE_NOTES = ("county", "auditor")
Visitor = Annotated[Act, by("helper", "team")]


@router.post("/sync")
async def sync(body: Batch[SentVisit], connection: Transaction, policy: CurrentPolicy, act: Visitor) -> VisitResults:
    """Up to 1,000 visits of a phone that was offline; each may have been sent before."""
    results = await actions.record_visits(connection, act, policy, body.sound)
    return VisitResults.model_validate(body.answered(results), from_attributes=True)


@router.post("/checkins")
async def check_in(
    body: Batch[NewCheckin], connection: Transaction, policy: CurrentPolicy, act: Visitor
) -> VisitResults:
    """Days of presence in the village where the caller is stationed."""
    results = await actions.record_checkins(connection, act, policy, body.sound)
    return VisitResults.model_validate(body.answered(results), from_attributes=True)


@router.get("")
async def list_visits(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    act: Annotated[Act, OF_HOUSEHOLDS],
    cadre_id: UUID | None = None,
    since: Day | None = None,
    until: Day | None = None,
) -> Page[Visit]:
    """Visits in the caller's area, by id; both days belong to the period."""
    rows = await queries.list_visits(
        connection, at, household_id=household_id, cadre_id=cadre_id, since=since, until=until
    )
    shown = page(Visit, rows, at)
    if act.caller.role not in SEE_NOTES:
        for row, visit in zip(rows, shown.items, strict=True):
            visit.note = visit.note if row.recorded_by == act.subject else None
    return shown


@router.get("/summary", dependencies=[READERS])
async def show_summary(connection: Reading, since: Day | None = None, until: Day | None = None) -> VisitSummary:
    """Counts over the caller's area; both days belong to the period."""
    return VisitSummary(**(await queries.get_summary(connection, since, until))._asdict())


@router.get("/copies", dependencies=[by("county", "auditor")])
async def list_copies(year: Annotated[int, Query(ge=2000, le=2100)], connection: Reading) -> CopiesList:
    """Helpers whose notes repeat: a ground to look, not a finding."""
    return CopiesList(items=[Copies(**row._asdict()) for row in await queries.list_copies(connection, year)])


@router.put("/{visit_id}", status_code=201)
async def put_visit(
    visit_id: UUID, body: NewVisit, response: Response, connection: Transaction, policy: CurrentPolicy, act: Visitor
) -> VisitState:
    """One visit: 201 when it is new, 200 when it was sent before."""
    sent = SentVisit(id=visit_id, **body.model_dump())
    (result,) = await actions.record_visits(connection, act, policy, [sent])
    if result.code:
        raise Problem(result.code)
    response.status_code = 201 if result.fresh else 200
    return VisitState(id=visit_id, status="accepted", counts=result.counts, reasons=result.reasons)
