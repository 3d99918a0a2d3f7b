"""Doors to households that split: reported by one person, confirmed by another."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.splits import actions, queries
from services.registry.splits.rules import State
from services.registry.splits.schemas import Split, SplitShown
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import OF_HOUSEHOLDS, CurrentDataKeys, CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/households/splits", tags=["splits"])


@router.post("")
async def report_splits(
    body: Batch[Split], connection: Transaction, act: Annotated[Act, by("village", "team")]
) -> Results:
    """Households that split; nothing changes before another person confirms it."""
    return body.answered(await actions.report_splits(connection, act, body.sound))


@router.post("/confirmations")
async def confirm_splits(
    body: Batch[Confirmation],
    connection: Transaction,
    data_keys: CurrentDataKeys,
    policy: CurrentPolicy,
    act: Annotated[Act, by("township")],
) -> Results:
    """Confirmed: there are two households since that day, and either states its income anew. Not confirmed: nothing
    changes.
    """
    return body.answered(await actions.confirm_splits(connection, act, data_keys, policy, body.sound))


@router.get("", dependencies=[OF_HOUSEHOLDS])
async def list_splits(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, state: State | None = None
) -> Page[SplitShown]:
    """Splits of the caller's area, by id; `household_id` is the household that split."""
    rows = await queries.list_splits(connection, at, state=state, household_id=household_id)
    return page(SplitShown, rows, at)
