"""Where a household is reached is one person's word, where it is paid two persons'; both are dated, the past stays."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from tests.conftest import Door, House
from tests.integration.registry.facts import heard, state
from tests.integration.registry.test_changes import post
from tests.integration.registry.test_disclosures import ACCOUNT, BANK, PHONE, ask, household, item, named, serve
from tests.integration.registry.test_households import VILLAGE, seed_household

PHONES, ACCOUNTS = "/registry/v1/households/phones", "/registry/v1/households/accounts"
OTHER_PHONE, OTHER_ACCOUNT = "13900000009", "6217000000000000042"
MASKED, OTHER_MASKED = "*" * 15 + "0001", "*" * 15 + "0042"


def paid(household_id: UUID, **changes: Any) -> dict[str, Any]:
    said = {"id": str(uuid4()), "household_id": str(household_id), "account": OTHER_ACCOUNT, "since": "2017-05-10"}
    return said | changes


def reached(household_id: UUID, **changes: Any) -> dict[str, Any]:
    return {"household_id": str(household_id), "phone": OTHER_PHONE, "since": "2017-05-10"} | changes


async def decide(door: Door, one: dict[str, Any], *, confirmed: bool = True, subject: str = "township") -> Any:
    (said,) = await post(
        door, f"{ACCOUNTS}/confirmations", "township", {"id": one["id"], "confirmed": confirmed}, subject=subject
    )
    return said


async def contact(door: Door, household_id: UUID, role: str = "county", on: str = "2017-06-01") -> dict[str, Any]:
    area = VILLAGE if role in ("helper", "villager") else "140927"
    answer = await door.call("GET", f"/registry/v1/households/{household_id}/facts", role, area, on=on)
    assert answer.status_code == 200, answer.text
    return {f["field"]: f for f in answer.json()["facts"] if f["field"] in ("phone", "account")}


async def test_an_account_is_changed_by_two_persons_and_the_old_one_stands_for_the_days_before(house: House) -> None:
    door = await serve(house)
    one = await household(house)
    payee = named(one, checked_on=date(2017, 5, 1))
    await state(house, "industry", payee)
    await heard(house, payee.TOPIC, 1)
    asked = item("payout", payee.batch_id, one, "account")
    change = paid(one)
    (said,) = await post(door, ACCOUNTS, "village", change)
    assert (said["status"], said["state"]) == ("accepted", "reported")
    assert (await contact(door, one))["account"]["value"] == MASKED
    assert [r["told"] for r in await ask(door, asked, **BANK)] == [{"account": ACCOUNT}], "paid as before"
    (second,) = await post(door, ACCOUNTS, "team", paid(one), subject="another")
    assert second["code"] == "registry.contacts.already_open"
    assert (await decide(door, change, subject="village"))["code"] == "shared.same_person"
    done = await decide(door, change)
    assert (done["status"], done["state"]) == ("accepted", "confirmed")
    fact = (await contact(door, one))["account"]
    assert (fact["value"], fact["since"], fact["weight"]) == (OTHER_MASKED, "2017-05-10", "statement")
    assert fact["sentence_zh"].startswith(f"收款账户：{OTHER_MASKED}。")
    before = (await contact(door, one, on="2017-05-09"))["account"]
    assert (before["value"], before["weight"]) == (MASKED, "takeover")
    for on, account in (("2017-06-01", OTHER_ACCOUNT), ("2017-05-09", ACCOUNT)):
        assert [r["told"] for r in await ask(door, asked, on=on, **BANK)] == [{"account": account}]
    # The phone is who it was, and by whose word it was.
    assert ((await contact(door, one))["phone"]["since"], (await contact(door, one))["phone"]["weight"]) == (
        "2014-06-01", "takeover",
    )  # fmt: skip
    (again,) = await post(door, ACCOUNTS, "village", change)
    assert (again["status"], again["state"]) == ("accepted", "confirmed"), "sent again, answered the same"
    (other,) = await post(door, ACCOUNTS, "village", change | {"account": ACCOUNT})
    assert other["code"] == "shared.content_differs"


async def test_who_is_paid_sees_who_changed_it_and_a_helper_sees_no_account(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await household(house)
    change = paid(one)
    (own,) = await post(door, ACCOUNTS, "villager", change, area=VILLAGE, subject="himself")
    assert own["state"] == "reported"
    await decide(door, change)
    for role, area in (("villager", VILLAGE), ("county", "140927"), ("auditor", "140927")):
        (shown,) = (await door.call("GET", ACCOUNTS, role, area)).json()["items"]
        assert (shown["account"], shown["reported_by"], shown["decided_by"], shown["sentence_zh"]) == (
            OTHER_MASKED, "himself", "township", "收款账户变更已确认。",
        ), role  # fmt: skip
    assert {*await contact(door, one, "villager")} == {"phone", "account"}
    assert {*await contact(door, one, "helper")} == {"phone"}
    assert (await door.call("GET", ACCOUNTS, "helper", VILLAGE)).status_code == 403
    kept = await house.rows(
        "registry", "SELECT coalesce(before::text, '') || coalesce(after::text, '') AS row FROM audit"
        " UNION ALL SELECT value FROM outbox UNION ALL SELECT case_step::text FROM case_step",
    )  # fmt: skip
    assert kept
    assert not [r for r in kept if OTHER_ACCOUNT in r["row"] or ACCOUNT in r["row"]]


async def test_a_rejected_account_is_forgotten_and_another_may_be_said(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await household(house)
    change = paid(one)
    await post(door, ACCOUNTS, "village", change)
    assert (await decide(door, change, confirmed=False))["state"] == "rejected"
    assert (await contact(door, one))["account"]["value"] == MASKED
    (shown,) = (await door.call("GET", ACCOUNTS, "county")).json()["items"]
    assert (shown["account"], shown["sentence_en"]) == (None, "The household is paid as before.")
    (again,) = await post(door, ACCOUNTS, "village", change)
    assert (again["status"], again["state"]) == ("accepted", "rejected")
    (next_one,) = await post(door, ACCOUNTS, "village", paid(one))
    assert next_one["state"] == "reported"


async def test_a_phone_is_one_persons_word_since_a_day(house: House) -> None:
    door = await house.serve("registry", "api")
    one, bare = await household(house), await seed_household(house)
    results = await post(door, PHONES, "team", reached(one), reached(bare, phone="0350-4242001"))
    assert [r["status"] for r in results] == ["accepted", "accepted"]
    fact = (await contact(door, one))["phone"]
    assert (fact["value"], fact["since"], fact["weight"], fact["said_as"]) == (
        "139********", "2017-05-10", "visit", "team",
    )  # fmt: skip
    assert (await contact(door, one, on="2017-05-09"))["phone"]["value"] == "138********"
    assert (await contact(door, one))["account"]["weight"] == "takeover"
    assert (await contact(door, bare))["phone"]["value"] == "035*********"
    assert await contact(door, bare, on="2017-05-09") == {}
    # Told later of a day before, it leaves what was said since.
    (own,) = await post(door, PHONES, "villager", reached(one, phone=PHONE, since="2017-05-01"), area=VILLAGE)
    assert own["status"] == "accepted"
    assert (await contact(door, one))["phone"]["value"] == "139********"
    assert (await contact(door, one, on="2017-05-05"))["phone"]["weight"] == "statement"


async def test_a_bad_item_refuses_itself(house: House) -> None:
    door = await house.serve("registry", "api")
    one, struck = await household(house), await seed_household(house)
    elsewhere = await seed_household(house, "140927201201")
    owner = await house.owner("registry")
    await owner.execute("UPDATE household SET status = 'removed' WHERE id = $1", struck)
    days = {"since": "2017-06-02"}, {"since": "2014-05-31"}
    for path, make, bad in ((PHONES, reached, {"phone": "x"}), (ACCOUNTS, paid, {"account": "6217 0000"})):
        answers = await post(
            door, path, "village",
            make(one, **bad), make(one, **days[0]), make(one, **days[1]), make(struck), make(elsewhere),
            make(uuid4()), make(one), make(one),
        )  # fmt: skip
        assert [a["code"] for a in answers] == [
            "shared.invalid_item", "shared.future_date", "registry.households.before_registration",
            "shared.household_removed", "shared.not_found", "shared.not_found", None,
            "shared.twice_in_batch" if path == PHONES else "registry.contacts.already_open",
        ]  # fmt: skip
    (unpaired,) = await post(door, PHONES, "helper", reached(one), area=VILLAGE, subject="stranger")
    assert unpaired["code"] in ("shared.not_found", "shared.not_paired")


async def test_a_frozen_household_is_not_paid_elsewhere_and_one_that_waits_does_not_move(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await household(house)
    change = paid(one)
    await post(door, ACCOUNTS, "village", change)
    owner = await house.owner("registry")
    hindrance = "SELECT hindrance FROM moving_households(ARRAY[$1::uuid])"
    async with owner.transaction():
        await owner.execute(
            "SELECT set_config('app.role', 'township', true), set_config('app.area', '140927200', true)"
        )
        assert await owner.fetchval(hindrance, one) == "case_under_way"
    await owner.execute("INSERT INTO frozen_household VALUES ($1, $2, '2017-06-01')", one, uuid4())
    assert (await decide(door, change))["code"] == "shared.frozen"
