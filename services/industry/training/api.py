"""Doors to training: classes, attendance, certificates, the subsidy."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from services.industry.training import actions, queries
from services.industry.training.rules import State
from services.industry.training.schemas import (
    Attendance,
    Certificate,
    CertificateShown,
    Subsidies,
    SubsidyOrder,
    TrainingClass,
    TrainingTotals,
)
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import SEE_HOUSEHOLDS, CurrentPolicy, IdempotencyKey, Paging, Reading, Transaction, by, once
from shared.ground.context import Act

router = APIRouter(prefix="/training", tags=["training"])

READERS = by("county", "township", "village", "team", "helper", "department", "auditor", units=("human_resources",))
OF_CERTIFICATES = by(*SEE_HOUSEHOLDS, "department", units=("human_resources",))
Bureau = Annotated[Act, by("department", units=("human_resources",))]
# The office accepts what was recorded before the bureau did.
Certifier = Annotated[Act, by("county", "department", units=("human_resources",))]
Planner = Annotated[Act, by("department", "township", units=("human_resources",))]
Township = Annotated[Act, by("township")]
Clerk = Annotated[Act, by("village", "township")]


@router.post("/classes")
async def plan_classes(body: Batch[TrainingClass], connection: Transaction, act: Planner) -> Results:
    """Up to 1,000 classes within the caller's area."""
    return body.answered(await actions.plan_classes(connection, act, body.sound))


@router.post("/attendances")
async def record_attendances(body: Batch[Attendance], connection: Transaction, act: Clerk) -> Results:
    """Who attended a class, and for how many days."""
    return body.answered(await actions.record_attendances(connection, act, body.sound))


@router.post("/certificates")
async def record_certificates(body: Batch[Certificate], connection: Transaction, act: Township) -> Results:
    """Certificates of those who attended; a number is used once in the county."""
    return body.answered(await actions.record_certificates(connection, act, body.sound))


@router.post("/certificates/acceptances")
async def accept_certificates(body: Batch[Confirmation], connection: Transaction, act: Certifier) -> Results:
    """By the human resources bureau, and another person than who recorded them."""
    return body.answered(await actions.accept_certificates(connection, act, body.sound))


@router.post("/subsidies", response_model=Subsidies)
async def order_subsidies(
    request: Request,
    body: SubsidyOrder,
    connection: Transaction,
    act: Bureau,
    policy: CurrentPolicy,
    key: IdempotencyKey = "",
) -> JSONResponse:
    """Owe the subsidy for accepted certificates, once a year for a trainee and course."""
    return await once(
        request, connection, act, key, lambda: actions.order_subsidies(connection, act, policy, body.course)
    )


@router.get("/certificates", dependencies=[OF_CERTIFICATES])
async def list_certificates(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, state: State | None = None
) -> Page[CertificateShown]:
    """Within the caller's area, by id."""
    rows = await queries.list_certificates(connection, at, household_id=household_id, state=state)
    return page(CertificateShown, rows, at)


@router.get("/summary")
async def show_totals(connection: Reading, act: Annotated[Act, READERS]) -> TrainingTotals:
    """Counts over the caller's area."""
    return TrainingTotals(**(await queries.get_totals(connection, act.caller.area))._asdict())
