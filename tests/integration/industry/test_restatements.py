"""A figure by which money is owed or planned is stated anew by one person; dues, sums and plans follow, or refuse."""

from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.industry import test_forestry as forestry
from tests.integration.industry import test_posts as posts
from tests.integration.industry.acts import VILLAGE, at_once, facts, get, results, seed_household, send
from tests.integration.industry.test_dividends import ENTITY, confirm, lent, pay, payment, sign
from tests.integration.industry.test_payouts import answer, answered, check, make, sent
from tests.integration.industry.test_station_plans import (
    LEFT_FEN,
    RECEIVED_FEN,
    approve,
    draft,
    earning,
    plan,
    portion,
    weak,
)
from tests.integration.industry.test_stations import NOT_SEEN, receipt

R = "industry.restatements."
STANDING = (
    "SELECT source_key, fen FROM (SELECT source_key, coalesce(corrected_fen, amount_fen) AS fen FROM payout_due) d"
    " WHERE fen > 0 ORDER BY fen DESC"
)


def truly(of: dict[str, Any], amount_fen: int, **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "record_id": of["id"], "amount_fen": amount_fen, "reason": "mistyped"} | changes


async def restate(
    door: Door, kind: str, *items: dict[str, Any], role: str = "county", on: str = "2018-06-01", unit: str = ENTITY
) -> list[Any]:
    headers = door.headers(role, on=on, unit=unit if role == "entity" else "")
    body = {"items": list(items)}
    given = await door.client.post(f"/industry/v1/restatements/{kind}", headers=headers, json=body)
    assert given.status_code == 200, given.text
    return [r["code"] for r in given.json()["results"]]


async def codes(door: Door, kind: str, role: str, *items: dict[str, Any], on: str = "2017-07-01", **how: Any) -> Any:
    return [r["code"] for r in await results(door, "POST", f"/restatements/{kind}", role, *items, on=on, **how)]


async def owed(house: House) -> list[int]:
    """What is owed to households, sent or not, the most first."""
    return [r["fen"] for r in await house.rows("industry", STANDING)]


async def over(door: Door, **how: Any) -> list[int]:
    """What each restatement found with a bank beyond what is owed, the least first."""
    items = (await get(door, "/restatements", **how))["items"]
    return sorted(i["over_fen"] for i in items)


async def batch(door: Door, key: str = "a") -> tuple[int, int]:
    """All that is owed put into a batch: its lines and fen."""
    order = {"purposes": None, "payer": None, "pay_on": "2018-06-02"}
    made = await send(door, "POST", "/payouts/batches", "county", order, on="2018-06-01", idempotency_key=key)
    return made.json()["lines"], made.json()["amount_fen"]


async def paid(house: House, amount_fen: int = 150_000) -> tuple[Door, dict[str, Any], dict[str, Any]]:
    """An agreement, and what its entity said it paid for the first due date."""
    door = await house.serve("industry", "api")
    one = await lent(house)
    await sign(door, one)
    said = payment(one["id"], amount_fen)
    assert await pay(door, said) == [None]
    return door, one, said


async def test_what_an_entity_did_not_pay_is_not_owed(house: House) -> None:
    door, one, said = await paid(house)
    item = truly(said, 15_000)
    assert await restate(
        door, "dividends", truly(said, 150_000), truly(said, 150_001), truly({"id": NOT_SEEN}, 1), item, item,
        item | {"amount_fen": 1}, truly(said, 15_000),
    ) == [
        f"{R}nothing_changes", f"{R}over_owed", "shared.not_found", None, None, "shared.content_differs",
        f"{R}nothing_changes",
    ]  # fmt: skip
    dues = [tuple(d) for d in await house.rows("industry", STANDING)]
    assert dues == [(f"dividend:{one['id']}:2017-09-15:{said['id']}", 15_000)]
    # What was said stays, and is answered the same; the rest may be paid, and no more.
    assert await pay(door, said, payment(one["id"], 135_001), payment(one["id"], 135_000)) == [
        None, "industry.dividends.over_owed", None,
    ]  # fmt: skip
    assert await restate(door, "dividends", truly(said, 0)) == [None]
    assert await owed(house) == [135_000]
    shown = (await get(door, f"/restatements?kind=dividend&household_id={one['household_id']}", "village"))["items"]
    assert sorted((s["was"], s["figure"], s["over_fen"]) for s in shown) == [(15_000, 0, 0), (150_000, 15_000, 0)]
    assert {s["record_id"] for s in shown} == {said["id"]}
    (due, *_) = await house.rows("industry", "SELECT paid_fen, owed_fen FROM dividend_due ORDER BY due_on")
    assert tuple(due) == (135_000, 150_000)
    assert await batch(door) == (1, 135_000)
    assert (await get(door, "/payouts/summary"))["items"][0]["due_fen"] == 135_000
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="written once"):
        await (await house.owner("industry")).execute("UPDATE restatement SET reason = 'x'")


