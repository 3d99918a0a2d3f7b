"""Doors to what was confirmed by mistake: doubted by one person, taken back or put right by another."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.reversals import actions, queries
from services.registry.reversals.rules import State
from services.registry.reversals.schemas import Reversal, ReversalShown
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/households/reversals", tags=["reversals"])

Doubter = Annotated[Act, by("village", "team", "helper", "township", "county")]


@router.post("")
async def propose_reversals(body: Batch[Reversal], connection: Transaction, act: Doubter) -> Results:
    """Departures and removals that were confirmed by mistake; nothing changes before another person confirms it."""
    return body.answered(await actions.propose_reversals(connection, act, body.sound))


@router.post("/confirmations")
async def confirm_reversals(
    body: Batch[Confirmation],
    connection: Transaction,
    policy: CurrentPolicy,
    act: Annotated[Act, by("township", "county")],
) -> Results:
    """Of a departure by the township, of a removal by the county: who was out is in again, or left on another day."""
    return body.answered(await actions.confirm_reversals(connection, act, policy, body.sound))


@router.get("", dependencies=[by("county", "township", "village", "team", "helper", "auditor")])
async def list_reversals(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, state: State | None = None
) -> Page[ReversalShown]:
    """Those of the caller's area, by id."""
    rows = await queries.list_reversals(connection, at, state=state, household_id=household_id)
    return page(ReversalShown, rows, at)
