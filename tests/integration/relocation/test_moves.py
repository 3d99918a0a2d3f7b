"""Keys, evidence, confirmation; then the old house, the land, and what is approved for them."""

from typing import Any

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.relocation.acts import (
    APPLICATIONS,
    HOMESTEADS,
    MOVES,
    OTHER_VILLAGE,
    PHOTO,
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
    said,
    seed_households,
    types,
)


async def drawn(house: House, door: Door, *households: dict[str, Any]) -> list[dict[str, Any]]:
    await agreed(door, await seed_households(house, *households))
    site_id, _ = await build_site(door, [{}] * len(households))
    await draw_all(door, site_id)
    return await allocations(door)


async def test_keys_after_the_notice_and_not_for_the_frozen(house: House) -> None:
    door = await house.serve("relocation", "api")
    first, second = await drawn(house, door, {}, {})
    cases = [{"id": first["id"]}, {"id": second["id"]}]
    assert (
        codes(await batch(door, "POST", f"{MOVES}/keys", "township", cases, on="2017-03-09"))
        == ["shared.notice_running"] * 2
    )
    case = fraud(second["household_id"])
    await hear(house, case[0])
    results = await batch(door, "POST", f"{MOVES}/keys", "township", [*cases, cases[0]], on="2017-03-10")
    assert [(r["code"], r["state"]) for r in results] == [
        (None, "key_handed"), ("shared.frozen", "allocated"),
        ("shared.twice_in_batch", "key_handed"),
    ]  # fmt: skip
    await hear(house, case[1])
    again = await batch(door, "POST", f"{MOVES}/keys", "township", cases, on="2017-03-20")
    assert codes(again) == ["shared.wrong_state", None]
    assert (await types(house)).count("key_handed_over") == 2


async def test_a_move_is_reported_by_one_and_confirmed_by_another(house: House) -> None:
    door = await house.serve("relocation", "api")
    (one,) = await drawn(house, door, {})
    report = {
        "id": one["id"], "moved_in_on": "2017-03-20", "photo_sha256": PHOTO, "power_kwh_x100": 1,
    }  # fmt: skip

    async def tell(area: str = VILLAGE, **changes: Any) -> str | None:
        path, who = f"{MOVES}/reports", {"subject": "both", "on": "2017-03-21"}
        (result,) = await batch(door, "POST", path, "helper", [report | changes], area, **who)
        code: str | None = result["code"]
        return code

    async def confirm(subject: str, *, sure: bool) -> dict[str, Any]:
        item = {"id": one["id"], "confirmed": sure}
        (result,) = await batch(door, "POST", f"{MOVES}/confirmations", "township", [item], subject=subject)
        return result

    assert await tell() == "shared.wrong_state"
    await batch(door, "POST", f"{MOVES}/keys", "township", [{"id": one["id"]}], on="2017-03-15")
    assert await tell(area=OTHER_VILLAGE) == "shared.not_found", "another's allocation"
    assert await tell(moved_in_on="2017-03-14") == "relocation.moves.before_key"
    assert await tell(moved_in_on="2017-03-22") == "shared.future_date"
    assert await tell(power_kwh_x100=0) == "relocation.moves.no_power_used"
    assert (await confirm("chief", sure=True))["code"] == "shared.wrong_state"
    assert await tell() is None
    assert await tell() == "shared.wrong_state"
    assert (await confirm("both", sure=True))["code"] == "shared.same_person"
    assert (await confirm("chief", sure=False))["state"] == "key_handed"
    assert "household_moved_in" not in await types(house)
    assert await tell() is None
    assert (await confirm("chief", sure=True))["state"] == "moved_in"
    (home,) = await allocations(door)
    assert (home["state"], home["moved_in_on"]) == ("moved_in", "2017-03-20")
    assert (await said(house))[-1] == {
        "household_id": one["household_id"], "division": VILLAGE, "application_id": one["application_id"],
        "allocation_id": one["id"], "cohort": 2016, "members": 2, "area_m2_x100": 5_000, "moved_in_on": "2017-03-20",
    }  # fmt: skip
    steps = (await get(door, f"{APPLICATIONS}/{one['application_id']}"))["steps"]
    assert [s["step"] for s in steps][-3:] == ["allocated", "key_handed", "moved_in"]
    owner = await house.owner("relocation")
    with pytest.raises(asyncpg.CheckViolationError, match="move_confirmer_is_not_reporter"):
        await owner.execute("UPDATE move_report SET confirmed_by = reported_by WHERE confirmed")


async def test_nobody_gets_a_second_home(house: House) -> None:
    door = await house.serve("relocation", "api")
    await drawn(house, door, {})
    (home,) = await moved_in(door)
    item = {"id": home["id"], "household_id": home["household_id"], "cohort": 2017}
    (result,) = await batch(door, "POST", APPLICATIONS, "village", [item])
    assert result["missing"] == ["no_other_application"]
    totals = (await get(door, f"{APPLICATIONS}/summary"))["cohorts"][0]
    assert (totals["people_moved_in"], totals["households_moved_in"]) == (2, 1)


