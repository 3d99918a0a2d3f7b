"""A loan is what its events say in the order of their days, whatever the order in which a bank told them."""

import random
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest

from tests.conftest import Door, House
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
from tests.integration.finance.test_discounts import check, claim
from tests.integration.shared.test_policy_changes import change, confirm, propose

LOAN = """
SELECT state, rate_ppm, decided_on, disbursed_on, due_on, settled_on, disbursed_fen, principal_fen, interest_fen,
    interest_owed_fen, interest_repaid_fen, refund_fen, penalty_fen, overdue_fen, overdue_since, told_to, waits
FROM loan WHERE loan_no = $1
"""
BALANCES = """
SELECT p.account, p.valued_on, sum(p.debit_fen - p.credit_fen) AS fen FROM posting p JOIN loan l ON l.id = p.loan_id
WHERE l.loan_no = $1 GROUP BY 1, 2 HAVING sum(p.debit_fen - p.credit_fen) <> 0 ORDER BY 1, 2
"""
STANDINGS = """
SELECT replace(serial, loan_no, '') AS serial, state, code FROM bank_event WHERE loan_no = $1 ORDER BY serial
"""
PERIODS = """
SELECT p.period_start_on, p.period_end_on, p.posted_fen, p.due_fen, p.difference_fen
FROM interest_period p JOIN loan l ON l.id = p.loan_id WHERE l.loan_no = $1 ORDER BY 1
"""
SPELLS = (
    "SELECT s.start_on, s.end_on FROM overdue_spell s JOIN loan l ON l.id = s.loan_id WHERE l.loan_no = $1 ORDER BY 1"
)
CLAIMED = """
SELECT coalesce(sum(d.amount_fen), 0) AS fen FROM discount_line d JOIN loan l ON l.id = d.loan_id WHERE loan_no = $1
"""


async def whole(house: House, loan_no: str) -> list[Any]:
    """All that is found of a loan: itself, its book by account and value day, its events, periods, spells, claims."""
    queries = LOAN, BALANCES, STANDINGS, PERIODS, SPELLS, CLAIMED
    return [[tuple(r.values()) for r in await house.rows("finance", query, loan_no)] for query in queries]


async def approved(house: House, door: Door, count: int) -> list[str]:
    wanted = [application(await seed_household(house)) for _ in range(count)]
    return [r["loan_no"] for r in await apply_for(door, *wanted)]


def life(no: str) -> list[dict[str, Any]]:
    """Of a loan that is in arrears for some days, repaid and settled."""
    return [
        lent(no)[1],
        quarter(no, f"{no}-i"),
        event(f"{no}-o", "overdue", no, "2017-06-25", amount_fen=1_000_000, penalty_fen=500),
        event(f"{no}-r", "repayment", no, "2017-07-01", amount_fen=5_000_500),
        event(f"{no}-s", "settled", no, "2017-07-01"),
    ]


async def told(door: Door, histories: Sequence[Sequence[dict[str, Any]]], on: str = "2017-12-31") -> None:
    """The first event of each, then the second of each, and so on."""
    for step in range(max(map(len, histories))):
        events = [history[step] for history in histories if step < len(history)]
        for start in range(0, len(events), 1000):
            await post(door, *events[start : start + 1000], on=on)


async def test_every_order_of_a_short_life_ends_in_the_same_loan_book_and_claim(house: House) -> None:
    door = await house.serve("finance", "api")
    orders = list(permutations(range(5)))
    numbers = await approved(house, door, len(orders))
    await post(door, *(lent(no)[0] for no in numbers))
    await told(door, [[life(no)[i] for i in order] for no, order in zip(numbers, orders, strict=True)])
    made = (await claim(door, "1", on="2018-01-02")).json()
    assert made["lines"] == len(orders)
    await check(door, made["id"], "checker")
    first = await whole(house, numbers[0])
    for no in numbers[1:]:
        assert await whole(house, no) == first
    ((state, *_),) = first[0]
    assert state == "settled"
    assert {row[1] for row in first[2]} == {"applied"}
    assert (await get(door, "/finance/v1/ledger/trial-balance"))["balanced"]


