"""Posts through their doors: three persons bring a household there, attendance is paid, removal ends it."""

import asyncio
import json
from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.events.registry import HouseholdExited, HouseholdRemoved, HouseholdRevised
from tests.conftest import Door, House
from tests.integration.industry.acts import (
    FAR_VILLAGE,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    answer,
    facts,
    freeze,
    get,
    results,
    seed_household,
    send,
)
from tests.integration.industry.gate import at_once
from tests.integration.industry.test_dividends import state, whole

P = "industry.posts."


def job(kind: str = "forest_guard", division: str = TOWNSHIP, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "division": division, "kind": kind, "monthly_fen": 50_000,
        "reserved_for_relocated": False, "employer_code": None,
    } | changes  # fmt: skip


async def opened(door: Door, *jobs: dict[str, Any]) -> list[str]:
    found = await results(door, "POST", "/posts", "county", *jobs)
    assert [r["code"] for r in found] == [None] * len(jobs)
    return [j["id"] for j in jobs]


def proposal(post: str, household: UUID, starts_on: str = "2017-03-01", **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "post_id": post, "household_id": str(household), "starts_on": starts_on} | changes


async def propose(door: Door, *items: dict[str, Any], **how: Any) -> list[Any]:
    return await results(door, "POST", "/posts/proposals", "village", *items, **how)  # type: ignore[no-any-return]


async def step(door: Door, path: str, role: str, assignment: str, **how: Any) -> Any:
    item = {"id": assignment, "confirmed": how.pop("yes", True)}
    return (await results(door, "POST", f"/posts/{path}", role, item, **how))[0]


async def check(door: Door, assignment: str, **how: Any) -> Any:
    return await step(door, "checks", "township", assignment, **how)


async def approve(door: Door, assignment: str, **how: Any) -> Any:
    return await step(door, "approvals", "human_resources", assignment, **how)


async def employ(house: House, door: Door, person: str | None = None, **changes: Any) -> tuple[str, UUID]:
    """A household at work since March: its assignment."""
    household = await seed_household(house)
    (post,) = await opened(door, job(**changes))
    item = proposal(post, household, person=person)
    assert [r["code"] for r in await propose(door, item)] == [None]
    assert [(await check(door, item["id"]))["code"], (await approve(door, item["id"]))["code"]] == [None, None]
    return item["id"], household


def worked(assignment: str, days: int, month: str = "2017-05-01", **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "assignment_id": assignment, "month_on": month, "days": days} | changes


async def attend(door: Door, *items: dict[str, Any], **how: Any) -> list[Any]:
    return [r["code"] for r in await results(door, "POST", "/posts/attendance", "village", *items, **how)]


async def pay(door: Door, key: str, month: str = "2017-05-01", on: str = "2017-06-10") -> Any:
    return await send(door, "POST", "/posts/payrolls", "county", {"month_on": month}, on=on, Idempotency_Key=key)


async def end(door: Door, assignment: str, on: str, reason: str = "moved", **how: Any) -> Any:
    item = {"id": assignment, "reason": reason, "ended_on": on}
    return (await results(door, "POST", "/posts/endings", "township", item, **how))[0]["code"]


async def states(door: Door, role: str = "county", area: str = "") -> dict[str, str]:
    return {a["id"]: a["state"] for a in (await get(door, "/posts/assignments", role, area))["items"]}


