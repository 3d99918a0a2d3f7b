"""A round of exits over a village's list: opened by the county, kept by every step, prolonged by the county alone."""

from typing import Any
from uuid import uuid4

from tests.conftest import Door, House
from tests.integration.registry.test_exits import EXITS, VOTE, ready_household, step
from tests.integration.registry.test_households import VILLAGE
from tests.integration.registry.test_registry_tasks import tasks

ROUNDS = "/registry/v1/rounds"
COUNTY = "140927"


def stage(name: str, opens_on: str, closes_on: str) -> dict[str, str]:
    return {"step": name, "opens_on": opens_on, "closes_on": closes_on}


def a_round(**changes: Any) -> dict[str, Any]:
    stages = [stage("proposed", "2017-10-01", "2017-10-20"), stage("reviewed", "2017-10-21", "2017-10-31")]
    return {
        "id": str(uuid4()), "procedure": "registry.exits", "division": VILLAGE, "year": 2017, "stages": stages,
        "document_no": "神扶贫办〔2017〕12号",
    } | changes  # fmt: skip


async def put(
    door: Door, *items: dict[str, Any], role: str = "county", area: str = COUNTY, on: str = "2017-09-20"
) -> Any:
    answer = await door.call("PUT", ROUNDS, role, area, on=on, json={"items": list(items)})
    if answer.status_code != 200:
        return answer.status_code
    return [(r["status"], r["code"]) for r in answer.json()["results"]]


async def test_a_case_of_a_round_goes_through_its_stages(house: House) -> None:
    door = await house.serve("registry", "api")
    one, two = [{"household_id": str(await ready_household(house, door))} for _ in range(2)]
    first = a_round()
    assert await put(door, first) == [("accepted", None)]
    (early,) = await step(door, "", "village", one, on="2017-09-30", subject="clerk")
    assert (early["status"], early["code"]) == ("refused", "shared.outside_round")
    (opened,) = await step(door, "", "village", one, on="2017-10-02", subject="clerk")
    shown = (await door.call("GET", f"{EXITS}/{opened['case_id']}", "village", VILLAGE)).json()
    assert (shown["case_round_id"], shown["due_on"]) == (first["id"], "2017-10-31")
    # The meeting has its days: before them nothing waits for it, after them only the county helps.
    vote = {"id": opened["case_id"]} | VOTE
    assert (await tasks(door, "village", VILLAGE, "chair", on="2017-10-20"))["items"] == []
    assert [t["due_on"] for t in (await tasks(door, "village", VILLAGE, "chair", on="2017-10-21"))["items"]] == [
        "2017-10-31"
    ]
    for on, code in (("2017-10-20", "shared.stage_not_open"), ("2017-11-01", "shared.stage_over")):
        (refused,) = await step(door, "/reviews", "village", vote, on=on, subject="chair")
        assert (refused["status"], refused["code"]) == ("refused", code)
    # Who comes late says why, and that is kept.
    (late,) = await step(door, "", "village", two, on="2017-11-01", subject="clerk")
    assert late["code"] == "shared.outside_round"
    (beside,) = await step(door, "", "village", two | {"outside_round": "missed"}, on="2017-11-01", subject="clerk")
    said = (await door.call("GET", f"{EXITS}/{beside['case_id']}", "village", VILLAGE)).json()
    assert (said["case_round_id"], said["due_on"]) == (None, "2017-11-08")
    assert said["steps"][0]["detail"] == {"outside_round": "missed"}
    # The county prolongs; what is under way is due by the new day.
    longer = [first["stages"][0], stage("reviewed", "2017-10-21", "2017-11-10")]
    assert await put(door, first | {"stages": longer}, on="2017-11-01") == [("accepted", None)]
    assert (await door.call("GET", f"{EXITS}/{opened['case_id']}", "village", VILLAGE)).json()["due_on"] == "2017-11-10"
    (passed,) = await step(door, "/reviews", "village", vote, on="2017-11-01", subject="chair")
    assert (passed["status"], passed["state"]) == ("accepted", "reviewed")


async def test_what_is_no_round_refuses_itself(house: House) -> None:
    door = await house.serve("registry", "api")
    sound = a_round()
    wrong = [
        (a_round(procedure="registry.villages"), "shared.no_rounds"),
        (a_round(procedure="relocation.applications"), "shared.no_rounds"),
        (a_round(division="140928200201"), "shared.outside_area"),
        (a_round(stages=[stage("voted", "2017-10-01", "2017-10-02")]), "shared.no_such_stage"),
        (a_round(stages=[stage("reviewed", "2017-10-01", "2017-10-02")] * 2), "shared.no_such_stage"),
        (a_round(stages=[stage("reviewed", "2017-10-02", "2017-10-01")]), "shared.invalid_item"),
        (sound, "shared.twice_in_batch"),
    ]
    expected = [("accepted", None), *(("refused", code) for _, code in wrong)]
    assert await put(door, sound, *(item for item, _ in wrong)) == expected
    written = "SELECT xmin::text AS by FROM case_round"
    before = await house.rows("registry", written)
    assert await put(door, sound) == [("accepted", None)]
    assert await house.rows("registry", written) == before, "the same again writes nothing"
    assert await put(door, sound | {"year": 2018}) == [("refused", "shared.content_differs")]
    assert await put(door, a_round()) == [("refused", "shared.round_exists")]
    assert await put(door, a_round(year=2018)) == [("accepted", None)]
    assert await put(door, a_round(year=2019), role="township", area=VILLAGE[:9]) == 403


async def test_rounds_are_read_within_the_area(house: House) -> None:
    door = await house.serve("registry", "api")
    here, there = a_round(), a_round(division="140927200202")
    await put(door, here, there)

    async def seen(area: str, **query: Any) -> list[str]:
        answer = await door.call("GET", ROUNDS, "village" if len(area) == 12 else "county", area, params=query)
        return [r["division"] for r in answer.json()["items"]]

    assert sorted(await seen(COUNTY)) == [VILLAGE, "140927200202"]
    assert await seen(VILLAGE) == [VILLAGE]
    assert await seen(COUNTY, division="140927200202", year=2017, procedure="registry.exits") == ["140927200202"]
    assert await seen(COUNTY, year=2018) == []
