"""Doors to income sheets."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.registry.sheets import actions, queries
from services.registry.sheets.schemas import NewSheet, SheetShown, SheetsTaken
from shared.acts.bodies import Batch, Cursor, Page, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import OF_HOUSEHOLDS, CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/income-sheets", tags=["households"])

Visitor = Annotated[Act, by("village", "team", "helper")]
IncomeYear = Annotated[int | None, Query(ge=2013, le=2030)]


@router.post("")
async def hand_in_sheets(
    body: Batch[NewSheet], connection: Transaction, policy: CurrentPolicy, act: Visitor
) -> SheetsTaken:
    """Income sheets that households heard and signed, up to 1,000 at once, a result for each with the sum."""
    answered = body.answered(await actions.hand_in_sheets(connection, act, policy, body.sound))
    return SheetsTaken.model_validate(answered, from_attributes=True)


@router.get("", dependencies=[OF_HOUSEHOLDS])
async def list_sheets(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, income_year: IncomeYear = None
) -> Page[SheetShown]:
    """Sheets of the caller's area, oldest first; a helper's of the paired households, a villager's own."""
    rows = await queries.list_sheets(connection, at, household_id=household_id, income_year=income_year)
    return page(SheetShown, rows, at)
