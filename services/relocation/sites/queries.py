"""All SQL about sites, buildings, flats and units."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Date, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.relocation.sites.rules import Unit
from services.relocation.sites.tables import building, flat, site
from shared.data.sql import Connection, Row, execute, execute_many, fetch, fetch_one, insert_many, sql

# By id, so that two who declare the same wait for one another in the same order.
_INSERT_SITES = insert_many(site, site.c.keys(), "ORDER BY 1 ON CONFLICT (id) DO NOTHING RETURNING id")
_BUILDING = ("id", "site_id", "block", "floors", "state", "declared_on", "declared_by")
_INSERT_BUILDINGS = insert_many(building, _BUILDING, "ORDER BY 1 ON CONFLICT DO NOTHING RETURNING id")
_INSERT_FLATS = insert_many(flat, flat.c.keys(), "ORDER BY 1")
_SITES = sql("SELECT * FROM site WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
_BUILDINGS = sql("SELECT * FROM building WHERE id = ANY(:ids)", ids=ARRAY(Uuid))
# Through its site, which row-level security shows to its area alone.
_LOCK_BUILDINGS = sql(
    "SELECT b.* FROM building b JOIN site s ON s.id = b.site_id WHERE b.id = ANY(:ids) ORDER BY b.id FOR UPDATE OF b",
    ids=ARRAY(Uuid),
)
_FLATS = sql("SELECT * FROM flat WHERE id = ANY(:ids) OR building_id = ANY(:buildings) ORDER BY id",
             ids=ARRAY(Uuid), buildings=ARRAY(Uuid))  # fmt: skip
_SET_UNITS = sql(
    "INSERT INTO site_unit AS u (id, building_id, pair_no, flats, area_m2_x100, accessible, accepted, state)"
    " SELECT i, b, p, f, a, c, false, 'free'"
    " FROM unnest(:ids, :buildings, :pairs, :flats, :areas, :accessible) AS x (i, b, p, f, a, c) ORDER BY i"
    " ON CONFLICT (id) DO UPDATE SET flats = excluded.flats, area_m2_x100 = excluded.area_m2_x100,"
    " accessible = excluded.accessible",
    ids=ARRAY(Uuid), buildings=ARRAY(Uuid), pairs=ARRAY(Text), flats=ARRAY(Integer), areas=ARRAY(Integer),
    accessible=ARRAY(Boolean),
)  # fmt: skip
_HALF_PAIRS = sql(
    "SELECT DISTINCT building_id FROM site_unit WHERE building_id = ANY(:ids) AND pair_no IS NOT NULL AND flats = 1",
    ids=ARRAY(Uuid),
)
_INSPECT = sql(
    "UPDATE building b SET state = n.state, inspected_on = n.inspected_on, inspected_by = :by"
    " FROM unnest(:ids, :states, :dates) AS n (id, state, inspected_on) WHERE b.id = n.id AND b.state <> 'accepted'",
    ids=ARRAY(Uuid), states=ARRAY(Text), dates=ARRAY(Date), by=Text,
)  # fmt: skip
_ACCEPT_UNITS = sql("UPDATE site_unit SET accepted = true WHERE building_id = ANY(:ids)", ids=ARRAY(Uuid))
_NUMBERS = "(SELECT array_agg(flat_no ORDER BY flat_no) FROM flat f WHERE f.unit_id = u.id) AS flats"
_FREE = sql(
    f"SELECT u.id, b.site_id, b.block, {_NUMBERS}, u.area_m2_x100, u.accessible, u.pair_no IS NOT NULL AS paired"  # noqa: S608 - our columns
    " FROM site_unit u JOIN building b ON b.id = u.building_id"
    " WHERE b.site_id = ANY(:site_ids) AND u.accepted AND u.state = 'free' ORDER BY u.id",
    site_ids=ARRAY(Uuid),
)
_UNITS = sql(
    f"SELECT u.id, b.site_id, b.block, {_NUMBERS}, u.area_m2_x100, u.accessible, u.pair_no IS NOT NULL AS paired"  # noqa: S608 - our columns
    " FROM site_unit u JOIN building b ON b.id = u.building_id WHERE u.id = ANY(:ids) ORDER BY u.id FOR UPDATE OF u",
    ids=ARRAY(Uuid),
)
_SET_STATE = sql(
    "UPDATE site_unit SET state = :state WHERE id = ANY(:ids) AND state <> :state", state=Text, ids=ARRAY(Uuid)
)
_SITE_PAGE = sql(
    "SELECT s.*, coalesce(b.buildings, 0) AS buildings, coalesce(b.accepted, 0) AS accepted_buildings,"
    " coalesce(u.units, 0) AS units, coalesce(u.free, 0) AS free_units FROM site s"
    " LEFT JOIN (SELECT site_id, count(*) AS buildings, count(*) FILTER (WHERE state = 'accepted') AS accepted"
    " FROM building GROUP BY site_id) b ON b.site_id = s.id"
    " LEFT JOIN (SELECT site_id, count(*) AS units, count(*) FILTER (WHERE accepted AND u.state = 'free') AS free"
    " FROM site_unit u JOIN building ON building.id = u.building_id GROUP BY site_id) u ON u.site_id = s.id"
    " WHERE s.id > :after ORDER BY s.id LIMIT :limit",
    after=Uuid, limit=Integer,
)  # fmt: skip
_UNIT_PAGE = sql(
    f"SELECT u.id, b.site_id, u.building_id, b.block, {_NUMBERS}, u.area_m2_x100, u.accessible,"  # noqa: S608 - our columns
    " u.pair_no IS NOT NULL AS paired, u.accepted, u.state FROM site_unit u JOIN building b ON b.id = u.building_id"
    " WHERE u.id > :after AND (:site_id IS NULL OR b.site_id = :site_id) AND (:state IS NULL OR u.state = :state)"
    " ORDER BY u.id LIMIT :limit",
    after=Uuid, site_id=Uuid, state=Text, limit=Integer,
)  # fmt: skip
_TOTALS = sql(
    "SELECT coalesce(sum(flats), 0)::bigint AS flats, count(*) AS units,"
    " count(*) FILTER (WHERE accepted) AS accepted_units, count(*) FILTER (WHERE state = 'allocated')"
    " AS allocated_units, count(*) FILTER (WHERE accepted AND state = 'free') AS free_units FROM site_unit"
)


async def _insert(
    connection: Connection, query: Any, rows: Sequence[Mapping[str, Any]], names: Sequence[str]
) -> set[UUID]:
    columns = {name: [row[name] for row in rows] for name in names}
    return {r["id"] for r in await fetch(connection, query, **columns)} if rows else set()


async def insert_sites(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free."""
    return await _insert(connection, _INSERT_SITES, rows, site.c.keys())


