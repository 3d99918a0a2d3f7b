"""Doors to moves: stated where a household stands, taken or not by the township where it goes."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.transfers import actions, queries
from services.registry.transfers.rules import State
from services.registry.transfers.schemas import Taking, Transfer, TransferShown
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import OF_HOUSEHOLDS, CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/households/transfers", tags=["transfers"])


@router.post("")
async def report_transfers(
    body: Batch[Transfer], connection: Transaction, act: Annotated[Act, by("village", "team", "township")]
) -> Results:
    """Households that moved to another village of the county; they stay where they are until that side takes them."""
    return body.answered(await actions.report_transfers(connection, act, body.sound))


@router.post("/decisions")
async def decide_transfers(
    body: Batch[Taking], connection: Transaction, policy: CurrentPolicy, act: Annotated[Act, by("township")]
) -> Results:
    """Taken: the household is the new village's since the day of the move. Not taken, and why: nothing changes."""
    return body.answered(await actions.decide_transfers(connection, act, policy, body.sound))


@router.get("", dependencies=[OF_HOUSEHOLDS])
async def list_transfers(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, state: State | None = None
) -> Page[TransferShown]:
    """Moves out of the caller's area and into it, by id."""
    rows = await queries.list_transfers(connection, at, state=state, household_id=household_id)
    return page(TransferShown, rows, at)
