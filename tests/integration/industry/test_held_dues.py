"""What is held: dues of households that left the register, and what came back for good, until two persons ruled."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.conftest import Door, House
from tests.integration.industry.acts import COUNTY, TOWNSHIP, freeze, get, results, seed_household
from tests.integration.industry.test_payouts import answer, answered, check, due, make, owe, sent

RULINGS = "/payouts/rulings"
PAID = answered("1,100.00,paid,,2017-06-05", total="1,100.00")


async def remove(house: House, household_id: UUID) -> None:
    await house.rows("industry", "UPDATE household SET status = 'removed' WHERE id = $1", household_id)


async def held(door: Door) -> list[tuple[str, bool, str | None]]:
    items = (await get(door, "/payouts/held"))["items"]
    return [(x["household_id"], x["removed"], x["code"]) for x in items]


async def rule(door: Door, ruling: str, *, subject: str = "clerk", due_id: str = "") -> Any:
    due_id = due_id or (await get(door, "/payouts/held"))["items"][0]["id"]
    item = {"id": str(uuid4()), "due_id": due_id, "ruling": ruling, "evidence": "file 12"}
    (result,) = await results(door, "POST", RULINGS, "county", item, subject=subject)
    return result


async def confirm(door: Door, ruling_id: str, subject: str = "head", *, confirmed: bool = True) -> Any:
    item = {"id": ruling_id, "confirmed": confirmed}
    (result,) = await results(door, "POST", f"{RULINGS}/confirmations", "county", item, subject=subject)
    return result


async def nothing_fits(door: Door) -> bool:
    refused = await make(door, str(uuid4()))
    return bool(refused.status_code == 409 and refused.json()["code"] == "industry.payouts.nothing_due")


async def test_who_left_the_register_is_paid_once_its_heirs_are_known(house: House) -> None:
    door = await house.serve("industry", "api")
    one = await seed_household(house)
    await owe(house, due(one, "a"))
    await remove(house, one)
    assert await nothing_fits(door)
    assert await held(door) == [(str(one), True, None)]
    assert (await rule(door, "account_changed"))["code"] == "industry.payouts.household_gone"
    ruled = await rule(door, "heirs")
    assert (await rule(door, "not_owed"))["code"] == "industry.payouts.ruling_open"
    assert await nothing_fits(door)
    assert (await confirm(door, ruled["id"], "clerk"))["code"] == "shared.same_person"
    assert (await confirm(door, ruled["id"]))["state"] == "confirmed"
    assert await held(door) == []
    batch_id = await sent(door)
    # Their account comes back as well: held once more, and ruled on once more.
    await answer(door, batch_id, answered("1,100.00,returned,account_holder_dead,", total="1,100.00"))
    assert await nothing_fits(door)
    assert await held(door) == [(str(one), False, "account_holder_dead")]
    await confirm(door, (await rule(door, "heirs"))["id"])
    assert (await answer(door, await sent(door), PAID)).json()["state"] == "closed"


async def test_what_is_ruled_not_owed_is_paid_never(house: House) -> None:
    door = await house.serve("industry", "api")
    one = await seed_household(house)
    await owe(house, due(one, "a"))
    due_id = str((await house.rows("industry", "SELECT id FROM payout_due"))[0]["id"])
    assert (await rule(door, "not_owed", due_id=due_id))["code"] == "industry.payouts.not_held"
    await remove(house, one)
    refused = await rule(door, "not_owed")
    assert (await confirm(door, refused["id"], confirmed=False))["code"] == "shared.not_confirmed"
    assert len(await held(door)) == 1
    await confirm(door, (await rule(door, "not_owed"))["id"])
    assert await held(door) == []
    await house.rows("industry", "UPDATE household SET status = 'poor'")
    assert await nothing_fits(door)
    shown = (await get(door, f"{RULINGS}?household_id={one}"))["items"]
    assert {(x["ruling"], x["state"]) for x in shown} == {("not_owed", "refused"), ("not_owed", "confirmed")}


@pytest.mark.parametrize("code", ["account_closed", "account_holder_dead", "R03"])
async def test_what_came_back_for_good_waits_for_a_change(house: House, code: str) -> None:
    door = await house.serve("industry", "api")
    one = await seed_household(house)
    await owe(house, due(one, "a"))
    for _ in range(2):
        await answer(door, await sent(door), answered(f"1,100.00,returned,{code},", total="1,100.00"))
        assert await nothing_fits(door)
        assert await held(door) == [(str(one), False, code)]
        await confirm(door, (await rule(door, "account_changed"))["id"])
    assert (await answer(door, await sent(door), PAID)).json()["taken"] == 1


async def test_who_checks_is_told_of_who_left_the_register_since(house: House) -> None:
    door = await house.serve("industry", "api")
    gone, stays = await seed_household(house), await seed_household(house)
    await owe(house, due(gone, "a"), due(stays, "b"))
    batch_id = (await make(door)).json()["id"]
    await remove(house, gone)
    assert (await check(door, batch_id, "maker")).json()["code"] == "shared.same_person"
    told = (await check(door, batch_id)).json()
    assert (told["code"], told["lines"]) == ("industry.payouts.removed_since", "1")
    path = f"/industry/v1/payouts/batches/{batch_id}"
    done = await door.call("POST", f"{path}/check", "finance", on="2017-06-02", subject="b", json={"set_aside": True})
    assert done.json() == {"id": batch_id, "state": "checked", "set_aside": 1}
    file = await door.call("GET", f"{path}/file", "bank", "", bank="xinhe")
    assert file.text.splitlines() == ["line_no,payee,amount_yuan", f"2,{stays},100.00", "total,1,100.00"]
    late = await answer(door, batch_id, answered("1,100.00,paid,,2017-06-05", "2,100.00,paid,,2017-06-05",
                                                 total="2,200.00"))  # fmt: skip
    assert [f["code"] for f in late.json()["findings"]] == ["industry.payouts.answered_otherwise"]
    assert (late.json()["taken"], late.json()["state"]) == (1, "closed")
    assert await held(door) == [(str(gone), True, None)]


async def test_who_was_frozen_since_is_not_paid_until_reviewed(house: House) -> None:
    door = await house.serve("industry", "api")
    suspect, stays = await seed_household(house), await seed_household(house)
    await owe(house, due(suspect, "a"), due(stays, "b"))
    batch_id = (await make(door)).json()["id"]
    await freeze(house, suspect)
    told = (await check(door, batch_id)).json()
    assert (told["code"], told["lines"]) == ("industry.payouts.removed_since", "1")
    path = f"/industry/v1/payouts/batches/{batch_id}"
    done = await door.call("POST", f"{path}/check", "finance", on="2017-06-02", subject="b", json={"set_aside": True})
    assert done.json()["set_aside"] == 1
    file = await door.call("GET", f"{path}/file", "bank", "", bank="xinhe")
    assert file.text.splitlines() == ["line_no,payee,amount_yuan", f"2,{stays},100.00", "total,1,100.00"]
    lines = (await get(door, f"/payouts/lines?household_id={suspect}"))["items"]
    assert [(line["state"], line["code"]) for line in lines] == [("returned", "shared.frozen")]
    assert await nothing_fits(door)
    await house.rows("industry", "UPDATE frozen_household SET reviewed_on = '2017-06-02'")
    assert (await make(door, "again")).json()["lines"] == 1


async def test_a_batch_of_which_nobody_is_left_is_closed_by_its_checker(house: House) -> None:
    door = await house.serve("industry", "api")
    gone = await seed_household(house)
    await owe(house, due(gone, "a"))
    batch_id = (await make(door)).json()["id"]
    await remove(house, gone)
    path = f"/industry/v1/payouts/batches/{batch_id}/check"
    done = await door.call("POST", path, "finance", on="2017-06-02", subject="b", json={"set_aside": True})
    assert (done.json()["state"], done.json()["set_aside"]) == ("closed", 1)


async def test_who_is_asked_for_payments(house: House) -> None:
    door = await house.serve("industry", "api")
    one, two = await seed_household(house), await seed_household(house)
    await owe(house, due(one, "a"), due(two, "b"))
    await remove(house, two)

    async def asked(role: str = "county", area: str = COUNTY, **how: Any) -> list[tuple[str, str, str]]:
        answer = await door.call("GET", "/industry/v1/tasks", role, area, **how)
        return [(t["procedure"], t["step"], t["due_on"]) for t in answer.json()["items"]]

    assert await asked(on="2017-06-01", subject="clerk") == [("industry.payouts", "ruled", "2017-06-08")]
    await rule(door, "heirs")
    await make(door)
    confirm_it = ("industry.payouts.rulings", "confirmed", "2017-06-08")
    check_it = ("industry.payouts", "checked", "2017-06-08")
    assert await asked(on="2017-06-02", subject="head") == [confirm_it]
    assert await asked(on="2017-06-02", subject="clerk") == []
    assert await asked("finance", on="2017-06-02", subject="head") == [check_it]
    assert await asked("finance", on="2017-06-02", subject="maker") == []
    assert await asked("township", TOWNSHIP, on="2017-06-02", subject="head") == []
    batch_id = (await get(door, "/payouts/batches"))["items"][0]["id"]
    await check(door, batch_id)
    assert await asked("bank", "", bank="xinhe", on="2017-06-03") == [("industry.payouts", "closed", "2017-06-09")]
    assert await asked("bank", "", bank="rcu", on="2017-06-03") == []
    await answer(door, batch_id, answered("1,100.00,returned,account_closed,", total="1,100.00"))
    came_back = ("industry.payouts", "ruled", "2017-06-12")
    assert sorted(await asked(on="2017-06-06", subject="clerk")) == [came_back]
    assert sorted(await asked(on="2017-06-06", subject="head")) == [came_back, confirm_it]
    due_id = next(x["id"] for x in (await get(door, "/payouts/held"))["items"] if x["code"] == "account_closed")
    await rule(door, "account_changed", due_id=due_id)
    assert await asked(on="2017-06-06", subject="clerk") == []