async def test_three_persons_bring_a_household_to_a_post(house: House) -> None:
    door = await house.serve("industry", "api")
    household = await seed_household(house)
    (post,) = await opened(door, job("pv", employer_code="91350100M000100Y43"))
    item = proposal(post, household)
    assert await propose(door, item, item, item | {"starts_on": "2017-04-01"}, subject="one") == [
        answer(item["id"]),
        answer(item["id"]),
        answer(item["id"], status="refused", code="shared.content_differs"),
    ]
    assert (await approve(door, item["id"], subject="three"))["code"] == "shared.wrong_state"
    assert (await check(door, item["id"], subject="one"))["code"] == "shared.same_person"
    assert (await check(door, item["id"], subject="two"))["code"] is None
    for same in ("one", "two"):
        assert (await approve(door, item["id"], subject=same))["code"] == "shared.same_person"
    assert await facts(house) == []
    assert (await approve(door, item["id"], subject="three"))["code"] is None
    assert (await approve(door, item["id"], subject="three"))["code"] == "shared.wrong_state"
    assert await facts(house) == [(
        "post_assigned",
        {
            "household_id": str(household), "division": VILLAGE, "assignment_id": item["id"], "kind": "pv",
            "monthly_fen": 50_000, "started_on": "2017-03-01",
        },
    )]  # fmt: skip
    assert await states(door, "village") == {item["id"]: "assigned"}
    decisions = await get(door, f"/decisions?subject_id={household}")
    assert [(d["rule"], d["outcome"]) for d in decisions] == [("industry.post_eligibility", "approved")] * 2
    first = await get(door, "/operations/decisions?limit=1")
    second = await get(door, f"/operations/decisions?limit=1&cursor={first['next']}")
    held = first["items"] + second["items"]
    assert [(d["id"], d["subject_id"]) for d in held] == [(d["id"], str(household)) for d in decisions[::-1]]
    assert all(d["inputs"]["facts"] and d["inputs"]["policy"] for d in held)
    refused = await door.call("GET", "/industry/v1/operations/decisions", "township", TOWNSHIP)
    assert refused.status_code == 403, "with all its facts it is for the county and its auditors"
    assert await get(door, "/operations/replay") == {"replayed": 2, "different": [], "different_count": 0}
    assert await get(door, "/posts/summary") == {"by_kind": {"pv": {"posts": 1, "filled": 1}}, "households_employed": 1}


async def test_the_database_itself_wants_three_persons(house: House) -> None:
    door = await house.serve("industry", "api")
    assignment, _ = await employ(house, door)
    owner = await house.owner("industry")
    for column, other in (("checked_by", "proposed_by"), ("approved_by", "proposed_by"), ("approved_by", "checked_by")):
        with pytest.raises(asyncpg.CheckViolationError, match="_is_not_"):
            await owner.execute(f"UPDATE post_assignment SET {column} = {other} WHERE id = $1", UUID(assignment))


async def test_whom_the_rule_refuses(house: House) -> None:
    door = await house.serve("industry", "api")
    posts = await opened(door, *[job() for _ in range(3)], job("public_welfare", reserved_for_relocated=True))
    weak, gone, frozen, stays = [
        await seed_household(house, has_labour=False), await seed_household(house, status="removed"),
        await seed_household(house), await seed_household(house),
    ]  # fmt: skip
    moved = await seed_household(house, relocated=True, status="exited")
    await freeze(house, frozen)
    items = [proposal(p, h) for p, h in zip(posts, (weak, gone, frozen, stays), strict=True)]
    answers = await propose(door, *items, proposal(posts[0], uuid4()), proposal(str(uuid4()), stays))
    assert [r["code"] for r in answers] == [
        *[f"{P}not_eligible"] * 4, "shared.household_unknown", "shared.not_found",
    ]  # fmt: skip
    assert [r["missing"] for r in answers][:4] == [
        ["has_labour"], ["household_eligible"], ["not_frozen"], ["relocated_where_reserved"],
    ]  # fmt: skip
    assert await states(door) == {}
    assert [r["code"] for r in await propose(door, proposal(posts[3], moved))] == [None]
    assert (await get(door, "/operations/replay"))["replayed"] == 5


