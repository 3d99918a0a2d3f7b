"""Doors to natural changes and removals: reported by one person, confirmed by another."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.changes import actions, queries
from services.registry.changes.rules import DepartureState, RemovalState
from services.registry.changes.schemas import Departure, DepartureShown, Removal, RemovalConfirmation, RemovalShown
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import OF_HOUSEHOLDS, CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/households", tags=["changes"])

Township = Annotated[Act, by("township")]
County = Annotated[Act, by("county")]


@router.post("/departures")
async def report_departures(
    body: Batch[Departure], connection: Transaction, act: Annotated[Act, by("village", "helper")]
) -> Results:
    """People who left their households; nothing changes before another person confirms it."""
    return body.answered(await actions.report_departures(connection, act, body.sound))


@router.post("/departures/confirmations")
async def confirm_departures(
    body: Batch[Confirmation], connection: Transaction, policy: CurrentPolicy, act: Township
) -> Results:
    """Confirmed: the household has a member fewer from that day on. Not confirmed: nothing changes."""
    return body.answered(await actions.confirm_departures(connection, act, policy, body.sound))


@router.get("/departures", dependencies=[OF_HOUSEHOLDS])
async def list_departures(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, state: DepartureState | None = None
) -> Page[DepartureShown]:
    """Departures of the caller's area, by id."""
    rows = await queries.list_departures(connection, at, state=state, household_id=household_id)
    return page(DepartureShown, rows, at)


@router.post("/removals")
async def propose_removals(
    body: Batch[Removal], connection: Transaction, act: Annotated[Act, by("village", "team")]
) -> Results:
    """Households that do not belong in the register; never automatic, a person lays the proof before another."""
    return body.answered(await actions.propose_removals(connection, act, body.sound))


@router.post("/removals/confirmations")
async def confirm_removals(body: Batch[RemovalConfirmation], connection: Transaction, act: County) -> Results:
    """Confirmed: the household of that number is struck, and what is under way for it ends."""
    return body.answered(await actions.confirm_removals(connection, act, body.sound))


@router.get("/removals", dependencies=[OF_HOUSEHOLDS])
async def list_removals(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, state: RemovalState | None = None
) -> Page[RemovalShown]:
    """Removals of the caller's area, by id."""
    rows = await queries.list_removals(connection, at, state=state, household_id=household_id)
    return page(RemovalShown, rows, at)
