"""What waits for whom: cases to decide and to review, appeals to answer."""

from typing import Any

from tests.conftest import Door, House
from tests.integration.assessment.acts import OTHER_TOWNSHIP, TOWNSHIP, seed_households, station
from tests.integration.assessment.scores import compute, found, graded, publish
from tests.integration.assessment.test_appeals import against, appeal, published
from tests.integration.assessment.test_appeals import decide as answer_appeal
from tests.integration.assessment.test_cases import decide, new_case, open_case, review
from tests.integration.assessment.test_surveys import drawn


async def tasks(door: Door, role: str, area: str = "140927", *, subject: str, on: str = "2017-06-01") -> Any:
    answer = await door.call("GET", "/assessment/v1/tasks", role, area, on=on, subject=subject)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_case_waits_for_another_auditor_then_for_the_township(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    ours = await seed_households(house, 2)
    body = new_case([li], ours)
    await open_case(door, body, "auditor")
    (task,) = await tasks(door, "auditor", subject="another")
    assert task == {
        "id": body["id"], "procedure": "assessment.cases", "step": "confirmed", "household_id": None,
        "division": "140927", "since_on": "2017-06-01", "due_on": "2017-06-08", "title_zh": "核实案件",
        "title_en": "Confirm or dismiss a case",
    }  # fmt: skip
    assert await tasks(door, "auditor", subject="opener") == []
    assert await tasks(door, "township", TOWNSHIP, subject="reviewer") == []
    await decide(door, body["id"])
    assert await tasks(door, "auditor", subject="another") == []
    await review(door, body["id"], ours[:1])
    (left,) = await tasks(door, "township", TOWNSHIP, subject="reviewer")
    assert (left["id"], left["step"], left["due_on"]) == (body["id"], "reviewed", "2017-06-08")
    assert await tasks(door, "township", TOWNSHIP, subject="opener") == []
    assert await tasks(door, "township", OTHER_TOWNSHIP, subject="reviewer") == []
    await review(door, body["id"], ours)
    assert await tasks(door, "township", TOWNSHIP, subject="reviewer") == []


async def test_an_appeal_waits_for_who_had_no_hand_in_the_score(house: House) -> None:
    door, _, helpers, _ = await published(house)
    body = against(helpers[-1])
    await appeal(door, body, "helper-3")
    (task,) = await tasks(door, "county", subject="third", on="2018-01-10")
    assert (task["id"], task["procedure"], task["step"]) == (body["id"], "assessment.appeals", "upheld")
    assert (task["since_on"], task["due_on"]) == ("2018-01-09", "2018-01-16")
    (row,) = await house.rows("assessment", "SELECT computed_by, published_by FROM appeal")
    for subject in row:
        assert await tasks(door, "county", subject=subject, on="2018-01-10") == []
    await answer_appeal(door, body["id"])
    assert await tasks(door, "county", subject="third", on="2018-01-30") == []


async def test_a_run_waits_for_who_did_not_compute_it_until_the_year_is_published(house: House) -> None:
    door, county = await found(house)
    await graded(county, 1, 0)
    first, second = [(await compute(door)).json()["id"] for _ in range(2)]
    waiting = await tasks(door, "county", subject="publisher", on="2018-01-02")
    assert {(t["id"], t["step"], t["since_on"], t["due_on"]) for t in waiting} == {
        (run_id, "published", "2017-12-31", "2018-01-07") for run_id in (first, second)
    }
    assert await tasks(door, "county", subject="computer", on="2018-01-02") == []
    await publish(door, first)
    assert await tasks(door, "county", subject="publisher", on="2018-01-08") == []


async def test_a_round_waits_to_be_closed_by_another(house: House) -> None:
    door = await house.serve("assessment", "api")
    round_id, _ = await drawn(house, door)
    (task,) = await tasks(door, "county", subject="another")
    assert (task["id"], task["procedure"], task["step"]) == (round_id, "assessment.surveys", "closed")
    assert (task["since_on"], task["due_on"]) == ("2017-06-01", "2017-07-01")
    assert await tasks(door, "county", subject="opener") == []
