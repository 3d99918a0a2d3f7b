"""Doors to restatements: what was paid, received, attended, accepted and worked for, as it was in truth."""

from typing import Annotated

from fastapi import APIRouter

from services.industry.restatements import actions, queries
from services.industry.restatements.rules import Kind
from services.industry.restatements.schemas import AmountRestated, AreaRestated, DaysRestated, RestatementShown
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/restatements", tags=["restatements"])

READERS = by("county", "township", "village", "team", "helper", "entity", "auditor")
# Who may say a figure may put it right.
Payer = Annotated[Act, by("entity", "county")]
County = Annotated[Act, by("county")]
Forestry = Annotated[Act, by("department", units=("forestry",))]
Township = Annotated[Act, by("township")]
VillageOrTeam = Annotated[Act, by("village", "team")]


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


@router.post("/attendance")
async def restate_attendances(
    body: Batch[DaysRestated], connection: Transaction, act: VillageOrTeam, policy: CurrentPolicy
) -> Results:
    """How many days of a month were worked in truth; what was paid for them is made up for."""
    return body.answered(await actions.restate_attendances(connection, act, policy, body.sound))


@router.post("/acceptances")
async def restate_acceptances(
    body: Batch[AreaRestated], connection: Transaction, act: Forestry, policy: CurrentPolicy
) -> Results:
    """How much of a plot stood in truth; by the forestry bureau, and another person than who recorded the plot."""
    return body.answered(await actions.restate_acceptances(connection, act, policy, body.sound))


@router.post("/labour")
async def restate_labours(body: Batch[AmountRestated], connection: Transaction, act: Township) -> Results:
    """What a household worked for in truth, within the contract."""
    return body.answered(await actions.restate_labours(connection, act, body.sound))


@router.get("", dependencies=[READERS])
async def list_restatements(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, kind: Kind | None = None
) -> Page[RestatementShown]:
    """Of the caller's area or unit, by id."""
    rows = await queries.list_restatements(connection, at, household_id=household_id, kind=kind)
    return page(RestatementShown, rows, at)
