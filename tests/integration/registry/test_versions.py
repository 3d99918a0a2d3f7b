"""Edits that say which version of a household they go by: nobody overwrites what he has not seen."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.registry.households.queries import set_moved_in
from shared.data.db import open_pool, system_caller, transaction
from tests.conftest import Door, House
from tests.integration.registry.test_households import VILLAGE, seed_household, statement

PATH = "/registry/v1/households"


async def version_of(door: Door, household_id: UUID) -> int:
    whole = (await door.call("GET", f"{PATH}/{household_id}", "village", VILLAGE)).json()
    listed = (await door.call("GET", f"{PATH}?division={VILLAGE}", "village", VILLAGE)).json()["items"]
    (line,) = [one for one in listed if one["id"] == str(household_id)]
    assert line["version"] == whole["version"]
    version: int = whole["version"]
    return version


async def edit(door: Door, subject: str, *items: dict[str, Any], to: str = "conditions") -> list[dict[str, Any]]:
    body = {"items": list(items)}
    answer = await door.call("POST", f"{PATH}/{to}", "village", VILLAGE, subject=subject, json=body)
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def seen(household_id: UUID, **more: object) -> dict[str, Any]:
    return {"household_id": str(household_id), "observed_on": "2017-06-01"} | more


async def test_who_has_not_seen_the_last_word_is_told_both(house: House) -> None:
    door = await house.serve("registry", "api")
    one, other = await seed_household(house, house_grade="A"), await seed_household(house)
    base = await version_of(door, one)
    (first,) = await edit(door, "first", seen(one, house_grade="C", base_version=base))
    assert (first["status"], first["version"], first["conflict"]) == ("accepted", base + 1, None)
    late, beside = await edit(
        door, "second", seen(one, house_grade="B", safe_water=False, base_version=base), seen(other, house_grade="D")
    )
    assert (late["status"], late["code"]) == ("refused", "registry.households.conflict")
    assert late["conflict"] == {
        "base_version": base,
        "version": base + 1,
        "changed_by": "first",
        "sent": {"house_grade": "B", "safe_water": False},
        "stands": {"house_grade": "C", "safe_water": True},
    }
    assert (beside["status"], beside["version"]) == ("accepted", None)
    (again,) = await edit(door, "second", seen(one, house_grade="B", base_version=base + 1))
    assert (again["status"], again["version"]) == ("accepted", base + 2)


async def test_reports_of_one_batch_say_different_things(house: House) -> None:
    door = await house.serve("registry", "api")
    one, other, third = [await seed_household(house) for _ in range(3)]
    items = seen(one), seen(other, house_grade="B"), seen(third, safe_water=False, only_subsidies=None)
    assert [r["status"] for r in await edit(door, "first", *items)] == ["accepted"] * 3


async def test_a_visit_that_says_nothing_may_be_told_twice(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    told = [await edit(door, "first", seen(one)) for _ in range(2)]
    assert [r["status"] for (r,) in told] == ["accepted"] * 2


async def test_what_a_device_queued_may_come_in_one_batch(house: House) -> None:
    """One act raises the version once, whatever it says."""
    door = await house.serve("registry", "api")
    one, other = await seed_household(house), await seed_household(house)
    base = await version_of(door, one)
    days = ("2017-05-02", "2017-05-01", "2017-05-03", "2017-05-03")
    queued = [seen(one, house_grade="B", observed_on=day, base_version=base) for day in days]
    told = await edit(door, "phone", queued[0], seen(other, house_grade="D"), *queued[1:])
    assert [(t["code"], t["version"]) for t in told] == [
        (None, base + 1), (None, None), ("registry.households.newer_stands", base + 1), (None, base + 1),
        ("shared.twice_in_batch", None),
    ]  # fmt: skip
    stated = [statement(one, stated_on=day, base_version=base + 1) for day in ("2017-04-01", "2017-05-01")]
    again = await edit(door, "phone", *stated, stated[0], to="incomes")
    assert [(t["code"], t["version"]) for t in again] == [
        (None, base + 2), (None, base + 2), ("shared.twice_in_batch", None),
    ]  # fmt: skip


async def test_what_a_device_queued_chains_until_another_comes_between(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    base = await version_of(door, one)
    for n, day in enumerate(("2017-05-01", "2017-05-02", "2017-05-03"), start=1):
        (queued,) = await edit(door, "phone", seen(one, house_grade="B", observed_on=day, base_version=base))
        assert (queued["status"], queued["version"]) == ("accepted", base + n)
    (stated,) = await edit(door, "phone", statement(one, base_version=base), to="incomes")
    assert (stated["status"], stated["version"]) == ("accepted", base + 4)
    (between,) = await edit(door, "other", statement(one, wage_fen=1, base_version=base + 4), to="incomes")
    assert between["status"] == "accepted"
    (queued,) = await edit(door, "phone", statement(one, wage_fen=2, base_version=base), to="incomes")
    assert queued["conflict"]["sent"]["wage_fen"] == 2
    assert queued["conflict"]["stands"] == {
        "wage_fen": 1, "business_fen": 100_000, "property_fen": 0, "transfer_fen": 50_000, "business_cost_fen": 50_000,
    }  # fmt: skip


@pytest.mark.parametrize("base", [1, 10_000])
async def test_a_version_that_does_not_stand_is_none(house: House, base: int) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    (refused,) = await edit(door, "phone", seen(one, house_grade="B", base_version=base))
    assert refused["code"] == "registry.households.conflict"
    (unknown,) = await edit(door, "phone", seen(UUID(int=7), house_grade="B", base_version=base))
    assert unknown["code"] == "shared.not_found"


async def test_what_the_county_itself_hears_raises_it_too(house: House) -> None:
    door = await house.serve("registry", "api")
    one, other = await seed_household(house), await seed_household(house)
    before = [await version_of(door, h) for h in (one, other)]
    pool = await open_pool((await house.settings("registry")).database_url, 1)
    async with transaction(pool, system_caller("registry")) as connection:
        await set_moved_in(connection, {one: date(2017, 5, 1)})
        await set_moved_in(connection, {one: date(2017, 5, 2)})
    await pool.close()
    assert [await version_of(door, h) for h in (one, other)] == [before[0] + 1, before[1]]
    (refused,) = await edit(door, "phone", seen(one, house_grade="B", base_version=before[0]))
    assert refused["conflict"]["changed_by"] == "system:registry"
