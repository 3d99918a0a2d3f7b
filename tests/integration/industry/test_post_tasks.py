"""What waits in posts: proposals for the next of three persons; after a death, for who works on."""

from datetime import date
from typing import Any
from uuid import UUID

from shared.events.registry import MemberRemoved
from tests.conftest import Door, House
from tests.integration.industry.acts import FAR_VILLAGE, TOWNSHIP, VILLAGE, answer, get, results, seed_household
from tests.integration.industry.test_dividends import state
from tests.integration.industry.test_posts import (
    P,
    approve,
    attend,
    check,
    employ,
    job,
    opened,
    pay,
    proposal,
    propose,
    states,
    worked,
)


async def resume(door: Door, assignment: str, since: str | None, **how: Any) -> Any:
    item = {"id": assignment, "resumed_on": since}
    return (await results(door, "POST", "/posts/continuations", "village", item, **how))[0]


async def waiting(door: Door, role: str, area: str = "", subject: str = "") -> list[tuple[str, str, str]]:
    """Case, step and due day of what waits for a role on 2017-06-01."""
    tasks = (await get(door, "/tasks", role, area, on="2017-06-01", subject=subject or role))["items"]
    return [(t["id"], t["step"], t["due_on"]) for t in tasks if t["procedure"] == "industry.posts"]


async def test_a_proposal_waits_for_who_may_take_its_next_step(house: House) -> None:
    door = await house.serve("industry", "api")
    item = proposal((await opened(door, job()))[0], await seed_household(house))
    await propose(door, item, subject="clerk")
    assert await waiting(door, "township", subject="officer") == [(item["id"], "checked", "2017-06-08")]
    assert [await waiting(door, "county"), await waiting(door, "village")] == [[], []]
    assert await waiting(door, "township", subject="clerk") == []  # who proposed does not check
    await check(door, item["id"], subject="officer")
    assert await waiting(door, "township", subject="another") == []
    assert await waiting(door, "county", subject="head") == [(item["id"], "assigned", "2017-06-08")]
    await approve(door, item["id"], subject="head")
    assert await waiting(door, "county", subject="another") == []
    log = "SELECT step, acted_by FROM case_step WHERE case_id = $1 ORDER BY id"
    steps = await house.rows("industry", log, UUID(item["id"]))
    assert [tuple(s) for s in steps] == [("proposed", "clerk"), ("checked", "officer"), ("assigned", "head")]


async def test_a_death_holds_the_post_until_the_village_says_who_works_on(house: House) -> None:
    await house.serve("registry", "worker")
    door = await house.serve("industry")
    (works_on, one), (nobody, two), (weak, three), (bride, four) = [await employ(house, door) for _ in range(4)]
    await attend(door, worked(nobody, 20), worked(weak, 20))  # counted before the death was known
    deaths = [
        MemberRemoved(
            household_id=household, division=VILLAGE, reason="death", head=False, members=2, removed_on=date(2017, 5, 2)
        )
        for household in (one, two, three)
    ]
    married = deaths[0].model_copy(update={"household_id": four, "reason": "marriage_out"})
    await state(house, "registry", *deaths, married)

    async def applied() -> bool:
        return bool((await get(door, "/operations/flow"))["applied"] == {"registry.household": 4})

    await house.settled(applied)
    held = {works_on: "held", nobody: "held", weak: "held"}
    assert await states(door) == held | {bride: "assigned"}
    assert {i for i, step_name, _ in await waiting(door, "village") if step_name == "ended"} == set(held)
    # The month of the death counts to the day; nothing after it.
    assert await attend(
        door, worked(works_on, 1, "2017-06-01"), worked(works_on, 0, "2017-06-01"), worked(works_on, 3),
        worked(works_on, 2),
    ) == [f"{P}post_held", f"{P}post_held", f"{P}too_many_days", None]  # fmt: skip
    other = proposal((await opened(door, job()))[0], one)
    assert [r["missing"] for r in await propose(door, other)] == [["no_other_post"]]
    # Who works on is asked of the rule again.
    await house.rows("industry", "UPDATE household SET has_labour = false WHERE id = $1", three)
    assert await resume(door, weak, "2017-05-10") == answer(
        weak, status="refused", code=f"{P}not_eligible", state="held", missing=["has_labour"]
    )
    owner = await house.owner("industry")
    await owner.execute("UPDATE post SET division = $1", FAR_VILLAGE)  # as if the household had moved here
    assert (await resume(door, works_on, "2017-05-30"))["code"] == "shared.not_found"
    await owner.execute("UPDATE post SET division = $1", TOWNSHIP)
    assert (await resume(door, works_on, "2017-05-01"))["code"] == f"{P}dates_reversed"
    assert (await resume(door, works_on, "2017-06-02"))["code"] == "shared.future_date"
    assert await resume(door, works_on, "2017-05-30") == answer(works_on, state="assigned")
    assert await resume(door, nobody, None) == answer(nobody, state="ended")
    assert (await resume(door, nobody, None))["code"] == "shared.wrong_state"
    assert await attend(door, worked(works_on, 1, "2017-06-01")) == [None]
    assert await states(door) == {works_on: "assigned", nobody: "ended", weak: "held", bride: "assigned"}
    ended = await get(door, f"/posts/assignments?household_id={two}")
    assert [(a["ended_on"], a["ended_reason"]) for a in ended["items"]] == [("2017-05-02", "death")]
    # Of the twenty days two are paid to each.
    assert (await pay(door, "1")).json() == {
        "month_on": "2017-05-01", "assignments": 3, "dues": 3, "amount_fen": 3 * 6_667,
    }  # fmt: skip
    assert await house.rows("industry", "SELECT 1 FROM parked_key") == []
