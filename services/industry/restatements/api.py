"""Doors to restatements: what an entity paid and what came in for a station, as it was in truth."""

from typing import Annotated

from fastapi import APIRouter

from services.industry.restatements import actions, queries
from services.industry.restatements.rules import Kind
from services.industry.restatements.schemas import AmountRestated, RestatementShown
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/restatements", tags=["restatements"])

READERS = by("county", "township", "village", "team", "helper", "entity", "auditor")
# Who may say a figure may put it right.
Payer = Annotated[Act, by("entity", "county")]
County = Annotated[Act, by("county")]


@router.post("/dividends")
async def restate_dividends(body: Batch[AmountRestated], connection: Transaction, act: Payer) -> Results:
    """What an entity paid in truth by `POST /dividends/payments`: never more than it owed on that day."""
    return body.answered(await actions.restate_dividends(connection, act, body.sound))


@router.post("/receipts")
async def restate_receipts(
    body: Batch[AmountRestated], connection: Transaction, act: County, policy: CurrentPolicy
) -> Results:
    """What came in for a leg in truth: never less than stands in plans."""
    return body.answered(await actions.restate_receipts(connection, act, policy, body.sound))


@router.get("", dependencies=[READERS])
async def list_restatements(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, kind: Kind | None = None
) -> Page[RestatementShown]:
    """Of the caller's area or unit, by id."""
    rows = await queries.list_restatements(connection, at, household_id=household_id, kind=kind)
    return page(RestatementShown, rows, at)