async def test_no_double_posts(house: House) -> None:
    door = await house.serve("industry", "api")
    one, two, elsewhere = [
        await seed_household(house), await seed_household(house), await seed_household(house, OTHER_VILLAGE)
    ]  # fmt: skip
    first, second = await opened(door, job(), job())
    answers = await propose(door, proposal(first, one), proposal(second, one), proposal(first, two))
    assert [(r["code"], r["missing"]) for r in answers] == [
        (None, []), (f"{P}not_eligible", ["no_other_post"]), (f"{P}post_taken", []),
    ]  # fmt: skip
    # The other village sees the township's post, not who is proposed for it.
    (refused,) = await propose(door, proposal(first, elsewhere), area=OTHER_VILLAGE)
    assert refused["code"] == f"{P}post_taken"
    shown = await get(door, "/posts", "village", OTHER_VILLAGE)
    assert {p["id"]: p["held"] for p in shown["items"]} == {first: True, second: False}
    rivals = [
        propose(door, proposal(second, two)), propose(door, proposal(second, elsewhere), area=OTHER_VILLAGE),
        propose(door, proposal(second, two)),
    ]  # fmt: skip
    answers = await at_once(house, "SELECT FROM post FOR UPDATE", *rivals)
    assert sorted(str(r["code"]) for (r,) in answers) == ["None", f"{P}post_taken", f"{P}post_taken"]
    assert len(await states(door)) == 2
    owner = await house.owner("industry")
    for column, index in (("household_id", "post_one_a_household"), ("post_id", "post_one_household_each")):
        with pytest.raises(asyncpg.UniqueViolationError, match=index):
            await owner.execute(f"UPDATE post_assignment SET {column} = (SELECT min({column}::text)::uuid"
                                " FROM post_assignment)")  # fmt: skip


async def test_a_proposal_that_is_not_carried_ends_and_frees_the_post(house: House) -> None:
    door = await house.serve("industry", "api")
    one, two, three = [await seed_household(house) for _ in range(3)]
    (post,) = await opened(door, job())
    unconfirmed, unapproved, changed = proposal(post, one), proposal(post, two), proposal(post, three)
    await propose(door, unconfirmed)
    assert (await check(door, unconfirmed["id"], yes=False))["code"] == "shared.not_confirmed"
    assert [r["code"] for r in await propose(door, unapproved)] == [None]
    await check(door, unapproved["id"])
    assert (await approve(door, unapproved["id"], yes=False))["code"] == "shared.not_confirmed"
    assert [r["code"] for r in await propose(door, changed)] == [None]
    await check(door, changed["id"])
    await freeze(house, three)
    assert (await approve(door, changed["id"]))["code"] == "shared.frozen"
    owner = await house.owner("industry")
    await owner.execute("UPDATE frozen_household SET reviewed_on = '2017-06-01'")
    await owner.execute("UPDATE household SET has_labour = false WHERE id = $1", three)
    told = await approve(door, changed["id"])
    (why,) = told["why"]
    assert (why["code"], why["sentence_zh"]) == ("has_labour", "该户有劳动能力：不符合。")
    assert told == answer(changed["id"], code=f"{P}not_eligible", state="refused", missing=["has_labour"], why=[why])
    reasons = await house.rows("industry", "SELECT id::text, state, ended_reason FROM post_assignment")
    assert {r["id"]: (r["state"], r["ended_reason"]) for r in reasons} == {
        unconfirmed["id"]: ("refused", "not_confirmed"), unapproved["id"]: ("refused", "not_confirmed"),
        changed["id"]: ("refused", "not_eligible"),
    }  # fmt: skip
    assert await facts(house) == []


async def test_days_are_counted_once_a_month_and_never_ahead(house: House) -> None:
    door = await house.serve("industry", "api")
    assignment, _ = await employ(house, door)
    waiting = proposal((await opened(door, job()))[0], await seed_household(house))
    await propose(door, waiting)
    may = worked(assignment, 20)
    assert await attend(
        door, may, may, may | {"days": 21}, worked(assignment, 20), worked(assignment, 1, "2017-07-01"),
        worked(assignment, 2, "2017-06-01"), worked(assignment, 1, "2017-06-01"), worked(assignment, 1, "2017-04-02"),
        worked(assignment, 1, "2017-02-01"), worked(assignment, 31, "2017-04-01"), worked(waiting["id"], 1),
        worked(str(uuid4()), 1),
    ) == [
        None, None, "shared.content_differs", f"{P}month_recorded", "shared.future_date", f"{P}too_many_days", None,
        f"{P}not_a_month", f"{P}too_many_days", f"{P}too_many_days", f"{P}not_assigned", "shared.not_found",
    ]  # fmt: skip
    invalid = await send(door, "POST", "/posts/attendance", "team", {"items": [worked(assignment, 32)]})
    assert invalid.json()["results"][0]["code"] == "shared.invalid_item"
    rows = await house.rows("industry", "SELECT month_on, days FROM post_attendance ORDER BY month_on")
    assert [tuple(r) for r in rows] == [(date(2017, 5, 1), 20), (date(2017, 6, 1), 1)]


