"""Of whom something is suspected nobody applies, draws a flat or gets its keys, until people have looked."""

from datetime import date
from uuid import UUID, uuid4

from services.relocation.service import SERVICE
from shared.data.db import open_pool, system_caller, transaction
from shared.events.registry import SuspicionLapsed, SuspicionRaised, SuspicionResolved
from shared.ground.context import system_act
from tests.conftest import House
from tests.integration.relocation.acts import (
    APPLICATIONS,
    MOVES,
    TOWNSHIP,
    VILLAGE,
    agreed,
    allocations,
    batch,
    build_site,
    codes,
    draw_all,
    seed_households,
)


async def hear(house: House, *facts: SuspicionRaised | SuspicionLapsed | SuspicionResolved) -> None:
    pool = await open_pool((await house.settings("relocation")).database_url, 1)
    try:
        async with transaction(pool, system_caller("relocation")) as connection:
            for fact in facts:
                await SERVICE.reactions[fact.TYPE](connection, [(system_act("relocation", date(2017, 1, 5)), fact)])
    finally:
        await pool.close()


def suspected(household_id: UUID, suspicion_id: UUID) -> SuspicionRaised:
    of = {"household_id": household_id, "division": VILLAGE, "suspicion_id": suspicion_id}
    return SuspicionRaised(**of, raised_on=date(2017, 1, 4))


def resolved(household_id: UUID, suspicion_id: UUID) -> SuspicionResolved:
    of = {"household_id": household_id, "division": VILLAGE, "suspicion_id": suspicion_id}
    return SuspicionResolved(**of, upheld=False, holds=False, resolved_on=date(2017, 3, 9))


async def test_what_nobody_looks_into_keeps_nobody_from_applying(house: House) -> None:
    door = await house.serve("relocation", "api")
    (one,) = await seed_households(house, {})
    case = uuid4()
    await hear(house, suspected(one, case))
    asked = {"id": str(uuid4()), "household_id": str(one), "cohort": 2016}
    (refused,) = await batch(door, "POST", APPLICATIONS, "village", [asked], on="2017-03-05")
    assert refused["missing"] == ["not_suspected"]
    of = {"household_id": one, "division": VILLAGE, "suspicion_id": case}
    await hear(house, SuspicionLapsed(**of, lapsed_on=date(2017, 3, 6)))
    again = asked | {"id": str(uuid4())}
    assert codes(await batch(door, "POST", APPLICATIONS, "village", [again], on="2017-03-06")) == [None]


async def test_who_is_suspected_waits_for_flat_and_keys(house: House) -> None:
    door = await house.serve("relocation", "api")
    early, late, applies = await seed_households(house, {}, {}, {})
    await agreed(door, [early, late])
    cases = {one: uuid4() for one in (early, late, applies)}
    await hear(house, suspected(early, cases[early]), suspected(applies, cases[applies]))
    asked = {"id": str(uuid4()), "household_id": str(applies), "cohort": 2016}
    (refused,) = await batch(door, "POST", APPLICATIONS, "village", [asked], on="2017-01-05")
    assert (refused["code"], refused["missing"]) == ("relocation.applications.not_eligible", ["not_suspected"])
    # On the list stands who is not suspected when it is frozen.
    site_id, _ = await build_site(door, [{}, {}])
    assert (await draw_all(door, site_id))["allocated"] == 1
    (flat,) = await allocations(door)
    assert flat["household_id"] == str(late)
    # Suspected since, he has his flat, and its keys wait.
    await hear(house, suspected(late, cases[late]))
    keys = [{"id": flat["id"]}]
    assert codes(await batch(door, "POST", f"{MOVES}/keys", "township", keys, TOWNSHIP, on="2017-03-20")) == [
        "shared.suspected"
    ]
    await hear(house, *(resolved(one, case) for one, case in cases.items()))
    assert codes(await batch(door, "POST", f"{MOVES}/keys", "township", keys, TOWNSHIP, on="2017-03-20")) == [None]
    again = asked | {"id": str(uuid4())}
    assert codes(await batch(door, "POST", APPLICATIONS, "village", [again], on="2017-01-06")) == [None]
