"""What waits for whom: read from the cases by the procedure's table."""

from typing import Any
from uuid import UUID, uuid4

from tests.conftest import Door, House
from tests.integration.registry import test_amendments as amendments
from tests.integration.registry.test_changes import DEPARTURES, REMOVALS, departure, head_of, post, removal, word
from tests.integration.registry.test_exits import EXITS, TOWNSHIP, VOTE, noticed, proposed, ready_household, step
from tests.integration.registry.test_households import VILLAGE, seed_household
from tests.integration.registry.test_villages import ITEMS, found_places, notice, propose, report

TASKS = "/registry/v1/tasks"


async def tasks(door: Door, role: str, area: str, subject: str = "", on: str = "2017-10-10", **query: Any) -> Any:
    answer = await door.call("GET", TASKS, role, area, on=on, subject=subject or role, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_case_waits_for_who_may_take_its_next_step(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await ready_household(house, door)
    exit_id = await proposed(door, household_id)
    (task,) = (await tasks(door, "village", VILLAGE, "chair"))["items"]
    assert task == {
        "id": exit_id, "procedure": "registry.exits", "step": "reviewed", "household_id": str(household_id),
        "division": VILLAGE, "since_on": "2017-10-10", "due_on": "2017-10-17", "title_zh": "村民代表会议评议",
        "title_en": "Vote of the villagers' representatives",
    }  # fmt: skip
    for role, area in (("team", VILLAGE), ("township", TOWNSHIP), ("county", "140927"), ("bank", "")):
        assert (await tasks(door, role, area))["items"] == [], role
    # Who proposed is not asked to check his own proposal; another village sees nothing of it.
    assert (await tasks(door, "village", VILLAGE, "clerk"))["items"] == []
    assert (await tasks(door, "village", "140927200202", "chair"))["items"] == []
    await step(door, "/reviews", "village", {"id": exit_id} | VOTE, subject="chair")
    assert (await tasks(door, "village", VILLAGE, "chair"))["items"] == []
    assert [t["step"] for t in (await tasks(door, "team", VILLAGE))["items"]] == ["checked"]


async def test_a_notice_waits_its_days_and_an_objection_is_a_task_of_its_own(house: House) -> None:
    door = await house.serve("registry", "api")
    exit_id = await noticed(door, await ready_household(house, door))
    assert (await tasks(door, "township", TOWNSHIP, on="2017-10-16"))["items"] == []
    (check,) = (await tasks(door, "township", TOWNSHIP, on="2017-10-17"))["items"]
    assert (check["step"], check["since_on"], check["due_on"]) == ("township_checked", "2017-10-17", "2017-10-24")
    await door.call("POST", f"{EXITS}/objections", "villager", VILLAGE, json={"id": exit_id, "reason": "income"})
    waiting = (await tasks(door, "township", TOWNSHIP, on="2017-10-11"))["items"]
    assert [t["step"] for t in waiting] == ["objection_resolved"]


async def test_the_exit_of_a_village_waits_for_its_township_and_then_for_the_county(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    await report(door, *ITEMS)
    (opened,) = await propose(door)
    (task,) = (await tasks(door, "township", TOWNSHIP, on="2017-12-04"))["items"]
    assert task == {
        "id": opened["case_id"], "procedure": "registry.villages", "step": "noticed", "household_id": None,
        "division": VILLAGE, "since_on": "2017-12-04", "due_on": "2017-12-11", "title_zh": "乡镇内公示",
        "title_en": "Public notice in the township",
    }  # fmt: skip
    for role, area in (("county", "140927"), ("village", VILLAGE), ("township", "140927201")):
        assert (await tasks(door, role, area, on="2017-12-04"))["items"] == [], role
    await notice(door)
    assert (await tasks(door, "county", "140927", on="2017-12-11"))["items"] == []
    (task,) = (await tasks(door, "county", "140927", on="2017-12-12"))["items"]
    assert (task["step"], task["since_on"], task["due_on"]) == ("approved", "2017-12-12", "2017-12-19")
    assert (await tasks(door, "county", "140927", "t-maker", on="2017-12-12"))["items"] == []


async def test_what_is_frozen_waits_for_nobody(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await ready_household(house, door)
    await proposed(door, household_id)
    await house.rows(
        "registry", "INSERT INTO frozen_household (household_id, case_id, frozen_on) VALUES ($1, $2, '2017-10-01')",
        household_id, uuid4(),
    )  # fmt: skip
    assert (await tasks(door, "village", VILLAGE, "chair"))["items"] == []


async def test_what_one_reports_of_a_household_waits_for_another_to_confirm(house: House) -> None:
    door = await house.serve("registry", "api")
    one, two = await seed_household(house), await seed_household(house)
    left, struck = departure(await head_of(house, one)), removal(two)
    await post(door, DEPARTURES, "village", left, subject="zhao")
    await post(door, REMOVALS, "team", struck, subject="qian")
    # A freeze does not hold up what is true of a household.
    frozen = "INSERT INTO frozen_household (household_id, case_id, frozen_on) VALUES ($1, $2, '2017-05-01')"
    await house.rows("registry", frozen, one, uuid4())
    asked = (
        ("township", TOWNSHIP, "zhao", DEPARTURES, left, "registry.changes.departures", one),
        ("county", "140927", "qian", REMOVALS, struck, "registry.changes.removals", two),
    )
    for role, area, maker, path, item, procedure, household_id in asked:
        (task,) = (await tasks(door, role, area))["items"]
        assert (task["id"], task["procedure"], task["step"]) == (item["id"], procedure, "confirmed")
        assert (task["household_id"], task["since_on"], task["due_on"]) == (
            str(household_id), "2017-06-01", "2017-06-08",
        )  # fmt: skip
        assert (await tasks(door, role, area, maker))["items"] == [], "nobody is asked to confirm what he laid open"
        for other in ("village", "team", "helper"):
            assert (await tasks(door, other, VILLAGE))["items"] == [], other
        yes = await word(house, item) if path == REMOVALS else {"id": item["id"], "confirmed": True}
        await post(door, f"{path}/confirmations", role, yes)
        assert (await tasks(door, role, area))["items"] == []


async def test_what_becomes_of_an_exit_waits_for_another_of_the_county(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id, exit_id = await amendments.exited(house, door)
    item = amendments.revoking(exit_id)
    await amendments.post(door, "revocations", "county", item, area="140927", subject="li")
    # A freeze holds up what would be confirmed; rejected it may be.
    frozen = "INSERT INTO frozen_household (household_id, case_id, frozen_on) VALUES ($1, $2, '2017-11-19')"
    await house.rows("registry", frozen, household_id, uuid4())
    # Whoever got out is seen again after a month, which is another's work.
    await house.rows("registry", "UPDATE follow_up SET opens_on = '2018-10-01', due_on = '2018-10-17'")
    (task,) = (await tasks(door, "county", "140927", "wang", on="2017-11-21"))["items"]
    assert task == {
        "id": item["id"], "procedure": "registry.amendments", "step": "confirmed", "household_id": str(household_id),
        "division": VILLAGE, "since_on": "2017-11-20", "due_on": "2017-11-27",
        "title_zh": "确认返贫、错退或更正", "title_en": "Confirm a return, a revocation or a correction",
    }  # fmt: skip
    for role, area, subject in (
        ("county", "140927", "li"),
        ("township", TOWNSHIP, "wang"),
        ("village", VILLAGE, "wang"),
        ("auditor", "140927", "wang"),
    ):
        assert (await tasks(door, role, area, subject, on="2017-11-21"))["items"] == [], (role, subject)
    (result,) = await amendments.confirm(door, item, confirmed=False)
    assert result["state"] == "rejected"
    assert (await tasks(door, "county", "140927", "wang", on="2017-11-21"))["items"] == []


async def test_the_most_urgent_first_a_page_at_a_time(house: House) -> None:
    door = await house.serve("registry", "api")
    cases = {}
    for day in ("2017-10-12", "2017-10-10", "2017-10-11", "2017-10-10"):
        household_id = await ready_household(house, door)
        item = {"household_id": str(household_id)}
        (result,) = await step(door, "", "village", item, subject="clerk", on=day)
        cases[result["case_id"]] = day
    seen: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = await tasks(door, "village", VILLAGE, "chair", on="2017-10-12", limit=3, cursor=cursor)
        seen += page["items"]
        if (cursor := page["next"]) is None:
            break
    assert {t["id"] for t in seen} == set(cases)
    order = [(t["due_on"], UUID(t["id"])) for t in seen]
    assert order == sorted(order)
    bad = await door.call("GET", TASKS, "village", VILLAGE, params={"cursor": "tomorrow"})
    assert bad.json()["code"] == "shared.cursor_invalid"
