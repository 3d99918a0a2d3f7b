"""What the county announces, decides of a village or strikes cites the leading group's minutes, and shows them."""

from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import House
from tests.integration.registry.test_changes import REMOVALS, post, removal, word
from tests.integration.registry.test_exits import EXITS, MINUTES, finished, noticed, ready_household
from tests.integration.registry.test_households import VILLAGE, seed_household
from tests.integration.registry.test_identification import entered, shown
from tests.integration.registry.test_roster import seed_divisions
from tests.integration.registry.test_villages import exit_village, found_places, seed_poor

NO = MINUTES["minutes_no"]
CITING = (
    ("/registry/v1/exits/announcements", {"id": str(uuid4())}),
    ("/registry/v1/villages/exits/decisions", {"division": VILLAGE}),
    ("/registry/v1/villages/exits/announcements", {"division": VILLAGE}),
    ("/registry/v1/households/removals/confirmations", {"id": str(uuid4()), "household_no": "1", "confirmed": True}),
    ("/registry/v1/identifications/entries", {"id": str(uuid4())}),
)


@pytest.mark.parametrize(("path", "item"), CITING, ids=[path for path, _ in CITING])
async def test_without_minutes_nothing_is_taken(house: House, path: str, item: dict[str, Any]) -> None:
    door = await house.serve("registry", "api")
    for said in ({}, {"minutes_no": ""}, {"minutes_no": "x" * 81}):
        body = {"items": [item | said]}
        (result,) = (await door.call("POST", path, "county", on="2017-10-17", json=body)).json()["results"]
        assert (result["code"], result["errors"][0]["field"]) == ("shared.invalid_item", "minutes_no")


def minutes_in(case: dict[str, Any]) -> dict[str, Any]:
    return {s["step"]: s["detail"]["minutes_no"] for s in case["steps"] if "minutes_no" in s["detail"]}


async def test_an_exit_and_an_entry_show_theirs(house: House) -> None:
    door = await house.serve("registry", "api")
    exit_id = await noticed(door, await ready_household(house, door))
    assert (await finished(door, exit_id))[-1]["state"] == "announced"
    case = (await door.call("GET", f"{EXITS}/{exit_id}", "village", VILLAGE)).json()
    assert minutes_in(case) == {"announced": NO}
    await seed_divisions(house)
    await entered(door)
    (row,) = await house.rows("registry", "SELECT id FROM identification")
    assert minutes_in(await shown(door, str(row["id"]))) == {"entered": NO}


async def test_a_household_that_was_struck_shows_theirs(house: House) -> None:
    door = await house.serve("registry", "api")
    strike, kept = removal(await seed_household(house)), removal(await seed_household(house))
    await post(door, REMOVALS, "village", strike, kept)
    await post(door, f"{REMOVALS}/confirmations", "county", await word(house, strike))
    listed = (await door.call("GET", REMOVALS, "village", VILLAGE)).json()["items"]
    assert {r["id"]: r["minutes_no"] for r in listed} == {strike["id"]: NO, kept["id"]: None}


async def test_a_village_that_is_out_shows_them(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    await seed_poor(house, 6)
    assert (await exit_village(door))["state"] == "announced"
    card = (await door.call("GET", f"/registry/v1/villages/{VILLAGE}", "village", VILLAGE)).json()
    assert card["exit"]["minutes_no"] == NO
