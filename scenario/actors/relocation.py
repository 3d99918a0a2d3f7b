"""Those who move people and houses: villages apply, the county builds and draws, townships accept and hand over."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from scenario.actors import county, papers
from scenario.actors.patience import named, once, send
from scenario.actors.townships import officer
from scenario.actors.villages import Village
from scenario.api import Api, Who

SWAPS_A_TOWNSHIP = 2
KIND_OF_HOME = ("round_id", "members", "area_m2_x100", "accessible", "needs_accessible")
POWER_KWH_X100 = 850  # of a household's first days
HOLDING_KEYS = ("key_handed", "reported", "moved_in")


class Site(Protocol):
    key: str
    name_zh: str
    name_en: str
    village_code: str
    kind: str


class Building(Protocol):
    key: str
    site: str
    block: str
    floors: int


class Flat(Protocol):
    key: str
    building: str
    flat_no: str
    floor: int
    area_m2_x100: int
    accessible: bool
    pair_no: str | None


@dataclass(frozen=True, slots=True)
class OldHome:
    """What a village knows of a household's old house, by the household's id."""

    household_id: str
    house_area_m2_x100: int
    land_mu_x100: int


def application_id(household_id: str) -> str:
    return named("relocation", household_id)


def site_id(key: str) -> str:
    return named("site", key)


def building_id(key: str) -> str:
    return named("building", key)


async def apply(api: Api, village: Village, moving: Sequence[tuple[str, int]]) -> None:
    """The clerk applies for the village's households on the county's list. `moving`: (household's id, cohort)."""
    items = [{"id": application_id(h), "household_id": h, "cohort": cohort} for h, cohort in moving]
    await send(api, village.clerk, "/relocation/v1/applications", items)


async def _applications(api: Api, who: Who, state: str) -> list[dict[str, Any]]:
    return [a async for a in api.pages(who, f"/relocation/v1/applications?state={state}")]


async def verify(api: Api, township: str) -> None:
    found = await _applications(api, officer(township), "applied")
    items = [{"id": a["id"], "confirmed": True} for a in found]
    await send(api, officer(township), "/relocation/v1/applications/verifications", items)


async def post_notices(api: Api, village: Village) -> None:
    items = [{"id": a["id"]} for a in await _applications(api, village.clerk, "verified")]
    await send(api, village.clerk, "/relocation/v1/applications/notices", items)


async def sign(api: Api, village: Village, day: date) -> None:
    """The household signs the agreement to move and to give up the old house."""
    found = [a["id"] for a in await _applications(api, village.clerk, "noticed")]
    await papers.sign(api, (village.clerk, village.team), "relocation.applications", dict.fromkeys(found, True), day)


async def declare_sites(api: Api, sites: Iterable[Site], buildings: Iterable[Building], flats: Iterable[Flat]) -> None:
    """The county's list of what is built, as it was written: with its slips."""
    declared = [
        {"id": site_id(s.key), "name_zh": s.name_zh, "name_en": s.name_en, "division": s.village_code, "kind": s.kind}
        for s in sites
    ]
    await send(api, county.PLANNER, "/relocation/v1/sites", declared, "PUT")
    blocks = [
        {"id": building_id(b.key), "site_id": site_id(b.site), "block": b.block, "floors": b.floors} for b in buildings
    ]
    await send(api, county.PLANNER, "/relocation/v1/sites/buildings", blocks, "PUT")
    items = [
        {
            "id": named("flat", f.key), "building_id": building_id(f.building), "flat_no": f.flat_no,
            "floor": f.floor, "area_m2_x100": f.area_m2_x100, "accessible": f.accessible, "pair_no": f.pair_no,
        }
        for f in flats
    ]  # fmt: skip
    await send(api, county.PLANNER, "/relocation/v1/sites/flats", items, "PUT")


async def accept_buildings(api: Api, township: str, inspected: Sequence[tuple[str, bool, date]]) -> None:
    """`inspected`: (building's key, whether it passes, when)."""
    items = [
        {"id": building_id(key), "accepted": passes, "accepted_on": on.isoformat()} for key, passes, on in inspected
    ]
    await send(api, officer(township), "/relocation/v1/sites/acceptances", items)


def round_id(name: str) -> str:
    return named("round", name)


async def freeze(api: Api, name: str, cohort: int, sites: Sequence[str], secret: str) -> None:
    """The list as it stands today; where nobody waits there is nothing to draw. `secret`: numbers the lots."""
    body = {"id": round_id(name), "cohort": cohort, "site_ids": [site_id(s) for s in sites], "secret": secret}
    await once(api, county.PLANNER, "/relocation/v1/allocation/rounds", body)


async def _round(api: Api, name: str) -> dict[str, Any] | None:
    rounds = (await api.get(county.DECIDER, "/relocation/v1/allocation/rounds"))["items"]
    return next((r for r in rounds if r["id"] == round_id(name)), None)


async def announce_seed(api: Api, name: str, seed: str) -> None:
    """Another person publishes the number before the draw, for this list and no other."""
    frozen = await _round(api, name)
    if frozen is not None and frozen["state"] == "frozen":
        body = {"seed": seed, "inputs_hash": frozen["inputs_hash"]}
        await once(api, county.DECIDER, f"/relocation/v1/allocation/rounds/{frozen['id']}/seed", body)


async def draw(api: Api, name: str, secret: str) -> None:
    """In public. Where the list has changed since it was frozen, it is frozen anew, and another seed published.

    `secret`: numbers the lots of the new list.
    """
    announced = await _round(api, name)
    if announced is None or announced["state"] != "announced":
        return
    path = f"/relocation/v1/allocation/rounds/{round_id(name)}"
    if await once(api, county.ANNOUNCER, f"{path}/draw", {}) is None:
        await once(api, county.PLANNER, f"{path}/refreeze", {"secret": secret})


async def draw_again(api: Api, name: str) -> None:
    """What came free; mostly nothing did."""
    drawn = await _round(api, name)
    if drawn is not None and drawn["state"] == "drawn":
        await once(api, county.ANNOUNCER, f"/relocation/v1/allocation/rounds/{round_id(name)}/redraw", {})


async def _allocations(api: Api, who: Who, *states: str) -> list[dict[str, Any]]:
    path = "/relocation/v1/allocation/allocations?state="
    return [a for state in states for a in [a async for a in api.pages(who, path + state)]]


async def swap(api: Api, township: str) -> None:
    """Some would rather have the other's door: neighbours with flats of one kind exchange them before the keys.

    The draw left no ground floor with somebody who does not need it while one like him does: that is not why.
    """
    found = await _allocations(api, officer(township), "allocated")
    left = {a["household_id"] for a in await _allocations(api, officer(township), "released")}
    if any(home["household_id"] in left for home in found):
        return  # they did before we were interrupted
    alike: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for home in sorted(found, key=lambda home: home["lot"]):
        alike.setdefault(tuple(home[name] for name in KIND_OF_HOME), []).append(home)
    pairs = [(homes[0]["id"], homes[-1]["id"]) for _, homes in sorted(alike.items()) if len(homes) > 1]
    items = [
        {"id": named("swap", one), "first_allocation_id": one, "second_allocation_id": other, "consents": True}
        for one, other in pairs[:SWAPS_A_TOWNSHIP]
    ]
    await send(api, officer(township), "/relocation/v1/allocation/swaps", items)


async def hand_over_keys(api: Api, township: str, day: date) -> None:
    found = await _allocations(api, officer(township), "allocated")
    items = [{"id": a["id"]} for a in found if date.fromisoformat(a["notice_ends_on"]) <= day]
    await send(api, officer(township), "/relocation/v1/moves/keys", items)


async def with_keys(api: Api) -> set[str]:
    """Ids of the households that hold keys, or live in their flats."""
    return {a["household_id"] for a in await _allocations(api, county.PLANNER, *HOLDING_KEYS)}


async def report_moves(api: Api, village: Village, moved_in: Callable[[str, date], date | None], day: date) -> None:
    """The task force goes to see who lives there.

    `moved_in`: since when, by the household's id and the end of its notice; None: not yet.
    """
    items = []
    for home in await _allocations(api, village.team, "key_handed"):
        since = moved_in(home["household_id"], date.fromisoformat(home["notice_ends_on"]))
        if since is not None and since <= day:
            photo = hashlib.sha256(f"photo/{home['id']}".encode()).hexdigest()
            power = POWER_KWH_X100 + 130 * (day - since).days
            items.append(
                {"id": home["id"], "moved_in_on": since.isoformat(), "photo_sha256": photo, "power_kwh_x100": power}
            )
    await send(api, village.team, "/relocation/v1/moves/reports", items)


async def confirm_moves(api: Api, township: str) -> None:
    """Somebody of the township has been there too."""
    found = await _allocations(api, officer(township), "reported")
    items = [{"id": a["id"], "confirmed": True} for a in found]
    await send(api, officer(township), "/relocation/v1/moves/confirmations", items)


async def record_homesteads(api: Api, village: Village, homes: Sequence[OldHome]) -> None:
    """What stands there before they leave."""
    items = [
        {
            "id": application_id(h.household_id),
            "house_area_m2_x100": h.house_area_m2_x100,
            "land_mu_x100": h.land_mu_x100,
        }
        for h in homes
    ]
    await send(api, village.clerk, "/relocation/v1/homesteads", items, "PUT")


async def _homesteads(api: Api, who: Who, state: str) -> list[dict[str, Any]]:
    return [h async for h in api.pages(who, f"/relocation/v1/homesteads?state={state}")]


STEPS = {"demolition": ("standing", "demolished_on"), "reclamation": ("demolished", "reclaimed_on")}


async def report_works(api: Api, village: Village, step: str, done: Callable[[str], date | None], day: date) -> None:
    """Houses pulled down, or land under the plough again. `done`: since when, by application's id."""
    state, field = STEPS[step]
    items = []
    for home in await _homesteads(api, village.clerk, state):
        on = done(home["id"])
        if on is not None and on <= day:
            photo = hashlib.sha256(f"{step}/{home['id']}".encode()).hexdigest()
            items.append({"id": home["id"], field: on.isoformat(), "photo_sha256": photo})
    await send(api, village.clerk, f"/relocation/v1/homesteads/{step}s", items)


async def accept_works(api: Api, township: str, step: str) -> None:
    found = await _homesteads(api, officer(township), f"{step}_reported")
    items = [{"id": h["id"], "step": step, "accepted": True} for h in found]
    await send(api, officer(township), "/relocation/v1/homesteads/acceptances", items)
