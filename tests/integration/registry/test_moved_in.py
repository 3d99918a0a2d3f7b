"""A household that moved into its flat: what the register knows of its house, and that it waits for none."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from shared.events.relocation import HouseholdMovedIn
from tests.conftest import Door, House
from tests.integration.registry.facts import heard, state
from tests.integration.registry.test_exits import EXITS, finished, noticed, ready_household, step
from tests.integration.registry.test_households import VILLAGE, seed_household

TOPIC = "relocation.household"
MOVED_ON = date(2017, 6, 20)


def moved_in(household_id: UUID, on: date = MOVED_ON) -> HouseholdMovedIn:
    return HouseholdMovedIn(
        household_id=household_id, division=VILLAGE, application_id=uuid4(), allocation_id=uuid4(), cohort=2016,
        members=1, area_m2_x100=2_500, moved_in_on=on,
    )  # fmt: skip


async def shown(door: Door, household_id: UUID, on: str) -> dict[str, Any]:
    answer = await door.call("GET", f"/registry/v1/households/{household_id}", "helper", VILLAGE, on=on)
    found: dict[str, Any] = answer.json()
    return found


async def test_a_relocated_household_exits_once_it_has_moved_in(house: House) -> None:
    door = await house.serve("registry")
    await house.serve("relocation", "worker")
    household_id = await ready_household(house, door, house_grade="D", safe_water=False)
    owner = await house.owner("registry")
    await owner.execute("UPDATE household SET relocated = true, relocation_cohort = 2016")
    (waits,) = await step(door, "", "village", {"household_id": str(household_id)})
    assert waits["missing"] == ["housing", "water", "relocation"]
    await state(house, "relocation", moved_in(household_id))
    await heard(house, TOPIC, 1)
    assert [r["state"] for r in await finished(door, await noticed(door, household_id))][-1] == "announced"
    preview = (await door.call("GET", f"{EXITS}/preview?household_id={household_id}", "helper", VILLAGE)).json()
    assert preview["missing"] == ["status", "housing", "water"], "on 1 June it still lived in the old house"


async def test_the_house_is_the_new_one_from_that_day_on(house: House) -> None:
    door = await house.serve("registry")
    await house.serve("relocation", "worker")
    household_id = await seed_household(house, house_grade="C", electricity=False, house_area_m2_x100=9_000)
    # A visit after the move, told before it, has carried on the old grade.
    report = {"household_id": str(household_id), "observed_on": "2017-07-01", "food_secure": True}
    await door.call(
        "POST", "/registry/v1/households/conditions", "helper", VILLAGE, on="2017-07-01", json={"items": [report]}
    )
    await state(house, "relocation", moved_in(household_id), on=date(2017, 7, 10))
    await heard(house, TOPIC, 1)
    seen = [await shown(door, household_id, on) for on in ("2017-06-19", "2017-06-20", "2017-07-01")]
    assert [s["moved_in_on"] for s in seen] == ["2017-06-20"] * 3
    names = ("house_grade", "safe_water", "electricity", "food_secure")
    assert [tuple(s["conditions"][n] for n in names) for s in seen] == [
        ("C", True, False, None), ("A", True, True, None), ("A", True, True, True),
    ]  # fmt: skip
    known = await house.rows(
        "registry", "SELECT valid::text, house_grade, house_area_m2_x100 AS area, stated_by FROM household_fact"
        " WHERE upper_inf(known) ORDER BY valid",
    )  # fmt: skip
    assert [tuple(r) for r in known] == [
        ("[2014-06-01,2017-06-20)", "C", 9_000, "test"), ("[2017-06-20,2017-07-01)", "A", 2_500, "system:registry"),
        ("[2017-07-01,)", "A", 2_500, "test-helper"),
    ]  # fmt: skip
    kept = await house.rows("registry", "SELECT house_grade FROM household_fact WHERE NOT upper_inf(known)")
    assert [r["house_grade"] for r in kept] == ["C", "C", "C"]


async def test_a_household_that_the_register_does_not_know_waits(house: House) -> None:
    await house.serve("registry", "worker")
    await house.serve("relocation", "worker")
    known, stranger = await seed_household(house), uuid4()
    await state(house, "relocation", moved_in(stranger), moved_in(known))
    await heard(house, TOPIC, 2)
    (parked,) = await house.rows("registry", "SELECT waits_for FROM parked_key")
    assert parked["waits_for"] == f"registry.household/{stranger}"
    moved = await house.rows(
        "registry", "SELECT moved_in_on, version FROM household JOIN household_version v ON household_id = household.id"
    )
    # Three statements have seeded it.
    assert [tuple(r) for r in moved] == [(MOVED_ON, 4)]
