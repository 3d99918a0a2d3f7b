"""All SQL about sites, buildings, flats and units."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from services.relocation.sites.rules import Unit
from services.relocation.sites.tables import Building, Declared, Flat, Home, Site, building, flat, site, site_unit
from shared.acts.batches import FREE, NewRows, insert_free
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import (
    Connection,
    Row,
    by_id,
    execute,
    execute_many,
    fetch,
    fetch_row,
    insert_many,
    list_by,
    sql,
    update_many,
)

# By id, so that two who declare the same wait for one another in the same order.
_INSERT_SITES = insert_many(site, Site._fields, FREE)
_INSERT_BUILDINGS = insert_many(
    building,
    ("id", "site_id", "block", "floors", "state", "declared_on", "declared_by"),
    "ORDER BY 1 ON CONFLICT DO NOTHING RETURNING id",
)
_INSERT_FLATS = insert_many(flat, Flat._fields, "ORDER BY 1")
_SITES = list_by(site)
_BUILDINGS = list_by(building)
# Through its site, which row-level security shows to its area alone.
_LOCK_BUILDINGS = sql(
    f"""
    SELECT {building.columns_of("b")} FROM building b JOIN site s ON s.id = b.site_id
    WHERE b.id = ANY(:ids) ORDER BY b.id FOR UPDATE OF b
    """,
    Building,
)
_FLATS = sql(
    f"""
    SELECT {flat.columns} FROM flat WHERE id = ANY(:ids) OR building_id = ANY(:building_ids) ORDER BY id
""",
    Flat,
)
_SET_UNITS = insert_many(
    site_unit,
    ("id", "building_id", "pair_no", "flats", "area_m2_x100", "accessible", "accepted", "state"),
    """
    ORDER BY 1 ON CONFLICT (id) DO UPDATE
    SET flats = excluded.flats, area_m2_x100 = excluded.area_m2_x100, accessible = excluded.accessible
    """,
)
_HALF_PAIRS = sql("""
    SELECT DISTINCT building_id FROM site_unit WHERE building_id = ANY(:ids) AND pair_no IS NOT NULL AND flats = 1
    """)
_INSPECT = update_many(building, "state", "inspected_on", common={"inspected_by": "by"}, where="t.state <> 'accepted'")
_ACCEPT_UNITS = sql("UPDATE site_unit SET accepted = true WHERE building_id = ANY(:ids)")
_SET_STATE = sql("UPDATE site_unit SET state = :state WHERE id = ANY(:ids) AND state <> :state")
_HOMES = """
    SELECT u.id, b.site_id, u.building_id, b.block,
           (SELECT array_agg(flat_no ORDER BY flat_no) FROM flat f WHERE f.unit_id = u.id) AS flats,
           u.area_m2_x100, u.accessible, u.pair_no IS NOT NULL AS paired, u.accepted, u.state
    FROM site_unit u JOIN building b ON b.id = u.building_id
"""
_FREE = sql(f"{_HOMES} WHERE b.site_id = ANY(:site_ids) AND u.accepted AND u.state = 'free' ORDER BY u.id", Home)
_LOCK_HOMES = sql(f"{_HOMES} WHERE u.id = ANY(:ids) ORDER BY u.id FOR UPDATE OF u", Home)
_HOME_PAGE = page_of(Home, _HOMES, "b.site_id", "u.state", key="u.id")
_SITE_PAGE = page_of(
    Declared,
    """
    SELECT s.id, s.name_zh, s.name_en, s.division, s.kind, coalesce(b.buildings, 0) AS buildings,
           coalesce(b.accepted, 0) AS accepted_buildings, coalesce(u.units, 0) AS units,
           coalesce(u.free, 0) AS free_units
    FROM site s
    LEFT JOIN (SELECT site_id, count(*) AS buildings, count(*) FILTER (WHERE state = 'accepted') AS accepted
               FROM building GROUP BY site_id) b ON b.site_id = s.id
    LEFT JOIN (SELECT site_id, count(*) AS units, count(*) FILTER (WHERE accepted AND u.state = 'free') AS free
               FROM site_unit u JOIN building ON building.id = u.building_id GROUP BY site_id) u ON u.site_id = s.id
    """,
    key="s.id",
)
_TOTALS = sql("""
    SELECT coalesce(sum(flats), 0)::bigint AS flats, count(*) AS units,
           count(*) FILTER (WHERE accepted) AS accepted_units,
           count(*) FILTER (WHERE state = 'allocated') AS allocated_units,
           count(*) FILTER (WHERE accepted AND state = 'free') AS free_units
    FROM site_unit
    """)


async def insert_sites(connection: Connection, rows: NewRows) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT_SITES, rows)


async def insert_buildings(connection: Connection, rows: NewRows) -> set[UUID]:
    """The ids that were free and whose block stands nowhere at their site yet."""
    return await insert_free(connection, _INSERT_BUILDINGS, rows)


async def insert_flats(connection: Connection, rows: NewRows) -> None:
    await execute_many(connection, _INSERT_FLATS, rows)


async def list_sites_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Site]:
    """Those that lie in the caller's area."""
    return await by_id(connection, _SITES, ids)


async def list_buildings(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Building]:
    return await by_id(connection, _BUILDINGS, ids)


async def lock_buildings(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Building]:
    """Those whose site lies in the caller's area, locked in id order."""
    return await by_id(connection, _LOCK_BUILDINGS, ids)


async def list_flats(connection: Connection, ids: Sequence[UUID], building_ids: Sequence[UUID]) -> list[Flat]:
    """Flats of these ids, and all those of these buildings."""
    return await fetch(connection, _FLATS, ids=list(ids), building_ids=list(building_ids))


async def set_units(connection: Connection, units: Sequence[Unit]) -> None:
    """A unit grows by its second flat."""
    new = {"accepted": False, "state": "free"}
    await execute_many(connection, _SET_UNITS, [asdict(unit) | new for unit in units])


async def list_with_half_pairs(connection: Connection, building_ids: Sequence[UUID]) -> set[UUID]:
    """Buildings in which some flat still lacks the other of its pair."""
    return {r["building_id"] for r in await fetch(connection, _HALF_PAIRS, ids=list(building_ids))}


async def inspect_buildings(connection: Connection, found: Sequence[Building], by: str) -> None:
    """What each stands at since which day. The units of those accepted are accepted too."""
    await execute_many(connection, _INSPECT, [row._asdict() for row in found], by=by)
    accepted = [row.id for row in found if row.state == "accepted"]
    # A building may have no flats on its list.
    await execute(connection, _ACCEPT_UNITS, rows=None, ids=accepted)


async def list_free_homes(connection: Connection, site_ids: Sequence[UUID]) -> list[Home]:
    """Units of accepted buildings of these sites that nobody has, by id."""
    return await fetch(connection, _FREE, site_ids=list(site_ids))


async def lock_homes(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Home]:
    return await by_id(connection, _LOCK_HOMES, ids)


async def set_unit_states(connection: Connection, ids: Sequence[UUID], state: str) -> None:
    """`free` or `allocated`. Raises RowCountError where one is so already."""
    await execute(connection, _SET_STATE, rows=len(ids), ids=list(ids), state=state)


async def list_sites(connection: Connection, at: Place) -> list[Declared]:
    return await fetch_page(connection, _SITE_PAGE, at)


async def list_homes(connection: Connection, at: Place, **filters: Any) -> list[Home]:
    """By rising id, filtered by site or state."""
    return await fetch_page(connection, _HOME_PAGE, at, **filters)


async def get_totals(connection: Connection) -> Row:
    return await fetch_row(connection, _TOTALS)
