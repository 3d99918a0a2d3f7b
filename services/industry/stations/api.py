"""Doors to stations: enter them, read their meters, settle quarters, take in money, look for faults."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.industry.stations import actions, queries
from services.industry.stations.rules import ExchangeState, Kind
from services.industry.stations.schemas import (
    ExchangeShown,
    FaultCheck,
    FaultsFound,
    FindingShown,
    KindTotals,
    Listing,
    MeterExchange,
    MeterReading,
    Receipt,
    SettlementOrder,
    SettlementResults,
    Station,
    StationShown,
    StationTotals,
)
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.doors.http import CurrentPolicy, Paging, Reading, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/stations", tags=["stations"])

READERS = by("county", "township", "village", "team", "helper", "entity", "auditor")
County = Annotated[Act, by("county")]
Reader = Annotated[Act, by("entity", "village", "township")]


@router.put("")
async def put_stations(body: Batch[Station], connection: Transaction, act: County) -> Results:
    """Enter or correct up to 1,000 stations, a result for each."""
    return body.answered(await actions.put_stations(connection, act, body.sound))


@router.post("/catalogue")
async def list_in_catalogue(body: Batch[Listing], connection: Transaction, act: County) -> Results:
    """Stations that the national catalogue lists: only then is their subsidy paid."""
    return body.answered(await actions.list_in_catalogue(connection, act, body.sound))


@router.post("/readings")
async def record_readings(
    body: Batch[MeterReading], connection: Transaction, act: Reader, policy: CurrentPolicy
) -> Results:
    """Up to 1,000 meters' totals, a result for each; the same again is the same."""
    return body.answered(await actions.record_readings(connection, act, policy, body.sound))


@router.post("/settlements")
async def settle_quarter(
    body: SettlementOrder, connection: Transaction, act: County, policy: CurrentPolicy
) -> SettlementResults:
    """Book a quarter's two legs receivable, once per station; the same again is the same."""
    return await actions.settle_quarter(connection, act, policy, body.id, body.quarter_end_on)


@router.post("/receipts")
async def record_receipts(body: Batch[Receipt], connection: Transaction, act: County) -> Results:
    """Money that came in for a leg, a result for each."""
    return body.answered(await actions.record_receipts(connection, act, body.sound))


@router.post("/fault-checks")
async def check_faults(body: FaultCheck, connection: Transaction, act: County, policy: CurrentPolicy) -> FaultsFound:
    """Compare a month's yields; each station is found once a month."""
    return await actions.check_faults(connection, act, policy, body.month_on)


@router.post("/exchanges")
async def tell_exchanges(
    body: Batch[MeterExchange], connection: Transaction, act: Reader, policy: CurrentPolicy
) -> Results:
    """Meters that were exchanged; they count once another person has confirmed it."""
    return body.answered(await actions.tell_exchanges(connection, act, policy, body.sound))


@router.post("/exchanges/confirmations")
async def confirm_exchanges(
    body: Batch[Confirmation],
    connection: Transaction,
    act: Annotated[Act, by("township", "county")],
    policy: CurrentPolicy,
) -> Results:
    """By another person than who told it: the new meter counts on from where the old one stood."""
    return body.answered(await actions.confirm_exchanges(connection, act, policy, body.sound))


@router.get("/exchanges", dependencies=[READERS])
async def list_exchanges(
    connection: Paging, at: Cursor, station_id: UUID | None = None, state: ExchangeState | None = None
) -> Page[ExchangeShown]:
    """Of the caller's area, by id."""
    return page(ExchangeShown, await queries.list_exchanges(connection, at, station_id=station_id, state=state), at)


@router.get("/findings", dependencies=[READERS])
async def list_findings(connection: Paging, at: Cursor) -> Page[FindingShown]:
    """Suspected faults of the caller's area, by id."""
    return page(FindingShown, await queries.list_findings(connection, at), at)


@router.get("", dependencies=[READERS])
async def list_stations(connection: Paging, at: Cursor, kind: Kind | None = None) -> Page[StationShown]:
    """Stations of the caller's area, by id."""
    return page(StationShown, await queries.list_stations(connection, at, kind=kind), at)


@router.get("/summary", dependencies=[READERS])
async def show_totals(connection: Reading) -> StationTotals:
    """Capacity, kWh, both legs and what was distributed in the caller's area, by kind; fen."""
    rows = await queries.list_summary(connection)
    return StationTotals(items=[KindTotals.model_validate(row, from_attributes=True) for row in rows])
