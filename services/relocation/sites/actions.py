"""Declaring what is built, and accepting it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.relocation.applications.actions import sort_out
from services.relocation.applications.schemas import Result
from services.relocation.sites import queries
from services.relocation.sites.rules import Flat as Listed
from services.relocation.sites.rules import Unit, flat_refusal, unit_of
from services.relocation.sites.schemas import Acceptance, Building, Flat, Site
from shared.data.sql import Connection, Row
from shared.ground.context import Act

SITE = ("name_zh", "name_en", "division", "kind")
BUILDING = ("site_id", "block", "floors")
FLAT = ("id", "building_id", "flat_no", "floor", "area_m2_x100", "accessible", "pair_no")


def _declared(act: Act) -> dict[str, Any]:
    return {"declared_on": act.business_date, "declared_by": act.subject}


def _repeated(item: Any, found: Row | None, names: Sequence[str], other: str) -> str | None:
    """None where what stands there is what was sent; else why it was not taken."""
    if found is None:
        return other
    return None if all(found[n] == getattr(item, n) for n in names) else "relocation.sites.content_differs"


def _result(one: UUID, code: str | None) -> Result:
    return Result(id=one, status="refused" if code else "accepted", code=code)


async def declare_sites(connection: Connection, act: Act, items: Sequence[Site]) -> list[Result]:
    """A site stands where it was first said to stand."""
    inside = [i for i in items if act.caller.within(i.division)]
    rows = {i.id: i.model_dump() | _declared(act) for i in reversed(inside)}
    await queries.insert_sites(connection, list(rows.values()))
    found = await queries.list_sites_by_id(connection, list(rows))
    outside = "relocation.sites.outside_area"
    return [
        _result(i.id, _repeated(i, found.get(i.id), SITE, "shared.not_found") if i in inside else outside)
        for i in items
    ]


async def declare_buildings(connection: Connection, act: Act, items: Sequence[Building]) -> list[Result]:
    """Of sites that are known; a block's second building is refused."""
    sites = await queries.list_sites_by_id(connection, [i.site_id for i in items])
    known = [i for i in items if i.site_id in sites]
    rows = {i.id: i.model_dump() | {"state": "declared"} | _declared(act) for i in reversed(known)}
    await queries.insert_buildings(connection, list(rows.values()))
    found = await queries.list_buildings(connection, list(rows))
    twice = "relocation.sites.block_listed_twice"
    return [
        _result(i.id, _repeated(i, found.get(i.id), BUILDING, twice) if i.site_id in sites else "shared.not_found")
        for i in items
    ]


def _listed(row: Any) -> Listed:
    return Listed(**{name: row[name] for name in FLAT})


async def declare_flats(connection: Connection, act: Act, items: Sequence[Flat]) -> list[Result]:
    """Flats in the order given; what is listed already under its own id with the same content changes nothing."""
    buildings = await queries.lock_buildings(connection, sorted({i.building_id for i in items}))
    earlier = await queries.list_flats(connection, [i.id for i in items], list(buildings))
    known = {r["id"]: _listed(r) for r in earlier}
    units = {(r["building_id"], r["pair_no"]): r["unit_id"] for r in earlier if r["pair_no"]}
    listed: dict[UUID, list[Listed]] = defaultdict(list)
    for each in known.values():
        listed[each.building_id].append(each)
    results, fresh = [], list[Listed]()
    for item in items:
        flat = _listed(item.model_dump())
        code = _flat_code(flat, known, buildings, listed)
        if code is None and flat.id not in known:
            known[flat.id] = flat
            listed[flat.building_id].append(flat)
            fresh.append(flat)
        results.append(_result(flat.id, code))
    unit_ids = {
        f.id: units.setdefault((f.building_id, f.pair_no), f.id) if f.pair_no else f.id for f in fresh
    }  # fmt: skip
    await queries.set_units(connection, _units(fresh, unit_ids, listed))
    await queries.insert_flats(
        connection, [{n: getattr(f, n) for n in FLAT} | {"unit_id": unit_ids[f.id]} | _declared(act) for f in fresh]
    )
    return results


def _flat_code(
    flat: Listed, known: Mapping[UUID, Listed], buildings: Mapping[UUID, Row], listed: Mapping[UUID, list[Listed]]
) -> str | None:
    if flat.id in known:
        return None if known[flat.id] == flat else "relocation.sites.content_differs"
    if flat.building_id not in buildings:
        return "shared.not_found"
    building = buildings[flat.building_id]
    # What was accepted is what stood on the list that day.
    if building["state"] == "accepted":
        return "relocation.sites.already_accepted"
    return flat_refusal(flat, building["floors"], listed.get(flat.building_id, ()))


def _units(
    fresh: Sequence[Listed], unit_ids: Mapping[UUID, UUID], listed: Mapping[UUID, list[Listed]]
) -> list[Unit]:  # fmt: skip
    """The units that these flats make, each with what else belongs to it."""
    made = {}
    for flat in fresh:
        pair = [f for f in listed[flat.building_id] if f.pair_no == flat.pair_no] if flat.pair_no else [flat]
        made[unit_ids[flat.id]] = unit_of(pair, unit_ids[flat.id])
    return list(made.values())


async def accept_buildings(connection: Connection, act: Act, items: Sequence[Acceptance]) -> list[Result]:
    """One that was found wanting may be inspected again; one that was accepted stays so."""
    rows = await queries.lock_buildings(connection, [i.building_id for i in items])
    half = await queries.list_with_half_pairs(connection, list(rows))

    def refusal(row: Row, item: Acceptance) -> str | None:
        if row["state"] == "accepted":
            return "relocation.sites.already_accepted"
        if row["declared_by"] == act.subject:
            return "shared.same_person"
        if item.accepted_on > act.business_date:
            return "relocation.sites.future_date"
        return "relocation.sites.pair_incomplete" if item.accepted and row["id"] in half else None

    results, passed = sort_out(items, lambda i: i.building_id, rows, refusal, "relocation.sites.twice_in_batch")
    found = [(row["id"], "accepted" if item.accepted else "rejected", item.accepted_on) for row, item in passed]
    await queries.inspect_buildings(connection, found, act.subject)
    after = {one: state for one, state, _ in found}
    return [r.model_copy(update={"state": after[r.id]}) if r.status == "accepted" else r for r in results]
