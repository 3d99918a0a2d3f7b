"""Frozen, announced, drawn: in this order, by different persons, for one list, each flat once."""

import asyncio
import hashlib
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.relocation.allocation.rules import commitment, digest, numbered, numbering_key, read_inputs
from services.relocation.allocation.rules import draw as draw_again
from shared.events.registry import HouseholdRevised
from tests.conftest import House
from tests.integration.relocation.acts import (
    OTHER_VILLAGE,
    ROUNDS,
    SECRET,
    SITES,
    SWAPS,
    VILLAGE,
    agreed,
    allocations,
    batch,
    build_site,
    call,
    codes,
    draw,
    draw_all,
    fraud,
    freeze,
    get,
    hear,
    publish,
    removed,
    seed_households,
    types,
)

BIG = {"members": 3}
FLAG = {"has_labour": True, "borrower_age_ok": True, "deep_poverty": False, "relocated": True}


def revised(household_id: UUID, **changes: Any) -> HouseholdRevised:
    return HouseholdRevised(**{
        "household_id": household_id, "division": VILLAGE, "status": "poor", "members": 2, "needs_accessible": False,
        **FLAG, **changes,
    })  # fmt: skip


async def test_a_round_from_the_freeze_to_the_flats(house: House) -> None:
    door = await house.serve("relocation", "api")
    households = await seed_households(
        house, {}, BIG, {"needs_accessible": True}, {"members": 6}, {"members": 1}, {"division": OTHER_VILLAGE}
    )
    await agreed(door, households[:5])
    await agreed(door, households[5:], 2016, OTHER_VILLAGE)
    pair = {"area_m2_x100": 7_500, "pair_no": "P"}
    site_id, _ = await build_site(door, [{}, {}, {"accessible": True}, {"area_m2_x100": 7_500}, pair, pair])

    frozen = await freeze(door, site_id)
    assert (frozen["state"], frozen["lots"], frozen["units"]) == ("frozen", 6, 5)
    again = {"id": frozen["id"], "cohort": 2016, "site_ids": [site_id], "secret": SECRET}
    assert await call(door, "POST", ROUNDS, "county", again, on="2017-03-02") == frozen
    assert (await publish(door, frozen, subject="freezer", status=403))["code"] == "shared.same_person"
    missing = await draw(door, frozen["id"], status=409)
    assert missing["code"] == "relocation.allocation.seed_missing"
    other_list = await publish(door, frozen | {"inputs_hash": "0" * 64}, status=409)
    assert other_list["code"] == "relocation.allocation.list_changed"
    announced = await publish(door, frozen)
    assert (announced["state"], announced["draw_from_on"]) == ("announced", "2017-03-03")
    assert await publish(door, frozen) == announced
    second = await publish(door, frozen, "189", status=409)
    assert second["code"] == "relocation.allocation.seed_published"
    shopping = await call(door, "POST", f"{ROUNDS}/{frozen['id']}/refreeze", "county", {"secret": SECRET}, status=409)
    assert shopping["code"] == "relocation.allocation.list_unchanged"
    early = await draw(door, frozen["id"], on="2017-03-02", status=409)
    assert (early["code"], early["draw_from_on"]) == ("relocation.allocation.too_early", "2017-03-03")

    done = await draw(door, frozen["id"])
    assert (done["state"], done["allocated"], done["inputs_hash"]) == ("drawn", 5, frozen["inputs_hash"])
    assert await draw(door, frozen["id"], on="2017-04-01") == done
    given = {UUID(a["household_id"]): a for a in await allocations(door)}
    assert households[4] not in given, "no flat is as small as one person's cap"
    assert {(a["members"], a["cap_m2_x100"], a["area_m2_x100"]) for a in given.values()} == {
        (2, 5_000, 5_000), (3, 7_500, 7_500), (6, 15_000, 15_000),
    }  # fmt: skip
    assert given[households[2]]["accessible"]
    assert {a["notice_ends_on"] for a in given.values()} == {"2017-03-10"}
    assert (await types(house)).count("flat_allocated") == 5
    summary = (await get(door, "/relocation/v1/applications/summary"))["cohorts"][0]
    assert (summary["people_agreed"], summary["people_allocated"]) == (16, 15)
    assert (await get(door, f"{SITES}/summary"))["allocated_units"] == 5
    assert len(await allocations(door, "village", OTHER_VILLAGE)) == 1
    assert await allocations(door, cohort="2017") == []
    assert (await call(door, "POST", f"{ROUNDS}/{done['id']}/refreeze", "county", {"secret": SECRET}, status=409))[
        "code"
    ] == ("relocation.allocation.already_drawn")


