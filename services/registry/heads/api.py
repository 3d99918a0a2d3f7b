"""Doors to new heads: reported by one person, confirmed by another."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.heads import actions, queries
from services.registry.heads.rules import State
from services.registry.heads.schemas import HeadShown, NewHead
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import OF_HOUSEHOLDS, CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/households/heads", tags=["heads"])


@router.post("")
async def report_heads(
    body: Batch[NewHead], connection: Transaction, act: Annotated[Act, by("village", "team")]
) -> Results:
    """Households that chose another head; nothing changes before another person confirms it."""
    return body.answered(await actions.report_heads(connection, act, body.sound))


@router.post("/confirmations")
async def confirm_heads(
    body: Batch[Confirmation], connection: Transaction, policy: CurrentPolicy, act: Annotated[Act, by("township")]
) -> Results:
    """Confirmed: the household has another head from that day on. Not confirmed: nothing changes."""
    return body.answered(await actions.confirm_heads(connection, act, policy, body.sound))


@router.get("", dependencies=[OF_HOUSEHOLDS])
async def list_heads(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, state: State | None = None
) -> Page[HeadShown]:
    """New heads of the caller's area, by id."""
    rows = await queries.list_heads(connection, at, state=state, household_id=household_id)
    return page(HeadShown, rows, at)
