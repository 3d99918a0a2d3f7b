"""Keeping stations: their meters, what they earn quarter by quarter, what came in, and which are broken."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.industry.stations import queries
from services.industry.stations.rules import (
    KINDS,
    CoalPolicy,
    Exchange,
    FaultPolicy,
    MeterPolicy,
    Prices,
    Reading,
    TariffPolicy,
    Worth,
    before_kwh,
    exchange_refusal,
    find_faults,
    fits_since,
    is_quarter_end,
    month_end,
    reading_refusal,
    rebased,
    right_place,
    settle,
    tariff_of,
)
from services.industry.stations.schemas import (
    FaultsFound,
    Listing,
    MeterExchange,
    MeterReading,
    Receipt,
    Settled,
    SettlementResults,
    Station,
)
from services.industry.stations.tables import (
    Station as StationRow,
)
from services.industry.stations.tables import (
    StationExchange,
    StationSettlement,
    station_exchange,
)
from shared.acts.batches import NewRows, take_new
from shared.acts.bodies import Confirmation, Result, answers
from shared.acts.procedures import Finding, Procedure, Step, confirmed, lock_cases, take_step
from shared.data.sql import Connection
from shared.events.industry import PvRevenueReceived, StationFaultSuspected
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.ids import uuid7

ROOM = "industry.stations"
FIXED = ("kind", "division", "connected_on", "plan_year")
READING = ("station_id", "read_on", "total_kwh")
RECEIPT = ("station_id", "leg", "amount_fen", "received_on")
EXCHANGE_TOLD = ("station_id", "exchanged_on", "last_kwh", "first_kwh")
EXCHANGE = Procedure(f"{ROOM}.exchanges", station_exchange, ((
    Step("confirmed", "told", ("township", "county"), ("told_by",), "confirmed",
         zh="确认电表更换", en="Confirm that a meter was exchanged"),
),))  # fmt: skip


async def put_stations(connection: Connection, act: Act, items: Sequence[Station]) -> list[Result]:
    """Enter stations, or change their name, capacity and owner; where and since when they stand does not change."""
    known = await queries.lock_stations(connection, [i.id for i in items])
    reasons, new, changed, seen = list[str | None](), NewRows(), NewRows(), set[UUID]()
    for item in items:
        row = item.model_dump() | {"plan_year": item.plan_year or item.connected_on.year}
        reasons.append(_station_refusal(act, item, row, known.get(item.id), seen))
        seen.add(item.id)
        if reasons[-1] is None and item.id not in known:
            new.append(row)
        elif reasons[-1] is None and any(getattr(known[item.id], name) != row[name] for name in queries.CHANGING):
            changed.append(row)
    await queries.insert_stations(connection, new)
    await queries.update_stations(connection, changed)
    return answers(ROOM, [i.id for i in items], reasons)


def _station_refusal(
    act: Act, item: Station, row: dict[str, Any], known: StationRow | None, seen: set[UUID]
) -> str | None:
    if item.id in seen:
        return "twice_in_batch"
    if item.connected_on > act.business_date:
        return "future_date"
    if not right_place(item.kind, item.division) or not act.caller.within(item.division):
        return "wrong_place"
    if known is not None and any(getattr(known, name) != row[name] for name in FIXED):
        return "fixed_field"
    return None


async def list_in_catalogue(connection: Connection, act: Act, items: Sequence[Listing]) -> list[Result]:
    """From that day on the subsidy leg may be paid."""
    known = await queries.lock_stations(connection, [i.station_id for i in items])
    reasons, listed = list[str | None](), dict[UUID, date]()
    for item in items:
        reason = None
        if item.station_id not in known:
            reason = "shared.not_found"
        elif item.listed_on > act.business_date:
            reason = "future_date"
        elif item.station_id in listed:
            reason = "twice_in_batch"
        elif known[item.station_id].listed_on not in (None, item.listed_on):
            reason = "content_differs"
        elif known[item.station_id].listed_on is None:
            listed[item.station_id] = item.listed_on
        reasons.append(reason)
    await queries.set_listed(connection, listed)
    return answers(ROOM, [i.station_id for i in items], reasons)


async def record_readings(
    connection: Connection, act: Act, policy: Policy, items: Sequence[MeterReading]
) -> list[Result]:
    """Take meters' totals, one a day and station; what a meter cannot show is refused."""
    stations = await queries.lock_stations(connection, [i.station_id for i in items])
    readings = await queries.list_readings(connection, stations)
    exchanges = await queries.list_exchanges_of(connection, stations)
    known = await queries.list_readings_by_id(connection, [i.id for i in items])
    share_ppm = policy.on(act.business_date, MeterPolicy).meter_share_ppm
    standing = set[UUID]()

    def judge(item: MeterReading) -> str | dict[str, Any]:
        station = stations.get(item.station_id)
        if station is None:
            return "shared.not_found"
        before = before_kwh(item.read_on, exchanges[station.id])
        reading = Reading(item.read_on, item.total_kwh + before)
        if reason := _reading_refusal(act, station, reading, readings[station.id], share_ppm):
            return reason
        if reading in readings[station.id]:
            standing.add(item.id)  # the same total of that day, under another id
        readings[station.id].append(reading)
        return item.model_dump() | {"division": station.division, "read_by": act.subject, "before_kwh": before}

    async def save(rows: NewRows) -> set[UUID]:
        return standing | await queries.insert_readings(connection, [r for r in rows if r["id"] not in standing])

    reasons, _ = await take_new(items, known, READING, judge, save)
    return answers(ROOM, [i.id for i in items], reasons)


