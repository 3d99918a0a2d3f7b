"""What finance knows of households, through the real outbox and bus."""

from datetime import date
from uuid import UUID, uuid4

from shared.data.db import open_pool, transaction
from shared.events import Payload
from shared.events.registry import (
    ExitRevoked,
    HouseholdExited,
    HouseholdRegistered,
    HouseholdRemoved,
    HouseholdReturned,
    HouseholdRevised,
)
from shared.facts.outbox import emit
from shared.ground.context import Act, Caller
from tests.conftest import House
from tests.integration.finance.acts import LOANS, OTHER_VILLAGE, VILLAGE, application, apply_for, get

FLAGS = {
    "members": 3, "has_labour": True, "borrower_age_ok": True, "needs_accessible": False, "deep_poverty": False,
    "relocated": False,
}  # fmt: skip


def whole(household_id: UUID, division: str = VILLAGE) -> dict[str, object]:
    return {"household_id": household_id, "division": division, "status": "poor"} | FLAGS


async def state(house: House, *facts: Payload) -> None:
    """As the registry states them: in one transaction, into its outbox."""
    pool = await open_pool((await house.settings("registry")).database_url, 1)
    act = Act(Caller("clerk", "county", "140927"), date(2017, 3, 1))
    async with transaction(pool, act.caller) as connection:
        await emit(connection, act, "registry", facts)
    await pool.close()


async def test_households_arrive_exit_and_leave(house: House) -> None:
    await house.serve("registry", "worker")
    door = await house.serve("finance")
    stays, exits, goes = uuid4(), uuid4(), uuid4()
    await state(house, *(HouseholdRegistered.model_validate(whole(i)) for i in (stays, exits, goes)))

    owner = await house.owner("finance")

    async def known(expected: dict[UUID, str]) -> bool:
        rows = await owner.fetch("SELECT id, status FROM household")
        return {r["id"]: r["status"] for r in rows} == expected

    await house.settled(lambda: known({stays: "poor", exits: "poor", goes: "poor"}))
    about = {"division": VILLAGE}
    await state(
        house,
        HouseholdExited(
            household_id=exits, **about, exit_id=uuid4(), members=3, exited_on=date(2017, 3, 1), decision_id=uuid4()
        ),
        HouseholdRemoved(household_id=goes, **about, reason="moved_away", removed_on=date(2017, 3, 1)),
    )
    await house.settled(lambda: known({stays: "poor", exits: "exited", goes: "removed"}))
    results = await apply_for(door, *(application(i) for i in (stays, exits, goes)))
    assert [r["missing"] for r in results] == [[], [], ["household_eligible"]]
    flow = await get(door, "/finance/v1/operations/flow")
    assert flow["applied"] == {"registry.household": 5}


async def test_who_was_out_is_poor_again_and_keeps_what_it_has(house: House) -> None:
    """Neither a return nor a revocation ends help, and both may have more."""
    await house.serve("registry", "worker")
    door = await house.serve("finance")
    returns, was_poor, was_returned, stays = uuid4(), uuid4(), uuid4(), uuid4()
    households = (returns, was_poor, was_returned, stays)
    about = {"division": VILLAGE, "members": 3, "decision_id": uuid4()}
    day = date(2017, 3, 1)
    await state(
        house, *(HouseholdRegistered.model_validate(whole(i)) for i in households),
        *(HouseholdExited(household_id=i, **about, exit_id=uuid4(), exited_on=day) for i in households),
    )  # fmt: skip
    owner = await house.owner("finance")

    async def known(expected: list[str]) -> bool:
        rows = {r["id"]: r["status"] for r in await owner.fetch("SELECT id, status FROM household")}
        return [rows.get(i) for i in households] == expected

    await house.settled(lambda: known(["exited"] * 4))
    await apply_for(door, application(returns))
    revoked = {**about, "exit_id": uuid4(), "reason": "appeal", "revoked_on": day}
    await state(
        house, HouseholdReturned(household_id=returns, **about, returned_on=day),
        ExitRevoked(household_id=was_poor, status="poor", **revoked),
        ExitRevoked(household_id=was_returned, status="returned", **revoked),
    )  # fmt: skip
    await house.settled(lambda: known(["returned", "poor", "returned", "exited"]))
    (loan,) = (await get(door, LOANS))["items"]
    assert (loan["household_id"], loan["state"]) == (str(returns), "approved")
    results = await apply_for(door, *(application(i) for i in (was_poor, was_returned, stays)))
    assert [r["missing"] for r in results] == [[], [], []]
    assert await owner.fetch("SELECT 1 FROM parked_key") == []


async def test_a_loan_follows_its_household_to_another_village(house: House) -> None:
    await house.serve("registry", "worker")
    door = await house.serve("finance")
    household_id = uuid4()
    await state(house, HouseholdRegistered.model_validate(whole(household_id)))

    async def applied(count: int) -> bool:
        flow = await get(door, "/finance/v1/operations/flow")
        return bool(flow["applied"] == {"registry.household": count})

    await house.settled(lambda: applied(1))
    await apply_for(door, application(household_id))
    await state(house, HouseholdRevised.model_validate(whole(household_id, OTHER_VILLAGE)))
    await house.settled(lambda: applied(2))
    assert (await get(door, LOANS, "village", VILLAGE))["items"] == []
    (loan,) = (await get(door, LOANS, "village", OTHER_VILLAGE))["items"]
    assert loan["division"] == OTHER_VILLAGE
    again = await house.rows("finance", "SELECT operation FROM audit WHERE relation = 'loan' ORDER BY id")
    assert [r["operation"] for r in again] == ["INSERT", "UPDATE"]


async def test_who_merged_lives_in_one_household(house: House) -> None:
    await house.serve("registry", "worker")
    await house.serve("finance")
    stays, ended, died = uuid4(), uuid4(), uuid4()
    lives = {stays: ["a"], ended: ["b", "c"], died: ["d"]}
    await state(house, *(HouseholdRegistered.model_validate(whole(i) | {"people": p}) for i, p in lives.items()))
    owner = await house.owner("finance")

    async def known(expected: set[tuple[str, UUID]]) -> bool:
        return {(r["person"], r["household_id"]) for r in await owner.fetch("SELECT * FROM resident")} == expected

    await house.settled(lambda: known({("a", stays), ("b", ended), ("c", ended), ("d", died)}))
    about, day = {"division": VILLAGE}, date(2017, 3, 1)
    await state(
        house,
        HouseholdRevised.model_validate(whole(stays) | {"people": ["a", "b", "c"]}),
        HouseholdRevised.model_validate(whole(ended) | {"people": [], "status": "removed"}),
        HouseholdRemoved(household_id=ended, **about, reason="merged", removed_on=day),
        HouseholdRevised.model_validate(whole(died) | {"people": [], "status": "removed"}),
        HouseholdRemoved(household_id=died, **about, reason="deceased", removed_on=day),
    )
    # Who was the last of a household that ended otherwise may still ask why.
    await house.settled(lambda: known({("a", stays), ("b", stays), ("c", stays), ("d", died)}))
