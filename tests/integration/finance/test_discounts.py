"""The quarter's claim: made, checked by another person, exported, each settled period once."""

import asyncio
from typing import Any

from tests.conftest import Door, House
from tests.integration.finance.acts import (
    CLAIMS,
    application,
    apply_for,
    event,
    get,
    lent,
    post,
    quarter,
    seed_household,
    types,
)


async def claim(door: Door, key: str, end: str = "2017-06-20", on: str = "2017-06-25", **who: str) -> Any:
    body = {"bank": who.pop("bank", "xinhe"), "quarter_end_on": end}
    headers = {"Idempotency-Key": key}
    return await door.call("POST", CLAIMS, "county", on=on, subject="maker", headers=headers, json=body)


async def check(door: Door, claim_id: str, subject: str, role: str = "finance") -> Any:
    return await door.call("POST", f"{CLAIMS}/{claim_id}/check", role, on="2017-06-26", subject=subject)


async def running(house: House, door: Door, **changes: Any) -> str:
    """A loan of 50,000 yuan with a settled quarter: its number."""
    (result,) = await apply_for(door, application(await seed_household(house, **changes)))
    loan_no: str = result["loan_no"]
    await post(door, *lent(loan_no), quarter(loan_no))
    return loan_no


async def test_made_by_one_checked_by_another_and_booked(house: House) -> None:
    door = await house.serve("finance", "api")
    good, removed, late = [await running(house, door) for _ in range(3)]
    owner = await house.owner("finance")
    await owner.execute(
        "UPDATE household SET status = 'removed' WHERE id = (SELECT household_id FROM loan WHERE loan_no = $1)",
        removed,
    )
    await post(door, event("o", "overdue", late, "2017-06-20", amount_fen=60_694))

    made = await claim(door, "1")
    assert made.status_code == 200, made.text
    claim_id = made.json()["id"]
    # The overdue day, the 20th, is not paid: 91 days instead of 92.
    assert made.json() == {
        "id": claim_id, "state": "made", "lines": 2, "refused_lines": 1, "amount_fen": 60_694 + 60_035,
    }  # fmt: skip
    again = await claim(door, "1")
    assert (again.json(), again.headers["Idempotent-Replay"]) == (made.json(), "true")
    assert await get(door, "/finance/v1/discounts/summary") == {"claimed_fen": 120_729, "checked_fen": 0}

    own = await check(door, claim_id, "maker")
    assert (own.status_code, own.json()["code"]) == (403, "shared.same_person")
    assert "discount_approved" not in await types(house)
    checked = await check(door, claim_id, "checker")
    assert checked.json()["state"] == "checked"
    twice = await check(door, claim_id, "checker")
    assert (twice.status_code, twice.json()["code"]) == (409, "shared.wrong_state")

    assert (await types(house)).count("discount_approved") == 2
    trial = await get(door, "/finance/v1/ledger/trial-balance")
    sums = {a["account"]: a["debit_fen"] - a["credit_fen"] for a in trial["accounts"]}
    assert trial["balanced"]
    assert sums["discount_receivable"] == 120_729
    assert sums["interest_receivable"] == 3 * 60_694 - 120_729
    owed = await house.rows("finance", "SELECT loan_no, interest_fen, interest_owed_fen FROM loan")
    assert {r["loan_no"]: (r["interest_fen"], r["interest_owed_fen"]) for r in owed} == {
        good: (0, 0), removed: (60_694, 60_694), late: (659, 659),
    }  # fmt: skip
    assert await get(door, "/finance/v1/discounts/summary") == {"claimed_fen": 120_729, "checked_fen": 120_729}

    shown = await get(door, f"{CLAIMS}/{claim_id}")
    assert {x["loan_no"]: (x["outcome"], x["missing"]) for x in shown["items"]} == {
        good: ("accepted", []), removed: ("refused", ["household_eligible"]), late: ("accepted", []),
    }  # fmt: skip
    assert (shown["made_by"], shown["checked_by"]) == ("maker", "checker")
    replay = await get(door, "/finance/v1/operations/replay")
    assert (replay["replayed"], replay["different_count"]) == (6, 0)


