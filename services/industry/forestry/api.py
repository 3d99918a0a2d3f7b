"""Doors to forestry: plots and their yearly acceptance; cooperatives, members, contracts, labour."""

from typing import Annotated

from fastapi import APIRouter

from services.industry.forestry import actions, queries
from services.industry.forestry.schemas import (
    Acceptances,
    Contracts,
    Coops,
    ForestTotals,
    Labours,
    Memberships,
    Plots,
    Results,
)
from shared.doors.http import CurrentPolicy, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/forestry", tags=["forestry"])

READERS = by("county", "township", "village", "team", "helper", "auditor")
County = Annotated[Act, by("county")]
Township = Annotated[Act, by("township")]
Clerk = Annotated[Act, by("village", "township")]


@router.post("/plots")
async def record_plots(body: Plots, connection: Transaction, act: Township) -> Results:
    """Farmland that was planted with trees."""
    return Results(results=await actions.record_plots(connection, act, body.items))


@router.post("/acceptances")
async def accept_plots(body: Acceptances, connection: Transaction, act: County, policy: CurrentPolicy) -> Results:
    """What stands of a plot in a year, by another person; the year's instalment is owed for it."""
    return Results(results=await actions.accept_plots(connection, act, policy, body.items))


@router.put("/coops")
async def set_coops(body: Coops, connection: Transaction, act: County, policy: CurrentPolicy) -> Results:
    """Register cooperatives, or count their members anew; one with too few poor members is refused."""
    return Results(results=await actions.set_coops(connection, act, policy, body.items))


@router.post("/memberships")
async def join(body: Memberships, connection: Transaction, act: Clerk) -> Results:
    """Households that are members of a cooperative."""
    return Results(results=await actions.record_memberships(connection, act, body.items))


@router.post("/contracts")
async def sign_contracts(body: Contracts, connection: Transaction, act: County, policy: CurrentPolicy) -> Results:
    """Works given to cooperatives; enough of each contract is for their members' labour."""
    return Results(results=await actions.sign_contracts(connection, act, policy, body.items))


@router.post("/labour")
async def record_labour(body: Labours, connection: Transaction, act: Township) -> Results:
    """What member households are owed for their labour, never more than the contract gives for it."""
    return Results(results=await actions.record_labour(connection, act, body.items))


@router.get("/summary")
async def show_totals(connection: Transaction, act: Annotated[Act, READERS]) -> ForestTotals:
    """Sums over the caller's area."""
    return ForestTotals(**await queries.get_totals(connection, act.caller.area))
