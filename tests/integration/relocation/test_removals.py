"""A household is struck: before the draw, between draw and keys, after the move. Its flat goes to the next."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

from services.relocation.allocation.rules import digest, read_inputs
from services.relocation.allocation.rules import draw as draw_again
from shared.data.db import open_pool, transaction
from shared.events import Payload
from shared.events.registry import HouseholdRegistered
from shared.facts.outbox import emit
from shared.ground.context import Act, Caller
from tests.bonds import PERSON, bind
from tests.conftest import House
from tests.integration.relocation.acts import (
    APPLICATIONS,
    HOMESTEADS,
    MOVES,
    PHOTO,
    ROUNDS,
    SITES,
    VILLAGE,
    agreed,
    allocations,
    apply_for,
    batch,
    build_site,
    codes,
    draw_all,
    fraud,
    freeze,
    get,
    hear,
    moved_in,
    publish,
    redraw,
    reinstated,
    removed,
    seed_households,
    types,
)

LAND = {"house_area_m2_x100": 6_000, "land_mu_x100": 45}


async def test_struck_before_the_draw_it_is_on_no_list(house: House) -> None:
    door = await house.serve("relocation", "api")
    struck, stays = await seed_households(house, {}, {})
    await agreed(door, [struck, stays])
    await hear(house, removed(struck))
    site_id, _ = await build_site(door, [{}, {}])
    assert (await freeze(door, site_id))["lots"] == 1


async def test_struck_between_draw_and_keys_the_flat_is_drawn_again(house: House) -> None:
    door = await house.serve("relocation", "api")
    households = await seed_households(house, *[{}] * 5)
    await agreed(door, households)
    site_id, _ = await build_site(door, [{}] * 3)
    done = await draw_all(door, site_id)
    first = await allocations(door)
    waiting = [h for h in households if str(h) not in {a["household_id"] for a in first}]
    await hear(house, fraud(waiting[0])[0])
    leaves = first[0]

    await hear(house, removed(leaves["household_id"], "deceased"), on="2017-03-06")
    assert (await types(house))[-2:] == ["flat_released", "application_ended"]
    assert (await redraw(door, done["id"], on="2017-03-06"))["state"] == "drawn"
    now = {a["household_id"]: a for a in await allocations(door, state="allocated")}
    assert set(now) == {*(a["household_id"] for a in first[1:]), str(waiting[1])}, "the frozen one is passed over"
    heir = now[str(waiting[1])]
    assert (heir["unit_id"], heir["notice_ends_on"]) == (leaves["unit_id"], "2017-03-13")
    (released,) = await allocations(door, state="released")
    assert released["id"] == leaves["id"]
    assert (await types(house))[-3:] == ["flat_released", "application_ended", "flat_allocated"]
    assert (await get(door, f"{APPLICATIONS}/{leaves['application_id']}"))["state"] == "deceased"

    # The further draw can be drawn again like the first.
    shown = await get(door, f"{ROUNDS}/{done['id']}/inputs", "villager")
    result = await get(door, f"{ROUNDS}/{done['id']}/result", "villager")
    assert [d["draw_no"] for d in shown["draws"]] == [0, 1]
    for given, drawn in zip(shown["draws"], result["draws"], strict=True):
        again = draw_again(read_inputs(given["inputs"]), shown["seed"])
        assert (digest(given["inputs"]), digest(again)) == (given["inputs_hash"], drawn["result_hash"])
    assert [a["lot"] for a in result["draws"][1]["result"]["allocations"]] == [heir["lot"]]

    # Nobody is left: the next one stays free for the next round.
    await hear(house, removed(first[1]["household_id"]), on="2017-03-07")
    nobody = await redraw(door, done["id"], status=409)
    assert nobody["code"] == "relocation.allocation.nothing_to_draw"
    assert (await get(door, f"{SITES}/summary"))["free_units"] == 1
    assert (await types(house))[-2:] == ["flat_released", "application_ended"]
    assert len(await allocations(door, state="allocated")) == 2


async def test_struck_with_the_keys_in_hand_it_loses_the_flat_and_after_the_move_it_keeps_it(house: House) -> None:
    door = await house.serve("relocation", "api")
    lives, has_keys, waits = await seed_households(house, {}, {}, {})
    await agreed(door, [lives])
    site_id, _ = await build_site(door, [{}, {}])
    await draw_all(door, site_id)
    (home,) = await moved_in(door)
    await agreed(door, [has_keys])
    await draw_all(door, site_id)
    (other,) = await allocations(door, state="allocated")
    keys = await batch(door, "POST", f"{MOVES}/keys", "township", [{"id": other["id"]}], on="2017-03-10")
    assert codes(keys) == [None]
    before = len(await types(house))

    await hear(house, removed(lives), removed(has_keys), on="2017-04-01")
    assert (await types(house))[before:] == ["flat_released", "application_ended"]
    states = {UUID(a["household_id"]): a["state"] for a in await allocations(door)}
    assert states == {lives: "moved_in", has_keys: "released"}
    assert (await get(door, f"{APPLICATIONS}/{home['application_id']}"))["state"] == "moved_in"
    assert (await get(door, f"{SITES}/summary"))["free_units"] == 1
    await agreed(door, [waits])
    assert (await draw_all(door, site_id))["allocated"] == 1, "a flat that came free is drawn in the next round"


async def test_struck_after_the_move_its_old_house_goes_and_nothing_is_paid_for_it(house: House) -> None:
    """Also where the work was reported before it was struck; the frozen waits."""
    door = await house.serve("relocation", "api")
    households = await seed_households(house, {}, {}, {})
    await agreed(door, households)
    site_id, _ = await build_site(door, [{}] * 3)
    await draw_all(door, site_id)
    homes = {a["household_id"]: a["application_id"] for a in await moved_in(door)}
    ids = [homes[str(h)] for h in households]
    await batch(door, "PUT", HOMESTEADS, "village", [{"id": i, **LAND} for i in ids])
    done = [{"id": i, "demolished_on": "2017-08-01", "photo_sha256": PHOTO} for i in ids]
    assert codes(await batch(door, "POST", f"{HOMESTEADS}/demolitions", "village", done, on="2017-09-01")) == [None] * 3
    await hear(house, removed(households[1], "deceased"))
    await hear(house, fraud(households[2])[0])
    works = [{"id": i, "step": "demolition", "accepted": True} for i in ids]
    taken = await batch(door, "POST", f"{HOMESTEADS}/acceptances", "township", works, on="2017-09-02")
    assert codes(taken) == [None, None, "shared.frozen"]
    assert (await types(house)).count("old_house_demolished") == 2
    paid = await house.rows("relocation", "SELECT household_id FROM homestead_reward")
    assert [r["household_id"] for r in paid] == [households[0]]
    (why, *_) = await get(door, f"/relocation/v1/decisions?subject_id={households[1]}")
    assert [r["code"] for r in why["reasons"] if not r["passed"]] == ["household_registered"]


async def test_what_came_free_is_drawn_together_so_that_the_first_message_gets_nothing(house: House) -> None:
    door = await house.serve("relocation", "api")
    await agreed(door, await seed_households(house, *[{}] * 7))
    site_id, _ = await build_site(door, [{}] * 4)
    done = await draw_all(door, site_id)
    first, second = (await allocations(door))[:2]
    for home in (first, second):
        await hear(house, removed(home["household_id"]))
    await redraw(door, done["id"])
    inputs = (await get(door, f"{ROUNDS}/{done['id']}/inputs"))["draws"][1]["inputs"]
    assert {u["unit_id"] for u in inputs["units"]} == {first["unit_id"], second["unit_id"]}
    assert len(inputs["lots"]) == 3
    result = (await get(door, f"{ROUNDS}/{done['id']}/result"))["draws"][1]["result"]
    assert result == draw_again(read_inputs(inputs), done["seed"])
    assert len(result["allocations"]) == 2
    standing = {a["unit_id"]: a["lot"] for a in await allocations(door, state="allocated")}
    assert {a["unit_id"]: a["lot"] for a in result["allocations"]}.items() <= standing.items()


async def test_the_heir_is_who_fits_best_not_who_is_next(house: House) -> None:
    door = await house.serve("relocation", "api")
    large, small, needs = await seed_households(
        house, {"members": 3}, {"members": 2}, {"members": 3, "needs_accessible": True}
    )
    await agreed(door, [large])
    site_id, _ = await build_site(door, [{"area_m2_x100": 7_500, "accessible": True}])
    await agreed(door, [small, needs])
    done = await draw_all(door, site_id)
    (given,) = await allocations(door)
    assert UUID(given["household_id"]) in (large, needs)
    await hear(house, removed(given["household_id"]))
    await redraw(door, done["id"])
    (heir,) = await allocations(door, state="allocated")
    assert {UUID(heir["household_id"]), UUID(given["household_id"])} == {large, needs}
    await hear(house, removed(heir["household_id"]))
    await redraw(door, done["id"])
    result = await get(door, f"{ROUNDS}/{done['id']}/result")
    assert [len(d["result"]["allocations"]) for d in result["draws"]] == [1, 1, 0], (
        "the flat is over the last one's cap"
    )


async def test_struck_in_the_same_moment_as_the_draw(house: House) -> None:
    door = await house.serve("relocation", "api")
    households = await seed_households(house, *[{}] * 6)
    await agreed(door, households)
    site_id, _ = await build_site(door, [{}] * 4)
    announced = await publish(door, await freeze(door, site_id))
    path = f"{ROUNDS}/{announced['id']}/draw"
    drawn, _ = await asyncio.gather(
        door.call("POST", path, "county", on="2017-03-03"),
        asyncio.gather(*(hear(house, removed(h)) for h in households[:2])),
    )
    # Whichever came first: the draw refuses the changed list, or what it gave them was drawn again.
    assert drawn.status_code in (200, 409)
    again = await redraw(door, announced["id"], status=drawn.status_code)
    assert again.get("code") == (None if drawn.status_code == 200 else "relocation.allocation.not_drawn")
    standing = {UUID(a["household_id"]) for a in await allocations(door, state="allocated")}
    assert standing == (set(households[2:]) if drawn.status_code == 200 else set())


async def state_facts(house: House, *facts: Payload) -> None:
    """As the registry states them: in one transaction, into its outbox."""
    pool = await open_pool((await house.settings("registry")).database_url, 1)
    act = Act(Caller("clerk", "county", "140927"), date(2017, 3, 4))
    async with transaction(pool, act.caller) as connection:
        await emit(connection, act, "registry", facts)
    await pool.close()


async def test_through_the_bus(house: House) -> None:
    await house.serve("registry", "worker")
    door = await house.serve("relocation")
    leaves, stays = uuid4(), uuid4()
    flags = {"has_labour": True, "borrower_age_ok": True, "needs_accessible": False, "deep_poverty": False}
    await state_facts(house, *(
        HouseholdRegistered(household_id=h, division=VILLAGE, status="poor", members=2, relocated=True, **flags,
                            people=[PERSON])
        for h in (leaves, stays)
    ))  # fmt: skip

    async def applied(count: int) -> bool:
        flow = await get(door, "/relocation/v1/operations/flow")
        return bool(flow["applied"].get("registry.household") == count)

    await house.settled(lambda: applied(2))
    await bind(await house.owner("relocation"), leaves, stays)
    await agreed(door, [leaves])
    site_id, _ = await build_site(door, [{}])
    await agreed(door, [stays])
    done = await draw_all(door, site_id)
    (given,) = await allocations(door)
    (other,) = {leaves, stays} - {UUID(given["household_id"])}
    await state_facts(house, removed(given["household_id"]))
    await house.settled(lambda: applied(3))
    await redraw(door, done["id"])
    (heir,) = await allocations(door, state="allocated")
    assert (UUID(heir["household_id"]), heir["unit_id"]) == (other, given["unit_id"])
    assert (await get(door, "/relocation/v1/operations/parked")) == []


async def test_who_was_struck_by_mistake_waits_again_and_the_flat_that_went_on_stays(house: House) -> None:
    door = await house.serve("relocation", "api")
    households = await seed_households(house, *[{}] * 3)
    await agreed(door, households[:2])
    (unverified,) = await apply_for(door, households[2:])
    site_id, _ = await build_site(door, [{}])
    done = await draw_all(door, site_id)
    (given,) = await allocations(door)
    await hear(house, removed(given["household_id"], "deceased"), removed(households[2]), on="2017-03-06")
    await redraw(door, done["id"], on="2017-03-07")
    assert len(await allocations(door, state="allocated")) == 1
    back = [reinstated(given["household_id"]), reinstated(households[2])]
    await hear(house, *back, on="2017-03-08")
    await hear(house, *back, on="2017-03-09")
    shown = await get(door, f"{APPLICATIONS}/{given['application_id']}")
    assert (shown["state"], shown["ended_on"], shown["since_on"]) == ("agreed", None, "2017-03-08")
    assert [s["step"] for s in shown["steps"]][-2:] == ["removed", "reinstated"]
    assert (await get(door, f"{APPLICATIONS}/{unverified}"))["state"] == "applied"
    (heir,) = await allocations(door, state="allocated")
    assert heir["household_id"] == str(next(h for h in households[:2] if str(h) != given["household_id"]))
    assert (await types(house))[-1] == "relocation_agreed"