async def test_what_a_bank_has_stays_and_is_told(house: House) -> None:
    door, _, said = await paid(house, 100_000)
    batch_id = await sent(door)
    assert await restate(door, "dividends", truly(said, 60_000)) == [None]
    assert (await owed(house), await over(door)) == ([60_000], [40_000])
    # What is paid in truth beyond what the bank has is owed, and nothing twice.
    assert await restate(door, "dividends", truly(said, 120_000)) == [None]
    assert (await owed(house), await over(door)) == ([100_000, 20_000], [0, 40_000])
    assert await restate(door, "dividends", truly(said, 110_000), truly(said, 60_000)) == [None, None]
    # Where the line comes back, no more is owed than in truth.
    taken = await answer(door, batch_id, answered("1,1000.00,returned,timeout,", total="1,1000.00"))
    assert (taken.json()["taken"], taken.json()["findings"]) == (1, [])
    assert await batch(door, "b") == (1, 60_000)


async def test_what_is_stated_anew_between_making_and_checking_is_not_sent(house: House) -> None:
    door, _, said = await paid(house, 100_000)
    made = (await make(door)).json()["id"]
    assert await restate(door, "dividends", truly(said, 60_000)) == [None]
    assert await over(door) == [0]
    assert (await check(door, made)).json()["code"] == "industry.payouts.removed_since"
    path, aside = f"/payouts/batches/{made}/check", {"set_aside": True}
    checked = (await send(door, "POST", path, "finance", aside, subject="two", on="2018-06-01")).json()
    assert (checked["state"], checked["set_aside"]) == ("closed", 1)
    (line,) = (await get(door, "/payouts/lines"))["items"]
    assert (line["state"], line["code"]) == ("returned", "industry.payouts.owed_anew")
    assert await batch(door, "b") == (1, 60_000)


async def test_an_entity_states_anew_what_it_paid_itself_and_does_not_see_what_a_bank_has(house: House) -> None:
    door, _, said = await paid(house)
    assert await restate(door, "dividends", truly(said, 1), role="entity", unit="other") == ["shared.not_found"]
    await confirm(house)
    assert await restate(door, "dividends", truly(said, 50_000), role="entity") == [None]
    assert await owed(house) == [50_000]
    assert await over(door, role="entity", unit=ENTITY) == [100_000]
    assert await over(door, role="entity", unit="other") == []
    refused = await door.call(
        "POST", "/industry/v1/restatements/dividends", "township", VILLAGE[:9], json={"items": []}
    )
    assert refused.status_code == 403


async def test_the_guarantee_follows_what_the_entity_paid_in_truth(house: House) -> None:
    door, _, said = await paid(house, 120_000)
    order = {"id": str(uuid4()), "year": 2017}
    done = await send(door, "POST", "/dividends/top-ups", "county", order, on="2017-12-16")
    assert done.json()["amount_fen"] == 180_000
    # Nobody makes the guarantee pay by his own word about himself.
    assert await restate(door, "dividends", truly(said, 1), role="entity") == [f"{R}year_topped_up"]
    assert await restate(door, "dividends", truly(said, 100_000)) == [None]
    assert await owed(house) == [200_000, 100_000]
    await confirm(house)
    assert await restate(door, "dividends", truly(said, 150_001), truly(said, 150_000)) == [f"{R}over_owed", None]
    # The household has 50,000 more by its entity, and the guarantee paid 50,000 too much, which a bank has.
    assert (await owed(house), await over(door)) == ([150_000, 100_000, 50_000], [0, 50_000])
    (due, *_) = await house.rows("industry", "SELECT paid_fen, topped_up_fen FROM dividend_due ORDER BY due_on")
    assert tuple(due) == (150_000, 0)
    assert (await send(door, "POST", "/dividends/top-ups", "county", order, on="2018-06-01")).json() == done.json()


