"""Planned beside actual: what is counted comes from the registers, and the plan changes nothing."""

from typing import Any

from tests.conftest import Door, House
from tests.integration.registry.test_households import VILLAGE, seed_household
from tests.integration.registry.test_villages import (
    OTHER_TOWNSHIP,
    TOWNSHIP,
    exit_village,
    found_places,
    propose,
    seed_poor,
    set_status,
)

PATH = "/registry/v1/targets"


def target(code: str, division: str = "140927", planned: int = 1, **changes: object) -> dict[str, object]:
    return {"code": code, "year": 2017, "division": division, "planned": planned, "unit": "units"} | changes


async def put(door: Door, *items: dict[str, object]) -> list[dict[str, Any]]:
    answer = await door.call("PUT", PATH, "county", json={"items": list(items)})
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def actual(door: Door, year: int = 2017, role: str = "county", area: str = "140927",
                 on: str = "2017-12-31") -> dict[tuple[str, str], int | None]:  # fmt: skip
    answer = await door.call("GET", f"{PATH}?year={year}", role, area, on=on)
    assert answer.status_code == 200, answer.text
    return {(row["code"], row["division"]): row["actual"] for row in answer.json()["items"]}


async def test_people_are_counted_by_the_year_they_left(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    ways = (
        ("exited", 2017), ("exited", 2017), ("exited", 2016), ("exited", 2018), ("poor", None), ("returned", None),
        ("removed", None),
    )  # fmt: skip
    for status, year in ways:
        await set_status(house, await seed_household(house), status, year)
    await set_status(house, await seed_household(house, "140927201201"), "exited", 2017)
    codes = ("exit_people", "consolidated_people")
    await put(door, *(target(c, d) for c in codes for d in ("140927", TOWNSHIP, OTHER_TOWNSHIP)))
    await put(door, target("exit_people", year=2018), target("herd_head"), target("exit_villages"))
    assert await actual(door) == {
        ("exit_people", "140927"): 3, ("exit_people", TOWNSHIP): 2, ("exit_people", OTHER_TOWNSHIP): 1,
        ("consolidated_people", "140927"): 1, ("consolidated_people", TOWNSHIP): 1,
        ("consolidated_people", OTHER_TOWNSHIP): 0, ("herd_head", "140927"): None, ("exit_villages", "140927"): 0,
    }  # fmt: skip
    assert await actual(door, 2018) == {("exit_people", "140927"): 1}
    assert await actual(door, role="township", area=TOWNSHIP) == {
        ("exit_people", TOWNSHIP): 2, ("consolidated_people", TOWNSHIP): 1,
    }  # fmt: skip


async def test_villages_and_townships_are_counted_when_announced(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    await put(
        door, target("exit_villages"), target("exit_villages", OTHER_TOWNSHIP), target("exit_townships"),
        target("exit_townships", TOWNSHIP), target("exit_townships", OTHER_TOWNSHIP),
        target("exit_villages", year=2018), target("exit_villages", year=2016),
    )  # fmt: skip
    nothing = {
        ("exit_villages", "140927"): 0, ("exit_villages", OTHER_TOWNSHIP): 0, ("exit_townships", "140927"): 0,
        ("exit_townships", TOWNSHIP): 0, ("exit_townships", OTHER_TOWNSHIP): 0,
    }  # fmt: skip
    assert await actual(door) == nothing
    await exit_village(door)
    out = {("exit_villages", "140927"): 1, ("exit_townships", "140927"): 1, ("exit_townships", TOWNSHIP): 1}
    assert await actual(door) == nothing | out
    assert [await actual(door, year) for year in (2016, 2018)] == 2 * [{("exit_villages", "140927"): 0}]
    # 14 of 700 rural people of the township are exactly 2 %, in its village that was never a poor one.
    await seed_poor(house, 14, "140927200202")
    assert await actual(door) == nothing | {("exit_villages", "140927"): 1}


async def test_setting_again_replaces_and_a_bad_item_is_told_apart(house: House) -> None:
    door = await house.serve("registry", "api")
    results = await put(
        door, target("exit_people", planned=5), target("exit_people", planned=6), target("exit_people", "140928")
    )
    assert [(r["status"], r["code"]) for r in results] == [
        ("accepted", None), ("refused", "shared.twice_in_batch"),
        ("refused", "shared.outside_area"),
    ]  # fmt: skip
    await put(door, target("exit_people", planned=7_200, unit="people"))
    rows = await house.rows("registry", "SELECT code, division, planned, unit, set_by FROM target")
    assert [tuple(r) for r in rows] == [("exit_people", "140927", 7_200, "people", "test-county")]
    assert (await door.call("PUT", PATH, "township", json={"items": [target("exit_people")]})).status_code == 403


async def test_a_plan_changes_no_decision(house: House) -> None:
    """The same facts under no plan, and under one that forbids what the facts allow."""
    decided = []
    door = await house.serve("registry", "api")
    await found_places(house)
    for village, planned in ((VILLAGE, None), ("140927201201", 0)):
        if planned is not None:
            await put(door, target("exit_villages", planned=planned), target("exit_people", planned=10**6))
        await seed_poor(house, 6, village)
        early = await propose(door, village)
        assert (await exit_village(door, village))["state"] == "announced"
        rows = await house.rows(
            "registry", "SELECT inputs, outcome, reasons FROM decision WHERE subject_id = $1 ORDER BY id", village
        )
        decided.append(([r["missing"] for r in early], [tuple(r) for r in rows]))
    assert decided[0] == decided[1]


async def test_a_death_takes_nobody_out_of_what_was_reached_before(house: House) -> None:
    """Who was out when the year began is counted, though he died in it; the year's own exits are as they stand."""
    door = await house.serve("registry", "api")
    await found_places(house)
    for year in (2016, 2017):
        household_id = await seed_household(house)
        await set_status(house, household_id, "exited", year)
        owner = await house.owner("registry")
        await owner.execute(
            "UPDATE member_fact SET valid = daterange(lower(valid), '2017-07-01') WHERE household_id = $1", household_id
        )
    await put(door, target("exit_people"), target("consolidated_people"))
    assert await actual(door) == {("exit_people", "140927"): 0, ("consolidated_people", "140927"): 1}
