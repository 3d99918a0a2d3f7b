"""What banks post: once, in any order, only about their own loans, a bad item never taking good ones with it."""

import asyncio
from typing import Any

import pytest

from tests.conftest import House
from tests.integration.finance.acts import (
    EVENTS,
    application,
    apply_for,
    approve,
    event,
    get,
    lent,
    post,
    quarter,
    seed_household,
    types,
)

JOURNALS = "SELECT source_key FROM journal ORDER BY source_key"


async def test_a_loan_from_decision_to_settlement(house: House) -> None:
    door = await house.serve("finance", "api")
    no = await approve(house, door)
    results = await post(
        door,
        *lent(no),
        quarter(no),
        event("o", "overdue", no, "2017-06-25", amount_fen=1_000_000, penalty_fen=500),
        event("r", "repayment", no, "2017-07-01", amount_fen=1_000_500),
        event("R", "repayment", no, "2017-07-02", amount_fen=4_000_000),
        event("s", "settled", no, "2017-07-02"),
    )
    assert [r["loan_state"] for r in results] == ["settled"] * 7
    assert {r["state"] for r in results} == {"applied"}
    assert await types(house) == [
        "loan_approved", "loan_disbursed", "interest_settled", "loan_overdue", "repayment_posted",
        "repayment_posted", "loan_settled",
    ]  # fmt: skip
    trial = await get(door, "/finance/v1/ledger/trial-balance")
    sums = {a["account"]: a["debit_fen"] - a["credit_fen"] for a in trial["accounts"]}
    assert trial["balanced"]
    assert sums == {
        "loan_principal": 0, "interest_receivable": 60_694, "discount_receivable": 0, "penalty_receivable": 0,
        "bank_clearing": 500, "interest_income": -60_694, "penalty_income": -500,
    }  # fmt: skip
    spells = await house.rows("finance", "SELECT start_on, end_on FROM overdue_spell")
    assert [(str(s["start_on"]), str(s["end_on"])) for s in spells] == [("2017-06-25", "2017-07-01")]
    (loan,) = await house.rows("finance", "SELECT id FROM loan")
    book = (await get(door, f"/finance/v1/ledger/entries?loan_id={loan['id']}"))["items"]
    assert [j["kind"] for j in book] == [
        "disbursement", "interest_settled", "overdue", "repayment", "repayment",
    ]  # fmt: skip


async def test_the_same_serial_moves_money_once(house: House) -> None:
    door = await house.serve("finance", "api")
    no = await approve(house, door)
    decision, paid = lent(no)
    once = await post(door, decision, paid)
    assert await post(door, decision, paid) == once
    (again, changed) = await post(door, paid, paid | {"amount_fen": 4_000_000})
    assert again["state"] == "applied"
    assert (changed["status"], changed["code"]) == ("refused", "finance.bank.serial_reused")
    twice = await post(door, quarter(no), quarter(no), quarter(no, amount_fen=1))
    assert [r["code"] for r in twice] == [None, None, "finance.bank.serial_reused"]
    (shown,) = [x for x in (await get(door, EVENTS))["items"] if x["serial"] == paid["serial"]]
    assert (shown["amount_fen"], shown["state"]) == (5_000_000, "applied")
    assert len(await house.rows("finance", JOURNALS)) == 2
    assert await types(house) == ["loan_approved", "loan_disbursed", "interest_settled"]


async def test_the_same_batch_at_once_moves_money_once(house: House) -> None:
    door = await house.serve("finance", "api")
    numbers = [await approve(house, door) for _ in range(4)]
    batch = [e for no in numbers for e in [*lent(no), quarter(no)]]
    answers = await asyncio.gather(*(post(door, *part) for part in (batch, batch[::-1], batch)))
    assert {r["state"] for answer in answers for r in answer} == {"applied"}
    assert len(await house.rows("finance", JOURNALS)) == 8
    (sums,) = await house.rows("finance", "SELECT sum(principal_fen) AS p, sum(interest_fen) AS i FROM loan")
    assert (sums["p"], sums["i"]) == (20_000_000, 4 * 60_694)


async def test_an_event_waits_for_its_predecessor_and_follows_it_in_order(house: House) -> None:
    door = await house.serve("finance", "api")
    no = await approve(house, door)
    decision, paid = lent(no)
    settled = event("s", "settled", no, "2017-07-02")
    whole = event("b", "repayment", no, "2017-07-02", amount_fen=4_000_000)
    part = event("a", "repayment", no, "2017-07-01", amount_fen=1_000_000)
    awaited = {paid["serial"]: "decision"}
    for early in (settled, whole, part, paid, paid):
        (result,) = await post(door, early)
        assert (result["status"], result["state"], result["loan_state"]) == ("accepted", "held", "approved")
        assert result["code"] == f"finance.bank.awaits_{awaited.get(result['id'], 'disbursement')}"
    held = (await get(door, f"{EVENTS}?state=held", "bank", "", bank="xinhe"))["items"]
    assert {x["serial"] for x in held} == {"s", "a", "b", paid["serial"]}
    assert await house.rows("finance", JOURNALS) == []
    (now,) = await post(door, decision)
    assert (now["state"], now["loan_state"]) == ("applied", "settled")
    assert [r["state"] for r in await post(door, settled, whole, part, paid)] == ["applied"] * 4
    assert await types(house) == [
        "loan_approved", "loan_disbursed", "repayment_posted", "repayment_posted", "loan_settled",
    ]  # fmt: skip
    left = await house.rows(
        "finance", "SELECT (value::jsonb ->> 'principal_left_fen')::bigint AS p FROM outbox"
        " WHERE headers ->> 'ce_type' LIKE '%repayment%' ORDER BY id"
    )  # fmt: skip
    assert [r["p"] for r in left] == [4_000_000, 0]
    keys = {r["source_key"] for r in await house.rows("finance", JOURNALS)}
    assert keys == {"bank:xinhe:a", "bank:xinhe:b", f"bank:xinhe:{paid['serial']}"}


