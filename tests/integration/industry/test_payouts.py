"""From what is owed to what the bank confirmed: batches made by one, checked by another, each due paid once."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.industry.payouts.actions import record_dues
from services.industry.payouts.rules import Due
from shared.data.db import open_pool, transaction
from shared.ground.context import Act, Caller
from tests.conftest import Door, House
from tests.integration.industry.acts import (
    FAR_VILLAGE,
    OTHER_VILLAGE,
    VILLAGE,
    at_once,
    facts,
    freeze,
    get,
    seed_household,
)

BATCHES = "/industry/v1/payouts/batches"
SECOND_LINE = (
    "INSERT INTO payout_line SELECT uuidv7(), batch_id, 2, due_id, household_id, division, bank, purpose, payer,"
    " category, amount_fen, 'sent' FROM payout_line"
)
SECOND_DUE = (
    "INSERT INTO payout_due SELECT uuidv7(), source_key, household_id, division, purpose, payer, category,"
    " amount_fen, recorded_on, recorded_by FROM payout_due"
)
HEADING = "line_no,amount_yuan,result,code,paid_on"


def due(household_id: UUID, key: str = "", division: str = VILLAGE, **changes: Any) -> Due:
    usual: dict[str, Any] = {"purpose": "pv_share", "payer": "pv:1", "category": "property", "amount_fen": 10_000}
    return Due(key or f"test:{uuid4()}", household_id, division, **usual | changes)


async def owe(house: House, *dues: Due) -> list[Due]:
    """As another room of the service records what is owed."""
    pool = await open_pool((await house.settings("industry")).database_url, 1)
    act = Act(Caller("clerk", "county", "140927"), date(2017, 6, 1))
    async with transaction(pool, act.caller) as connection:
        new = await record_dues(connection, act, dues)
    await pool.close()
    return new


async def make(door: Door, key: str = "1", **order: Any) -> Any:
    on = order.pop("on", "2017-06-01")
    body = {"pay_on": on} | order
    headers = {"Idempotency-Key": key}
    return await door.call("POST", BATCHES, "county", on=on, subject="maker", headers=headers, json=body)


async def check(door: Door, batch_id: str, subject: str = "checker", role: str = "finance") -> Any:
    return await door.call("POST", f"{BATCHES}/{batch_id}/check", role, on="2017-06-02", subject=subject)


async def sent(door: Door, **order: Any) -> str:
    """A checked batch of everything that is open: its id."""
    batch_id: str = (await make(door, str(uuid4()), **order)).json()["id"]
    assert (await check(door, batch_id)).status_code == 200
    return batch_id


def answered(*rows: str, total: str) -> bytes:
    return "\n".join((HEADING, *rows, f"total,{total}")).encode()


async def answer(door: Door, batch_id: str, content: bytes, on: str = "2017-06-05", bank: str = "xinhe") -> Any:
    how: dict[str, Any] = {"content": content, "headers": {"Content-Type": "application/octet-stream"}}
    return await door.call("POST", f"{BATCHES}/{batch_id}/return", "bank", "", bank=bank, on=on, **how)


async def test_owed_sent_and_confirmed(house: House) -> None:
    door = await house.serve("industry", "api")
    one, two = await seed_household(house), await seed_household(house, FAR_VILLAGE)
    await owe(house, due(one, "a"), due(two, "b", FAR_VILLAGE, amount_fen=20_050, payer="post:pv", purpose="post_wage",
                                        category="wage"))  # fmt: skip
    made = await make(door)
    batch_id = made.json()["id"]
    assert made.json() == {
        "id": batch_id, "batch_no": "140927-2017-0001", "lines": 2, "amount_fen": 30_050,
    }  # fmt: skip
    again = await make(door)
    assert (again.json(), again.headers["Idempotent-Replay"]) == (made.json(), "true")

    early = await door.call("GET", f"{BATCHES}/{batch_id}/file", "bank", "", bank="xinhe")
    assert (early.status_code, early.json()["code"]) == (409, "industry.payouts.not_checked")
    unsent = await answer(door, batch_id, answered("1,100.00,paid,,2017-06-03", total="1,100.00"))
    assert (unsent.status_code, unsent.json()["code"]) == (409, "industry.payouts.not_checked")
    own = await check(door, batch_id, "maker")
    assert (own.status_code, own.json()["code"]) == (403, "shared.same_person")
    assert (await check(door, batch_id)).json() == {"id": batch_id, "state": "checked", "set_aside": 0}
    twice = await check(door, batch_id)
    assert (twice.status_code, twice.json()["code"]) == (409, "shared.wrong_state")

    file = await door.call("GET", f"{BATCHES}/{batch_id}/file", "bank", "", bank="xinhe")
    assert file.text.splitlines() == [
        "line_no,payee,amount_yuan", f"1,{one},100.00", f"2,{two},200.50", "total,2,300.50",
    ]  # fmt: skip
    assert (await door.call("GET", f"{BATCHES}/{batch_id}/file", "bank", "", bank="rcu")).status_code == 404

    paid = await answer(door, batch_id, answered("2,200.50,paid,,2017-06-03", "1,100.00,paid,,2017-06-04",
                                                 total="2,300.50"))  # fmt: skip
    assert paid.json() == {
        "id": batch_id, "state": "closed", "taken": 2, "unchanged": 0, "findings_count": 0, "findings": [],
    }  # fmt: skip
    lines = {x["household_id"]: x for x in (await get(door, f"/payouts/lines?batch_id={batch_id}"))["items"]}
    assert [(x["source_key"], x["state"], x["paid_on"]) for x in (lines[str(one)], lines[str(two)])] == [
        ("a", "confirmed", "2017-06-04"), ("b", "confirmed", "2017-06-03"),
    ]  # fmt: skip
    assert {f["household_id"]: f for _, f in await facts(house, "payee_named")} == {
        household_id: {
            "household_id": household_id, "division": line["division"], "payment_id": line["id"],
            "batch_id": batch_id, "bank": "xinhe", "checked_on": "2017-06-02",
        }
        for household_id, line in ((h, lines[h] | {"division": d}) for h, d in
                                   ((str(one), VILLAGE), (str(two), FAR_VILLAGE)))
    }  # fmt: skip
    assert {f["household_id"]: f for _, f in await facts(house, "payment_confirmed")} == {
        str(one): {
            "household_id": str(one), "division": VILLAGE, "payment_id": lines[str(one)]["id"],
            "purpose": "pv_share", "payer": "pv:1", "category": "property", "amount_fen": 10_000,
            "paid_on": "2017-06-04",
        },
        str(two): {
            "household_id": str(two), "division": FAR_VILLAGE, "payment_id": lines[str(two)]["id"],
            "purpose": "post_wage", "payer": "post:pv", "category": "wage", "amount_fen": 20_050,
            "paid_on": "2017-06-03",
        },
    }  # fmt: skip
    shown = await get(door, f"/payouts/batches/{batch_id}")
    assert (shown["made_by"], shown["checked_by"], shown["closed_on"]) == ("maker", "checker", "2017-06-05")
    assert (await get(door, "/payouts/batches?state=closed"))["items"] == [shown]
    assert (await get(door, "/payouts/batches?state=made"))["items"] == []
    village = await get(door, "/payouts/summary", "village")
    assert village["items"] == [{
        "purpose": "pv_share", "dues": 1, "due_fen": 10_000, "lines": 1, "confirmed": 1, "confirmed_fen": 10_000,
        "returned": 0, "households": 1,
    }]  # fmt: skip
    assert [x["source_key"] for x in (await get(door, "/payouts/lines", "village"))["items"]] == ["a"]


async def test_a_due_is_recorded_once_for_good(house: House) -> None:
    one = await seed_household(house)
    first, other = due(one, "a"), due(one, "b")
    assert await owe(house, first, first) == [first]
    assert await owe(house, due(one, "a", amount_fen=99), other) == [other]
    rows = await house.rows("industry", "SELECT source_key, amount_fen FROM payout_due ORDER BY 1")
    assert [tuple(r) for r in rows] == [("a", 10_000), ("b", 10_000)]


async def test_what_was_returned_for_a_while_is_owed_again(house: House) -> None:
    door = await house.serve("industry", "api")
    await owe(house, due(await seed_household(house), "a"))
    first = await sent(door)
    back = await answer(door, first, answered("1,100.00,returned,System_Busy,", total="1,100.00"))
    assert (back.json()["taken"], back.json()["state"]) == (1, "closed")
    second = await sent(door)
    await answer(door, second, answered("1,100.00,paid,,2017-06-05", total="1,100.00"))
    lines = (await get(door, "/payouts/lines"))["items"]
    assert [(x["batch_id"], x["state"], x["code"]) for x in lines] == [
        (first, "returned", "System_Busy"), (second, "confirmed", None),
    ]  # fmt: skip
    (total,) = (await get(door, "/payouts/summary"))["items"]
    assert (total["dues"], total["lines"], total["confirmed"], total["returned"]) == (1, 2, 1, 1)
    assert len(await facts(house, "payment_confirmed")) == 1
    nothing = await make(door, "late")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "industry.payouts.nothing_due")


async def test_good_lines_are_taken_bad_ones_reported_and_the_file_again_changes_nothing(house: House) -> None:
    door = await house.serve("industry", "api")
    await owe(house, *[due(await seed_household(house)) for _ in range(4)])
    batch_id = await sent(door)
    content = answered(
        "1,100.00,paid,,2017-06-05", "2,99.00,paid,,2017-06-05", "9,100.00,paid,,2017-06-05",
        "1,100.00,paid,,2017-06-05", "3,100.00,returned,account_closed,", total="5,499.00",
    )  # fmt: skip
    first = (await answer(door, batch_id, content)).json()
    assert [(f["row"], f["column"], f["code"].rpartition(".")[2]) for f in first["findings"]] == [
        (3, "amount_yuan", "amount_differs"), (4, "line_no", "line_unknown"), (5, "line_no", "line_twice"),
    ]  # fmt: skip
    assert (first["taken"], first["unchanged"], first["state"]) == (2, 0, "checked")
    again = (await answer(door, batch_id, content)).json()
    assert (again["taken"], again["unchanged"], again["findings"]) == (0, 2, first["findings"])
    otherwise = answered("3,100.00,paid,,2017-06-05", total="1,100.00")
    (finding,) = (await answer(door, batch_id, otherwise)).json()["findings"]
    assert finding["sentence_zh"] == "银行此前对该明细已有不同答复；以首次答复为准。"
    where = (finding["row"], finding["column"], finding["code"])
    assert where == (2, "result", "industry.payouts.answered_otherwise")
    assert len(await facts(house, "payment_confirmed")) == 1
    rest = answered("2,100.00,paid,,2017-06-05", "4,100.00,paid,,2017-06-05", total="2,200.00")
    assert (await answer(door, batch_id, rest)).json()["state"] == "closed"
    late = await answer(door, batch_id, rest)
    assert (late.json()["taken"], late.json()["unchanged"]) == (0, 2)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff\xfe", "unreadable"),
        (answered("1,100.00,paid,,2017-06-05", total="1,100.01"), "total_differs"),
        (answered("1,100.00,paid,,2017-06-05", total="2,100.00"), "total_differs"),
    ],
)
async def test_a_file_that_contradicts_itself_is_refused_whole(house: House, content: bytes, code: str) -> None:
    door = await house.serve("industry", "api")
    await owe(house, due(await seed_household(house)))
    batch_id = await sent(door)
    refused = await answer(door, batch_id, content)
    assert (refused.status_code, refused.json()["code"]) == (422, f"industry.payouts.{code}")
    assert [x["state"] for x in (await get(door, "/payouts/lines"))["items"]] == ["sent"]


async def test_two_batches_at_once_take_each_due_once(house: House) -> None:
    door = await house.serve("industry", "api")
    await owe(house, *[due(await seed_household(house)) for _ in range(3)])
    turn = "SELECT pg_advisory_xact_lock(hashtextextended('payout_batch', 0))"
    answers = await at_once(house, turn, *(make(door, str(i)) for i in range(3)))
    assert sorted(a.status_code for a in answers) == [200, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"industry.payouts.nothing_due"}
    assert len((await get(door, "/payouts/lines"))["items"]) == 3


async def test_a_file_taken_twice_at_once_pays_once(house: House) -> None:
    door = await house.serve("industry", "api")
    await owe(house, *[due(await seed_household(house)) for _ in range(3)])
    batch_id = await sent(door)
    content = answered(*[f"{n},100.00,paid,,2017-06-05" for n in (1, 2, 3)], total="3,300.00")
    lock = "SELECT 1 FROM payout_batch FOR UPDATE"
    answers = [a.json() for a in await at_once(house, lock, *(answer(door, batch_id, content) for _ in range(3)))]
    assert sorted((a["taken"], a["unchanged"]) for a in answers) == [(0, 3), (0, 3), (3, 0)]
    assert len(await facts(house, "payment_confirmed")) == 3


async def test_an_order_takes_what_fits_and_leaves_out_who_is_frozen(house: House) -> None:
    door = await house.serve("industry", "api")
    good, frozen = await seed_household(house), await seed_household(house)
    await freeze(house, frozen)
    await owe(
        house, due(good, "a"), due(frozen, "b"), due(good, "c", payer="pv:2"),
        due(good, "d", purpose="training", category="none"),
    )  # fmt: skip
    await make(door, "1", purposes=["pv_share", "dividend"], payer="pv:1")
    assert [x["source_key"] for x in (await get(door, "/payouts/lines"))["items"]] == ["a"]
    await house.rows("industry", "UPDATE frozen_household SET reviewed_on = '2017-06-01'")
    await make(door, "2", purposes=["pv_share"])
    assert [x["source_key"] for x in (await get(door, "/payouts/lines"))["items"]] == ["a", "c", "b"]


async def test_what_is_no_order(house: House) -> None:
    door = await house.serve("industry", "api")
    await owe(house, due(await seed_household(house)))
    for changes, status, code in (
        ({"pay_on": "2017-05-31"}, 422, "industry.payouts.pay_day_past"),
        ({"purposes": ["gifts"]}, 422, "shared.invalid_input"),
        ({"purposes": []}, 422, "shared.invalid_input"),
        ({"payer": "pv:9"}, 409, "industry.payouts.nothing_due"),
    ):
        refused = await make(door, str(uuid4()), **changes)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert (await make(door, "")).json()["code"] == "shared.idempotency_key_missing"
    assert (await door.call("POST", BATCHES, "bank", "", bank="xinhe", json={})).status_code == 403
    assert (await check(door, str(uuid4()))).status_code == 404
    assert (await answer(door, str(uuid4()), answered("1,1.00,paid,,2017-06-05", total="1,1.00"))).status_code == 404


async def test_a_batch_that_is_not_the_sum_of_its_lines_is_not_sent(house: House) -> None:
    door = await house.serve("industry", "api")
    await owe(house, due(await seed_household(house)))
    batch_id = (await make(door)).json()["id"]
    await house.rows("industry", "UPDATE payout_batch SET amount_fen = amount_fen + 1")
    refused = await check(door, batch_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "industry.payouts.batch_differs")


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE payout_batch SET state = 'checked', checked_by = made_by, checked_on = made_on",
        "UPDATE payout_line SET state = 'sent', paid_on = NULL, answered_by = NULL, answered_on = NULL",
        "UPDATE payout_line SET paid_on = '2017-06-04'",
        SECOND_LINE,
        SECOND_DUE,
    ],
    ids=["one person", "an answer taken back", "another day", "a second line", "a second due"],
)  # fmt: skip
async def test_the_database_alone_pays_once(house: House, wrong: str) -> None:
    door = await house.serve("industry", "api")
    await owe(house, due(await seed_household(house)))
    batch_id = await sent(door)
    await answer(door, batch_id, answered("1,100.00,paid,,2017-06-05", total="1,100.00"))
    with pytest.raises((asyncpg.CheckViolationError, asyncpg.UniqueViolationError)):
        await house.rows("industry", wrong)


async def test_no_door_rewrites_what_is_owed(house: House) -> None:
    await house.serve("industry", "api")
    connection = await asyncpg.connect((await house.settings("industry")).database_url)
    house.stack.push_async_callback(connection.close)
    for wrong in ("UPDATE payout_due SET amount_fen = 1", "DELETE FROM payout_due", "DELETE FROM payout_line"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(wrong)


async def test_dues_and_lines_follow_their_household(house: House) -> None:
    from services.industry.service import SERVICE
    from shared.data.db import system_caller
    from shared.events.registry import HouseholdRevised

    door = await house.serve("industry", "api")
    one = await seed_household(house)
    await owe(house, due(one, "a"))
    await make(door)
    fact = HouseholdRevised(
        household_id=one, division=OTHER_VILLAGE, status="poor", members=3, has_labour=True, borrower_age_ok=True,
        needs_accessible=False, deep_poverty=False, relocated=False,
    )  # fmt: skip
    caller = system_caller("industry")
    async with transaction(door.app.state.pool, caller) as connection:
        await SERVICE.reactions[fact.TYPE](connection, [(Act(caller, date(2017, 6, 1)), fact)])
    assert (await get(door, "/payouts/lines", "village"))["items"] == []
    assert len((await get(door, "/payouts/lines", "village", OTHER_VILLAGE))["items"]) == 1
    assert len((await get(door, "/payouts/summary", "village", OTHER_VILLAGE))["items"]) == 1
