"""What projects, training and forestry keep of a household follows it to another village, over the real bus."""

from shared.events.registry import HouseholdRevised
from tests.conftest import House
from tests.integration.industry import test_forestry as forestry
from tests.integration.industry import test_projects as projects
from tests.integration.industry import test_training as training
from tests.integration.industry.acts import OTHER_VILLAGE, VILLAGE, get, seed_household
from tests.integration.industry.test_dividends import state, whole

TABLES = (
    "project_participation", "training_attendance", "training_certificate", "forest_plot", "forest_acceptance",
    "forest_membership", "forest_labour",
)  # fmt: skip


async def test_rows_follow_their_household_and_others_stay(house: House) -> None:
    await house.serve("registry", "worker")
    door = await house.serve("industry")
    moves, stays = await seed_household(house), await seed_household(house)
    (oats,) = await projects.planned(door, projects.plan())
    (its_class,) = await training.planned(door, training.course())
    its_coop = forestry.coop()
    await forestry.codes(door, "coops", "forestry", its_coop)
    works = forestry.contract(its_coop)
    await forestry.codes(door, "contracts", "forestry", works)
    for trainee, one in (("T1", moves), ("T2", stays)):
        await projects.take_part(door, projects.part(oats, one))
        await training.certified(house, door, its_class, trainee, household=one)
        land = forestry.plot(one)
        await forestry.codes(door, "plots", "township", land)
        await forestry.codes(door, "acceptances", "forestry", forestry.standing(land))
        await forestry.codes(door, "memberships", "township", forestry.member(its_coop, one))
        await forestry.codes(door, "labour", "township", forestry.labour(works, one, 100))
    await state(house, "registry", HouseholdRevised(**whole(moves, OTHER_VILLAGE)))

    async def applied() -> bool:
        flow = await get(door, "/operations/flow")
        return bool(flow["applied"] == {"registry.household": 1})

    await house.settled(applied)
    for table in TABLES:
        rows = await house.rows("industry", f"SELECT household_id, division FROM {table}")
        assert {tuple(r) for r in rows} == {(moves, OTHER_VILLAGE), (stays, VILLAGE)}, table
    assert await house.rows("industry", "SELECT 1 FROM parked_key") == []
