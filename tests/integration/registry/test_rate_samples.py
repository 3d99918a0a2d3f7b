"""Error rates through their doors: drawn by a seed, looked at by nobody concerned, told with their intervals."""

from typing import Any
from uuid import UUID, uuid4

from services.registry.rates.rules import doors_of, drawn
from tests.conftest import Door, House
from tests.integration.registry.test_changes import post
from tests.integration.registry.test_findings import hear, visited
from tests.integration.registry.test_households import VILLAGE
from tests.integration.registry.test_suspicions import listed
from tests.integration.registry.test_villages import found_places, seed_poor, set_status

SAMPLES = "/registry/v1/rate-samples"
ON = "2017-12-29"


async def draw(door: Door, area: str = "140927", **changes: Any) -> Any:
    body = {"id": str(uuid4()), "seed": "drum", "exited": 4, "outside": 6} | changes
    return await door.call("POST", SAMPLES, "auditor", area, on=ON, json=body)


async def lines(door: Door, **query: Any) -> list[dict[str, Any]]:
    answer = await door.call("GET", f"{SAMPLES}/lines", "auditor", "140927", on=ON, params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def found(door: Door, *items: tuple[dict[str, Any], bool], subject: str = "looker") -> list[Any]:
    said = [{"id": line["id"], "sound": sound, "evidence": "photo 12"} for line, sound in items]
    results = await post(door, f"{SAMPLES}/findings", "auditor", *said, on=ON, subject=subject, area="140927")
    return [(r["code"], r["state"]) for r in results]


async def rates(door: Door, sample_id: str) -> dict[str, Any]:
    answer = await door.call("GET", f"{SAMPLES}/{sample_id}", "county", "140927", on=ON)
    assert answer.status_code == 200, answer.text
    whole: dict[str, Any] = answer.json()
    return whole


async def county(house: House) -> list[UUID]:
    """Of the village ten households have exited, one more a year before, and two are poor."""
    await found_places(house)
    homes = await seed_poor(house, 12)
    for one in homes[2:]:
        await set_status(house, one, "exited", 2017)
    await set_status(house, (await seed_poor(house, 1))[0], "exited", 2016)
    return homes


async def test_a_sample_is_drawn_by_its_seed_and_says_of_how_many(house: House) -> None:
    door = await house.serve("registry", "api")
    homes = await county(house)
    answer = await draw(door)
    assert answer.status_code == 201, answer.text
    sample = answer.json()
    people = await house.rows("registry", "SELECT household_id FROM member_fact WHERE upper_inf(known)")
    members = {one: sum(p["household_id"] == one for p in people) for one in homes}
    registered = len(people)
    assert sample["poor_people"] == sum(members[one] for one in homes[:2])
    assert sample["exited_people"] == sum(members[one] for one in homes[2:]) < registered - sample["poor_people"]
    assert (sample["outside_people"], sample["rural_people"]) == (3 * 350 - registered, 3 * 350)
    numbers = {r["household_no"]: r["id"] for r in await house.rows("registry", "SELECT * FROM household")}
    exited = [number for number, one in numbers.items() if one in homes[2:]]
    rows = await lines(door, sample_id=sample["id"])
    assert {r["household_id"] for r in rows if r["kind"] == "exited"} == {
        str(numbers[number]) for number in drawn("drum", exited, 4)
    }
    outside = {VILLAGE: 350 - registered, "140927200202": 350, "140927201201": 350}
    doors = sorted((r["division"], r["place"]) for r in rows if r["kind"] == "outside")
    assert [division for division, _ in doors] == doors_of("drum", outside, 6)
    assert len(set(doors)) == 6, "no door is counted off twice"
    assert (await draw(door, id=sample["id"])).json() == sample, "the same again"
    assert (await draw(door, id=sample["id"], seed="bell")).json()["code"] == "shared.content_differs"
    assert (await draw(door, area="140999")).json()["code"] == "registry.rates.nobody_to_draw"
    assert (await draw(door, exited=-1)).status_code == 422


async def test_what_is_found_tells_the_rates_and_a_wrong_exit_is_suspected(house: House) -> None:
    door = await house.serve("registry", "api")
    await county(house)
    sample = (await draw(door)).json()
    whole = await rates(door, sample["id"])
    assert (whole["wrong_exits"]["share_ppm"], whole["composite_incidence"]["share_ppm"]) == (None, None)
    rows = await lines(door, sample_id=sample["id"])
    exited, outside = ([r for r in rows if r["kind"] == kind] for kind in ("exited", "outside"))
    await hear(house, [visited(UUID(exited[1]["household_id"]))], by="helper-7", on=ON)
    assert await found(door, (exited[1], True), subject="helper-7") == [("registry.inspections.concerned", "open")]
    said = [(exited[0], False), *((line, True) for line in exited[1:]), (outside[0], False)]
    assert await found(door, *said, *((line, True) for line in outside[1:])) == [
        (None, "wrong"), *[(None, "right")] * 3, (None, "wrong"), *[(None, "right")] * 5,
    ]  # fmt: skip
    assert await found(door, (exited[0], True)) == [("shared.wrong_state", "wrong")]
    whole = await rates(door, sample["id"])
    assert (whole["wrong_exits"]["found"], whole["wrong_exits"]["wrong"], whole["wrong_exits"]["share_ppm"]) == (
        4,
        1,
        250_000,
    )
    assert whole["missed"]["share_ppm"] == 166_667
    assert whole["missed"]["low_ppm"] < 166_667 < whole["missed"]["high_ppm"]
    counted = whole["poor_people"] + whole["exited_people"] / 4 + whole["outside_people"] * 0.166667
    assert whole["composite_incidence"]["share_ppm"] == round(counted / whole["rural_people"] * 1_000_000)
    (suspicion,) = await listed(door)
    assert (suspicion["id"], suspicion["code"]) == (exited[0]["id"], "inspected")
    assert (suspicion["household_id"], suspicion["source"]) == (exited[0]["household_id"], "inspection")


async def test_only_an_auditor_draws_and_finds(house: House) -> None:
    door = await house.serve("registry", "api")
    await county(house)
    body = {"id": str(uuid4()), "seed": "drum", "exited": 4, "outside": 6}
    for role, area in (("county", "140927"), ("township", VILLAGE[:9]), ("village", VILLAGE), ("helper", VILLAGE)):
        assert (await door.call("POST", SAMPLES, role, area, on=ON, json=body)).status_code == 403