async def test_within_one_batch_too_the_day_decides_then_the_arrival(house: House) -> None:
    door = await house.serve("finance", "api")
    no = await approve(house, door)
    decision, paid = lent(no)
    parts = [
        event(serial, "repayment", no, on, amount_fen=fen)
        for serial, on, fen in (("1", "2017-07-03", 100), ("2", "2017-07-01", 20), ("3", "2017-07-01", 3))
    ]
    await post(door, *parts, paid, decision)
    told = await house.rows(
        "finance", "SELECT value::jsonb -> 'amount_fen' AS fen FROM outbox"
        " WHERE headers ->> 'ce_type' LIKE '%repayment%' ORDER BY id"
    )  # fmt: skip
    assert [r["fen"] for r in told] == ["20", "3", "100"]


async def test_repayments_at_once_are_all_counted(house: House) -> None:
    door = await house.serve("finance", "api")
    no = await approve(house, door)
    await post(door, *lent(no))
    parts = [event(f"r{i}", "repayment", no, "2017-07-01", amount_fen=1_000_000) for i in range(6)]
    await asyncio.gather(*(post(door, part) for part in parts))
    # Of one day the serial decides, whichever came last.
    told = {r["id"]: r["code"] for r in await post(door, *parts)}
    assert told == dict.fromkeys(("r0", "r1", "r2", "r3", "r4")) | {"r5": "finance.bank.over_repayment"}
    (loan,) = await house.rows("finance", "SELECT principal_fen FROM loan")
    assert loan["principal_fen"] == 0


async def test_what_waited_may_turn_out_wrong(house: House) -> None:
    door = await house.serve("finance", "api")
    no = await approve(house, door)
    too_much = event("r", "repayment", no, "2017-07-01", amount_fen=5_000_001)
    await post(door, too_much)
    await post(door, *lent(no))
    (result,) = await post(door, too_much)
    assert (result["state"], result["code"]) == ("refused", "finance.bank.over_repayment")


async def test_a_batch_half_bad_is_taken_where_it_is_good(house: House) -> None:
    door = await house.serve("finance", "api")
    no = await approve(house, door)
    bad: list[tuple[Any, str]] = [
        (event("1", "repayment", no, "2017-04-01", amount_fen=-5), "shared.invalid_item"),
        (event("2", "repayment", no, "2017-04-01", amount_fen=0), "shared.invalid_item"),
        (event("3", "repayment", no, "2017-04-01"), "shared.invalid_item"),
        (event("4", "gift", no, "2017-04-01"), "shared.invalid_item"),
        (event("5", "settled", no, "someday"), "shared.invalid_item"),
        (event("6", "settled", no, "2017-04-01", amount_fen=5), "shared.invalid_item"),
        (event("7", "repayment", no, "2017-04-01", amount_fen="5"), "shared.invalid_item"),
        (quarter(no, "8", start="2017-06-21", end="2017-06-21"), "shared.invalid_item"),
        ("not an object", "shared.invalid_item"),
        (event("9", "repayment", "140927-2017-999999", "2017-04-01", amount_fen=5), "finance.bank.loan_unknown"),
        (event("10", "repayment", no, "2018-01-01", amount_fen=5), "shared.future_date"),
        (event("11", "repayment", no, "2017-03-20", amount_fen=5), "finance.bank.dates_reversed"),
        (event("12", "repayment", no, "2017-04-01", amount_fen=5_000_001), "finance.bank.over_repayment"),
        (event("13", "disbursement", no, "2017-04-01", amount_fen=5), "finance.bank.already_disbursed"),
    ]
    good = event("14", "repayment", no, "2017-04-01", amount_fen=1_000)
    results = await post(door, *lent(no), *(e for e, _ in bad), good)
    assert [r["status"] for r in results] == ["accepted"] * 2 + ["refused"] * len(bad) + ["accepted"]
    # What was kept stands at something; what was not kept stands nowhere.
    assert [r["state"] for r in results[2:]] == [None] * 11 + ["refused"] * 3 + ["applied"]
    assert [r["id"] for r in results[2:]] == [e["serial"] if isinstance(e, dict) else None for e, _ in bad] + ["14"]
    assert [r["code"] for r in results[2:-1]] == [code for _, code in bad]
    assert results[2]["errors"][0]["field"] == "amount_fen"
    assert "-5" not in str(results[2]["errors"])
    # What was not kept may be corrected under its serial; what was kept stays.
    one, twelve = await post(door, bad[0][0] | {"amount_fen": 5}, bad[12][0] | {"amount_fen": 5})
    assert (one["state"], twelve["code"]) == ("applied", "finance.bank.serial_reused")