async def test_from_the_old_house_to_a_field_with_its_rewards(house: House) -> None:
    door = await house.serve("relocation", "api")
    (late,) = await apply_for(door, await seed_households(house, {}))
    await drawn(house, door, {}, {})
    first, second = (a["application_id"] for a in await moved_in(door))
    land = {"house_area_m2_x100": 6_000, "land_mu_x100": 45}
    items = [{"id": i} | land for i in (first, second, late)]
    path = HOMESTEADS
    assert [r["state"] for r in await batch(door, "PUT", path, "village", items)] == ["standing"] * 3
    assert codes(await batch(door, "PUT", path, "village", [items[0], items[1] | {"land_mu_x100": 46}])) == [
        None, "shared.content_differs",
    ]  # fmt: skip

    async def report(step: str, day: str, *ids: str, on: str = "2017-09-01", area: str = VILLAGE) -> list[str | None]:
        name = {"demolition": "demolished_on", "reclamation": "reclaimed_on"}[step]
        reports = [{"id": i, name: day, "photo_sha256": PHOTO} for i in ids]
        results = await batch(door, "POST", f"{path}/{step}s", "village", reports, area, on=on, subject="reporter")
        return codes(results)

    async def accept(step: str, *ids: str, on: str = "2017-09-02", sure: bool = True, **who: str) -> list[str | None]:
        works = [{"id": i, "step": step, "accepted": sure} for i in ids]
        return codes(await batch(door, "POST", f"{path}/acceptances", "township", works, on=on, **who))

    assert await report("demolition", "2017-08-01", first, late, first) == [
        None, "relocation.homesteads.not_moved_in", "shared.twice_in_batch",
    ]  # fmt: skip
    assert await report("demolition", "2017-03-19", second) == ["relocation.homesteads.not_moved_in"]
    assert await report("demolition", "2017-09-02", second) == ["shared.future_date"]
    assert await report("demolition", "2017-08-01", second, area=OTHER_VILLAGE) == ["shared.not_found"]
    assert await report("demolition", "2018-04-01", second, on="2018-04-01") == [None]
    assert await report("reclamation", "2017-08-01", first) == ["shared.wrong_state"]
    assert await accept("demolition", first, subject="reporter") == ["shared.same_person"]
    assert await accept("demolition", first, sure=False) == ["shared.not_confirmed"]
    assert await accept("demolition", first) == ["shared.wrong_state"]
    assert await report("demolition", "2017-08-01", first) == [None]
    assert await accept("demolition", first, second, on="2018-04-02") == [None, None]
    assert await report("reclamation", "2017-07-31", first) == ["relocation.homesteads.before_demolition"]
    assert await report("reclamation", "2017-08-31", first) == [None]
    assert await accept("reclamation", first) == [None]

    # The second was too late: more than a year after the move.
    assert (await types(house))[-5:] == [
        "old_house_demolished", "old_house_demolished", "reward_approved", "homestead_reclaimed", "reward_approved",
    ]  # fmt: skip
    assert await get(door, f"{path}/summary") == {
        "by_state": {"standing": 1, "demolished": 1, "reclaimed": 1}, "reclaimed": 1, "land_mu_x100": 45,
        "rewards_fen": {"demolition": 2_000_000, "reclamation": 1_000_000},
    }  # fmt: skip
    listed = await get(door, f"{path}?state=reclaimed", "village")
    assert [(i["id"], i["reclaimed_on"]) for i in listed["items"]] == [(first, "2017-08-31")]
    (item,) = listed["items"]
    ours = await get(door, f"{path}?household_id={item['household_id']}", "village")
    assert [i["id"] for i in ours["items"]] == [first]
    replay = await get(door, "/relocation/v1/operations/replay")
    assert replay["different_count"] == 0
    owner = await house.owner("relocation")
    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute("INSERT INTO homestead_reward SELECT * FROM homestead_reward")
    with pytest.raises(asyncpg.CheckViolationError, match="demolition_checker_is_not_reporter"):
        await owner.execute("UPDATE homestead SET demolition_checked_by = demolition_reported_by")
    # It moves on to another village, and all that is its own goes with it.
    await owner.execute("UPDATE relocation_application SET division = $1 WHERE id = $2::uuid", OTHER_VILLAGE, first)
    moved = (await get(door, f"{path}/summary", "village", OTHER_VILLAGE))["rewards_fen"]
    assert moved == {"demolition": 2_000_000, "reclamation": 1_000_000}
    assert len(await allocations(door, "village", OTHER_VILLAGE)) == 1


async def test_an_ended_application_has_no_homestead(house: House) -> None:
    door = await house.serve("relocation", "api")
    (one,) = await seed_households(house, {"relocated": False})
    item = {"id": str(one), "household_id": str(one), "cohort": 2016}
    await batch(door, "POST", APPLICATIONS, "village", [item])
    land = {"id": str(one), "house_area_m2_x100": 1, "land_mu_x100": 1}
    assert codes(await batch(door, "PUT", HOMESTEADS, "village", [land])) == ["relocation.homesteads.application_ended"]