def tangle(no: str, seed: int) -> list[dict[str, Any]]:
    """A long history, with what is wrong, too much, taken back, and taken back again."""
    rng, events = random.Random(seed), [*lent(no)]
    days = [f"2017-{month:02}-{day:02}" for month in range(3, 12) for day in (5, 21)]
    for n in range(18):
        kind = rng.choice(("repayment", "repayment", "overdue", "interest", "settled", "reversal"))
        on, fen = rng.choice(days), rng.choice((500, 60_694, 1_000_000, 4_000_000, 5_060_694))
        if kind == "interest":
            start, end = rng.choice((("03-21", "06-21"), ("06-21", "09-21"), ("03-21", "05-01")))
            one = quarter(no, f"{no}-{n}", rng.choice((60_694, 27_049, 10**9)), f"2017-{start}", f"2017-{end}")
        elif kind == "reversal":
            target = rng.choice((f"{no}-p", *(f"{no}-{i}" for i in range(18))))
            one = event(f"{no}-{n}", kind, no, on, reverses=target)
        elif kind == "settled":
            one = event(f"{no}-{n}", kind, no, on)
        else:
            one = event(f"{no}-{n}", kind, no, on, amount_fen=fen)
        events.append(one)
    return events


@pytest.mark.parametrize("seed", range(6))
async def test_long_lives_in_random_orders_end_alike_with_a_claim_between(house: House, seed: int) -> None:
    door = await house.serve("finance", "api")
    numbers = await approved(house, door, 8)
    rng = random.Random(seed)
    histories = [tangle(no, seed) for no in numbers]
    for history in histories[1:]:
        rng.shuffle(history)
    await told(door, [history[:12] for history in histories], on="2017-12-01")
    between = await claim(door, "1", "2017-06-20", on="2017-12-02")
    if between.status_code == 200:
        await check(door, between.json()["id"], "checker")
    await told(door, [history[12:] for history in histories])
    last = await claim(door, "2", "2017-12-20", on="2018-01-02")
    if last.status_code == 200:
        await check(door, last.json()["id"], "checker")
    found = [await whole(house, no) for no in numbers]
    for other in found[1:]:
        # What a claim said between is a fact with its own day; nothing is left of it in events, periods and the sum.
        assert other[2:] == found[0][2:]
    books = (
        "SELECT count(*) AS n FROM (SELECT journal_id FROM posting GROUP BY 1 HAVING sum(debit_fen - credit_fen) <> 0)"
    )
    assert (await house.rows("finance", books))[0]["n"] == 0
    differing = """
        SELECT l.loan_no FROM loan l LEFT JOIN posting p ON p.loan_id = l.id AND p.account = 'loan_principal'
        GROUP BY l.id HAVING coalesce(sum(p.debit_fen - p.credit_fen), 0) <> l.principal_fen
    """
    assert await house.rows("finance", differing) == []


async def test_a_late_event_is_booked_today_for_its_own_day_as_the_difference(house: House) -> None:
    door = await house.serve("finance", "api")
    no = await approve(house, door)
    await post(
        door, *lent(no), quarter(no), event("r", "repayment", no, "2017-07-01", amount_fen=5_000_000), on="2017-07-01"
    )
    (late,) = await post(door, event("e", "repayment", no, "2017-05-01", amount_fen=1_000_000), on="2017-07-10")
    assert (late["state"], late["loan_state"]) == ("applied", "disbursed")
    (refused,) = (await get(door, f"{EVENTS}?state=refused"))["items"]
    assert (refused["serial"], refused["code"]) == ("r", "finance.bank.over_repayment")
    book = (await get(door, f"/finance/v1/ledger/entries?loan_no={no}"))["items"]
    assert [(j["kind"], j["booked_on"], j["valued_on"]) for j in book] == [
        ("disbursement", "2017-07-01", "2017-03-21"),
        ("repayment", "2017-07-10", "2017-05-01"),
        ("interest_settled", "2017-07-01", "2017-06-20"),
        ("repayment", "2017-07-01", "2017-07-01"),
        ("repayment", "2017-07-10", "2017-07-01"),
    ]
    assert [(p["account"], p["debit_fen"]) for p in book[-1]["postings"]] == [
        ("bank_clearing", 0), ("loan_principal", 5_000_000),
    ]  # fmt: skip


