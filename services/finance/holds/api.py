"""Doors to holds: lists, the county's confirmation of a suspicion, and its release of a hold."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.finance.holds import actions, queries
from services.finance.holds.rules import Kind
from services.finance.holds.schemas import Hold, Release
from services.finance.loans.api import LoanAsked
from shared.acts.bodies import Batch, Case, Cursor, Page, Results, page
from shared.doors.http import Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/holds", tags=["holds"])

READERS = by("county", "bank", "auditor")
County = Annotated[Act, by("county")]


@router.get("", dependencies=[READERS])
async def list_holds(
    connection: Paging,
    at: Cursor,
    loan_id: LoanAsked,
    kind: Kind | None = None,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
) -> Page[Hold]:
    """Holds of the caller's area or bank, by id; `open`: not released yet."""
    return page(Hold, await queries.list_holds(connection, at, loan_id=loan_id, kind=kind, open=is_open), at)


@router.post("/confirmations")
async def confirm_holds(body: Batch[Case], connection: Transaction, act: County) -> Results:
    """Suspicions of misuse found true."""
    return body.answered(await actions.confirm_holds(connection, act, body.sound))


@router.post("/releases")
async def release_holds(body: Batch[Release], connection: Transaction, act: County) -> Results:
    """Holds released; confirmed misuse by another person than confirmed it."""
    return body.answered(await actions.release_holds(connection, act, body.sound))
