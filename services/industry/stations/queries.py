"""All SQL about stations, their meters, money and findings."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.industry.stations.rules import Month, Reading
from services.industry.stations.tables import (
    station,
    station_finding,
    station_reading,
    station_receipt,
    station_settlement,
)
from shared.data.sql import (
    Connection,
    Row,
    execute,
    execute_many,
    fetch,
    insert_many,
    sql,
)
from shared.ground.problems import Problem

STATION = ("id", "name_zh", "division", "kind", "capacity_w", "connected_on", "plan_year", "owner_code")
CHANGING = ("name_zh", "capacity_w", "owner_code")

_LOCK = sql("SELECT * FROM station WHERE id = ANY(:ids) ORDER BY id FOR UPDATE", ids=ARRAY(Uuid))
_LOCK_CONNECTED = sql("SELECT * FROM station WHERE connected_on <= :day ORDER BY id FOR UPDATE", day=Date)
_INSERT = insert_many(station, STATION)
_UPDATE = sql(
    "UPDATE station s SET version = s.version + 1, name_zh = n.name_zh, capacity_w = n.capacity_w,"
    " owner_code = n.owner_code FROM unnest(:id, :name_zh, :capacity_w, :owner_code)"
    " AS n (id, name_zh, capacity_w, owner_code) WHERE s.id = n.id",
    id=ARRAY(Uuid), name_zh=ARRAY(Text), capacity_w=ARRAY(BigInteger), owner_code=ARRAY(Text),
)  # fmt: skip
_LIST_IN_CATALOGUE = sql(
    "UPDATE station s SET listed_on = n.listed_on, version = s.version + 1"
    " FROM unnest(:ids, :listed_on) AS n (id, listed_on) WHERE s.id = n.id AND s.listed_on IS NULL",
    ids=ARRAY(Uuid), listed_on=ARRAY(Date),
)  # fmt: skip
_READINGS = sql(
    "SELECT * FROM station_reading WHERE station_id = ANY(:ids) ORDER BY station_id, read_on", ids=ARRAY(Uuid)
)
_READINGS_BY_ID = sql("SELECT * FROM station_reading WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_READING = tuple(station_reading.c.keys())
# An id that is taken outside the caller's area is not his to see; that nothing comes back says it is taken.
_INSERT_READINGS = insert_many(station_reading, _READING, "ON CONFLICT (id) DO NOTHING RETURNING id")
_SETTLEMENTS = sql("SELECT * FROM station_settlement WHERE station_id = ANY(:ids)", ids=ARRAY(Uuid))
_OF_SETTLEMENT = sql("SELECT DISTINCT quarter_end_on FROM station_settlement WHERE id = :id", id=Uuid)
_INSERT_SETTLEMENTS = insert_many(station_settlement, station_settlement.c.keys())
_BOOK = sql(
    "UPDATE station s SET coal_due_fen = s.coal_due_fen + n.coal, subsidy_due_fen = s.subsidy_due_fen + n.subsidy,"
    " version = s.version + 1 FROM unnest(:ids, :coal, :subsidy) AS n (id, coal, subsidy) WHERE s.id = n.id",
    ids=ARRAY(Uuid), coal=ARRAY(BigInteger), subsidy=ARRAY(BigInteger),
)  # fmt: skip
_RECEIPTS = sql("SELECT * FROM station_receipt WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_INSERT_RECEIPTS = insert_many(station_receipt, station_receipt.c.keys())
_RECEIVE = sql(
    "UPDATE station s SET coal_received_fen = s.coal_received_fen + n.coal,"
    " subsidy_received_fen = s.subsidy_received_fen + n.subsidy, version = s.version + 1"
    " FROM unnest(:ids, :coal, :subsidy) AS n (id, coal, subsidy) WHERE s.id = n.id",
    ids=ARRAY(Uuid), coal=ARRAY(BigInteger), subsidy=ARRAY(BigInteger),
)  # fmt: skip
# From the connection on the meter stands at zero, unless it was read on that day.
_MONTHS = sql(
    "SELECT s.id, s.division, s.kind, s.capacity_w, coalesce(b.read_on, s.connected_on) AS before_on,"
    " coalesce(b.total_kwh, 0) AS before_kwh, l.read_on AS last_on, l.total_kwh AS last_kwh FROM station s"
    " LEFT JOIN LATERAL (SELECT read_on, total_kwh FROM station_reading r WHERE r.station_id = s.id"
    "   AND (r.read_on < :month_on OR r.read_on = s.connected_on) ORDER BY read_on DESC LIMIT 1) b ON true"
    " JOIN LATERAL (SELECT read_on, total_kwh FROM station_reading r WHERE r.station_id = s.id"
    "   AND r.read_on BETWEEN :month_on AND :last_on ORDER BY read_on DESC LIMIT 1) l"
    " ON l.read_on > coalesce(b.read_on, s.connected_on) ORDER BY s.id",
    month_on=Date, last_on=Date,
)  # fmt: skip
_INSERT_FINDINGS = insert_many(
    station_finding, station_finding.c.keys(), "ON CONFLICT (station_id, month_on) DO NOTHING RETURNING station_id"
)
_FINDINGS = sql("SELECT * FROM station_finding WHERE id > :after ORDER BY id LIMIT :limit", after=Uuid, limit=Integer)
_RESERVE = sql(
    "UPDATE station SET planned_fen = planned_fen + :amount_fen, version = version + 1 WHERE id = :id",
    id=Uuid, amount_fen=BigInteger,
)  # fmt: skip
_PAGE = sql(
    "SELECT * FROM station WHERE id > :after AND (:kind IS NULL OR kind = :kind) ORDER BY id LIMIT :limit",
    after=Uuid, kind=Text, limit=Integer,
)  # fmt: skip
_SUMMARY = sql(
    "SELECT s.kind, count(*) AS stations, sum(capacity_w)::bigint AS capacity_w,"
    " coalesce(sum(m.kwh), 0)::bigint AS metered_kwh, sum(coal_due_fen)::bigint AS coal_receivable_fen,"
    " sum(coal_received_fen)::bigint AS coal_received_fen, sum(subsidy_due_fen)::bigint AS subsidy_receivable_fen,"
    " sum(subsidy_received_fen)::bigint AS subsidy_received_fen,"
    " coalesce(max(p.amount_fen), 0) AS distributed_fen, coalesce(max(p.households), 0) AS households"
    " FROM station s"
    " LEFT JOIN LATERAL (SELECT max(total_kwh) - coalesce(min(total_kwh) FILTER (WHERE read_on = s.connected_on), 0)"
    "   AS kwh FROM station_reading r WHERE r.station_id = s.id) m ON true"
    " LEFT JOIN (SELECT t.kind, sum(i.amount_fen)::bigint AS amount_fen,"
    "   count(DISTINCT i.household_id) AS households FROM station_plan f JOIN station t ON t.id = f.station_id"
    "   JOIN station_plan_item i ON i.plan_id = f.id AND i.active WHERE f.state = 'filed' GROUP BY t.kind) p"
    "   ON p.kind = s.kind"
    " GROUP BY s.kind ORDER BY s.kind"
)


async def lock_stations(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those of the caller's area, locked in id order."""
    return {r["id"]: r for r in await fetch(connection, _LOCK, ids=list(ids))}