async def test_a_payroll_pays_attendance_once(house: House) -> None:
    door = await house.serve("industry", "api")
    (full, one), (part, two), (absent, _), (unrecorded, _) = [
        await employ(house, door), await employ(house, door), await employ(house, door), await employ(house, door)
    ]  # fmt: skip
    await attend(door, worked(full, 15), worked(part, 14), worked(absent, 0), worked(full, 30, "2017-04-01"))
    paid = await pay(door, "1")
    assert paid.json() == {"month_on": "2017-05-01", "assignments": 2, "dues": 2, "amount_fen": 50_000 + 46_667}
    again, anew = await pay(door, "1"), await pay(door, "2")
    assert (again.json(), again.headers["Idempotent-Replay"]) == (paid.json(), "true")
    assert anew.json() == {"month_on": "2017-05-01", "assignments": 2, "dues": 0, "amount_fen": 0}
    await attend(door, worked(unrecorded, 10))  # counted late
    assert (await pay(door, "3")).json() == {
        "month_on": "2017-05-01", "assignments": 3, "dues": 1, "amount_fen": 33_333,
    }  # fmt: skip
    dues = await house.rows(
        "industry", "SELECT source_key, household_id, division, purpose, payer, category, amount_fen FROM payout_due"
    )
    common = (VILLAGE, "post_wage", "post:forest_guard", "wage")
    assert {tuple(d) for d in dues if d["source_key"] != f"post:{unrecorded}:2017-05"} == {
        (f"post:{full}:2017-05", one, *common, 50_000), (f"post:{part}:2017-05", two, *common, 46_667),
    }  # fmt: skip


async def test_payrolls_at_once_pay_once(house: House) -> None:
    door = await house.serve("industry", "api")
    people = [await employ(house, door) for _ in range(3)]
    await attend(door, *(worked(assignment, 20) for assignment, _ in people))
    answers = await asyncio.gather(*(pay(door, str(key)) for key in range(4)))
    assert sorted(a.json()["dues"] for a in answers) == [0, 0, 0, 3]
    (total,) = await house.rows("industry", "SELECT count(*), sum(amount_fen)::bigint FROM payout_due")
    assert tuple(total) == (3, 150_000)


async def test_a_payroll_is_for_a_month_that_is_over(house: House) -> None:
    door = await house.serve("industry", "api")
    for month, on, code in (
        ("2017-05-01", "2017-05-31", f"{P}month_open"),
        ("2017-07-01", "2017-06-10", f"{P}month_open"),
        ("2017-05-02", "2017-06-10", f"{P}not_a_month"),
    ):
        assert (await pay(door, month, month, on)).json()["code"] == code
    assert (await pay(door, "")).json()["code"] == "shared.idempotency_key_missing"
    assert (await pay(door, "x", on="2017-06-01")).json()["dues"] == 0


async def test_an_ending_frees_household_and_post_and_the_days_before_are_paid(house: House) -> None:
    door = await house.serve("industry", "api")
    assignment, household = await employ(house, door)
    assert await end(door, assignment, "2017-06-02") == "shared.future_date"
    assert await end(door, assignment, "2017-02-28") == f"{P}dates_reversed"
    assert await end(door, assignment, "2017-05-12", area=FAR_VILLAGE[:9]) == "shared.not_found"
    assert [await end(door, assignment, "2017-05-12") for _ in range(2)] == [None, None]
    assert await end(door, assignment, "2017-05-13") == f"{P}already_ended"
    ended = {
        "household_id": str(household), "division": VILLAGE, "assignment_id": assignment, "reason": "moved",
        "ended_on": "2017-05-12",
    }  # fmt: skip
    assert await facts(house, "post_ended") == [("post_ended", ended)]
    assert await attend(door, worked(assignment, 13)) == [f"{P}too_many_days"]
    assert await attend(door, worked(assignment, 12)) == [None]
    assert (await pay(door, "1")).json()["amount_fen"] == 40_000
    (shown,) = (await get(door, f"/posts/assignments?household_id={household}&state=ended"))["items"]
    again = proposal(shown["post_id"], household)
    assert [r["code"] for r in await propose(door, again)] == [None]
    assert await end(door, again["id"], "2017-05-20") == f"{P}not_assigned"


