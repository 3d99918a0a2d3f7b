"""What waits for whom in relocation: applications, keys and moves, old homesteads, buildings to be accepted."""

from typing import Any

from tests.conftest import Door, House
from tests.integration.relocation.acts import (
    APPLICATIONS,
    HOMESTEADS,
    MOVES,
    OTHER_VILLAGE,
    PHOTO,
    TOWN,
    TOWNSHIP,
    VILLAGE,
    agreed,
    allocations,
    apply_for,
    batch,
    build_site,
    codes,
    draw_all,
    fraud,
    get,
    hear,
    moved_in,
    seed_households,
)

TASKS = "/relocation/v1/tasks"


async def tasks(door: Door, role: str, area: str | None = None, **who: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await get(door, TASKS, role, area, **who))["items"]
    return items


async def steps(door: Door, role: str, area: str | None = None, **who: str) -> list[str]:
    return [task["step"] for task in await tasks(door, role, area, **who)]


async def test_an_application_waits_for_township_village_and_household_in_turn(house: House) -> None:
    door = await house.serve("relocation", "api")
    (one,) = await seed_households(house, {})
    (case,) = await apply_for(door, [one], on="2017-01-05", subject="clerk")
    (task,) = await tasks(door, "township", on="2017-01-05")
    assert task == {
        "id": case, "procedure": "relocation.applications", "step": "verified", "household_id": str(one),
        "division": VILLAGE, "since_on": "2017-01-05", "due_on": "2017-01-12", "title_zh": "乡镇核实",
        "title_en": "Verification by the township",
    }  # fmt: skip
    # Who applied is not asked to verify it, another township sees nothing of it, and no other office is asked.
    assert await steps(door, "township", subject="clerk") == []
    assert await steps(door, "township", TOWN) == []
    for role in ("village", "helper", "team", "county"):
        assert await steps(door, role) == [], role

    await batch(door, "POST", f"{APPLICATIONS}/verifications", "township", [{"id": case, "confirmed": True}])
    assert await steps(door, "village") == ["noticed"]
    assert await steps(door, "village", OTHER_VILLAGE) == []
    await batch(door, "POST", f"{APPLICATIONS}/notices", "village", [{"id": case}], on="2017-01-07")
    assert await tasks(door, "villager", on="2017-01-13") == [], "the notice runs"
    (task,) = await tasks(door, "villager", on="2017-01-14")
    assert (task["step"], task["since_on"], task["due_on"]) == ("agreed", "2017-01-14", "2017-01-21")


async def test_what_is_frozen_stands_still_and_waits_for_nobody(house: House) -> None:
    door = await house.serve("relocation", "api")
    (one,) = await seed_households(house, {})
    (case,) = await apply_for(door, [one])
    confirmed, reviewed = fraud(one)
    await hear(house, confirmed)
    sure = [{"id": case, "confirmed": True}]
    assert await steps(door, "township") == []
    assert codes(await batch(door, "POST", f"{APPLICATIONS}/verifications", "township", sure)) == ["shared.frozen"]
    await hear(house, reviewed)
    assert await steps(door, "township") == ["verified"]
    assert codes(await batch(door, "POST", f"{APPLICATIONS}/verifications", "township", sure)) == [None]


async def test_keys_and_moves_wait_for_the_notice_and_for_another_person(house: House) -> None:
    door = await house.serve("relocation", "api")
    await agreed(door, await seed_households(house, {}))
    site_id, _ = await build_site(door, [{}])
    await draw_all(door, site_id)
    (home,) = await allocations(door)
    assert await steps(door, "township", on="2017-03-09") == []
    (keys,) = await tasks(door, "township", on="2017-03-10")
    assert (keys["id"], keys["procedure"], keys["step"]) == (home["id"], "relocation.moves", "key_handed")
    assert (keys["since_on"], keys["due_on"]) == ("2017-03-10", "2017-03-17")
    case = {"id": home["id"]}
    await batch(door, "POST", f"{MOVES}/keys", "township", [case], on="2017-03-10")
    assert await steps(door, "team") == await steps(door, "helper") == ["reported"]
    assert await steps(door, "village") == []
    report = case | {"moved_in_on": "2017-03-20", "photo_sha256": PHOTO, "power_kwh_x100": 1}

    async def tell(subject: str) -> list[str | None]:
        return codes(
            await batch(door, "POST", f"{MOVES}/reports", "helper", [report], on="2017-03-21", subject=subject)
        )

    assert await tell("both") == [None]
    assert await steps(door, "township", subject="both") == []
    assert await steps(door, "township", subject="chief") == ["moved_in"]
    no = [case | {"confirmed": False}]
    assert codes(await batch(door, "POST", f"{MOVES}/confirmations", "township", no, subject="chief")) == [
        "shared.not_confirmed"
    ]
    # It may be reported again, not by who did not believe it; whoever else may confirm it.
    assert await steps(door, "helper", subject="chief") == []
    assert await tell("chief") == ["shared.same_person"]
    assert await tell("both") == [None]
    assert await steps(door, "township", subject="chief") == ["moved_in"]


async def test_an_old_house_waits_for_its_household_to_live_elsewhere(house: House) -> None:
    door = await house.serve("relocation", "api")
    (case,) = await agreed(door, await seed_households(house, {}))
    land = {"id": case, "house_area_m2_x100": 6_000, "land_mu_x100": 45}
    await batch(door, "PUT", HOMESTEADS, "village", [land], on="2017-02-01")
    assert await steps(door, "village") == [], "somebody lives in it"
    site_id, _ = await build_site(door, [{}])
    await draw_all(door, site_id)
    await moved_in(door)
    (task,) = await tasks(door, "village")
    assert (task["id"], task["procedure"], task["step"]) == (case, "relocation.homesteads", "demolition_reported")
    assert task["due_on"] == "2018-02-01"
    done = [{"id": case, "demolished_on": "2017-08-01", "photo_sha256": PHOTO}]
    await batch(door, "POST", f"{HOMESTEADS}/demolitions", "village", done, on="2017-08-02", subject="clerk")
    assert await steps(door, "village") == []
    assert await steps(door, "township", subject="clerk") == []
    (task,) = await tasks(door, "township", TOWNSHIP, subject="inspector")
    assert (task["step"], task["since_on"]) == ("demolished", "2017-08-02")
    seen = [{"id": case, "step": "demolition", "accepted": True}]
    await batch(door, "POST", f"{HOMESTEADS}/acceptances", "township", seen, on="2017-08-03", subject="inspector")
    assert await steps(door, "village") == ["reclamation_reported"]


async def test_a_building_waits_for_the_township_where_it_lies(house: House) -> None:
    door = await house.serve("relocation", "api")
    _, (building,) = await build_site(door, [{}], accepted=False)
    (task,) = await tasks(door, "township", TOWN)
    assert (task["id"], task["procedure"], task["step"]) == (building, "relocation.sites", "accepted")
    assert (task["division"], task["household_id"], task["due_on"]) == (TOWN, None, "2017-02-01")
    assert await steps(door, "township", TOWNSHIP) == []
    assert await steps(door, "township", TOWN, subject="test-county") == [], "who declared it"
