"""All SQL about stations, their meters, money and findings."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import ARRAY

from services.industry.stations.rules import Exchange, Month, Reading
from services.industry.stations.tables import (
    KindSums,
    Station,
    StationExchange,
    StationFinding,
    StationMonth,
    StationReading,
    StationReceipt,
    StationSettlement,
    station,
    station_exchange,
    station_finding,
    station_reading,
    station_receipt,
    station_settlement,
)
from shared.acts.batches import FREE, NewRows, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import (
    Connection,
    by_id,
    execute,
    execute_many,
    fetch,
    fetch_or_not_found,
    insert_many,
    list_by,
    lock_by,
    sql,
    update_many,
)

STATION = ("id", "name_zh", "division", "kind", "capacity_w", "connected_on", "plan_year", "owner_code")
CHANGING = ("name_zh", "capacity_w", "owner_code")

_LOCK = lock_by(station)
_LOCK_CONNECTED = sql(
    f"SELECT {station.columns} FROM station WHERE connected_on <= :day ORDER BY id FOR UPDATE", Station
)
_INSERT = insert_many(station, STATION)
_UPDATE = update_many(station, *CHANGING)
_LIST_IN_CATALOGUE = update_many(station, "listed_on", where="t.listed_on IS NULL")
_READINGS = list_by(station_reading, "station_id")
_READINGS_BY_ID = list_by(station_reading)
_INSERT_READINGS = insert_many(
    station_reading, [n for n in station_reading.shape if n not in ("corrected_kwh", "withdrawn_on")], FREE
)
_CORRECT_READINGS = update_many(station_reading, "corrected_kwh")
_WITHDRAW_READINGS = update_many(station_reading, common={"withdrawn_on": "withdrawn_on"})
_REBASE = sql(
    """
    UPDATE station_reading SET before_kwh = before_kwh + :kwh WHERE station_id = :station_id AND read_on > :after_on
    """,
    kwh=BigInteger,
)
_EXCHANGES = list_by(station_exchange, "station_id")
_EXCHANGES_BY_ID = list_by(station_exchange)
_INSERT_EXCHANGES = insert_many(station_exchange, station_exchange.shape, FREE)
_CORRECT_EXCHANGES = update_many(station_exchange, "corrected_last_kwh", "corrected_first_kwh")
_EXCHANGE_PAGE = page(station_exchange, "station_id", "state")
_SETTLEMENTS = list_by(station_settlement, "station_id")
_OF_SETTLEMENT = sql("SELECT DISTINCT quarter_end_on FROM station_settlement WHERE id = :id")
_INSERT_SETTLEMENTS = insert_many(station_settlement, station_settlement.shape)
_BOOK = sql(
    """
    UPDATE station AS s SET coal_due_fen = s.coal_due_fen + n.coal, subsidy_due_fen = s.subsidy_due_fen + n.subsidy,
           version = s.version + 1
    FROM unnest(:ids, :coal, :subsidy) AS n (id, coal, subsidy) WHERE s.id = n.id
    """,
    coal=ARRAY(BigInteger),
    subsidy=ARRAY(BigInteger),
)
_RECEIPTS = list_by(station_receipt)
_INSERT_RECEIPTS = insert_many(station_receipt, [n for n in station_receipt.shape if n != "corrected_fen"], FREE)
_RESTATE_RECEIPTS = update_many(station_receipt, "corrected_fen")
_RECEIVE = sql(
    """
    UPDATE station AS s SET coal_received_fen = s.coal_received_fen + n.coal,
           subsidy_received_fen = s.subsidy_received_fen + n.subsidy, version = s.version + 1
    FROM unnest(:ids, :coal, :subsidy) AS n (id, coal, subsidy) WHERE s.id = n.id
    """,
    coal=ARRAY(BigInteger),
    subsidy=ARRAY(BigInteger),
)
# From the connection on the meter stands at zero, unless it was read on that day.
_KWH = "coalesce(corrected_kwh, total_kwh) + before_kwh"
_MONTHS = sql(
    f"""
    SELECT s.id, s.division, s.kind, s.capacity_w, coalesce(b.read_on, s.connected_on) AS before_on,
           coalesce(b.kwh, 0) AS before_kwh, l.read_on AS last_on, l.kwh AS last_kwh
    FROM station s
    LEFT JOIN LATERAL (
        SELECT read_on, {_KWH} AS kwh FROM station_reading r WHERE r.station_id = s.id AND r.withdrawn_on IS NULL
        AND (r.read_on < :month_on OR r.read_on = s.connected_on) ORDER BY read_on DESC LIMIT 1
    ) b ON true
    JOIN LATERAL (
        SELECT read_on, {_KWH} AS kwh FROM station_reading r WHERE r.station_id = s.id AND r.withdrawn_on IS NULL
        AND r.read_on BETWEEN :month_on AND :last_on ORDER BY read_on DESC LIMIT 1
    ) l ON l.read_on > coalesce(b.read_on, s.connected_on) ORDER BY s.id
    """,
    StationMonth,
)
_INSERT_FINDINGS = insert_many(
    station_finding, station_finding.shape, "ON CONFLICT (station_id, month_on) DO NOTHING RETURNING station_id AS id"
)
_FINDINGS = page(station_finding)
_RESERVE = sql("UPDATE station SET planned_fen = planned_fen + :amount_fen, version = version + 1 WHERE id = :id")
_PAGE = page(station, "kind")
_SUMMARY = sql(
    f"""
    SELECT s.kind, count(*) AS stations, sum(capacity_w)::bigint AS capacity_w,
           coalesce(sum(m.kwh), 0)::bigint AS metered_kwh, sum(coal_due_fen)::bigint AS coal_receivable_fen,
           sum(coal_received_fen)::bigint AS coal_received_fen, sum(subsidy_due_fen)::bigint AS subsidy_receivable_fen,
           sum(subsidy_received_fen)::bigint AS subsidy_received_fen,
           coalesce(max(p.amount_fen), 0) AS distributed_fen, coalesce(max(p.households), 0) AS households
    FROM station s
    LEFT JOIN LATERAL (
        SELECT max({_KWH}) - coalesce(min({_KWH}) FILTER (WHERE read_on = s.connected_on), 0) AS kwh
        FROM station_reading r WHERE r.station_id = s.id AND r.withdrawn_on IS NULL
    ) m ON true
    LEFT JOIN (
        SELECT t.kind, sum(i.amount_fen)::bigint AS amount_fen, count(DISTINCT i.household_id) AS households
        FROM station_plan f JOIN station t ON t.id = f.station_id
        JOIN station_plan_item i ON i.plan_id = f.id AND i.active WHERE f.state = 'filed' GROUP BY t.kind
    ) p ON p.kind = s.kind
    GROUP BY s.kind ORDER BY s.kind
    """,
    KindSums,
)


async def lock_stations(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Station]:
    """Those of the caller's area, locked in id order."""
    return await by_id(connection, _LOCK, ids)


