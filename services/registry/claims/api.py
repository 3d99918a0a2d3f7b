"""Doors to persons whom two households count: what is claimed, and the county's decision."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.claims import actions, queries
from services.registry.claims.rules import State
from services.registry.claims.schemas import ClaimDecision, ClaimShown
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/households/claims", tags=["claims"])


@router.post("/decisions")
async def decide_claims(
    body: Batch[ClaimDecision], connection: Transaction, act: Annotated[Act, by("county")]
) -> Results:
    """Whose the person is. Where he moves, the side that holds him confirms his departure; then he may join."""
    return body.answered(await actions.decide_claims(connection, act, body.sound))


@router.get("", dependencies=[by("county", "township", "village", "team", "auditor")])
async def list_claims(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, state: State | None = None
) -> Page[ClaimShown]:
    """Claims of the caller's area, by id; `household_id` is the household that holds the person."""
    rows = await queries.list_claims(connection, at, state=state, household_id=household_id)
    return page(ClaimShown, rows, at)
