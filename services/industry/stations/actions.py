"""Keeping stations: their meters, what they earn quarter by quarter, what came in, and which are broken."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.industry.stations import queries
from services.industry.stations.rules import (
    KINDS,
    CoalPolicy,
    FaultPolicy,
    MeterPolicy,
    Prices,
    Reading,
    TariffPolicy,
    find_faults,
    is_quarter_end,
    month_end,
    reading_refusal,
    right_place,
    settle,
    tariff_of,
)
from services.industry.stations.schemas import (
    FaultsFound,
    Listing,
    MeterReading,
    Receipt,
    Result,
    Settled,
    SettlementResults,
    Station,
)
from shared.data.sql import Connection, Row
from shared.events.industry import PvRevenueReceived, StationFaultSuspected
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.ids import uuid7

TWICE = "industry.stations.twice_in_batch"
FUTURE = "industry.stations.future_date"
DIFFERS = "industry.stations.content_differs"
FIXED = ("kind", "division", "connected_on", "plan_year")


def _result(item_id: UUID, code: str | None) -> Result:
    return Result(id=item_id, status="refused" if code else "accepted", code=code)


async def put_stations(connection: Connection, act: Act, items: Sequence[Station]) -> list[Result]:
    """Enter stations, or change their name, capacity and owner; where and since when they stand does not change."""
    known = await queries.lock_stations(connection, [i.id for i in items])
    results, new, changed, seen = [], list[dict[str, Any]](), list[dict[str, Any]](), set[UUID]()
    for item in items:
        row = item.model_dump() | {"plan_year": item.plan_year or item.connected_on.year}
        code = _station_refusal(act, item, row, known.get(item.id), seen)
        seen.add(item.id)
        results.append(_result(item.id, code))
        if code is None and item.id not in known:
            new.append({name: row[name] for name in queries.STATION})
        elif code is None and any(known[item.id][name] != row[name] for name in queries.CHANGING):
            changed.append({name: row[name] for name in ("id", *queries.CHANGING)})
    await queries.insert_stations(connection, new)
    await queries.update_stations(connection, changed)
    return results


def _station_refusal(
    act: Act, item: Station, row: dict[str, Any], known: Row | None, seen: set[UUID]
) -> str | None:  # fmt: skip
    if item.id in seen:
        return TWICE
    if item.connected_on > act.business_date:
        return FUTURE
    if not right_place(item.kind, item.division) or not act.caller.within(item.division):
        return "industry.stations.wrong_place"
    if known is not None and any(known[name] != row[name] for name in FIXED):
        return "industry.stations.fixed_field"
    return None


async def list_in_catalogue(connection: Connection, act: Act, items: Sequence[Listing]) -> list[Result]:
    """From that day on the subsidy leg may be paid."""
    known = await queries.lock_stations(connection, [i.station_id for i in items])
    results, listed = [], dict[UUID, date]()
    for item in items:
        code = None
        if item.station_id not in known:
            code = "shared.not_found"
        elif item.listed_on > act.business_date:
            code = FUTURE
        elif item.station_id in listed:
            code = TWICE
        elif known[item.station_id]["listed_on"] not in (None, item.listed_on):
            code = DIFFERS
        elif known[item.station_id]["listed_on"] is None:
            listed[item.station_id] = item.listed_on
        results.append(_result(item.station_id, code))
    await queries.set_listed(connection, listed)
    return results


async def record_readings(
    connection: Connection, act: Act, policy: Policy, items: Sequence[MeterReading]
) -> list[Result]:  # fmt: skip
    """Take meters' totals, one a day and station; what a meter cannot show is refused."""
    stations = await queries.lock_stations(connection, [i.station_id for i in items])
    readings = await queries.list_readings(connection, list(stations))
    earlier = await queries.list_readings_by_id(connection, [i.id for i in items])
    share_ppm = policy.on(act.business_date, MeterPolicy).meter_share_ppm
    taken: dict[UUID, dict[str, Any]] = {}
    codes: list[str | None] = []
    for item in items:
        station = stations.get(item.station_id)
        code, row = None, item.model_dump()
        same = taken.get(item.id) or earlier.get(item.id)
        if station is None:
            code = "shared.not_found"
        elif same is not None:
            code = None if all(same[name] == row[name] for name in row) else DIFFERS
        else:
            reading = Reading(item.read_on, item.total_kwh)
            code = _reading_refusal(act, station, reading, readings[item.station_id], share_ppm)
            if code is None and reading not in readings[item.station_id]:
                readings[item.station_id].append(reading)
                taken[item.id] = row | {"division": station["division"], "read_by": act.subject}
        codes.append(code)
    free = await queries.insert_readings(connection, list(taken.values()))
    lost = set(taken) - free
    return [
        _result(item.id, code or ("industry.stations.id_taken" if item.id in lost else None))
        for item, code in zip(items, codes, strict=True)
    ]