async def lock_station(connection: Connection, station_id: UUID) -> Row:
    """Raises Problem `shared.not_found`."""
    found = await lock_stations(connection, [station_id])
    if station_id not in found:
        raise Problem("shared.not_found")
    return found[station_id]


async def lock_connected(connection: Connection, day: date) -> list[Row]:
    """The stations connected by that day, locked in id order."""
    return await fetch(connection, _LOCK_CONNECTED, day=day)


async def insert_stations(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    await execute_many(connection, _INSERT, rows)


async def update_stations(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """`rows`: id and everything in CHANGING."""
    await execute_many(connection, _UPDATE, rows)


async def set_listed(connection: Connection, listed: Mapping[UUID, date]) -> None:
    if listed:
        await execute(
            connection, _LIST_IN_CATALOGUE, rows=len(listed), ids=list(listed), listed_on=list(listed.values())
        )  # fmt: skip


async def list_readings(connection: Connection, station_ids: Sequence[UUID]) -> dict[UUID, list[Reading]]:
    """Each station's readings, by day."""
    found: dict[UUID, list[Reading]] = {i: [] for i in station_ids}
    for r in await fetch(connection, _READINGS, ids=list(station_ids)):
        found[r["station_id"]].append(Reading(r["read_on"], r["total_kwh"]))
    return found


async def list_readings_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, _READINGS_BY_ID, ids=list(ids))}