async def insert_buildings(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free and whose block stands nowhere at their site yet."""
    return await _insert(connection, _INSERT_BUILDINGS, rows, _BUILDING)


async def insert_flats(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    await execute_many(connection, _INSERT_FLATS, rows)


async def list_sites_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those that lie in the caller's area."""
    return {r["id"]: r for r in await fetch(connection, _SITES, ids=list(ids))}


async def list_buildings(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, _BUILDINGS, ids=list(ids))}


async def lock_buildings(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those whose site lies in the caller's area, locked in id order."""
    return {r["id"]: r for r in await fetch(connection, _LOCK_BUILDINGS, ids=list(ids))}


async def list_flats(connection: Connection, ids: Sequence[UUID], buildings: Sequence[UUID]) -> list[Row]:
    """Flats of these ids, and all those of these buildings."""
    return await fetch(connection, _FLATS, ids=list(ids), buildings=list(buildings))


async def set_units(connection: Connection, units: Sequence[Unit]) -> None:
    """A unit grows by its second flat."""
    await execute(
        connection, _SET_UNITS, rows=len(units), ids=[u.id for u in units], buildings=[u.building_id for u in units],
        pairs=[u.pair_no for u in units], flats=[u.flats for u in units], areas=[u.area_m2_x100 for u in units],
        accessible=[u.accessible for u in units],
    )  # fmt: skip


async def list_with_half_pairs(connection: Connection, building_ids: Sequence[UUID]) -> set[UUID]:
    """Buildings in which some flat still lacks the other of its pair."""
    return {r["building_id"] for r in await fetch(connection, _HALF_PAIRS, ids=list(building_ids))}


async def inspect_buildings(connection: Connection, found: Sequence[tuple[UUID, str, date]], by: str) -> None:
    """`found`: building, its state from now on, the day of the inspection. The units of those accepted are too."""
    await execute(
        connection, _INSPECT, rows=len(found), by=by, ids=[i for i, _, _ in found],
        states=[s for _, s, _ in found], dates=[d for _, _, d in found],
    )  # fmt: skip
    accepted = [i for i, state, _ in found if state == "accepted"]
    # A building may have no flats on its list.
    await execute(connection, _ACCEPT_UNITS, rows=None, ids=accepted)


async def list_free_units(connection: Connection, site_ids: Sequence[UUID]) -> list[Row]:
    """Units of accepted buildings of these sites that nobody has, by id."""
    return await fetch(connection, _FREE, site_ids=list(site_ids))


async def lock_units(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, _UNITS, ids=list(ids))}


async def set_unit_states(connection: Connection, ids: Sequence[UUID], state: str) -> None:
    """`free` or `allocated`. Raises RowCountError where one is so already."""
    await execute(connection, _SET_STATE, rows=len(ids), ids=list(ids), state=state)


async def list_sites(connection: Connection, after: UUID, limit: int) -> list[Row]:
    """A page by rising id, with how much stands there."""
    return await fetch(connection, _SITE_PAGE, after=after, limit=limit)


async def list_units(
    connection: Connection, after: UUID, limit: int, site_id: UUID | None, state: str | None
) -> list[Row]:
    """A page by rising id; a filter that is None lets everything pass."""
    return await fetch(connection, _UNIT_PAGE, after=after, limit=limit, site_id=site_id, state=state)


async def get_totals(connection: Connection) -> Row:
    row = await fetch_one(connection, _TOTALS)
    assert row is not None
    return row