async def test_after_an_agreements_end_only_what_was_paid_was_owed(house: House) -> None:
    door, one, _ = await paid(house)
    early = payment(one["id"], 100_000, "2017-12-15")
    assert await pay(door, early) == [None]
    ending = {"id": one["id"], "reason": "entity_closed", "ended_on": "2017-10-01"}
    await results(door, "POST", "/dividends/endings", "county", ending, on="2017-10-05")
    assert await restate(door, "dividends", truly(early, 100_001), truly(early, 0)) == [f"{R}over_owed", None]
    rows = await house.rows("industry", "SELECT owed_fen, paid_fen FROM dividend_due WHERE due_on = '2017-12-15'")
    assert [tuple(r) for r in rows] == [(0, 0)]


async def test_what_two_persons_ruled_on_is_not_owed_by_another_word(house: House) -> None:
    door, _, said = await paid(house, 100_000)
    await house.rows(
        "industry",
        "INSERT INTO payout_ruling SELECT $1, id, NULL, household_id, division, 'not_owed', 'minutes/1', 'confirmed',"
        " $2, 'a', $2, 'b', NULL, 1, $2, NULL FROM payout_due", uuid4(), date(2017, 10, 1),
    )  # fmt: skip
    assert await restate(door, "dividends", truly(said, 90_000), truly(said, 110_000)) == [None, None]
    assert (await owed(house), await over(door)) == ([100_000, 10_000], [0, 0])


async def test_two_at_once_state_one_after_the_other(house: House) -> None:
    door, _, said = await paid(house, 100_000)
    turn = "SELECT pg_advisory_xact_lock(hashtextextended('dividend_top_up', 0))"
    codes = await at_once(house, turn, *(restate(door, "dividends", truly(said, 70_000)) for _ in range(3)))
    assert sorted((c for (c,) in codes), key=str) == [None, *[f"{R}nothing_changes"] * 2]
    assert await owed(house) == [70_000]


async def received(house: House) -> tuple[Door, str, dict[str, Any]]:
    """A station of which all of the coal leg came in, the last 648,000 fen by a receipt; a year's is planned."""
    door = await house.serve("industry", "api")
    station_id = await earning(house, door)
    await house.rows("industry", "UPDATE station SET coal_received_fen = coal_received_fen - 648000")
    said = receipt(station_id, "coal", 648_000)
    (taken,) = await results(door, "POST", "/stations/receipts", "county", said, on="2018-04-01")
    assert taken["code"] is None
    return door, station_id, said


async def test_what_came_in_is_stated_anew_within_due_and_plans(house: House) -> None:
    door, station_id, said = await received(house)
    body = plan(station_id, portion(await weak(house), LEFT_FEN - 100_000))
    assert (await draft(door, body)).json()["status"] == "accepted"
    item = truly(said, 548_000)
    assert await restate(
        door, "receipts", truly(said, 648_000), truly(said, 648_001), truly(said, 547_999), truly({"id": NOT_SEEN}, 1),
        item, item, truly(said, 0),
    ) == [
        f"{R}nothing_changes", f"{R}over_receivable", f"{R}planned_from_it", "shared.not_found", None, None,
        f"{R}planned_from_it",
    ]  # fmt: skip
    (shown,) = (await get(door, "/stations"))["items"]
    assert (shown["coal_received_fen"], shown["subsidy_received_fen"]) == (RECEIVED_FEN - 100_000, 0)
    assert await facts(house, "pv_revenue_corrected") == [("pv_revenue_corrected", {
        "station_id": station_id, "division": VILLAGE, "leg": "coal", "more_fen": -100_000,
        "corrected_on": "2018-06-01",
    })]  # fmt: skip
    # Its plan refused, the money may have been none; it is receivable then.
    await approve(door, body["id"], approved=False)
    assert await restate(door, "receipts", truly(said, 0)) == [None]
    again = receipt(station_id, "coal", 648_000)
    codes = await results(
        door, "POST", "/stations/receipts", "county", again, said, receipt(station_id, "coal", 1), on="2018-06-01"
    )
    assert [r["code"] for r in codes] == [None, None, "industry.stations.over_receivable"]
    assert len((await get(door, "/restatements", "auditor"))["items"]) == 2


def stated(of: dict[str, Any], **figure: int) -> dict[str, Any]:
    return {"id": str(uuid4()), "record_id": of["id"], "reason": "mistyped"} | figure


