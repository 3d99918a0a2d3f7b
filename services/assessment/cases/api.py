"""Doors to cases of fabrication."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.assessment.cases import actions, queries
from services.assessment.cases.rules import State
from services.assessment.cases.schemas import CaseSummary, FraudCase, NewCase, Reviewed, Touched
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.data.sql import Connection
from shared.doors.http import Paging, Reading, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/cases", tags=["cases"])

READERS = by("county", "township", "auditor")
Opener = Annotated[Act, by("county", "township", "auditor")]
Auditor = Annotated[Act, by("auditor")]


async def _case(connection: Connection, case_id: UUID) -> FraudCase:
    row = await queries.get_case(connection, case_id)
    households = await queries.list_households(connection, case_id)
    return FraudCase(
        **row._asdict(),
        subject_ids=await queries.list_subjects(connection, case_id),
        households=[Touched.model_validate(h, from_attributes=True) for h in households],
    )


@router.post("", status_code=201)
async def open_case(body: NewCase, connection: Transaction, act: Opener) -> FraudCase:
    """Accuses units or cadres, and names the households that are touched."""
    await actions.open_case(connection, act, body)
    return await _case(connection, body.id)


@router.post("/{case_id}/confirmation")
async def confirm(case_id: UUID, connection: Transaction, act: Auditor) -> FraudCase:
    """By another person than who opened it: what it touched is frozen everywhere."""
    await actions.decide(connection, act, case_id, confirmed=True)
    return await _case(connection, case_id)


@router.post("/{case_id}/dismissal")
async def dismiss(case_id: UUID, connection: Transaction, act: Auditor) -> FraudCase:
    """By another person than who opened it."""
    await actions.decide(connection, act, case_id, confirmed=False)
    return await _case(connection, case_id)


@router.post("/{case_id}/reviews")
async def review(
    case_id: UUID, body: Batch[Reviewed], connection: Transaction, act: Annotated[Act, by("township")]
) -> Results:
    """Households that the township has looked at on the spot, whoever's case it is."""
    ids = [item.household_id for item in body.sound]
    return body.answered(await actions.review(connection, act, case_id, ids))


@router.get("", dependencies=[READERS])
async def list_cases(connection: Paging, at: Cursor, state: State | None = None) -> Page[CaseSummary]:
    """Cases of the caller's area, by id."""
    return page(CaseSummary, await queries.list_cases(connection, at, state=state), at)


@router.get("/{case_id}", dependencies=[READERS])
async def get_case(case_id: UUID, connection: Reading) -> FraudCase:
    """One case, with the households it touches."""
    return await _case(connection, case_id)