async def test_who_is_struck_or_frozen_before_the_check_is_paid_nothing(house: House) -> None:
    """The others are paid; who was frozen stands in no claim, and a later one takes him."""
    door = await house.serve("finance", "api")
    good, removed, frozen = [await running(house, door) for _ in range(3)]
    made = (await claim(door, "1")).json()
    assert (made["lines"], made["amount_fen"]) == (3, 3 * 60_694)
    of = "(SELECT household_id FROM loan WHERE loan_no = $1)"
    await house.rows("finance", f"UPDATE household SET status = 'removed' WHERE id = {of}", removed)
    await house.rows(
        "finance", f"INSERT INTO frozen_household SELECT x, uuidv7(), '2017-06-26' FROM {of} AS f (x)", frozen
    )

    checked = (await check(door, made["id"], "checker")).json()
    assert checked == {"id": made["id"], "state": "checked", "lines": 1, "refused_lines": 1, "amount_fen": 60_694}
    shown = await get(door, f"{CLAIMS}/{made['id']}")
    assert {x["loan_no"]: (x["outcome"], x["missing"], x["amount_fen"]) for x in shown["items"]} == {
        good: ("accepted", [], 60_694), removed: ("refused", ["household_eligible"], 0),
    }  # fmt: skip
    assert [w["code"] for x in shown["items"] for w in x["why"]] == ["household_eligible"]
    assert (await types(house)).count("discount_approved") == 1
    assert await get(door, "/finance/v1/discounts/summary") == {"claimed_fen": 60_694, "checked_fen": 60_694}
    owed = await house.rows("finance", "SELECT loan_no, interest_fen, interest_owed_fen FROM loan")
    assert {r["loan_no"]: (r["interest_fen"], r["interest_owed_fen"]) for r in owed} == {
        good: (0, 0), removed: (60_694, 60_694), frozen: (60_694, 0),
    }  # fmt: skip
    assert (await claim(door, "2")).json()["code"] == "finance.discounts.nothing_to_claim"
    await house.rows("finance", "UPDATE frozen_household SET reviewed_on = '2017-06-26'")
    assert (await claim(door, "3")).json()["lines"] == 1
    assert (await get(door, "/finance/v1/operations/replay"))["different_count"] == 0


async def test_the_export_names_nobody(house: House) -> None:
    door = await house.serve("finance", "api")
    loan_no = await running(house, door)
    claim_id = (await claim(door, "1", "2017-06-21")).json()["id"]
    answer = await door.call("GET", f"{CLAIMS}/{claim_id}/export", "county")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.splitlines() == [
        "claim_id,loan_no,period_start_on,period_end_on,amount_yuan",
        f"{claim_id},{loan_no},2017-03-21,2017-06-21,606.94",
    ]
    assert (await get(door, CLAIMS, "bank", "", bank="rcu"))["items"] == []
    assert (await get(door, CLAIMS, "bank", "", bank="xinhe"))["items"][0]["quarter_end_on"] == "2017-06-20"


async def test_a_second_claim_takes_only_what_is_new(house: House) -> None:
    door = await house.serve("finance", "api")
    await running(house, door)
    assert (await claim(door, "1")).status_code == 200
    nothing = await claim(door, "2")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "finance.discounts.nothing_to_claim")
    await running(house, door)
    late = await claim(door, "3")
    assert (late.json()["lines"], late.json()["amount_fen"]) == (1, 60_694)


async def test_two_claims_at_once_take_each_period_once(house: House) -> None:
    door = await house.serve("finance", "api")
    await running(house, door)
    answers = await asyncio.gather(*(claim(door, str(i)) for i in range(3)))
    assert sorted(a.status_code for a in answers) == [200, 409, 409]
    assert len(await house.rows("finance", "SELECT 1 FROM discount_line")) == 1


async def test_what_cannot_be_claimed(house: House) -> None:
    door = await house.serve("finance", "api")
    await running(house, door)
    for end, on, status, code in (
        ("2017-06-30", "2017-07-05", 422, "finance.discounts.not_a_quarter_end"),
        ("2017-09-20", "2017-09-19", 409, "finance.discounts.quarter_open"),
        ("2017-03-20", "2017-06-25", 409, "finance.discounts.nothing_to_claim"),
    ):
        answer = await claim(door, f"{end}-{on}", end, on)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (await claim(door, "")).json()["code"] == "shared.idempotency_key_missing"
    other = await door.call("POST", f"{CLAIMS}/00000000-0000-7000-8000-000000000000/check", "finance")
    assert other.status_code == 404
    assert (await door.call("POST", CLAIMS, "bank", "", bank="xinhe", json={})).status_code == 403


async def test_the_database_alone_keeps_maker_and_checker_apart(house: House) -> None:
    import asyncpg
    import pytest

    door = await house.serve("finance", "api")
    await running(house, door)
    await claim(door, "1")
    owner = await house.owner("finance")
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("UPDATE discount_claim SET state = 'checked', checked_by = made_by")


async def test_a_refused_period_is_the_households_to_pay(house: House) -> None:
    """After the check, a repayment is taken for that interest before principal."""
    door = await house.serve("finance", "api")
    loan_no = await running(house, door)
    owner = await house.owner("finance")
    await owner.execute("UPDATE household SET status = 'removed'")
    await check(door, (await claim(door, "1")).json()["id"], "checker")
    await post(door, event("r", "repayment", loan_no, "2017-07-01", amount_fen=60_694))
    (loan,) = await house.rows("finance", "SELECT principal_fen, interest_fen FROM loan")
    assert (loan["principal_fen"], loan["interest_fen"]) == (5_000_000, 0)