async def test_a_repayment_told_after_the_claim_is_taken_off_the_next_one(house: House) -> None:
    door = await house.serve("finance", "api")
    no = await approve(house, door)
    await post(door, *lent(no), quarter(no), on="2017-06-20")
    await check(door, (await claim(door, "1")).json()["id"], "checker")
    assert (await claim(door, "2", "2017-09-20", on="2017-09-25")).json()[
        "code"
    ] == "finance.discounts.nothing_to_claim"
    await post(door, event("r", "repayment", no, "2017-05-01", amount_fen=5_000_000), on="2017-07-10")
    made = (await claim(door, "3", "2017-09-20", on="2017-09-25")).json()
    # 51 days of 50,000 yuan at 4.75 %.
    assert (made["lines"], made["amount_fen"]) == (1, 27_049 - 60_694)
    (line,) = (await get(door, f"/finance/v1/discounts/claims/{made['id']}"))["items"]
    assert (line["outcome"], line["amount_fen"], line["period_start_on"]) == ("taken_back", -33_645, "2017-03-21")
    assert (await check(door, made["id"], "checker")).json()["state"] == "checked"
    assert (await types(house))[-1] == "discount_taken_back"
    (loan,) = await house.rows("finance", "SELECT principal_fen, interest_owed_fen FROM loan")
    assert (loan["principal_fen"], loan["interest_owed_fen"]) == (0, 33_645)
    # The bank puts its interest right.
    right = quarter(no, "j", 27_049, end="2017-05-01") | {"occurred_on": "2017-07-12"}
    await post(door, event("x", "reversal", no, "2017-07-12", reverses=f"{no}-2017-06-21"), right, on="2017-07-12")
    last = (await claim(door, "4", "2017-09-20", on="2017-09-26")).json()
    assert (last["lines"], last["amount_fen"]) == (2, 27_049 - 27_049)
    await check(door, last["id"], "checker")
    (loan,) = await house.rows("finance", "SELECT interest_fen, interest_owed_fen FROM loan")
    assert (loan["interest_fen"], loan["interest_owed_fen"]) == (0, 0)
    assert (await get(door, "/finance/v1/discounts/summary"))["checked_fen"] == 27_049
    assert (await get(door, "/finance/v1/operations/replay"))["different_count"] == 0


async def test_a_quarter_is_claimed_at_the_benchmark_of_the_contracts_day(house: House) -> None:
    door = await house.serve("finance", "api")
    no = await approve(house, door)
    await post(door, *lent(no), quarter(no))
    cut = change(
        {"code": "benchmark_long_ppm", "value": 40_000, "effective_from": "2017-07-01", "effective_to": None},
        issued_on="2017-06-20",
    )
    await propose(door, cut, of="finance", on="2017-07-01")
    assert (await confirm(door, cut["id"], of="finance", on="2017-07-01"))[0]["state"] == "confirmed"
    made = (await claim(door, "1", on="2017-07-05")).json()
    assert (made["lines"], made["refused_lines"], made["amount_fen"]) == (1, 0, 60_694)
    # Whoever signs now signs at the new one.
    (late,) = await apply_for(door, application(await seed_household(house)), on="2017-07-05")
    _, paid = await post(door, *lent(late["loan_no"], "2017-07-06"))
    assert (paid["state"], paid["code"]) == ("quarantined", "finance.bank.rate_above_benchmark")


async def test_who_was_struck_by_mistake_for_a_day_gets_its_quarter(house: House) -> None:
    door = await house.serve("finance", "api")
    no = await approve(house, door)
    await post(door, *lent(no), quarter(no))
    await house.rows("finance", "UPDATE household SET status = 'removed'")
    made = (await claim(door, "1")).json()
    assert (made["lines"], made["refused_lines"]) == (0, 1)
    await check(door, made["id"], "checker")
    (loan,) = await house.rows("finance", "SELECT interest_owed_fen FROM loan")
    assert loan["interest_owed_fen"] == 60_694
    assert (await claim(door, "2", on="2017-06-27")).json()["code"] == "finance.discounts.nothing_to_claim"
    await house.rows("finance", "UPDATE household SET status = 'poor'")
    late = (await claim(door, "3", on="2017-06-27")).json()
    assert (late["lines"], late["amount_fen"]) == (1, 60_694)
    assert (await check(door, late["id"], "checker")).json()["state"] == "checked"
    (loan,) = await house.rows("finance", "SELECT interest_fen, interest_owed_fen FROM loan")
    assert (loan["interest_fen"], loan["interest_owed_fen"]) == (0, 0)
    # Who was paid stays paid: that was decided.
    await house.rows("finance", "UPDATE household SET status = 'removed'")
    assert (await claim(door, "4", on="2017-06-28")).json()["code"] == "finance.discounts.nothing_to_claim"