async def test_posts_are_opened_once_and_within_the_area(house: House) -> None:
    door = await house.serve("industry", "api")
    here, far = job("placement", VILLAGE), job(division=FAR_VILLAGE)
    answers = await results(door, "POST", "/posts", "township", here, here, here | {"monthly_fen": 1}, far)
    assert [r["code"] for r in answers] == [None, None, "shared.content_differs", "shared.outside_area"]
    await opened(door, far)
    (refused,) = await results(door, "POST", "/posts", "township", job(id=far["id"]))
    assert refused["code"] == "shared.id_taken"
    assert (await get(door, "/posts/summary", "village"))["by_kind"] == {"placement": {"posts": 1, "filled": 0}}
    assert [p["id"] for p in (await get(door, "/posts?kind=placement"))["items"]] == [here["id"]]
    assert (await get(door, "/posts", "village", OTHER_VILLAGE))["items"] == []


async def test_who_leaves_the_register_leaves_the_post_and_who_exits_keeps_it(house: House) -> None:
    await house.serve("registry", "worker")
    door = await house.serve("industry")
    (kept, exits), (lost, goes), (follows, moves) = [await employ(house, door) for _ in range(3)]
    hopes = await seed_household(house)
    hoped = proposal((await opened(door, job()))[0], hopes)
    await propose(door, hoped)
    await attend(door, worked(follows, 9))
    await state(
        house, "registry",
        HouseholdExited(
            household_id=exits, division=VILLAGE, exit_id=uuid4(), members=3, exited_on=date(2017, 4, 1),
            decision_id=uuid4(),
        ),
        HouseholdRemoved(household_id=goes, division=VILLAGE, reason="not_poor", removed_on=date(2017, 4, 1)),
        HouseholdRemoved(household_id=hopes, division=VILLAGE, reason="not_poor", removed_on=date(2017, 2, 1)),
        HouseholdRevised(**whole(moves, OTHER_VILLAGE)),
    )  # fmt: skip

    async def applied() -> bool:
        flow = await get(door, "/operations/flow")
        return bool(flow["applied"] == {"registry.household": 4})

    await house.settled(applied)
    assert await states(door) == {kept: "assigned", lost: "ended", follows: "assigned", hoped["id"]: "refused"}
    ended = {
        "household_id": str(goes), "division": VILLAGE, "assignment_id": lost, "reason": "removed",
        "ended_on": "2017-04-01",
    }  # fmt: skip
    sent = await house.rows(
        "industry",
        "SELECT value::jsonb AS v FROM (SELECT headers, value FROM outbox UNION ALL SELECT headers, value"
        " FROM outbox_sent) o WHERE headers ->> 'ce_type' = 'industry.post_ended.v1'",
    )
    assert [json.loads(r["v"]) for r in sent] == [ended]
    assert await states(door, "village", OTHER_VILLAGE) == {follows: "assigned"}
    (row,) = await house.rows("industry", "SELECT division FROM post_attendance")
    assert row["division"] == OTHER_VILLAGE
    assert await house.rows("industry", "SELECT 1 FROM parked_key") == []


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_attendance_is_paid_alike_whichever_is_told_first(house: House, order: tuple[int, ...]) -> None:
    """Two months' days and the last day of the assignment: nobody is paid for a day after it."""
    door = await house.serve("industry", "api")
    assignment, _ = await employ(house, door)
    acts: list[Any] = [worked(assignment, 20, "2017-04-01"), worked(assignment, 10), None]
    for place in order:
        item = acts[place]
        assert await (attend(door, item) if item else end(door, assignment, "2017-05-10")) in ([None], None)
    paid = [(await pay(door, month, month)).json()["amount_fen"] for month in ("2017-04-01", "2017-05-01")]
    assert paid == [50_000, 33_333]
