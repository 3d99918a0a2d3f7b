"""Doors to what visits found: answered by a person who did not see it there."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.findings import actions, queries
from services.registry.findings.rules import State
from services.registry.findings.schemas import FindingAnswer, FindingShown
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import OF_HOUSEHOLDS, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/findings", tags=["findings"])


@router.post("/answers")
async def answer(
    body: Batch[FindingAnswer], connection: Transaction, act: Annotated[Act, by("township", "team")]
) -> Results:
    """What somebody found who looked into it; until then the household does not exit."""
    return body.answered(await actions.answer(connection, act, body.sound))


@router.get("", dependencies=[OF_HOUSEHOLDS])
async def list_findings(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, state: State | None = None
) -> Page[FindingShown]:
    """What visits found in the caller's area, by id; never by which login."""
    rows = await queries.list_findings(connection, at, state=state, household_id=household_id)
    return page(FindingShown, rows, at)
