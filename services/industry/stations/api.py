"""Doors to stations: enter them, read their meters, settle quarters, take in money, look for faults."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.industry.stations import actions, queries
from services.industry.stations.schemas import (
    FaultCheck,
    FaultsFound,
    FindingPage,
    FindingShown,
    Kind,
    KindTotals,
    Listings,
    MeterReadings,
    Receipts,
    Results,
    SettlementOrder,
    SettlementResults,
    StationPage,
    Stations,
    StationShown,
    StationTotals,
)
from shared.doors.http import CurrentPolicy, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/stations", tags=["stations"])

FIRST = UUID(int=0)
READERS = by("county", "township", "village", "team", "helper", "auditor")
County = Annotated[Act, by("county")]
Reader = Annotated[Act, by("entity", "village", "township")]
Limit = Annotated[int, Query(ge=1, le=1000)]


@router.put("")
async def put_stations(body: Stations, connection: Transaction, act: County) -> Results:
    """Enter or correct up to 1,000 stations, a result for each."""
    return Results(results=await actions.put_stations(connection, act, body.items))


@router.post("/catalogue")
async def list_in_catalogue(body: Listings, connection: Transaction, act: County) -> Results:
    """Stations that the national catalogue lists: only then is their subsidy paid."""
    return Results(results=await actions.list_in_catalogue(connection, act, body.items))


@router.post("/readings")
async def record_readings(
    body: MeterReadings, connection: Transaction, act: Reader, policy: CurrentPolicy
) -> Results:  # fmt: skip
    """Up to 1,000 meters' totals, a result for each; the same again is the same."""
    return Results(results=await actions.record_readings(connection, act, policy, body.items))


@router.post("/settlements")
async def settle_quarter(
    body: SettlementOrder, connection: Transaction, act: County, policy: CurrentPolicy
) -> SettlementResults:
    """Book a quarter's two legs receivable, once per station; the same again is the same."""
    return await actions.settle_quarter(connection, act, policy, body.id, body.quarter_end_on)


@router.post("/receipts")
async def record_receipts(body: Receipts, connection: Transaction, act: County) -> Results:
    """Money that came in for a leg, a result for each."""
    return Results(results=await actions.record_receipts(connection, act, body.items))


@router.post("/fault-checks")
async def check_faults(
    body: FaultCheck, connection: Transaction, act: County, policy: CurrentPolicy
) -> FaultsFound:  # fmt: skip
    """Compare a month's yields; each station is found once a month."""
    return await actions.check_faults(connection, act, policy, body.month_on)


@router.get("/findings", dependencies=[READERS])
async def list_findings(connection: Transaction, cursor: UUID = FIRST, limit: Limit = 100) -> FindingPage:
    """Suspected faults of the caller's area, by id. `next` is the cursor of the following page."""
    items = [FindingShown(**row) for row in await queries.list_findings(connection, cursor, limit)]
    return FindingPage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("", dependencies=[READERS])
async def list_stations(
    connection: Transaction, cursor: UUID = FIRST, kind: Kind | None = None, limit: Limit = 100
) -> StationPage:
    """Stations of the caller's area, by id. `next` is the cursor of the following page."""
    items = [StationShown(**row) for row in await queries.list_stations(connection, cursor, limit, kind)]
    return StationPage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/summary", dependencies=[READERS])
async def show_totals(connection: Transaction) -> StationTotals:
    """Capacity, kWh, both legs and what was distributed in the caller's area, by kind; fen."""
    return StationTotals(items=[KindTotals(**row) for row in await queries.list_summary(connection)])