@pytest.mark.parametrize("body", [{"items": {"serial": "1"}}, {"items": "x"}, {"items": [{}] * 1001}, {}])
async def test_only_the_whole_body_may_be_turned_down(house: House, body: Any) -> None:
    door = await house.serve("finance", "api")
    answer = await door.call("POST", EVENTS, "bank", "", bank="xinhe", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "shared.invalid_input")


async def test_another_banks_loan_does_not_exist(house: House) -> None:
    door = await house.serve("finance", "api")
    no = await approve(house, door)
    results = await post(door, *lent(no), bank="rcu")
    assert [(r["status"], r["code"], r["loan_state"]) for r in results] == [
        ("refused", "finance.bank.loan_unknown", None)
    ] * 2
    await post(door, *lent(no))
    assert (await get(door, EVENTS, "bank", "140927", bank="rcu"))["items"] == []
    answer = await door.call("POST", EVENTS, "county", json={"items": []})
    assert answer.status_code == 403


async def test_two_banks_may_use_the_same_serial(house: House) -> None:
    door = await house.serve("finance", "api")
    ours = await approve(house, door)
    (theirs,) = await apply_for(door, application(await seed_household(house), bank="rcu"))
    one = await post(door, event("1", "decision", ours, "2017-03-18", approved=True))
    two = await post(door, event("1", "decision", theirs["loan_no"], "2017-03-18", approved=True), bank="rcu")
    assert one[0]["state"] == two[0]["state"] == "applied"


async def test_no_day_is_settled_twice_and_a_difference_is_reported(house: House) -> None:
    door = await house.serve("finance", "api")
    no = await approve(house, door)
    results = await post(
        door,
        *lent(no),
        quarter(no, amount_fen=60_700),
        quarter(no, "overlap", 100, "2017-06-20", "2017-07-01"),
        quarter(no, "next", 60_694, "2017-06-21", "2017-09-21"),
    )
    assert [r["code"] for r in results[2:]] == [None, "finance.bank.period_overlaps", None]
    listed = (await get(door, "/finance/v1/bank/settlements"))["items"]
    settled = sorted(listed, key=lambda x: x["period_start_on"])
    assert [(s["posted_fen"], s["due_fen"], s["difference_fen"]) for s in settled] == [
        (60_700, 60_694, 6), (60_694, 60_689, 5),  # 1,213.89 for 184 days, of which 607.00 were posted
    ]  # fmt: skip
    await post(door, quarter(no, "right", 60_035 - 5, "2017-09-21", "2017-12-21"))
    assert len((await get(door, "/finance/v1/bank/settlements?differing=true"))["items"]) == 2


async def test_the_database_alone_keeps_a_day_from_being_settled_twice(house: House) -> None:
    import asyncpg

    door = await house.serve("finance", "api")
    no = await approve(house, door)
    await post(door, *lent(no), quarter(no))
    owner = await house.owner("finance")
    with pytest.raises(asyncpg.ExclusionViolationError):
        await owner.execute(
            "INSERT INTO interest_period SELECT uuidv7(), (SELECT id FROM bank_event WHERE kind = 'decision'),"
            " loan_id, division, bank, period_end_on - 1, period_end_on + 1, rate_ppm, posted_fen,"
            " due_fen, difference_fen FROM interest_period"
        )


async def test_a_thousand_events_in_one_call(house: House) -> None:
    door = await house.serve("finance", "api")
    households = [await seed_household(house) for _ in range(4)]
    owner = await house.owner("finance")
    await owner.execute(
        "INSERT INTO household SELECT uuidv7(), division, status, members, has_labour, borrower_age_ok,"
        " needs_accessible, deep_poverty, relocated FROM household, generate_series(1, 83) WHERE id = ANY($1)",
        households,
    )  # fmt: skip
    ids = [r["id"] for r in await owner.fetch("SELECT id FROM household")][:333]
    numbers = [r["loan_no"] for r in await apply_for(door, *(application(i) for i in ids))]
    batch = [e for no in numbers for e in [*lent(no), quarter(no)]]
    batch.append(event("last", "repayment", numbers[0], "2017-07-01", amount_fen=1))
    assert len(batch) == 1000
    results = await post(door, *batch[::-1])
    assert {r["state"] for r in results} == {"applied"}
    trial = await get(door, "/finance/v1/ledger/trial-balance")
    assert trial["balanced"]
    assert trial["debit_fen"] == 333 * (5_000_000 + 60_694) + 1
    flow = await get(door, "/finance/v1/operations/flow")
    assert flow["emitted"] == {"finance.loan": 333 * 3 + 1}
