"""Works that a township accepted are what the village has, over the real bus."""

from datetime import date
from typing import Any
from uuid import uuid4

from shared.events.industry import WorksAccepted
from tests.conftest import Door, House
from tests.integration.registry.facts import heard, state
from tests.integration.registry.test_households import VILLAGE

TOPIC = "industry.village"
TOWNSHIP = VILLAGE[:9]


def works(item: str, on: date, division: str = VILLAGE) -> WorksAccepted:
    return WorksAccepted(division=division, project_id=uuid4(), item=item, accepted_on=on)


async def facilities(door: Door, on: str) -> set[str]:
    answer = await door.call("GET", f"/registry/v1/villages/{VILLAGE}", "village", VILLAGE, on=on)
    found: dict[str, Any] = answer.json()["facilities"]
    return {item for item, met in found.items() if met}


async def test_accepted_works_are_a_facility_from_that_day_on(house: House) -> None:
    owner = await house.owner("registry")
    await owner.execute(
        "INSERT INTO division VALUES ($1, '[2014-01-01,)', '青杨村', '-', 'village', true, 100)", VILLAGE
    )
    door = await house.serve("registry")
    await house.serve("industry", "worker")
    await state(
        house, "industry", works("road", date(2017, 5, 2)), works("water", date(2017, 5, 1)),
        works("road", date(2017, 5, 1)),
    )  # fmt: skip
    await heard(house, TOPIC, 3)
    assert await facilities(door, "2017-04-30") == set()
    assert await facilities(door, "2017-05-01") == {"road", "water"}
    # Somebody finds it broken later: that stands, whatever is accepted for the days before.
    report = {"division": VILLAGE, "item": "road", "met": False, "checked_on": "2017-06-01"}
    await door.call("POST", "/registry/v1/villages/facilities", "township", TOWNSHIP, json={"items": [report]})
    await state(house, "industry", works("road", date(2017, 4, 1)))
    await heard(house, TOPIC, 4)
    assert [await facilities(door, on) for on in ("2017-04-01", "2017-05-31", "2017-06-01")] == [
        {"road"}, {"road", "water"}, {"water"},
    ]  # fmt: skip
    assert await house.rows("registry", "SELECT 1 FROM parked_key") == []