async def test_anybody_can_draw_it_again_and_nobody_is_named(house: House) -> None:
    door = await house.serve("relocation", "api")
    households = await seed_households(house, *[{}] * 6)
    ids = await agreed(door, households)
    site_id, _ = await build_site(door, [{}] * 4)
    done = await draw_all(door, site_id)
    for role in ("villager", "subscriber", "auditor"):
        shown = await get(door, f"{ROUNDS}/{done['id']}/inputs", role)
        result = await get(door, f"{ROUNDS}/{done['id']}/result", role)
    (inputs,), (drawn,) = shown["draws"], result["draws"]
    assert digest(inputs["inputs"]) == inputs["inputs_hash"] == done["inputs_hash"]
    again = draw_again(read_inputs(inputs["inputs"]), shown["seed"])
    assert digest(again) == drawn["result_hash"] == done["result_hash"]
    assert again == drawn["result"]
    lots = {a["lot"]: a["unit_id"] for a in await allocations(door)}
    assert lots == {a["lot"]: a["unit_id"] for a in drawn["result"]["allocations"]}
    published = str(shown) + str(result)
    assert not [i for i in (*map(str, households), *ids) if i in published]
    whose = await get(door, f"{ROUNDS}/{done['id']}/lots", "village", VILLAGE)
    assert sorted(i["state"] for i in whose["items"]) == ["agreed"] * 2 + ["allocated"] * 4
    assert (await get(door, f"{ROUNDS}/{done['id']}/lots", "village", OTHER_VILLAGE))["items"] == []
    (listed,) = (await get(door, ROUNDS, "villager"))["items"]
    assert listed == done


async def test_the_secret_numbers_the_lots_and_is_told_at_the_draw(house: House) -> None:
    door = await house.serve("relocation", "api")
    numbers = [f"{VILLAGE}{n:04}" for n in range(1, 9)]
    households = await seed_households(house, *({"household_no": no} for no in numbers))
    await agreed(door, households[::-1])
    site_id, _ = await build_site(door, [{}] * 4)
    frozen = await freeze(door, site_id)
    assert (frozen["secret_hash"], frozen["secret"]) == (commitment(numbering_key(SECRET)), None)
    other = {"id": frozen["id"], "cohort": 2016, "site_ids": [site_id], "secret": SECRET + "!"}
    differs = await call(door, "POST", ROUNDS, "county", other, status=409)
    assert differs["code"] == "shared.content_differs"
    shown = await get(door, f"{ROUNDS}/{frozen['id']}/inputs", "villager")
    (stored,) = await house.rows("relocation", "SELECT * FROM allocation_round")
    assert SECRET not in str(shown) + str(dict(stored)), "it is sealed in the table too"
    await publish(door, frozen)
    done = await draw(door, frozen["id"])
    assert done["secret"] == numbering_key(SECRET), "what makes the codes stays sealed"
    whose = (await get(door, f"{ROUNDS}/{done['id']}/lots"))["items"]
    of = dict(zip(map(str, households), numbers, strict=True))
    assert [of[lot["household_id"]] for lot in whose] == numbered(done["secret"], numbers) != numbers
    short = other | {"id": str(uuid4()), "secret": "guessed"}
    await call(door, "POST", ROUNDS, "county", short, status=422)


async def test_nobody_reads_in_the_public_draw_who_is_disabled_but_his_household_can_check_it(house: House) -> None:
    door = await house.serve("relocation", "api")
    households = await seed_households(house, *[{"needs_accessible": n == 1} for n in range(4)])
    await agreed(door, households)
    site_id, _ = await build_site(door, [{}, {}, {}, {"accessible": True}])
    done = await draw_all(door, site_id)
    for role in ("villager", "county"):
        shown = await get(door, f"{ROUNDS}/{done['id']}/inputs", role)
        result = await get(door, f"{ROUNDS}/{done['id']}/result", role)
        assert "accessib" not in str(shown) + str(result)
    published = {x["lot"]: x for x in shown["draws"][0]["inputs"]["lots"]}
    mine = {x["household_id"]: x for x in (await get(door, f"{ROUNDS}/{done['id']}/lots", "village", VILLAGE))["items"]}
    for household, needs in zip(households, ("no", "yes", "no", "no"), strict=True):
        told = mine[str(household)]
        assert told["needs_accessible"] is (needs == "yes")
        opened = hashlib.sha256(f"{told['nonce']}|{told['lot']}|{needs}".encode()).hexdigest()
        assert published[told["lot"]]["commitment"] == opened
    groups = [published[mine[str(h)]["lot"]]["group"] for h in households]
    assert groups[1] not in {groups[0], groups[2], groups[3]}
    given = {a["household_id"]: a for a in await allocations(door)}
    assert given[str(households[1])]["accessible"]


