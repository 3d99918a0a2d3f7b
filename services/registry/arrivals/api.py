"""Doors to natural increase: reported by one person, confirmed by another."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.arrivals import actions, queries
from services.registry.arrivals.rules import State
from services.registry.arrivals.schemas import Arrival, ArrivalShown
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import OF_HOUSEHOLDS, CurrentDataKeys, CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/households/arrivals", tags=["arrivals"])


@router.post("")
async def report_arrivals(
    body: Batch[Arrival],
    connection: Transaction,
    data_keys: CurrentDataKeys,
    act: Annotated[Act, by("village", "team")],
) -> Results:
    """People who joined households; nothing changes before another person confirms it."""
    return body.answered(await actions.report_arrivals(connection, act, data_keys, body.sound))


@router.post("/confirmations")
async def confirm_arrivals(
    body: Batch[Confirmation],
    connection: Transaction,
    data_keys: CurrentDataKeys,
    policy: CurrentPolicy,
    act: Annotated[Act, by("township")],
) -> Results:
    """Confirmed: the household has a member more from that day on. Not confirmed: nothing changes."""
    return body.answered(await actions.confirm_arrivals(connection, act, data_keys, policy, body.sound))


@router.get("", dependencies=[OF_HOUSEHOLDS])
async def list_arrivals(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, state: State | None = None
) -> Page[ArrivalShown]:
    """Arrivals of the caller's area, by id."""
    rows = await queries.list_arrivals(connection, at, state=state, household_id=household_id)
    return page(ArrivalShown, rows, at)
