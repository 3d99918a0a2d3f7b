"""Doors to holds: lists, the county's confirmation of a suspicion, and its release of a hold."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.finance.holds import actions, queries
from services.finance.holds.schemas import Hold, HoldPage, HoldResults, Kind, Releases, Suspicions
from shared.doors.http import Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/holds", tags=["holds"])

FIRST = UUID(int=0)
READERS = by("county", "bank", "auditor")
County = Annotated[Act, by("county")]


@router.get("", dependencies=[READERS])
async def list_holds(
    connection: Transaction, cursor: UUID = FIRST, loan_id: UUID | None = None, kind: Kind | None = None,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> HoldPage:  # fmt: skip
    """Holds of the caller's area or bank, by id; `open`: not released yet. `next` is the following page's cursor."""
    rows = await queries.list_holds(connection, cursor, limit, loan_id, kind, is_open)
    items = [Hold(**row) for row in rows]
    return HoldPage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.post("/confirmations")
async def confirm_holds(body: Suspicions, connection: Transaction, act: County) -> HoldResults:
    """Up to 1,000 suspicions of misuse found true, a result for each."""
    return HoldResults(results=await actions.confirm_holds(connection, act, body.items))


@router.post("/releases")
async def release_holds(body: Releases, connection: Transaction, act: County) -> HoldResults:
    """Up to 1,000 holds released, a result for each; confirmed misuse by another person than confirmed it."""
    return HoldResults(results=await actions.release_holds(connection, act, body.items))