async def test_a_list_of_the_earlier_form_is_told_to_who_decides_and_frozen_anew(house: House) -> None:
    door = await house.serve("relocation", "api")
    await agreed(door, await seed_households(house, {}, {}))
    site_id, _ = await build_site(door, [{}, {}])
    frozen = await publish(door, await freeze(door, site_id))
    owner = await house.owner("relocation")
    await owner.execute("UPDATE allocation_draw SET inputs = inputs - 'quotas'")
    path = f"{ROUNDS}/{frozen['id']}"
    roles = ("county", "auditor", "villager", "subscriber")
    told = {r: len((await get(door, f"{path}/inputs", r))["draws"]) for r in roles}
    assert told == {"county": 1, "auditor": 1, "villager": 0, "subscriber": 0}
    assert (await draw(door, frozen["id"], status=409))["code"] == "relocation.allocation.list_changed"
    anew = await call(door, "POST", f"{path}/refreeze", "county", {"secret": SECRET}, subject="freezer")
    assert anew["state"] == "frozen"
    assert len((await get(door, f"{path}/inputs", "villager"))["draws"]) == 1


async def test_what_is_left_out_of_a_list(house: House) -> None:
    door = await house.serve("relocation", "api")
    taken, frozen, late = await seed_households(house, {}, {}, {})
    await agreed(door, [taken, frozen])
    await agreed(door, [late], 2017)
    await hear(house, fraud(frozen)[0])
    site_id, (first, second) = await build_site(door, [{}, {}], [{}, {}], accepted=False)
    nothing = await freeze(door, site_id, status=409)
    assert nothing["code"] == "relocation.allocation.nothing_to_draw"
    items = [{"id": b, "accepted": b == first, "accepted_on": "2017-02-01"} for b in (first, second)]
    await batch(door, "POST", f"{SITES}/acceptances", "township", items, "140927100", on="2017-02-01")
    made = await freeze(door, site_id)
    assert (made["lots"], made["units"]) == (1, 2), "two flats stand in the building that was not accepted"
    unknown = await freeze(door, str(uuid4()), status=404)
    assert unknown["code"] == "relocation.allocation.site_unknown"
    other = {"id": made["id"], "cohort": 2017, "site_ids": [site_id], "secret": SECRET}
    differs = await call(door, "POST", ROUNDS, "county", other, status=409)
    assert differs["code"] == "shared.content_differs"
    await hear(house, fraud(frozen)[1].model_copy(update={"case_id": uuid4(), "household_ids": []}))
    assert (await freeze(door, site_id, 2017))["lots"] == 1


async def test_a_changed_list_is_not_drawn_but_frozen_anew(house: House) -> None:
    door = await house.serve("relocation", "api")
    first, struck, frozen, late = await seed_households(house, {}, {}, {}, {})
    await agreed(door, [first, struck, frozen])
    site_id, _ = await build_site(door, [{}] * 3)
    announced = await publish(door, await freeze(door, site_id))
    # Members change the cap until the snapshot, not after; who agrees later waits; neither changes the list.
    await hear(house, revised(first, members=1))
    await agreed(door, [late])
    await hear(house, removed(struck))
    changed = await draw(door, announced["id"], status=409)
    assert changed["code"] == "relocation.allocation.list_changed"
    assert "flat_allocated" not in await types(house)

    path = f"{ROUNDS}/{announced['id']}/refreeze"
    anew = await call(door, "POST", path, "county", {"secret": SECRET}, on="2017-03-06", subject="freezer")
    assert (anew["state"], anew["seed"], anew["lots"], anew["snapshot_on"]) == ("frozen", None, 3, "2017-03-06")
    assert (await publish(door, announced, status=409))["code"] == "relocation.allocation.list_changed"
    await publish(door, anew, on="2017-03-06")
    case = fraud(frozen)
    await hear(house, case[0])
    assert (await draw(door, anew["id"], on="2017-03-07", status=409))["code"] == ("relocation.allocation.list_changed")
    await hear(house, case[1])
    done = await draw(door, anew["id"], on="2017-03-07")
    assert done["allocated"] == 2, "one of them has no member left for a flat of this size"
    assert str(first) not in {a["household_id"] for a in await allocations(door)}


async def test_members_after_the_snapshot_do_not_count(house: House) -> None:
    door = await house.serve("relocation", "api")
    (one,) = await seed_households(house, BIG)
    await agreed(door, [one])
    site_id, _ = await build_site(door, [{"area_m2_x100": 7_500}])
    announced = await publish(door, await freeze(door, site_id))
    await hear(house, revised(one, members=1, division=OTHER_VILLAGE))
    await draw(door, announced["id"])
    (given,) = await allocations(door, "village", OTHER_VILLAGE)
    assert (given["members"], given["cap_m2_x100"], given["division"]) == (3, 7_500, OTHER_VILLAGE)


