"""What a station earned is distributed by plan: three persons, no more than there is, nobody in two tiers."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.industry.acts import (
    FAR_VILLAGE,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    answer,
    at_once,
    facts,
    freeze,
    get,
    results,
    seed_household,
    send,
)

# 46,480 yuan came in for a year's coal; the upkeep of one settled quarter is 750 yuan.
RECEIVED_FEN, UPKEEP_FEN = 4_648_000, 75_000
LEFT_FEN = RECEIVED_FEN - UPKEEP_FEN


async def earning(house: House, door: Door, division: str = VILLAGE, kind: str = "village") -> str:
    """A station of 100 kW that has been paid its coal leg: its id."""
    station_id = str(uuid4())
    one = {
        "id": station_id, "name_zh": "一号", "kind": kind, "division": division, "capacity_w": 100_000,
        "connected_on": "2017-03-01", "owner_code": "vc",
    }  # fmt: skip
    await results(door, "PUT", "/stations", "county", one)
    await house.rows(
        "industry",
        "INSERT INTO station_settlement VALUES ($1, $2, $3, '2017-12-31', 140000, 140000, 4648000, 5852000, 'x',"
        " now())",
        uuid4(), UUID(station_id), division,
    )  # fmt: skip
    await house.rows("industry", "UPDATE station SET coal_due_fen = $1, coal_received_fen = $1", RECEIVED_FEN)
    return station_id


def portion(household_id: UUID, amount_fen: int = 300_000, reason: str = "share") -> dict[str, Any]:
    return {"household_id": str(household_id), "amount_fen": amount_fen, "reason": reason}


def plan(station_id: str, *items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "station_id": station_id, "year": 2017, "items": list(items)} | changes


async def draft(door: Door, body: dict[str, Any], role: str = "village", area: str = "") -> Any:
    return await send(door, "POST", "/stations/plans", role, body, subject="drafter", area=area)


async def approve(door: Door, plan_id: str, subject: str = "approver", **body: bool) -> Any:
    path = f"/stations/plans/{plan_id}/approval"
    return await send(door, "POST", path, "township", body or None, subject=subject)


async def file(door: Door, plan_id: str, subject: str = "filer") -> Any:
    return await send(door, "POST", f"/stations/plans/{plan_id}/filing", "county", None, subject=subject)


async def weak(house: House, division: str = VILLAGE, **changes: Any) -> UUID:
    return await seed_household(house, division, **({"has_labour": False} | changes))


async def test_drafted_approved_filed_and_owed(house: House) -> None:
    door = await house.serve("industry", "api")
    station_id = await earning(house, door)
    one, two = await weak(house), await seed_household(house, status="exited")
    body = plan(station_id, portion(one), portion(two, 100_000, "work"))
    drafted = await draft(door, body)
    assert drafted.json() == {
        "id": body["id"], "status": "accepted", "code": None, "state": "drafted", "amount_fen": 400_000,
        "available_fen": LEFT_FEN, "sentence_en": None, "sentence_zh": None,
        "results": [answer(str(h)) for h in (one, two)],
    }  # fmt: skip
    assert (await draft(door, body)).json()["state"] == "drafted"
    differs = await draft(door, body | {"year": 2018})
    assert (differs.status_code, differs.json()["code"]) == (409, "shared.content_differs")

    early = await file(door, body["id"])
    assert (early.status_code, early.json()["code"]) == (409, "shared.wrong_state")
    own = await approve(door, body["id"], "drafter")
    assert (own.status_code, own.json()["code"]) == (403, "shared.same_person")
    waiting = (await get(door, "/tasks", "township", subject="drafter"))["items"]
    assert waiting == []
    (task,) = (await get(door, "/tasks", "township", subject="another"))["items"]
    assert (task["procedure"], task["step"], task["id"]) == ("industry.plans", "approved", body["id"])
    assert (await approve(door, body["id"])).json() == {"id": body["id"], "state": "approved"}
    assert (await approve(door, body["id"], "another")).json()["code"] == "shared.wrong_state"
    for subject in ("drafter", "approver"):
        assert (await file(door, body["id"], subject)).json()["code"] == "shared.same_person"
    assert (await file(door, body["id"])).json() == {"id": body["id"], "state": "filed"}

    dues = await house.rows("industry", "SELECT * FROM payout_due ORDER BY amount_fen")
    assert [(d["source_key"], d["household_id"], d["purpose"], d["payer"], d["category"]) for d in dues] == [
        (f"pv:{body['id']}:{h}", h, "pv_share", f"pv:{station_id}", "property") for h in (two, one)
    ]  # fmt: skip
    assert await facts(house) == [("pv_plan_filed", {
        "station_id": station_id, "division": VILLAGE, "plan_id": body["id"], "households": 2, "amount_fen": 400_000,
        "filed_on": "2017-06-01",
    })]  # fmt: skip
    (shown,) = (await get(door, f"/stations/plans?station_id={station_id}", "village"))["items"]
    assert (shown["state"], shown["households"], shown["filed_on"]) == ("filed", 2, "2017-06-01")
    assert (await get(door, f"/stations/plans?station_id={uuid4()}"))["items"] == []
    (total,) = (await get(door, "/stations/summary"))["items"]
    assert (total["distributed_fen"], total["households"]) == (400_000, 2)
    replay = await get(door, "/operations/replay")
    assert (replay["replayed"], replay["different_count"]) == (2, 0)


async def test_never_more_than_was_received(house: House) -> None:
    door = await house.serve("industry", "api")
    station_id = await earning(house, door)
    one, two = await weak(house), await weak(house)
    over = (await draft(door, plan(station_id, portion(one, LEFT_FEN), portion(two, 1)))).json()
    assert (over["status"], over["code"], over["state"]) == ("refused", "industry.plans.over_received", None)
    assert (over["amount_fen"], over["available_fen"]) == (LEFT_FEN + 1, LEFT_FEN)
    first = plan(station_id, portion(one, LEFT_FEN))
    assert (await draft(door, first)).json()["status"] == "accepted"
    second = plan(station_id, portion(two, 1))
    assert (await draft(door, second)).json()["code"] == "industry.plans.over_received"
    # Refused by the township, its money is free again.
    assert (await approve(door, first["id"], approved=False)).json()["state"] == "refused"
    assert (await draft(door, second)).json()["status"] == "accepted"
    assert (await file(door, first["id"])).json()["code"] == "shared.wrong_state"


async def test_two_plans_at_once_do_not_count_on_the_same_money(house: House) -> None:
    door = await house.serve("industry", "api")
    station_id = await earning(house, door)
    plans = [plan(station_id, portion(await weak(house), LEFT_FEN)) for _ in range(3)]
    answers = await at_once(house, "SELECT 1 FROM station FOR UPDATE", *(draft(door, p) for p in plans))
    assert sorted(a.json()["status"] for a in answers) == ["accepted", "refused", "refused"]


async def test_a_plan_is_taken_as_a_whole_and_says_who_may_not_share(house: House) -> None:
    door = await house.serve("industry", "api")
    station_id = await earning(house, door)
    good, able, moved, frozen = (
        await weak(house), await seed_household(house), await weak(house, OTHER_VILLAGE), await weak(house),
    )  # fmt: skip
    await freeze(house, frozen)
    unknown = uuid4()
    refused = (
        await draft(door, plan(station_id, *(portion(h) for h in (good, able, frozen, unknown, good, moved))))
    ).json()
    assert (refused["status"], refused["code"]) == ("refused", "industry.plans.portion_refused")
    assert [(r["code"], r["missing"]) for r in refused["results"]] == [
        (None, []), ("industry.plans.not_a_beneficiary", ["share_without_labour"]),
        ("industry.plans.not_a_beneficiary", ["not_frozen"]), ("shared.household_unknown", []),
        ("industry.plans.twice_in_plan", []), ("shared.household_unknown", []),
    ]  # fmt: skip
    assert (await get(door, "/stations/plans"))["items"] == []
    decisions = await house.rows("industry", "SELECT outcome, decided_by FROM decision")
    assert sorted(d["outcome"] for d in decisions) == ["accepted", "refused", "refused"]


async def test_nobody_shares_in_two_tiers_in_one_year(house: House) -> None:
    door = await house.serve("industry", "api")
    village, ground = await earning(house, door), await earning(house, door, TOWNSHIP, "ground")
    one = await weak(house)
    assert (await draft(door, plan(village, portion(one)))).json()["status"] == "accepted"
    both = (await draft(door, plan(ground, portion(one)), "township")).json()
    assert both["results"][0]["missing"] == ["one_tier"]
    next_year = await draft(door, plan(ground, portion(one), year=2018), "township")
    assert next_year.json()["status"] == "accepted"
    with pytest.raises(asyncpg.ExclusionViolationError):
        await house.rows("industry", "UPDATE station_plan_item SET year = 2017")
    # A second station of the same tier is no second tier.
    again = await draft(door, plan(village, portion(one, 1)))
    assert again.json()["status"] == "accepted"


async def test_a_resettlement_site_is_for_the_relocated_who_cannot_work(house: House) -> None:
    door = await house.serve("industry", "api")
    site = await earning(house, door, VILLAGE, "resettlement")
    good = await weak(house, OTHER_VILLAGE, relocated=True, deep_poverty=True)
    stayed = await weak(house)
    answers = (await draft(door, plan(site, portion(good), portion(stayed)), "township")).json()["results"]
    assert [r["missing"] for r in answers] == [[], ["relocated", "deep_poverty"]]
    assert (await draft(door, plan(site, portion(good)), "township")).json()["status"] == "accepted"


async def test_who_drafts_what(house: House) -> None:
    door = await house.serve("industry", "api")
    village, ground = await earning(house, door), await earning(house, door, TOWNSHIP, "ground")
    one = await weak(house)
    by_township = await draft(door, plan(village, portion(one)), "township")
    assert (by_township.status_code, by_township.json()["code"]) == (403, "industry.plans.wrong_drafter")
    assert (await draft(door, plan(ground, portion(one)))).status_code == 404
    assert (await draft(door, plan(village, portion(one)), area=FAR_VILLAGE)).status_code == 404
    assert (await draft(door, plan(village, portion(one)), "county")).status_code == 403
    assert (await draft(door, plan(village))).status_code == 422


async def test_who_was_removed_or_frozen_since_is_not_paid(house: House) -> None:
    """What the frozen would have had is the station's again, for another plan once they were reviewed."""
    door = await house.serve("industry", "api")
    station_id = await earning(house, door)
    one, two, three = [await weak(house) for _ in range(3)]
    body = plan(station_id, portion(one), portion(two, 100_000), portion(three, 50_000))
    await draft(door, body)
    await approve(door, body["id"])
    await house.rows("industry", "UPDATE household SET status = 'removed' WHERE id = $1", two)
    await freeze(house, three)
    assert (await file(door, body["id"])).json()["state"] == "filed"
    ((_, filed),) = await facts(house)
    assert (filed["households"], filed["amount_fen"]) == (1, 300_000)
    (shown,) = (await get(door, "/stations"))["items"]
    assert shown["planned_fen"] == 300_000
    gone = plan(station_id, portion(await weak(house)))
    await draft(door, gone)
    await approve(door, gone["id"])
    await house.rows("industry", "UPDATE household SET status = 'removed'")
    nobody = await file(door, gone["id"])
    assert (nobody.status_code, nobody.json()["code"]) == (409, "industry.plans.nobody_left")


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE station_plan SET approved_by = drafted_by",
        "UPDATE station_plan SET filed_by = drafted_by",
        "UPDATE station_plan SET filed_by = approved_by",
    ],
)
async def test_the_database_alone_keeps_three_persons_apart(house: House, wrong: str) -> None:
    door = await house.serve("industry", "api")
    body = plan(await earning(house, door), portion(await weak(house)))
    await draft(door, body)
    await approve(door, body["id"])
    await file(door, body["id"])
    with pytest.raises(asyncpg.CheckViolationError):
        await house.rows("industry", wrong)
