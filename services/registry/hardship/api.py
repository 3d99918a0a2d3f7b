"""Doors to deep poverty: have it counted, list who is in it."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.hardship import actions, queries
from services.registry.hardship.schemas import Count, CountAsked, DeeplyPoorShown
from shared.acts.bodies import Cursor, Page, page
from shared.doors.http import OF_HOUSEHOLDS, CurrentPolicy, Paging, Transaction, by
from shared.doors.moments import AskedAsOf
from shared.ground.context import Act
from shared.values.inputs import Area

router = APIRouter(prefix="/deep-poverty", tags=["hardship"])


@router.post("/counts")
async def count_deep_poverty(
    body: CountAsked, connection: Transaction, policy: CurrentPolicy, act: Annotated[Act, by("county")]
) -> Count:
    """Every household of a division by the criteria in force: of whom it is found otherwise, it is so since today, with
    a decision that says why. Counted again on the same facts, nothing changes.
    """
    return await actions.count_deep_poverty(connection, act, policy, body.division)


@router.get("", dependencies=[OF_HOUSEHOLDS])
async def list_deeply_poor(
    connection: Paging, as_of: AskedAsOf, at: Cursor, division: Area | None = None
) -> Page[DeeplyPoorShown]:
    """Households in deep poverty, by id: as held for true now, or as of a day, by what was known at a moment."""
    rows = await queries.list_deeply_poor(connection, as_of, at, division=division)
    return page(DeeplyPoorShown, rows, at, key="household_id")
