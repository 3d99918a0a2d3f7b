"""What is built: declared once, accepted by another, and paired for the large."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.relocation.acts import SITES, TOWN, TOWNSHIP, accept, batch, build_site, codes, get


def flat(building_id: str, flat_no: str, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "building_id": building_id, "flat_no": flat_no, "floor": 1, "area_m2_x100": 7_500,
        "accessible": True,
    } | changes  # fmt: skip


async def put_flats(door: Door, *items: dict[str, Any]) -> list[str | None]:
    return codes(await batch(door, "PUT", f"{SITES}/flats", "county", list(items)))


async def test_flats_make_units_and_a_flat_stands_once_on_the_list(house: House) -> None:
    door = await house.serve("relocation", "api")
    _, (building,) = await build_site(door, [{}, {}], accepted=False)
    one, two = flat(building, "P1", pair_no="P"), flat(building, "P2", pair_no="P", accessible=False)
    assert await put_flats(door, one, flat(building, "P1")) == [None, "relocation.sites.flat_listed_twice"]
    assert await put_flats(door, flat(building, "001")) == ["relocation.sites.flat_listed_twice"]
    assert await put_flats(door, one, two, flat(building, "P3", pair_no="P")) == [
        None, None, "relocation.sites.pair_full",
    ]  # fmt: skip
    assert await put_flats(door, one | {"floor": 2}, flat(building, "9", floor=7), flat(str(uuid4()), "1")) == [
        "shared.content_differs", "relocation.sites.floor_beyond_building", "shared.not_found",
    ]  # fmt: skip
    units = (await get(door, f"{SITES}/units"))["items"]
    assert sorted((u["flats"], u["area_m2_x100"], u["paired"], u["accessible"]) for u in units) == [
        (["001"], 5_000, False, False), (["002"], 5_000, False, False), (["P1", "P2"], 15_000, True, False),
    ]  # fmt: skip
    assert await get(door, f"{SITES}/summary") == {
        "flats": 4, "units": 3, "accepted_units": 0, "allocated_units": 0, "free_units": 0,
    }  # fmt: skip
    await accept(door, [building])
    assert await put_flats(door, flat(building, "9")) == ["relocation.sites.already_accepted"]
    assert await get(door, f"{SITES}/summary") == {
        "flats": 4, "units": 3, "accepted_units": 3, "allocated_units": 0, "free_units": 3,
    }  # fmt: skip
    (site,) = (await get(door, SITES))["items"]
    assert (site["buildings"], site["accepted_buildings"], site["units"], site["free_units"]) == (1, 1, 3, 3)


async def test_who_accepts_what(house: House) -> None:
    door = await house.serve("relocation", "api")
    _, (good, half) = await build_site(door, [{}], [{"pair_no": "P"}], accepted=False)

    async def accept_one(building: str, area: str = TOWN, **changes: Any) -> str | None:
        item = {"id": building, "accepted": True, "accepted_on": "2017-05-31"}
        who = {"subject": changes.pop("subject", "inspector")}
        path = f"{SITES}/acceptances"
        (result,) = await batch(door, "POST", path, "township", [item | changes], area, on="2017-06-01", **who)
        code: str | None = result["code"]
        return code

    assert await accept_one(good, subject="test-county") == "shared.same_person"
    assert await accept_one(good, area=TOWNSHIP) == "shared.not_found"
    assert await accept_one(good, accepted_on="2017-06-02") == "shared.future_date"
    assert await accept_one(half) == "relocation.sites.pair_incomplete"
    assert await accept_one(good, accepted=False) is None
    assert (await get(door, f"{SITES}/summary"))["accepted_units"] == 0
    assert await accept_one(good) is None
    assert await accept_one(good) == "relocation.sites.already_accepted"
    assert (await get(door, f"{SITES}/summary"))["accepted_units"] == 1
    owner = await house.owner("relocation")
    with pytest.raises(asyncpg.CheckViolationError, match="building_inspector_is_not_declarer"):
        await owner.execute("UPDATE building SET inspected_by = declared_by WHERE state = 'accepted'")


@pytest.mark.parametrize(
    "order", list(permutations([("2017-03-05", False), ("2017-03-10", False), ("2017-03-20", True)]))
)
async def test_inspections_end_alike_in_every_order(house: House, order: Sequence[tuple[str, bool]]) -> None:
    """Of two that found it wanting the later stands; once it was accepted it stays so."""
    door = await house.serve("relocation", "api")
    _, (every, wanting) = await build_site(door, [{}], [{}], accepted=False)
    for day, sure in order:
        found = [{"id": i, "accepted": sure, "accepted_on": day} for i in ([every] if sure else [every, wanting])]
        await batch(door, "POST", f"{SITES}/acceptances", "township", found, TOWN, on="2017-04-01")
    rows = await house.rows("relocation", "SELECT id, state, inspected_on::text FROM building")
    assert {str(r["id"]): tuple(r)[1:] for r in rows} == {
        every: ("accepted", "2017-03-20"), wanting: ("rejected", "2017-03-10"),
    }  # fmt: skip


async def test_again_is_the_same_and_otherwise_refused(house: House) -> None:
    door = await house.serve("relocation", "api")
    site_id, _ = await build_site(door, [{}])
    (shown,) = (await get(door, SITES))["items"]
    site = {name: shown[name] for name in ("id", "name_zh", "name_en", "division", "kind")}
    items = [site, site | {"kind": "village"}, site | {"id": str(uuid4()), "division": "140928"}]
    assert codes(await batch(door, "PUT", SITES, "county", items)) == [
        None, "shared.content_differs", "shared.outside_area",
    ]  # fmt: skip
    new = {"id": str(uuid4()), "site_id": site_id, "block": "B1", "floors": 6}
    lost = new | {"id": str(uuid4()), "site_id": str(uuid4())}
    assert codes(await batch(door, "PUT", f"{SITES}/buildings", "county", [new, lost])) == [
        "relocation.sites.block_listed_twice", "shared.not_found",
    ]  # fmt: skip
    assert (await get(door, SITES, "township", TOWNSHIP))["items"] == [], "a site lies in its own township"
    assert len((await get(door, f"{SITES}/units?site_id={site_id}", "township", TOWNSHIP))["items"]) == 1
    answer = await door.call("PUT", SITES, "township", TOWN, json={"items": [site]})
    assert answer.status_code == 403
