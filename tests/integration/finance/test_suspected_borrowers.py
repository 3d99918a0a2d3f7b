"""Of whom something is suspected nothing new is lent, and his discount waits, until people have looked."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from services.finance.service import SERVICE
from shared.data.db import open_pool, system_caller, transaction
from shared.events.registry import SuspicionLapsed, SuspicionRaised, SuspicionResolved
from shared.ground.context import system_act
from tests.conftest import House
from tests.integration.finance.acts import VILLAGE, application, apply_for, get, seed_household
from tests.integration.finance.test_discounts import claim, running


async def hear(house: House, *facts: SuspicionRaised | SuspicionLapsed | SuspicionResolved) -> None:
    """In the order told, each twice: what is heard again changes nothing."""
    pool = await open_pool((await house.settings("finance")).database_url, 1)
    try:
        async with transaction(pool, system_caller("finance")) as connection:
            for fact in facts:
                for _ in range(2):
                    await SERVICE.reactions[fact.TYPE](connection, [(system_act("finance", date(2017, 6, 1)), fact)])
    finally:
        await pool.close()


def suspected(household_id: UUID, suspicion_id: UUID) -> SuspicionRaised:
    return SuspicionRaised(
        household_id=household_id, division=VILLAGE, suspicion_id=suspicion_id, raised_on=date(2017, 3, 1)
    )


def resolved(household_id: UUID, suspicion_id: UUID, **how: Any) -> SuspicionResolved:
    said = {"upheld": False, "holds": False, "resolved_on": date(2017, 3, 9)} | how
    return SuspicionResolved(household_id=household_id, division=VILLAGE, suspicion_id=suspicion_id, **said)


def lapsed(household_id: UUID, suspicion_id: UUID) -> SuspicionLapsed:
    of = {"household_id": household_id, "division": VILLAGE, "suspicion_id": suspicion_id}
    return SuspicionLapsed(**of, lapsed_on=date(2017, 5, 1))


async def test_nothing_is_lent_while_people_look(house: House) -> None:
    door = await house.serve("finance", "api")
    one, cases = await seed_household(house), [uuid4(), uuid4()]
    await hear(house, *(suspected(one, case) for case in cases))
    (refused,) = await apply_for(door, application(one))
    assert (refused["code"], refused["missing"]) == ("finance.loans.not_eligible", ["not_suspected"])
    assert [w["sentence_zh"] for w in refused["why"]] == ["该户没有正在核查的疑点：不符合。"]
    # One of two is settled; of the other it is so, and the household is to be struck: until that is taken back.
    await hear(house, resolved(one, cases[0]), resolved(one, cases[1], upheld=True, holds=True))
    (refused,) = await apply_for(door, application(one))
    assert refused["missing"] == ["not_suspected"]
    await hear(house, resolved(one, cases[1]))
    (approved,) = await apply_for(door, application(one))
    assert approved["code"] is None
    assert (await get(door, "/finance/v1/operations/replay"))["different_count"] == 0


async def test_what_nobody_looks_into_holds_nobody_up_until_it_is_upheld(house: House) -> None:
    door = await house.serve("finance", "api")
    one, case, other = await seed_household(house), uuid4(), uuid4()
    await hear(house, suspected(one, case), suspected(one, other), lapsed(one, case))
    (refused,) = await apply_for(door, application(one))
    assert refused["missing"] == ["not_suspected"], "of another people may still look"
    await hear(house, lapsed(one, other), resolved(one, other, upheld=True, holds=True))
    (refused,) = await apply_for(door, application(one))
    assert refused["missing"] == ["not_suspected"], "it is so: the household is to be struck"
    await hear(house, resolved(one, other))
    (approved,) = await apply_for(door, application(one))
    assert approved["code"] is None


async def test_a_discount_waits_for_the_next_claim(house: House) -> None:
    door = await house.serve("finance", "api")
    held, other, case = await running(house, door), await running(house, door), uuid4()
    (row,) = await house.rows("finance", "SELECT household_id FROM loan WHERE loan_no = $1", held)
    await hear(house, suspected(row["household_id"], case))
    first = (await claim(door, "1")).json()
    assert first["lines"] == 1
    shown = await get(door, f"/finance/v1/discounts/claims/{first['id']}")
    assert [x["loan_no"] for x in shown["items"]] == [other]
    await hear(house, resolved(row["household_id"], case))
    assert (await claim(door, "2")).json()["lines"] == 1