async def lock_station(connection: Connection, station_id: UUID) -> Station:
    """Raises Problem `shared.not_found`."""
    return await fetch_or_not_found(connection, _LOCK, ids=[station_id])


async def lock_connected(connection: Connection, day: date) -> list[Station]:
    """The stations connected by that day, locked in id order."""
    return await fetch(connection, _LOCK_CONNECTED, day=day)


async def insert_stations(connection: Connection, rows: NewRows) -> None:
    await execute_many(connection, _INSERT, rows)


async def update_stations(connection: Connection, rows: NewRows) -> None:
    """`rows`: id and everything in CHANGING."""
    await execute_many(connection, _UPDATE, rows)


async def set_listed(connection: Connection, listed: Mapping[UUID, date]) -> None:
    rows = [{"id": one, "listed_on": on} for one, on in listed.items()]
    await execute_many(connection, _LIST_IN_CATALOGUE, rows)


async def list_readings(connection: Connection, station_ids: Iterable[UUID]) -> dict[UUID, list[Reading]]:
    """Each station's totals by day, over all its meters."""
    rows = await list_readings_of(connection, station_ids)
    return {i: [Reading(r.read_on, r.stood_kwh + r.before_kwh) for r in of] for i, of in rows.items()}


async def list_readings_of(connection: Connection, station_ids: Iterable[UUID]) -> dict[UUID, list[StationReading]]:
    """What was read of each station by day, and not withdrawn."""
    ids = list(station_ids)
    found: dict[UUID, list[StationReading]] = {i: [] for i in ids}
    for r in sorted(await fetch(connection, _READINGS, ids=ids), key=lambda r: r.read_on):
        if r.withdrawn_on is None:
            found[r.station_id].append(r)
    return found


async def list_readings_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, StationReading]:
    return await by_id(connection, _READINGS_BY_ID, ids)


async def insert_readings(connection: Connection, rows: NewRows) -> set[UUID]:
    return await insert_free(connection, _INSERT_READINGS, rows)


async def correct_readings(connection: Connection, totals: Mapping[UUID, int]) -> None:
    """`totals`: what stands from now on, by reading."""
    await execute_many(connection, _CORRECT_READINGS, [{"id": i, "corrected_kwh": kwh} for i, kwh in totals.items()])


async def withdraw_readings(connection: Connection, ids: Sequence[UUID], on: date) -> None:
    """They were told of a meter's exchange that was none."""
    await execute_many(connection, _WITHDRAW_READINGS, [{"id": i} for i in ids], withdrawn_on=on)


async def rebase_readings(connection: Connection, station_id: UUID, after_on: date, kwh: int) -> None:
    """What was read after that day was read of a meter before which so much had been counted."""
    await execute(connection, _REBASE, rows=None, station_id=station_id, after_on=after_on, kwh=kwh)