def _reading_refusal(
    act: Act, station: Row, reading: Reading, readings: Sequence[Reading], share_ppm: int
) -> str | None:  # fmt: skip
    if reading.read_on > act.business_date:
        return FUTURE
    if reading in readings:
        return None
    if any(r.read_on == reading.read_on for r in readings):
        return "industry.stations.day_taken"
    reason = reading_refusal(reading, readings, station["capacity_w"], station["connected_on"], share_ppm)
    return f"industry.stations.{reason}" if reason else None


def _prices(policy: Policy, station: Row, readings: Sequence[Reading]) -> dict[date, Prices]:
    """The coal price of each reading's day; the tariff is the station's for good."""
    connected_on = station["connected_on"]
    tariff = tariff_of(station["plan_year"], connected_on, policy.on(connected_on, TariffPolicy))
    return {r.read_on: Prices(policy.on(r.read_on, CoalPolicy).coal_price_fen_e4, tariff) for r in readings}


async def settle_quarter(
    connection: Connection, act: Act, policy: Policy, settlement_id: UUID, quarter_end_on: date
) -> SettlementResults:  # fmt: skip
    """Book both legs of what every station metered up to the quarter's end and was not settled for, once.

    Raises:
        Problem: the day ends no quarter, the id was used for another (422); the quarter is not over (409).
    """
    if not is_quarter_end(quarter_end_on):
        raise Problem("industry.stations.not_a_quarter_end")
    if act.business_date < quarter_end_on:
        raise Problem("industry.stations.quarter_open")
    stations = await queries.lock_connected(connection, quarter_end_on)
    if await queries.find_quarters(connection, settlement_id) - {quarter_end_on}:
        raise Problem(DIFFERS)
    ids = [s["id"] for s in stations]
    readings, settled = await queries.list_readings(connection, ids), await queries.list_settlements(connection, ids)
    rows, results = list[dict[str, Any]](), []
    for station in stations:
        before = settled[station["id"]]
        row: Mapping[str, Any] | None = next((s for s in before if s["quarter_end_on"] == quarter_end_on), None)
        code = None if row is None or row["id"] == settlement_id else "industry.stations.already_settled"
        if row is None:
            due = [r for r in readings[station["id"]] if r.read_on <= quarter_end_on]
            found = _settle(policy, station, due, before)
            if found is None:
                code = "industry.stations.nothing_metered"
            else:
                row = found | {
                    "id": settlement_id, "station_id": station["id"], "division": station["division"],
                    "quarter_end_on": quarter_end_on, "made_by": act.subject, "made_on": act.business_date,
                }  # fmt: skip
                rows.append(row)
        figures = {} if code or row is None else {n: row[n] for n in ("kwh", "coal_fen", "subsidy_fen")}
        results.append(
            Settled(station_id=station["id"], status="refused" if code else "accepted", code=code, **figures)
        )
    await queries.insert_settlements(connection, rows)
    return SettlementResults(id=settlement_id, quarter_end_on=quarter_end_on, results=results)


