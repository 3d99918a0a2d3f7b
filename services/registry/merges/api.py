"""Doors to households that merge: reported by one person, confirmed by another."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registry.merges import actions, queries
from services.registry.merges.rules import State
from services.registry.merges.schemas import Merge, MergeShown
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import OF_HOUSEHOLDS, CurrentDataKeys, CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/households/merges", tags=["merges"])


@router.post("")
async def report_merges(
    body: Batch[Merge], connection: Transaction, act: Annotated[Act, by("village", "team")]
) -> Results:
    """Households that merged; nothing changes before another person confirms it."""
    return body.answered(await actions.report_merges(connection, act, body.sound))


@router.post("/confirmations")
async def confirm_merges(
    body: Batch[Confirmation],
    connection: Transaction,
    data_keys: CurrentDataKeys,
    policy: CurrentPolicy,
    act: Annotated[Act, by("township")],
) -> Results:
    """Confirmed: since that day there is one household, which states its income anew. Else nothing changes."""
    return body.answered(await actions.confirm_merges(connection, act, data_keys, policy, body.sound))


@router.get("", dependencies=[OF_HOUSEHOLDS])
async def list_merges(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    other_id: UUID | None = None,
    state: State | None = None,
) -> Page[MergeShown]:
    """Merges of the caller's area, by id; `household_id` is the household that stays, `other_id` the one that ends."""
    rows = await queries.list_merges(connection, at, state=state, household_id=household_id, other_id=other_id)
    return page(MergeShown, rows, at)