async def test_a_matured_loan_is_discounted_until_its_due_day(house: House) -> None:
    door = await house.serve("finance", "api")
    no = await approve(house, door, term_months=2)
    await post(door, *lent(no, rate_ppm=43_500), quarter(no, amount_fen=55_583))
    made = (await claim(door, "1")).json()
    # Due on 21 May: 62 of 92 days are paid.
    assert made["amount_fen"] == 37_458
    (loan,) = await house.rows("finance", "SELECT state, overdue_since FROM loan")
    assert (loan["state"], str(loan["overdue_since"])) == ("overdue", "2017-05-22")


async def test_a_settled_loan_opens_again_beside_a_second_one_and_both_are_shown(house: House) -> None:
    door = await house.serve("finance")
    household_id = await seed_household(house)
    (first,) = await apply_for(door, application(household_id))
    no = first["loan_no"]
    paid = [event("r", "repayment", no, "2017-06-01", amount_fen=5_000_000), event("s", "settled", no, "2017-06-01")]
    await post(door, *lent(no), *paid)
    (second,) = await apply_for(door, application(household_id, bank="rcu"), on="2017-06-05")
    assert second["status"] == "accepted"
    (back,) = await post(door, event("x", "reversal", no, "2017-06-10", reverses="r"), on="2017-06-10")
    assert (back["state"], back["loan_state"]) == ("applied", "disbursed")

    async def shown() -> bool:
        return [x["holds"] for x in (await get(door, "/finance/v1/loans"))["items"]] == [["second_loan"]] * 2

    await house.settled(shown)
    (third,) = await apply_for(door, application(household_id), on="2017-06-11")
    assert third["missing"] == ["no_open_loan"]
    # And back again: the reversal is taken back.
    (again,) = await post(door, event("y", "reversal", no, "2017-06-12", reverses="x"), on="2017-06-12")
    assert again["loan_state"] == "settled"
    states = {e["serial"]: e["state"] for e in (await get(door, EVENTS))["items"]}
    assert (states["r"], states["s"], states["x"], states["y"]) == ("applied", "applied", "reversed", "applied")


async def test_what_a_reversal_names_is_looked_for_on_its_own_loan_and_bank(house: House) -> None:
    door = await house.serve("finance", "api")
    one, other = [await approve(house, door) for _ in range(2)]
    (theirs,) = await apply_for(door, application(await seed_household(house), bank="rcu"))
    await post(door, *lent(one), *lent(other))
    await post(door, event("t", "decision", theirs["loan_no"], "2017-03-21", approved=True), bank="rcu")
    codes = {}
    for serial, target in (("a", "a"), ("b", f"{other}-p"), ("c", "t"), ("d", "later")):
        (result,) = await post(door, event(serial, "reversal", one, "2017-07-01", reverses=target))
        codes[serial] = result["code"].removeprefix("finance.bank.")
    assert codes == {
        "a": "reverses_itself", "b": "reverses_other_loan", "c": "awaits_target", "d": "awaits_target",
    }  # fmt: skip
    # What it waited for turns out to be of another loan.
    await post(door, event("later", "repayment", other, "2017-06-01", amount_fen=5))
    (now,) = await post(door, event("d", "reversal", one, "2017-07-01", reverses="later"))
    assert (now["state"], now["code"]) == ("refused", "finance.bank.reverses_other_loan")


@pytest.mark.parametrize("serial", ["a b", " a", "a\u00a0", "a\u200b", "\u4e00", "", "a\tb"])
async def test_serials_that_only_look_different_are_refused_in_form(house: House, serial: str) -> None:
    door = await house.serve("finance", "api")
    no = await approve(house, door)
    good = event("a", "decision", no, "2017-03-21", approved=True)
    bad, fine = await post(door, good | {"serial": serial}, good)
    assert (bad["status"], bad["code"], fine["state"]) == ("refused", "shared.invalid_item", "applied")


