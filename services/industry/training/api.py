"""Doors to training: classes, attendance, certificates, the subsidy."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from services.industry.training import actions, queries
from services.industry.training.schemas import (
    Attendances,
    CertificateAcceptances,
    CertificatePage,
    Certificates,
    CertificateShown,
    Results,
    Subsidies,
    SubsidyOrder,
    TrainingClasses,
    TrainingTotals,
)
from shared.doors.http import CurrentPolicy, IdempotencyKey, Transaction, by, once
from shared.ground.context import Act

router = APIRouter(prefix="/training", tags=["training"])

FIRST = UUID(int=0)
READERS = by("county", "township", "village", "team", "helper", "auditor")
County = Annotated[Act, by("county")]
Office = Annotated[Act, by("county", "township")]
Township = Annotated[Act, by("township")]
Clerk = Annotated[Act, by("village", "township")]


@router.post("/classes")
async def plan_classes(body: TrainingClasses, connection: Transaction, act: Office) -> Results:
    """Up to 1,000 classes within the caller's area."""
    return Results(results=await actions.plan_classes(connection, act, body.items))


@router.post("/attendances")
async def record_attendances(body: Attendances, connection: Transaction, act: Clerk) -> Results:
    """Who attended a class, and for how many days."""
    return Results(results=await actions.record_attendances(connection, act, body.items))


@router.post("/certificates")
async def record_certificates(body: Certificates, connection: Transaction, act: Township) -> Results:
    """Certificates of those who attended; a number is used once in the county."""
    return Results(results=await actions.record_certificates(connection, act, body.items))


@router.post("/certificates/acceptances")
async def accept_certificates(body: CertificateAcceptances, connection: Transaction, act: County) -> Results:
    """By another person than who recorded them."""
    return Results(results=await actions.accept_certificates(connection, act, body.items))


@router.post("/subsidies", response_model=Subsidies)
async def order_subsidies(
    request: Request, body: SubsidyOrder, connection: Transaction, act: County, policy: CurrentPolicy,
    key: IdempotencyKey = "",
) -> JSONResponse:  # fmt: skip
    """Owe the subsidy for accepted certificates, once a year for a trainee and course."""
    return await once(
        request, connection, act, key, lambda: actions.order_subsidies(connection, act, policy, body.course)
    )


@router.get("/certificates", dependencies=[READERS])
async def list_certificates(
    connection: Transaction, cursor: UUID = FIRST, household_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> CertificatePage:  # fmt: skip
    """Within the caller's area, by id. `next` is the cursor of the following page."""
    rows = await queries.list_certificates(connection, cursor, limit, household_id)
    items = [CertificateShown(**row) for row in rows]
    return CertificatePage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/summary")
async def show_totals(connection: Transaction, act: Annotated[Act, READERS]) -> TrainingTotals:
    """Counts over the caller's area."""
    return TrainingTotals(**await queries.get_totals(connection, act.caller.area))