async def list_exchanges_of(connection: Connection, station_ids: Iterable[UUID]) -> dict[UUID, list[Exchange]]:
    """Each station's exchanges of its meter that were neither refused nor revoked."""
    ids = list(station_ids)
    found: dict[UUID, list[Exchange]] = {i: [] for i in ids}
    for e in await fetch(connection, _EXCHANGES, ids=ids):
        if e.state in ("told", "confirmed"):
            confirmed = e.state == "confirmed"
            exchange = Exchange(e.exchanged_on, *e.stood, confirmed=confirmed)
            found[e.station_id].append(exchange)
    return found


async def list_exchanges_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, StationExchange]:
    return await by_id(connection, _EXCHANGES_BY_ID, ids)


async def insert_exchanges(connection: Connection, rows: NewRows) -> set[UUID]:
    return await insert_free(connection, _INSERT_EXCHANGES, rows)


async def correct_exchange(connection: Connection, exchange_id: UUID, last_kwh: int, first_kwh: int) -> None:
    """What both meters showed in truth."""
    right = {"id": exchange_id, "corrected_last_kwh": last_kwh, "corrected_first_kwh": first_kwh}
    await execute_many(connection, _CORRECT_EXCHANGES, [right])


async def list_exchanges(connection: Connection, at: Place, **filters: Any) -> list[StationExchange]:
    """By rising id, filtered by station or state."""
    return await fetch_page(connection, _EXCHANGE_PAGE, at, **filters)


async def list_settlements(connection: Connection, station_ids: Sequence[UUID]) -> dict[UUID, list[StationSettlement]]:
    """Each station's settled quarters."""
    found: dict[UUID, list[StationSettlement]] = {i: [] for i in station_ids}
    for r in await fetch(connection, _SETTLEMENTS, ids=list(station_ids)):
        found[r.station_id].append(r)
    return found


async def find_quarters(connection: Connection, settlement_id: UUID) -> set[date]:
    """What a settlement of this id settled before."""
    return {r["quarter_end_on"] for r in await fetch(connection, _OF_SETTLEMENT, id=settlement_id)}


async def insert_settlements(connection: Connection, rows: Sequence[StationSettlement]) -> None:
    """Both legs are receivable from now on."""
    await execute_many(connection, _INSERT_SETTLEMENTS, [r._asdict() for r in rows])
    await execute(
        connection,
        _BOOK,
        rows=len(rows),
        ids=[r.station_id for r in rows],
        coal=[r.coal_fen for r in rows],
        subsidy=[r.subsidy_fen for r in rows],
    )


async def list_receipts(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, StationReceipt]:
    return await by_id(connection, _RECEIPTS, ids)


async def insert_receipts(connection: Connection, rows: NewRows) -> set[UUID]:
    return await insert_free(connection, _INSERT_RECEIPTS, rows)


async def restate_receipts(connection: Connection, amounts: Mapping[UUID, int]) -> None:
    """`amounts`: what stands from now on, fen by receipt."""
    await execute_many(connection, _RESTATE_RECEIPTS, [{"id": i, "corrected_fen": fen} for i, fen in amounts.items()])


async def add_received(connection: Connection, received: Mapping[UUID, Mapping[str, int]]) -> None:
    """`received`: fen by leg by station; below zero where less came in than was said."""
    await execute(
        connection,
        _RECEIVE,
        rows=len(received),
        ids=list(received),
        coal=[r["coal"] for r in received.values()],
        subsidy=[r["subsidy"] for r in received.values()],
    )


async def list_months(connection: Connection, month_on: date, last_on: date) -> list[tuple[StationMonth, Month]]:
    """The stations read in a month, each with its readings around it."""
    return [
        (r, Month(r.id, r.capacity_w, Reading(r.before_on, r.before_kwh), Reading(r.last_on, r.last_kwh)))
        for r in await fetch(connection, _MONTHS, month_on=month_on, last_on=last_on)
    ]


async def insert_findings(connection: Connection, rows: NewRows) -> set[UUID]:
    """The stations of which nothing was found for the month before."""
    return await insert_free(connection, _INSERT_FINDINGS, rows)


async def list_findings(connection: Connection, at: Place) -> list[StationFinding]:
    """By rising id."""
    return await fetch_page(connection, _FINDINGS, at)


async def reserve(connection: Connection, station_id: UUID, amount_fen: int) -> None:
    """Below zero gives back."""
    await execute(connection, _RESERVE, rows=1, id=station_id, amount_fen=amount_fen)


async def list_stations(connection: Connection, at: Place, **filters: Any) -> list[Station]:
    """By rising id, filtered by kind."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_summary(connection: Connection) -> list[KindSums]:
    """Sums by kind over what the caller may see."""
    return await fetch(connection, _SUMMARY)
