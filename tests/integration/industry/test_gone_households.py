"""Nothing is accepted, certified, measured or owed anew for who has left the register, also between two persons."""

from uuid import UUID

from tests.conftest import House
from tests.integration.industry import test_forestry as forestry
from tests.integration.industry import test_projects as projects
from tests.integration.industry import test_training as training
from tests.integration.industry.acts import get, seed_household

GONE = "shared.household_removed"


async def remove(house: House, household: UUID) -> None:
    await house.rows("industry", "UPDATE household SET status = 'removed' WHERE id = $1", household)


async def test_a_certificate_of_who_has_left_is_neither_recorded_nor_accepted(house: House) -> None:
    door = await house.serve("industry", "api")
    (its_class,) = await training.planned(door, training.course())
    household = await seed_household(house)
    first, second = training.days(its_class, household, "T1"), training.days(its_class, household, "T2")
    assert await training.attend(door, first, second) == [None, None]
    item = training.certificate(first, "N1")
    assert await training.certify(door, item, subject="one") == [None]
    assert [t["id"] for t in (await get(door, "/tasks", "human_resources", subject="two"))["items"]] == [item["id"]]
    await remove(house, household)
    assert await training.certify(door, training.certificate(second, "N2")) == [GONE]
    assert await training.accept(door, item, subject="two") == GONE
    assert (await get(door, "/tasks", "human_resources", subject="two"))["items"] == []
    assert await training.accept(door, item, confirmed=False, subject="two") == "shared.not_confirmed"
    assert await house.rows("industry", "SELECT 1 FROM outbox") == []


async def test_a_part_of_who_has_left_is_not_measured(house: House) -> None:
    door = await house.serve("industry", "api")
    (oats,) = await projects.planned(door, projects.plan())
    household = await seed_household(house)
    part = projects.part(oats, household)
    await projects.take_part(door, part)
    await remove(house, household)
    assert await projects.answer(door, part, "2017-06-08") == GONE
    assert (await get(door, "/tasks", "township", subject="two"))["items"] == []
    assert await house.rows("industry", "SELECT 1 FROM outbox") == []


async def test_a_plot_and_the_labour_of_who_has_left_are_owed_nothing_new(house: House) -> None:
    door = await house.serve("industry", "api")
    household, its_coop = await seed_household(house), forestry.coop()
    land, works = forestry.plot(household), forestry.contract(its_coop)
    await forestry.codes(door, "coops", "forestry", its_coop)
    await forestry.codes(door, "contracts", "forestry", works)
    await forestry.codes(door, "memberships", "township", forestry.member(its_coop, household))
    await forestry.codes(door, "plots", "township", land)
    await remove(house, household)
    assert await forestry.codes(door, "acceptances", "forestry", forestry.standing(land)) == [GONE]
    assert await forestry.codes(door, "labour", "township", forestry.labour(works, household, 100)) == [GONE]
    assert await house.rows("industry", "SELECT 1 FROM payout_due") == []
