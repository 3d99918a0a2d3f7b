"""Doors to old homesteads: recorded, taken down, reclaimed, accepted, counted."""

from typing import Annotated

from fastapi import APIRouter

from services.relocation.homesteads import actions, queries
from services.relocation.homesteads.rules import State
from services.relocation.homesteads.schemas import (
    Acceptance,
    Demolition,
    Homestead,
    HomesteadTotals,
    NewHomestead,
    Reclamation,
)
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import OF_HOUSEHOLDS, CurrentPolicy, Paging, Reading, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/homesteads", tags=["homesteads"])

Village = Annotated[Act, by("village")]
Township = Annotated[Act, by("township")]


@router.put("")
async def record_homesteads(body: Batch[NewHomestead], connection: Transaction, act: Village) -> Results:
    """House and land that an applicant leaves."""
    return body.answered(await actions.record_homesteads(connection, act, body.sound))


@router.post("/demolitions")
async def report_demolitions(body: Batch[Demolition], connection: Transaction, act: Village) -> Results:
    """Old houses taken down, after their household has moved in."""
    return body.answered(await actions.report_demolitions(connection, act, body.sound))


@router.post("/reclamations")
async def report_reclamations(body: Batch[Reclamation], connection: Transaction, act: Village) -> Results:
    """Land that is a field again."""
    return body.answered(await actions.report_reclamations(connection, act, body.sound))


@router.post("/acceptances")
async def accept_works(
    body: Batch[Acceptance], connection: Transaction, policy: CurrentPolicy, act: Township
) -> Results:
    """By another person than who reported; the rule decides on the reward."""
    return body.answered(await actions.accept_works(connection, act, policy, body.sound))


@router.get("", dependencies=[OF_HOUSEHOLDS])
async def list_homesteads(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, state: State | None = None
) -> Page[Homestead]:
    """Homesteads of the caller's area, by id."""
    return page(Homestead, await queries.list_homesteads(connection, at, state=state, household_id=household_id), at)


@router.get("/summary", dependencies=[OF_HOUSEHOLDS])
async def show_totals(connection: Reading) -> HomesteadTotals:
    """Within the caller's area; fen."""
    return HomesteadTotals(**await queries.get_totals(connection))