def _reading_refusal(
    act: Act, station: StationRow, reading: Reading, readings: Sequence[Reading], share_ppm: int
) -> str | None:
    if reading.read_on > act.business_date:
        return "future_date"
    if reading in readings:
        return None
    if any(r.read_on == reading.read_on for r in readings):
        return "day_taken"
    return reading_refusal(reading, readings, station.capacity_w, station.connected_on, share_ppm)


async def tell_exchanges(
    connection: Connection, act: Act, policy: Policy, items: Sequence[MeterExchange]
) -> list[Result]:
    """Keep that meters were exchanged: the last total of the old one must be a reading that could be."""
    stations = await queries.lock_stations(connection, [i.station_id for i in items])
    readings = await queries.list_readings(connection, stations)
    exchanges = await queries.list_exchanges_of(connection, stations)
    known = await queries.list_exchanges_by_id(connection, [i.id for i in items])
    share_ppm = policy.on(act.business_date, MeterPolicy).meter_share_ppm

    def judge(item: MeterExchange) -> str | dict[str, Any]:
        station = stations.get(item.station_id)
        if station is None:
            return "shared.not_found"
        exchange = Exchange(item.exchanged_on, item.last_kwh, item.first_kwh, confirmed=False)
        before = before_kwh(item.exchanged_on, exchanges[station.id])
        last = Reading(item.exchanged_on, item.last_kwh + before)
        until = [r for r in readings[station.id] if r.read_on <= last.read_on]
        reason = _reading_refusal(act, station, last, until, share_ppm)
        reason = reason or exchange_refusal(exchange, exchanges[station.id])
        line = rebased(last, item.last_kwh - item.first_kwh, readings[station.id])
        # What was read since must be what a new meter can have shown.
        fits = fits_since(last.read_on, line, station.capacity_w, station.connected_on, share_ppm)
        if reason := reason or (None if fits else "read_since"):
            return reason
        exchanges[station.id].append(exchange)
        told = {"told_on": act.business_date, "told_by": act.subject, "division": station.division}
        return EXCHANGE.opened(act, "told", **item.model_dump(), **told)._asdict()

    async def save(rows: NewRows) -> set[UUID]:
        return await queries.insert_exchanges(connection, rows)

    reasons, _ = await take_new(items, known, EXCHANGE_TOLD, judge, save)
    return answers(ROOM, [i.id for i in items], reasons)


async def confirm_exchanges(
    connection: Connection, act: Act, policy: Policy, items: Sequence[Confirmation]
) -> list[Result]:
    """The old meter's last total becomes a reading of that day; the new one counts on from there."""
    cases = await lock_cases(connection, EXCHANGE, [i.id for i in items])
    stations = await queries.lock_stations(connection, [c.station_id for c in cases.values()])
    readings = await queries.list_readings(connection, stations)
    exchanges = await queries.list_exchanges_of(connection, stations)

    def last_of(case: StationExchange) -> Reading:
        return Reading(case.exchanged_on, case.last_kwh + before_kwh(case.exchanged_on, exchanges[case.station_id]))

    share_ppm = policy.on(act.business_date, MeterPolicy).meter_share_ppm

    def find(case: StationExchange, item: Confirmation) -> Finding:
        last, known = last_of(case), readings[case.station_id]
        line, station = rebased(last, case.last_kwh - case.first_kwh, known), stations[case.station_id]
        since = any(r.read_on == last.read_on and r != last for r in known) or not fits_since(
            last.read_on, line, station.capacity_w, station.connected_on, share_ppm
        )
        return Finding(refusal=f"{ROOM}.read_since") if item.confirmed and since else confirmed(case, item)

    async def save(passed: list[tuple[StationExchange, Finding]]) -> None:
        rows = [
            {
                "id": uuid7(),
                "station_id": case.station_id,
                "division": case.division,
                "read_on": case.exchanged_on,
                "total_kwh": case.last_kwh,
                "read_by": case.told_by,
                "before_kwh": before_kwh(case.exchanged_on, exchanges[case.station_id]),
            }
            for case, _ in passed
            if last_of(case) not in readings[case.station_id]
        ]
        await queries.insert_readings(connection, rows)
        for case, _ in passed:
            kwh = case.last_kwh - case.first_kwh
            await queries.rebase_readings(connection, case.station_id, case.exchanged_on, kwh)

    return await take_step(connection, act, EXCHANGE, "confirmed", items, find, rows=cases, save=save)