async def test_a_nul_or_half_a_pair_in_one_item_loses_nothing_of_the_others(house: House) -> None:
    door = await house.serve("finance", "api")
    no = await approve(house, door)
    decision, paid = lent(no)
    raw = (
        f'{{"items": [{{"serial": "a\\u0000", "kind": "settled", "loan_no": "{no}", "occurred_on": "2017-04-01"}},'
        f' {{"serial": "b", "kind": "decision", "loan_no": "{no}", "occurred_on": "2017-03-21", "approved": true,'
        f' "reason": "\\ud800"}}, {{"serial": "c", "kind": "decision", "loan_no": "{no}",'
        ' "occurred_on": "2017-03-21", "approved": true}]}'
    )
    headers = {"Content-Type": "application/json"}
    answer = await door.call("POST", EVENTS, "bank", "", bank="xinhe", on="2017-12-31", content=raw, headers=headers)
    assert [r["state"] for r in answer.json()["results"]] == [None, None, "applied"]
    assert (await post(door, paid))[0]["state"] == "applied"
    assert decision


async def test_no_day_of_no_calendar_is_an_error_of_ours(house: House) -> None:
    door = await house.serve("finance", "api")
    assert (await claim(door, "1", "0001-03-20")).status_code == 422


async def test_what_looks_wrong_is_not_booked_until_two_persons_have_released_it(house: House) -> None:
    door = await house.serve("finance", "api")
    no = await approve(house, door)
    odd = event("o", "overdue", no, "2017-06-25", amount_fen=10**13, penalty_fen=10**13)
    results = await post(door, *lent(no), quarter(no, "i", 600_694), odd)
    assert [(r["status"], r["state"], r["code"]) for r in results[2:]] == [
        ("accepted", "quarantined", "finance.bank.interest_implausible"),
        ("accepted", "quarantined", "finance.bank.penalty_implausible"),
    ]
    book = "SELECT kind FROM journal ORDER BY kind"
    assert [r["kind"] for r in await house.rows("finance", book)] == ["disbursement"]
    waiting = {x["serial"]: x["id"] for x in (await get(door, f"{EVENTS}?state=quarantined"))["items"]}
    items = [{"id": waiting["i"], "reason": "a year's interest in one"}, {"id": waiting["i"], "reason": "again"}]
    path = "/finance/v1/bank/releases"
    answer = await door.call("POST", path, "county", on="2017-07-01", subject="zhao", json={"items": items[:1]})
    (proposed,) = answer.json()["results"]
    assert proposed["status"] == "accepted", proposed
    again = await door.call("POST", path, "county", on="2017-07-01", subject="zhao", json={"items": items[1:]})
    assert again.json()["results"][0]["code"] == "finance.bank.release_waits"
    waits = (await get(door, "/finance/v1/tasks", "finance", on="2017-07-01", subject="qian"))["items"]
    assert [(t["id"], t["step"]) for t in waits] == [(proposed["case_id"], "released")]
    word = {"items": [{"id": proposed["case_id"], "confirmed": True}]}
    own = await door.call("POST", f"{path}/confirmations", "finance", on="2017-07-02", subject="zhao", json=word)
    assert own.json()["results"][0]["code"] == "shared.same_person"
    done = await door.call("POST", f"{path}/confirmations", "finance", on="2017-07-02", subject="qian", json=word)
    assert done.json()["results"][0]["state"] == "released"
    assert [r["kind"] for r in await house.rows("finance", book)] == ["disbursement", "interest_settled"]
    (shown,) = (await get(door, f"{path}?state=released"))["items"]
    assert shown["event_id"] == waiting["i"]
    not_there = await door.call("POST", path, "county", json={"items": [items[0]]})
    assert not_there.json()["results"][0]["code"] == "finance.bank.not_in_quarantine"


async def test_principal_and_its_interest_come_in_one_and_the_county_pays_back_what_was_paid_ahead(
    house: House,
) -> None:
    door = await house.serve("finance", "api")
    no = await approve(house, door)
    whole_sum = event("r", "repayment", no, "2017-06-20", amount_fen=5_060_694)
    *_, repaid, over = await post(door, *lent(no), quarter(no), whole_sum, event("s", "settled", no, "2017-06-20"))
    assert (repaid["state"], over["loan_state"]) == ("applied", "settled")
    await check(door, (await claim(door, "1")).json()["id"], "checker")
    (loan,) = (await get(door, "/finance/v1/loans"))["items"]
    shown = await get(door, f"/finance/v1/loans/{loan['id']}")
    assert (shown["state"], shown["principal_fen"], shown["interest_fen"], shown["refund_fen"]) == (
        "settled",
        0,
        0,
        60_035,  # the day of the repayment is not the county's: 91 of the 92 that the bank took
    )