async def test_days_that_were_counted_wrongly_are_made_up_for(house: House) -> None:
    door = await house.serve("industry", "api")
    assignment, household = await posts.employ(house, door)
    may, april = posts.worked(assignment, 10), posts.worked(assignment, 14, "2017-04-01")
    await posts.attend(door, may, april)
    # What no payroll has paid, the next one pays.
    item = stated(may, days=14)
    assert await codes(
        door, "attendance", "village", stated(may, days=10), stated({"id": NOT_SEEN}, days=1), item, item,
        item | {"days": 13}, on="2017-05-31",
    ) == [f"{R}nothing_changes", "shared.not_found", None, None, "shared.content_differs"]  # fmt: skip
    assert await owed(house) == []
    paid = [(await posts.pay(door, key, month)).json()["amount_fen"]
            for key, month in (("1", "2017-05-01"), ("2", "2017-04-01"))]  # fmt: skip
    assert paid == [46_667, 46_667]
    assert await codes(door, "attendance", "team", stated(may, days=3), stated(april, days=0)) == [None, None]
    assert await owed(house) == [10_000]
    assert await codes(door, "attendance", "village", stated(april, days=15)) == [None]
    assert await owed(house) == [50_000, 10_000]
    assert (await posts.pay(door, "3")).json()["dues"] == 0
    await posts.end(door, assignment, "2017-05-10")
    assert await codes(door, "attendance", "village", stated(may, days=11)) == ["industry.posts.too_many_days"]
    assert await posts.attend(door, may) == [None]
    shown = (await get(door, f"/restatements?kind=attendance&household_id={household}"))["items"]
    assert sorted((s["was"], s["figure"]) for s in shown) == [(0, 15), (10, 14), (14, 0), (14, 3)]


async def test_what_stood_of_a_plot_is_stated_anew_by_none_who_recorded_it(house: House) -> None:
    door = await house.serve("industry", "api")
    household = await seed_household(house)
    plot = forestry.plot(household)
    await forestry.codes(door, "plots", "township", plot, subject="one")
    said = forestry.standing(plot, 480)
    assert await forestry.codes(door, "acceptances", "forestry", said, subject="two") == [None]
    right = stated(said, area_mu_x100=100)
    assert await codes(door, "acceptances", "forestry", right, subject="one") == ["shared.same_person"]
    assert await codes(
        door, "acceptances", "forestry", stated(said, area_mu_x100=480), stated(said, area_mu_x100=501),
        stated({"id": NOT_SEEN}, area_mu_x100=1), right, right, subject="two",
    ) == [f"{R}nothing_changes", f"{forestry.F}over_plot", "shared.not_found", None, None]  # fmt: skip
    assert await owed(house) == [50_000]
    assert (await get(door, "/forestry/summary"))["accepted_mu_x100"] == 100
    await sent(door)
    assert await codes(door, "acceptances", "forestry", stated(said, area_mu_x100=0)) == [None]
    assert (await owed(house), await over(door)) == ([], [0, 50_000])
    with pytest.raises(asyncpg.CheckViolationError, match="forest_restated_within_plot"):
        await (await house.owner("industry")).execute("UPDATE forest_acceptance SET corrected_mu_x100 = 501")


async def test_what_was_worked_for_is_stated_anew_within_the_contract(house: House) -> None:
    door = await house.serve("industry", "api")
    coop = forestry.coop(division=VILLAGE[:9])
    await forestry.codes(door, "coops", "forestry", coop)
    works = forestry.contract(coop)
    await forestry.codes(door, "contracts", "forestry", works)
    one = await seed_household(house)
    await forestry.codes(door, "memberships", "village", forestry.member(coop, one))
    first, second = forestry.labour(works, one, 30_000), forestry.labour(works, one, 15_000)
    assert await forestry.codes(door, "labour", "township", first, second) == [None, None]
    assert await codes(
        door, "labour", "township", stated(second, amount_fen=15_001), stated(first, amount_fen=3_000),
        stated(second, amount_fen=42_000), stated(second, amount_fen=42_001), stated({"id": NOT_SEEN}, amount_fen=1),
    ) == [
        f"{forestry.F}over_labour", None, None, f"{forestry.F}over_labour", "shared.not_found",
    ]  # fmt: skip
    assert await owed(house) == [42_000, 3_000]
    assert (await get(door, "/forestry/summary"))["labour_fen"] == 45_000
    assert await forestry.codes(door, "labour", "township", first, forestry.labour(works, one, 1)) == [
        None, f"{forestry.F}over_labour",
    ]  # fmt: skip