def _prices(policy: Policy, station: StationRow, readings: Sequence[Reading]) -> dict[date, Prices]:
    """The coal price of each reading's day; the tariff is the station's for good."""
    connected_on = station.connected_on
    tariff = tariff_of(station.plan_year, connected_on, policy.on(connected_on, TariffPolicy))
    return {r.read_on: Prices(policy.on(r.read_on, CoalPolicy).coal_price_fen_e4, tariff) for r in readings}


async def settle_quarter(
    connection: Connection, act: Act, policy: Policy, settlement_id: UUID, quarter_end_on: date
) -> SettlementResults:
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
        raise Problem("shared.content_differs")
    ids = [s.id for s in stations]
    readings, settled = await queries.list_readings(connection, ids), await queries.list_settlements(connection, ids)
    rows, results = list[StationSettlement](), list[Settled]()
    for station in stations:
        before = settled[station.id]
        row = next((s for s in before if s.quarter_end_on == quarter_end_on), None)
        code = None if row is None or row.id == settlement_id else "industry.stations.already_settled"
        if row is None:
            due = [r for r in readings[station.id] if r.read_on <= quarter_end_on]
            worth = _settle(policy, station, due, before)
            if worth is None:
                code = "industry.stations.nothing_metered"
            else:
                row = StationSettlement(
                    settlement_id,
                    station.id,
                    station.division,
                    quarter_end_on,
                    worth.kwh,
                    worth.until_kwh,
                    worth.coal_fen,
                    worth.subsidy_fen,
                    act.subject,
                    act.business_date,
                )
                rows.append(row)
        figures = {} if code or row is None else {n: getattr(row, n) for n in ("kwh", "coal_fen", "subsidy_fen")}
        results.append(Settled(station_id=station.id, status="refused" if code else "accepted", code=code, **figures))
    await queries.insert_settlements(connection, rows)
    return SettlementResults(id=settlement_id, quarter_end_on=quarter_end_on, results=results)


def _settle(
    policy: Policy, station: StationRow, readings: Sequence[Reading], settled: Sequence[StationSettlement]
) -> Worth | None:
    """None where nothing was metered above what is settled."""
    first = next((r.total_kwh for r in readings if r.read_on == station.connected_on), 0)
    base = max((s.until_kwh for s in settled), default=first)
    above = [r for r in readings if r.total_kwh > base]
    return settle(base, above, _prices(policy, station, above)) if above else None


async def record_receipts(connection: Connection, act: Act, items: Sequence[Receipt]) -> list[Result]:
    """Money that came in for a leg, never more than is receivable; the subsidy only once the station is listed."""
    stations = await queries.lock_stations(connection, [i.station_id for i in items])
    known = await queries.list_receipts(connection, [i.id for i in items])
    received = {i: {"coal": 0, "subsidy": 0} for i in stations}

    def judge(item: Receipt) -> str | dict[str, Any]:
        station = stations.get(item.station_id)
        if station is None:
            return "shared.not_found"
        if reason := _receipt_refusal(act, station, item, received[station.id][item.leg]):
            return reason
        received[station.id][item.leg] += item.amount_fen
        return item.model_dump() | {"division": station.division, "recorded_by": act.subject}

    async def save(rows: NewRows) -> set[UUID]:
        return await queries.insert_receipts(connection, rows)

    reasons, new = await take_new(items, known, RECEIPT, judge, save)
    sums = {row["station_id"]: {"coal": 0, "subsidy": 0} for row in new}
    for row in new:
        sums[row["station_id"]][row["leg"]] += row["amount_fen"]
    await queries.add_received(connection, sums)
    names = ("station_id", "division", "leg", "amount_fen", "received_on")
    await emit(connection, act, "industry", [PvRevenueReceived(**{name: row[name] for name in names}) for row in new])
    return answers(ROOM, [i.id for i in items], reasons)


def _receipt_refusal(act: Act, station: StationRow, item: Receipt, received_fen: int) -> str | None:
    if item.received_on > act.business_date:
        return "future_date"
    if item.leg == "subsidy" and (station.listed_on is None or item.received_on < station.listed_on):
        return "not_in_catalogue"
    return "over_receivable" if item.amount_fen > station.receivable_fen(item.leg) - received_fen else None


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
    divisions = {row.id: row.division for row, _ in months}
    faults = [fault for kind in KINDS for fault in find_faults([m for row, m in months if row.kind == kind], figures)]
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
