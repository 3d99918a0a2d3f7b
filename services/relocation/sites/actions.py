"""Declaring what is built, and accepting it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any
from uuid import UUID

from services.relocation.sites import queries, tables
from services.relocation.sites.rules import BuildingState, Unit, flat_refusal, unit_of
from services.relocation.sites.rules import Flat as Listed
from services.relocation.sites.schemas import Acceptance, Building, Flat, Site
from shared.acts.batches import take_new
from shared.acts.bodies import Result, answers, result
from shared.acts.tasks import OwnTask
from shared.data.sql import Connection
from shared.ground.context import Act

ROOM = "relocation.sites"
SITE = ("name_zh", "name_en", "division", "kind")
BUILDING = ("site_id", "block", "floors")
FLAT = ("id", "building_id", "flat_no", "floor", "area_m2_x100", "accessible", "pair_no")
# No procedure: where a building lies is its site's, and only row-level security on the site says whose it is.
ACCEPTANCES = OwnTask(
    procedure=ROOM,
    step="accepted",
    roles=("township",),
    zh="楼栋验收",
    en="Acceptance of a building",
    columns=("b.id", "s.division", "NULL::uuid", "b.declared_on", "b.declared_on + 30"),
    source="""
        FROM building b JOIN site s ON s.id = b.site_id WHERE b.state = 'declared' AND b.declared_by <> :subject
    """,
)


def _declared(act: Act) -> dict[str, Any]:
    return {"declared_on": act.business_date, "declared_by": act.subject}


async def declare_sites(connection: Connection, act: Act, items: Sequence[Site]) -> list[Result]:
    """A site stands where it was first said to stand."""
    ids = [i.id for i in items]
    known = await queries.list_sites_by_id(connection, ids)

    def judge(item: Site) -> str | dict[str, Any]:
        return item.model_dump() | _declared(act) if act.caller.within(item.division) else "outside_area"

    reasons, _ = await take_new(items, known, SITE, judge, partial(queries.insert_sites, connection))
    return answers(ROOM, ids, reasons)


async def declare_buildings(connection: Connection, act: Act, items: Sequence[Building]) -> list[Result]:
    """Of sites that are known; a block's second building is refused."""
    ids = [i.id for i in items]
    sites = await queries.list_sites_by_id(connection, [i.site_id for i in items])
    known = await queries.list_buildings(connection, ids)

    def judge(item: Building) -> str | dict[str, Any]:
        known_site = item.site_id in sites
        return item.model_dump() | {"state": "declared"} | _declared(act) if known_site else "shared.not_found"

    reasons, _ = await take_new(items, known, BUILDING, judge, partial(queries.insert_buildings, connection))
    # Every building is seen by everybody, so what was not free is the block.
    return answers(ROOM, ids, ["block_listed_twice" if reason == "id_taken" else reason for reason in reasons])


def _listed(flat: Flat | tables.Flat) -> Listed:
    return Listed(**{name: getattr(flat, name) for name in FLAT})


async def declare_flats(connection: Connection, act: Act, items: Sequence[Flat]) -> list[Result]:
    """Flats in the order given; what is listed already under its own id with the same content changes nothing."""
    buildings = await queries.lock_buildings(connection, sorted({i.building_id for i in items}))
    earlier = await queries.list_flats(connection, [i.id for i in items], list(buildings))
    known = {row.id: _listed(row) for row in earlier}
    units = {(row.building_id, row.pair_no): row.unit_id for row in earlier if row.pair_no}
    listed: dict[UUID, list[Listed]] = defaultdict(list)
    for each in known.values():
        listed[each.building_id].append(each)
    results, fresh = [], list[Listed]()
    for item in items:
        flat = _listed(item)
        reason = _flat_reason(flat, known, buildings, listed)
        if reason is None and flat.id not in known:
            known[flat.id] = flat
            listed[flat.building_id].append(flat)
            fresh.append(flat)
        results.append(result(ROOM, flat.id, reason))
    unit_ids = {f.id: units.setdefault((f.building_id, f.pair_no), f.id) if f.pair_no else f.id for f in fresh}
    await queries.set_units(connection, _units(fresh, unit_ids, listed))
    rows = [asdict(flat) | {"unit_id": unit_ids[flat.id]} | _declared(act) for flat in fresh]
    await queries.insert_flats(connection, rows)
    return results


def _flat_reason(
    flat: Listed,
    known: Mapping[UUID, Listed],
    buildings: Mapping[UUID, tables.Building],
    listed: Mapping[UUID, list[Listed]],
) -> str | None:
    if flat.id in known:
        return None if known[flat.id] == flat else "content_differs"
    if flat.building_id not in buildings:
        return "shared.not_found"
    building = buildings[flat.building_id]
    # What was accepted is what stood on the list that day.
    if building.state == "accepted":
        return "already_accepted"
    return flat_refusal(flat, building.floors, listed.get(flat.building_id, ()))


def _units(fresh: Sequence[Listed], unit_ids: Mapping[UUID, UUID], listed: Mapping[UUID, list[Listed]]) -> list[Unit]:
    """The units that these flats make, each with what else belongs to it."""
    made = {}
    for flat in fresh:
        pair = [f for f in listed[flat.building_id] if f.pair_no == flat.pair_no] if flat.pair_no else [flat]
        made[unit_ids[flat.id]] = unit_of(pair, unit_ids[flat.id])
    return list(made.values())


async def accept_buildings(connection: Connection, act: Act, items: Sequence[Acceptance]) -> list[Result]:
    """One that was found wanting may be inspected again; one that was accepted stays so.

    That it was found wanting on an earlier day, told late, changes nothing.
    """
    rows = await queries.lock_buildings(connection, [i.id for i in items])
    half = await queries.list_with_half_pairs(connection, list(rows))
    results, found = list[Result](), dict[UUID, tables.Building]()
    for item in items:
        row = rows.get(item.id)
        if row is None:
            results.append(result(ROOM, item.id, "shared.not_found"))
            continue
        against = (
            (item.id in found, "twice_in_batch"),
            (row.state == "accepted", "already_accepted"),
            (row.declared_by == act.subject, "same_person"),
            (item.accepted_on > act.business_date, "future_date"),
            (item.accepted and item.id in half, "pair_incomplete"),
        )
        reason = next((reason for holds, reason in against if holds), None)
        if reason is None:
            state: BuildingState = "accepted" if item.accepted else "rejected"
            overtaken = row.inspected_on is not None and item.accepted_on < row.inspected_on
            if item.accepted or not overtaken:
                row = found[item.id] = row._replace(state=state, inspected_on=item.accepted_on)
        results.append(result(ROOM, item.id, reason, state=row.state))
    await queries.inspect_buildings(connection, list(found.values()), act.subject)
    return results
