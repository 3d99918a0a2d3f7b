"""What waits in posts: proposals for the next of three persons; after a death, for who works on."""

from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.acts.reasons import reason_shown
from shared.events.registry import MemberRemoved
from tests.bonds import bind
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


async def resume(door: Door, assignment: str, since: str | None, person: str | None = None, **how: Any) -> Any:
    item = {"id": assignment, "resumed_on": since, "person": person}
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
    assert [await waiting(door, "human_resources"), await waiting(door, "village")] == [[], []]
    assert await waiting(door, "township", subject="clerk") == []  # who proposed does not check
    await check(door, item["id"], subject="officer")
    assert await waiting(door, "township", subject="another") == []
    assert await waiting(door, "human_resources", subject="head") == [(item["id"], "assigned", "2017-06-08")]
    await approve(door, item["id"], subject="head")
    assert await waiting(door, "human_resources", subject="another") == []
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
    why = [reason_shown("industry.post_eligibility", "has_labour").model_dump()]
    assert await resume(door, weak, "2017-05-10") == answer(
        weak, status="refused", code=f"{P}not_eligible", state="held", missing=["has_labour"], why=why
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


async def gone(house: House, door: Door, *facts: MemberRemoved, seen: int) -> None:
    """The registry says so, and industry has heard it."""
    await state(house, "registry", *facts)

    async def applied() -> bool:
        return bool((await get(door, "/operations/flow"))["applied"] == {"registry.household": seen})

    await house.settled(applied)


def departure(household: UUID, on: date, person: str | None = None, reason: str = "death") -> MemberRemoved:
    return MemberRemoved(
        household_id=household, division=VILLAGE, reason=reason, head=False, members=2, removed_on=on, person=person
    )


async def test_public_report_13_post_holder_dies(house: House) -> None:
    """It ends with him where nobody else can work, stands still where somebody may, goes on where another died."""
    await house.serve("registry", "worker")
    door = await house.serve("industry")
    workers = [str(uuid4()) for _ in range(5)]
    (alone, one), (helped, two), (spared, three), (moved, four), (unsure, five) = [
        await employ(house, door, person=person) for person in workers
    ]
    assert await attend(door, worked(alone, 20)) == [None]  # counted before the death was known
    await house.rows("industry", "UPDATE household SET has_labour = false WHERE id = ANY($1)", [one, three])
    on = date(2017, 5, 2)
    await gone(
        house, door, departure(one, on, workers[0]), departure(two, on, workers[1]), departure(three, on, str(uuid4())),
        departure(four, on, workers[3], "marriage_out"), departure(five, on), seen=5,
    )  # fmt: skip
    expected = {alone: "ended", helped: "held", spared: "assigned", moved: "held", unsure: "held"}
    assert await states(door) == expected
    (ended,) = (await get(door, f"/posts/assignments?household_id={one}"))["items"]
    assert (ended["person"], ended["ended_on"], ended["ended_reason"]) == (workers[0], "2017-05-02", "death")
    assert await attend(door, worked(alone, 1, "2017-06-01"), worked(helped, 3)) == [
        f"{P}too_many_days", f"{P}too_many_days",
    ]  # fmt: skip
    # The dead works nowhere any more, whoever names him.
    assert (await resume(door, helped, "2017-05-10"))["code"] == f"{P}worker_gone"
    assert (await resume(door, helped, "2017-05-10", person=workers[1]))["code"] == f"{P}worker_gone"
    wife = str(uuid4())
    assert await resume(door, helped, "2017-05-10", person=wife) == answer(helped, state="assigned")
    assert (await resume(door, unsure, "2017-05-10"))["state"] == "assigned"
    (post,) = await opened(door, job())
    dead = proposal(post, await seed_household(house), person=workers[0])
    assert [r["code"] for r in await propose(door, dead)] == [f"{P}worker_gone"]
    people = {a["id"]: a["person"] for a in (await get(door, "/posts/assignments"))["items"]}
    assert (people[helped], people[unsure]) == (wife, workers[4])
    # Of the twenty days two are paid.
    assert (await pay(door, "1")).json()["amount_fen"] == 6_667
    assert await house.rows("industry", "SELECT 1 FROM parked_key") == []


async def test_who_dies_before_he_is_assigned_is_not(house: House) -> None:
    await house.serve("registry", "worker")
    door = await house.serve("industry")
    household, person = await seed_household(house), str(uuid4())
    item = proposal((await opened(door, job()))[0], household, person=person)
    assert [r["code"] for r in await propose(door, item)] == [None]
    await gone(house, door, departure(household, date(2017, 5, 2), person), seen=1)
    assert await states(door) == {item["id"]: "refused"}
    assert (await check(door, item["id"]))["code"] == "shared.wrong_state"


async def test_who_split_off_works_for_the_household_where_he_lives(house: House) -> None:
    await house.serve("registry", "worker")
    door = await house.serve("industry")
    old, new, person = await seed_household(house), await seed_household(house), str(uuid4())
    await gone(house, door, departure(old, date(2017, 5, 2), person, "not_sharing"), seen=1)
    (post,) = await opened(door, job())
    assert [r["code"] for r in await propose(door, proposal(post, new, person=person))] == [f"{P}worker_gone"]
    await bind(await house.owner("industry"), new, person=person)
    assert [r["code"] for r in await propose(door, proposal(post, old, person=person))] == [f"{P}worker_gone"]
    assert [r["code"] for r in await propose(door, proposal(post, new, person=person))] == [None]


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_deaths_hold_a_post_from_the_first_whichever_is_heard_first(house: House, order: tuple[int, ...]) -> None:
    await house.serve("registry", "worker")
    door = await house.serve("industry")
    assignment, household = await employ(house, door)
    days = (date(2017, 5, 20), date(2017, 5, 4), date(2017, 5, 11))
    for seen, place in enumerate(order, 1):
        await gone(house, door, departure(household, days[place]), seen=seen)
    (shown,) = (await get(door, f"/posts/assignments?household_id={household}"))["items"]
    assert (shown["state"], shown["held_on"]) == ("held", "2017-05-04")
    assert await attend(door, worked(assignment, 5), worked(assignment, 4)) == [f"{P}too_many_days", None]