def _settle(policy: Policy, station: Row, readings: Sequence[Reading], settled: Sequence[Row]) -> dict[str, Any] | None:
    """None where nothing was metered above what is settled."""
    first = next((r.total_kwh for r in readings if r.read_on == station["connected_on"]), 0)
    base = max((s["until_kwh"] for s in settled), default=first)
    above = [r for r in readings if r.total_kwh > base]
    if not above:
        return None
    worth = settle(base, above, _prices(policy, station, above))
    return {name: getattr(worth, name) for name in ("kwh", "until_kwh", "coal_fen", "subsidy_fen")}


async def record_receipts(connection: Connection, act: Act, items: Sequence[Receipt]) -> list[Result]:
    """Money that came in for a leg, never more than is receivable; the subsidy only once the station is listed."""
    stations = await queries.lock_stations(connection, [i.station_id for i in items])
    earlier = await queries.list_receipts(connection, [i.id for i in items])
    received = {i: {"coal": 0, "subsidy": 0} for i in stations}
    taken: dict[UUID, dict[str, Any]] = {}
    results = []
    for item in items:
        station, row = stations.get(item.station_id), item.model_dump()
        same = taken.get(item.id) or earlier.get(item.id)
        if station is None:
            code: str | None = "shared.not_found"
        elif same is not None:
            code = None if all(same[name] == row[name] for name in row) else DIFFERS
        else:
            code = _receipt_refusal(act, station, item, received[item.station_id][item.leg])
            if code is None:
                received[item.station_id][item.leg] += item.amount_fen
                taken[item.id] = row | {"division": station["division"], "recorded_by": act.subject}
        results.append(_result(item.id, code))
    touched = {i: sums for i, sums in received.items() if any(sums.values())}
    await queries.insert_receipts(connection, list(taken.values()), touched)
    names = ("station_id", "division", "leg", "amount_fen", "received_on")
    facts = [PvRevenueReceived(**{name: row[name] for name in names}) for row in taken.values()]
    await emit(connection, act, "industry", facts)
    return results


def _receipt_refusal(act: Act, station: Row, item: Receipt, received_fen: int) -> str | None:
    if item.received_on > act.business_date:
        return FUTURE
    if item.leg == "subsidy" and (station["listed_on"] is None or item.received_on < station["listed_on"]):
        return "industry.stations.not_in_catalogue"
    left_fen = station[f"{item.leg}_due_fen"] - station[f"{item.leg}_received_fen"] - received_fen
    return "industry.stations.over_receivable" if item.amount_fen > left_fen else None


async def check_faults(connection: Connection, act: Act, policy: Policy, month_on: date) -> FaultsFound:
    """One finding per station and month of which the yield lies far below that of the others of its kind.

    Raises:
        Problem: no first of a month (422); the month is not over (409).
    """
    if month_on.day != 1:
        raise Problem("industry.stations.not_a_month")
    last_on = month_end(month_on)
    if act.business_date < last_on:
        raise Problem("industry.stations.month_open")
    figures = policy.on(act.business_date, FaultPolicy)
    months = await queries.list_months(connection, month_on, last_on)
    divisions = {row["id"]: row["division"] for row, _ in months}
    faults = [
        fault for kind in KINDS for fault in find_faults([m for row, m in months if row["kind"] == kind], figures)
    ]
    rows = [
        {
            "id": uuid7(), "station_id": f.station_id, "division": divisions[f.station_id], "month_on": month_on,
            "metered_kwh": f.metered_kwh, "expected_kwh": f.expected_kwh, "found_on": act.business_date,
        }
        for f in sorted(faults, key=lambda f: f.station_id)
    ]  # fmt: skip
    new = await queries.insert_findings(connection, rows)
    names = ("station_id", "division", "month_on", "metered_kwh", "expected_kwh")
    facts = [StationFaultSuspected(**{n: row[n] for n in names}) for row in rows if row["station_id"] in new]
    await emit(connection, act, "industry", facts)
    return FaultsFound(month_on=month_on, compared=len(months), found=len(facts))
