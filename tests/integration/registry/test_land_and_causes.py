"""What a household lives on, and why it is poor, is said as everything else: since a day, by somebody, and kept."""

from typing import Any, get_args
from uuid import UUID

from services.registry.households.rules import LAND, Cause
from services.registry.roster.rules import CAUSES
from tests.conftest import Door, House
from tests.integration.registry.test_households import VILLAGE, seed_household

PATH = "/registry/v1/households/conditions"
SEEN: dict[str, Any] = {
    "cultivated_mu_x100": 1_250, "irrigated_mu_x100": 200, "forest_mu_x100": 300, "returned_mu_x100": 450,
    "grass_mu_x100": 0, "road_m": 1_200, "house_area_m2_x100": 6_000, "electricity": False,
}  # fmt: skip


async def report(door: Door, *seen: dict[str, Any], role: str = "team") -> Any:
    answer = await door.call("POST", PATH, role, VILLAGE, json={"items": [*seen]})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


async def facts(door: Door, household_id: UUID, on: str = "2017-06-01") -> dict[str, Any]:
    answer = await door.call("GET", f"/registry/v1/households/{household_id}/facts", "county", on=on)
    return {f["field"]: f for f in answer.json()["facts"]}


def seen(household_id: UUID, on: str = "2017-05-10", **said: Any) -> dict[str, Any]:
    return {"household_id": str(household_id), "observed_on": on} | said


async def test_land_and_road_are_facts_since_the_day_they_were_seen(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    assert [r["status"] for r in await report(door, seen(one, **SEEN))] == ["accepted"]
    found = await facts(door, one)
    assert {n: found[n]["value"] for n in SEEN} == SEEN
    assert (found["forest_mu_x100"]["since"], found["forest_mu_x100"]["weight"]) == ("2017-05-10", "visit")
    assert found["cultivated_mu_x100"]["sentence_zh"].startswith("耕地面积 12.5 亩。")
    assert found["road_m"]["sentence_en"].startswith("To the next road it is 1200 metres.")
    assert not {*LAND, "road_m"} & {*await facts(door, one, "2017-05-09")}, "nobody knew before"
    # What was seen of one field says nothing of the others.
    await report(door, seen(one, "2017-05-20", grass_mu_x100=100), role="helper")
    found = await facts(door, one)
    assert (found["grass_mu_x100"]["value"], found["grass_mu_x100"]["said_as"]) == (100, "helper")
    assert (found["forest_mu_x100"]["value"], found["forest_mu_x100"]["said_as"]) == (300, "team")
    whole = (await door.call("GET", f"/registry/v1/households/{one}", "county")).json()["conditions"]
    assert {n: whole[n] for n in SEEN} == SEEN | {"grass_mu_x100": 100}


async def test_one_cause_is_the_main_one_and_two_stand_beside_it(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    before = (await facts(door, one))["main_cause"]["value"]
    assert [
        r["code"] for r in await report(
            door, seen(one, main_cause="illness"), seen(one, other_causes=[]),
            seen(one, main_cause="illness", other_causes=["illness"]),
            seen(one, main_cause="illness", other_causes=["land", "land"]),
            seen(one, main_cause="illness", other_causes=["land", "water", "funds"]),
            seen(one, main_cause="laziness", other_causes=[]),
            seen(one, irrigated_mu_x100=300, cultivated_mu_x100=200), seen(one, forest_mu_x100=-1),
        )
    ] == ["shared.invalid_item"] * 8  # fmt: skip
    (done,) = await report(door, seen(one, main_cause="illness", other_causes=["land", "labour"]))
    assert done["status"] == "accepted"
    found = await facts(door, one)
    assert (found["main_cause"]["value"], found["other_causes"]["value"]) == ("illness", ["land", "labour"])
    assert found["other_causes"]["since"] == "2017-05-10"
    assert (await facts(door, one, "2017-05-09"))["main_cause"]["value"] == before
    await report(door, seen(one, "2017-05-20", main_cause="land", other_causes=[]))
    found = await facts(door, one)
    assert found["main_cause"]["value"] == "land"
    assert "other_causes" not in found


def test_a_visit_and_a_roster_know_the_same_causes() -> None:
    assert {*get_args(Cause)} == {*CAUSES.values()}
