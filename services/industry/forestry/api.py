"""Doors to forestry: plots and their yearly acceptance; cooperatives, members, contracts, labour."""

from typing import Annotated

from fastapi import APIRouter

from services.industry.forestry import actions, queries
from services.industry.forestry.schemas import (
    Acceptance,
    AcceptanceShown,
    Contract,
    Coop,
    ForestTotals,
    Labour,
    Membership,
    Plot,
    PlotShown,
)
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import SEE_HOUSEHOLDS, CurrentPolicy, Paging, Reading, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/forestry", tags=["forestry"])

READERS = by("county", "township", "village", "team", "helper", "department", "auditor", units=("forestry",))
OF_LAND = by(*SEE_HOUSEHOLDS, "department", units=("forestry",))
Bureau = Annotated[Act, by("department", units=("forestry",))]
Township = Annotated[Act, by("township")]
Clerk = Annotated[Act, by("village", "township")]


@router.post("/plots")
async def record_plots(body: Batch[Plot], connection: Transaction, act: Township) -> Results:
    """Farmland that was planted with trees."""
    return body.answered(await actions.record_plots(connection, act, body.sound))


@router.post("/acceptances")
async def accept_plots(body: Batch[Acceptance], connection: Transaction, act: Bureau, policy: CurrentPolicy) -> Results:
    """What stands of a plot in a year, by the forestry bureau, and another person; the year's instalment is owed."""
    return body.answered(await actions.accept_plots(connection, act, policy, body.sound))


@router.get("/plots", dependencies=[OF_LAND])
async def list_plots(connection: Paging, at: Cursor, household_id: HouseholdAsked) -> Page[PlotShown]:
    """Of the caller's area, by id."""
    return page(PlotShown, await queries.list_plots(connection, at, household_id=household_id), at)


@router.get("/acceptances", dependencies=[OF_LAND])
async def list_acceptances(connection: Paging, at: Cursor, household_id: HouseholdAsked) -> Page[AcceptanceShown]:
    """What was found to stand of the plots of the caller's area, year by year, by id."""
    return page(AcceptanceShown, await queries.list_accepted(connection, at, household_id=household_id), at)


@router.put("/coops")
async def set_coops(body: Batch[Coop], connection: Transaction, act: Bureau, policy: CurrentPolicy) -> Results:
    """Register cooperatives, or count their members anew; one with too few poor members is refused."""
    return body.answered(await actions.set_coops(connection, act, policy, body.sound))


@router.post("/memberships")
async def join(body: Batch[Membership], connection: Transaction, act: Clerk) -> Results:
    """Households that are members of a cooperative."""
    return body.answered(await actions.record_memberships(connection, act, body.sound))


@router.post("/contracts")
async def sign_contracts(body: Batch[Contract], connection: Transaction, act: Bureau, policy: CurrentPolicy) -> Results:
    """Works given to cooperatives; enough of each contract is for their members' labour."""
    return body.answered(await actions.sign_contracts(connection, act, policy, body.sound))


@router.post("/labour")
async def record_labour(body: Batch[Labour], connection: Transaction, act: Township) -> Results:
    """What member households are owed for their labour, never more than the contract gives for it."""
    return body.answered(await actions.record_labour(connection, act, body.sound))


@router.get("/summary")
async def show_totals(connection: Reading, act: Annotated[Act, READERS]) -> ForestTotals:
    """Sums over the caller's area."""
    return ForestTotals(**(await queries.get_totals(connection, act.caller.area))._asdict())
