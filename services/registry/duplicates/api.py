"""Doors to duplicates: search the county for them, read the queue, sort a pair out."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.duplicates import actions, queries
from services.registry.duplicates.rules import Code, SearchState, State
from services.registry.duplicates.schemas import DuplicateShown, NewSearch, PairReview, SearchShown
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import Paging, Transaction, by
from shared.ground.context import Act
from shared.values.inputs import Area

router = APIRouter(tags=["duplicates"])


@router.post("/duplicate-searches")
async def search_duplicates(
    body: Batch[NewSearch], connection: Transaction, act: Annotated[Act, by("county")]
) -> Results:
    """Compare the people of all registered households of the county with one another, beside the doors. Who may be one
    person is asked about, once; nothing else follows.
    """
    return body.answered(await actions.ask_searches(connection, act, body.sound))


@router.get("/duplicate-searches", dependencies=[by("county", "auditor")])
async def list_searches(connection: Paging, at: Cursor, state: SearchState | None = None) -> Page[SearchShown]:
    """Searches of the caller's area, by id, and what they found."""
    return page(SearchShown, await queries.list_searches(connection, at, state=state), at)


@router.get("/duplicates", dependencies=[by("county", "township", "auditor")])
async def list_duplicates(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    state: State | None = None,
    code: Code | None = None,
    division: Area | None = None,
) -> Page[DuplicateShown]:
    """Pairs of the caller's area, by id, without names and numbers; of a division those who both live within it."""
    rows = await queries.list_duplicates(
        connection, at, household_id=household_id, state=state, code=code, division=division
    )
    return page(DuplicateShown, rows, at)


@router.post("/duplicates/reviews")
async def review_duplicates(
    body: Batch[PairReview], connection: Transaction, act: Annotated[Act, by("township", "county")]
) -> Results:
    """Two people, for a reason: it waits for another's word. The same: it is suspected of the household that was
    registered later, and looked into on the spot. Of two townships the county says it; nobody of a household he helps.
    """
    return body.answered(await actions.review(connection, act, body.sound))


@router.post("/duplicates/confirmations")
async def confirm_duplicates(
    body: Batch[Confirmation], connection: Transaction, act: Annotated[Act, by("township", "county")]
) -> Results:
    """By another than who told the two apart. Confirmed: they are two, and asked about no more. Not confirmed: it is
    asked anew.
    """
    return body.answered(await actions.confirm(connection, act, body.sound))