async def insert_readings(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """The ids that were free; the others are somebody else's."""
    columns = {name: [row[name] for row in rows] for name in _READING}
    return {r["id"] for r in await fetch(connection, _INSERT_READINGS, **columns)} if rows else set()


async def list_settlements(connection: Connection, station_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Each station's settled quarters."""
    found: dict[UUID, list[Row]] = {i: [] for i in station_ids}
    for r in await fetch(connection, _SETTLEMENTS, ids=list(station_ids)):
        found[r["station_id"]].append(r)
    return found


async def find_quarters(connection: Connection, settlement_id: UUID) -> set[date]:
    """What a settlement of this id settled before."""
    return {r["quarter_end_on"] for r in await fetch(connection, _OF_SETTLEMENT, id=settlement_id)}


async def insert_settlements(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Both legs are receivable from now on."""
    if rows:
        await execute_many(connection, _INSERT_SETTLEMENTS, rows)
        await execute(
            connection, _BOOK, rows=len(rows), ids=[r["station_id"] for r in rows],
            coal=[r["coal_fen"] for r in rows], subsidy=[r["subsidy_fen"] for r in rows],
        )  # fmt: skip


async def list_receipts(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, _RECEIPTS, ids=list(ids))}


async def insert_receipts(
    connection: Connection, rows: Sequence[dict[str, Any]], received: Mapping[UUID, Mapping[str, int]]
) -> None:
    """`received`: fen by leg by station."""
    if rows:
        await execute_many(connection, _INSERT_RECEIPTS, rows)
        await execute(
            connection, _RECEIVE, rows=len(received), ids=list(received),
            coal=[r["coal"] for r in received.values()], subsidy=[r["subsidy"] for r in received.values()],
        )  # fmt: skip


async def list_months(connection: Connection, month_on: date, last_on: date) -> list[tuple[Row, Month]]:
    """The stations read in a month, each with its readings around it."""
    return [
        (r, Month(r["id"], r["capacity_w"], Reading(r["before_on"], r["before_kwh"]),
                  Reading(r["last_on"], r["last_kwh"])))
        for r in await fetch(connection, _MONTHS, month_on=month_on, last_on=last_on)
    ]  # fmt: skip


async def insert_findings(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """The stations of which nothing was found for the month before."""
    columns = {c: [row[c] for row in rows] for c in station_finding.c.keys()}  # noqa: SIM118 - columns, no dict
    return {r["station_id"] for r in await fetch(connection, _INSERT_FINDINGS, **columns)} if rows else set()


async def list_findings(connection: Connection, after: UUID, limit: int) -> list[Row]:
    """A page by rising id."""
    return await fetch(connection, _FINDINGS, after=after, limit=limit)


async def reserve(connection: Connection, station_id: UUID, amount_fen: int) -> None:
    """Below zero gives back."""
    await execute(connection, _RESERVE, rows=1, id=station_id, amount_fen=amount_fen)


async def list_stations(connection: Connection, after: UUID, limit: int, kind: str | None) -> list[Row]:
    """A page by rising id."""
    return await fetch(connection, _PAGE, after=after, limit=limit, kind=kind)


async def list_summary(connection: Connection) -> list[Row]:
    """Sums by kind over what the caller may see."""
    return await fetch(connection, _SUMMARY)