async def test_two_rounds_at_once_over_the_same_flats(house: House) -> None:
    door = await house.serve("relocation", "api")
    households = await seed_households(house, *[{}] * 8)
    await agreed(door, households[:4])
    await agreed(door, households[4:], 2017)
    site_id, _ = await build_site(door, [{}] * 4)
    rounds = await asyncio.gather(*(freeze(door, site_id, cohort) for cohort in (2016, 2017, 2016)))
    for each in rounds:
        await publish(door, each)
    paths = [f"{ROUNDS}/{each['id']}/draw" for each in rounds]
    answers = await asyncio.gather(*(door.call("POST", p, "county", on="2017-03-03") for p in paths * 2))
    assert sorted(a.status_code for a in answers) == [200, 200, 409, 409, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"relocation.allocation.list_changed"}
    given = await allocations(door)
    assert len(given) == len({a["unit_id"] for a in given}) == len({a["household_id"] for a in given}) == 4


async def test_swaps(house: House) -> None:
    door = await house.serve("relocation", "api")
    a, b, c, d, big = await seed_households(house, {}, {}, {}, {}, BIG)
    await agreed(door, [a, b, c, d, big])
    site_id, _ = await build_site(door, [{}, {}, {}, {}, {"area_m2_x100": 7_500}])
    await draw_all(door, site_id)
    of = {UUID(x["household_id"]): x for x in await allocations(door)}

    def order(first: UUID, second: UUID, **changes: Any) -> dict[str, Any]:
        ids = {"first_allocation_id": of[first]["id"], "second_allocation_id": of[second]["id"]}
        return {"id": str(uuid4())} | ids | {"consents": True} | changes

    async def swap(*items: dict[str, Any], on: str = "2017-03-09", **who: str) -> list[str | None]:
        return codes(await batch(door, "POST", SWAPS, "township", list(items), on=on, **who))

    good = order(a, b)
    assert await swap(order(a, big), order(a, a), order(a, b, first_allocation_id=str(uuid4()))) == [
        "relocation.allocation.over_cap", "shared.twice_in_batch", "shared.not_found",
    ]  # fmt: skip
    assert await swap(order(a, b), area="140927100") == ["shared.not_found"]
    assert await swap(order(a, b), on="2017-03-10") == ["relocation.allocation.window_closed"]
    case = fraud(d)
    await hear(house, case[0])
    assert await swap(order(c, d)) == ["shared.frozen"]
    assert await swap(good, order(b, c)) == [None, "shared.twice_in_batch"]
    assert await swap(good, good | {"second_allocation_id": of[c]["id"]}) == [
        None, "shared.content_differs",
    ]  # fmt: skip
    now = {UUID(x["household_id"]): x for x in await allocations(door, state="allocated")}
    assert (now[a]["unit_id"], now[b]["unit_id"]) == (of[b]["unit_id"], of[a]["unit_id"])
    assert (now[a]["lot"], now[a]["notice_ends_on"]) == (of[a]["lot"], "2017-03-10")
    assert len(await allocations(door, state="released")) == 2
    assert (await types(house))[-4:] == ["flat_released", "flat_allocated"] * 2
    assert await swap(order(a, c)) == ["relocation.allocation.not_allocated"]
    of = now
    assert await swap(order(a, c)) == ["relocation.allocation.swapped_before"]
    assert await swap(order(c, d, consents=False)) == ["shared.invalid_item"]


async def test_the_database_alone_keeps_flats_single_within_the_cap_and_accepted(house: House) -> None:
    door = await house.serve("relocation", "api")
    await agreed(door, await seed_households(house, {}, {}))
    site_id, _ = await build_site(door, [{}, {}], [{"area_m2_x100": 2_500}])
    await draw_all(door, site_id)
    owner = await house.owner("relocation")
    one = "WHERE id = (SELECT min(id::text)::uuid FROM allocation)"
    for error, name, change in (
        (asyncpg.CheckViolationError, "allocation_within_cap", f"cap_m2_x100 = 2400 {one}"),
        (asyncpg.ForeignKeyViolationError, "allocation_unit_id", f"area_m2_x100 = 2500 {one}"),
        (
            asyncpg.UniqueViolationError, "allocation_one_per_unit",
            "unit_id = (SELECT min(unit_id::text)::uuid FROM allocation)",
        ),
        (
            asyncpg.UniqueViolationError, "allocation_one_per_household",
            "household_id = (SELECT min(household_id::text)::uuid FROM allocation)",
        ),
    ):  # fmt: skip
        with pytest.raises(error, match=name):
            await owner.execute(f"UPDATE allocation SET {change}")
    with pytest.raises(asyncpg.CheckViolationError, match="round_seed_is_not_of_freezer"):
        await owner.execute("UPDATE allocation_round SET seed_by = frozen_by")
