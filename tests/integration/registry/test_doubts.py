"""What speaks against an application: neighbours object, comparisons suspect, and somebody else answers."""

from typing import Any
from uuid import uuid4

from tests.conftest import House
from tests.integration.registry.test_exits import MINUTES
from tests.integration.registry.test_identification import (
    APPLY,
    FOUND,
    VILLAGE,
    applied,
    noticed,
    person,
    shown,
    step,
    walk,
)
from tests.integration.registry.test_registry_tasks import tasks
from tests.integration.registry.test_roster import seed_divisions


async def test_an_objection_on_the_last_day_a_holiday_stops_the_notice_and_begins_it_anew(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    one = await noticed(door, on="2017-09-27")
    case = await shown(door, one)
    ends = case["notice_ends_on"]
    assert ends == "2017-10-04", "the last of its seven days lies in the week of the National Day"
    body = {"id": one, "reason": "income"}
    said = await door.call(
        "POST", f"{APPLY}/objections", "villager", VILLAGE, on="2017-10-03", subject="wang", json=body
    )
    again = await door.call(
        "POST", f"{APPLY}/objections", "villager", VILLAGE, on="2017-10-03", subject="wang", json=body
    )
    assert (said.status_code, said.json()) == (201, again.json())
    (held,) = await step(door, "/township-checks", "township", {"id": one} | FOUND, on=ends)
    assert held["code"] == "registry.identification.objection_open"
    (task,) = (await tasks(door, "township", VILLAGE[:9], on=ends))["items"]
    assert (task["step"], task["title_zh"]) == ("objection_resolved", "处理公示异议")
    resolution = f"{APPLY}/doubts/{said.json()['id']}/resolution"
    answer = {"upheld": False, "evidence": "bank slips"}
    by_village = await door.call("POST", resolution, "village", VILLAGE, on=ends, json=answer)
    assert by_village.json()["code"] == "shared.wrong_role"
    resolved = await door.call("POST", resolution, "township", VILLAGE[:9], on=ends, subject="township", json=answer)
    assert resolved.status_code == 204
    twice = await door.call("POST", resolution, "township", VILLAGE[:9], on=ends, subject="township", json=answer)
    assert twice.json()["code"] == "registry.identification.doubt_resolved"
    assert (await shown(door, one))["notice_ends_on"] == "2017-10-11"
    assert (await walk(door, one))["state"] == "entered"


async def test_an_objection_that_is_right_ends_it_in_either_notice(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    first, second = await noticed(door), await noticed(door, person(5))
    await walk(door, second, "/second-notices")
    for one in (first, second):
        said = await door.call(
            "POST", f"{APPLY}/objections", "villager", VILLAGE, on="2017-10-23", subject="wang",
            json={"id": one, "reason": "assets"},
        )  # fmt: skip
        resolution = f"{APPLY}/doubts/{said.json()['id']}/resolution"
        await door.call("POST", resolution, "township", VILLAGE[:9], json={"upheld": True, "evidence": "a car"})
        case = await shown(door, one)
        assert (case["state"], case["sentence_en"]) == ("refused", "An objection was upheld.")
        assert case["doubts"][0]["sentence_zh"] == "对财产有异议。"
        late = await door.call("POST", f"{APPLY}/objections", "county", json={"id": one, "reason": "assets"})
        assert late.json()["code"] == "registry.exits.not_on_notice"


async def test_a_match_is_a_suspicion_that_somebody_in_the_village_answers(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    one, two = await applied(door), await noticed(door, person(5))
    found = [{"id": str(uuid4()), "identification_id": i, "reason": "EX3", "evidence": "run 2"} for i in (one, two)]
    results = await step(door, "/suspicions", "county", *found, found[0] | {"reason": "EX1"}, subject="comparer")
    assert [r["code"] for r in results] == [None, None, "shared.content_differs"]
    await walk(door, two, "/second-notices")
    (held,) = await step(door, "/comparisons", "county", {"id": two, "evidence": "run 3"}, on="2017-10-24")
    assert held["code"] == "registry.identification.suspicion_open"
    waiting = [
        t["id"] for t in (await tasks(door, "village", VILLAGE, "chair"))["items"] if t["step"] == "suspicion_resolved"
    ]
    assert sorted(waiting) == sorted(f["id"] for f in found)
    clerks = (await tasks(door, "village", VILLAGE, "clerk"))["items"]
    assert [t for t in clerks if t["step"] == "suspicion_resolved"] == [], "he wrote the applications down"

    async def answer(doubt: dict[str, Any], subject: str, *, upheld: bool) -> Any:
        body = {"upheld": upheld, "evidence": "seen in the yard"}
        return await door.call(
            "POST", f"{APPLY}/doubts/{doubt['id']}/resolution", "village", VILLAGE, subject=subject, json=body
        )

    assert (await answer(found[1], "clerk", upheld=False)).json()["code"] == "shared.same_person"
    assert (await answer(found[1], "chair", upheld=False)).status_code == 204
    assert (await walk(door, two, "/comparisons"))["state"] == "compared"
    # Found between the comparison and the announcement: it is looked into all the same.
    late = found[1] | {"id": str(uuid4()), "reason": "EX9", "evidence": "run 4"}
    await step(door, "/suspicions", "county", late, on="2017-10-24", subject="comparer")
    (held,) = await step(door, "/entries", "county", {"id": two} | MINUTES, on="2017-10-24", subject="announcer")
    assert held["code"] == "registry.identification.suspicion_open"
    assert (await tasks(door, "county", "140927", "announcer", on="2017-10-24"))["items"] == []
    assert (await answer(late, "chair", upheld=False)).status_code == 204
    (task,) = (await tasks(door, "county", "140927", "announcer", on="2017-10-24"))["items"]
    assert (task["id"], task["step"]) == (two, "entered")
    assert (await walk(door, two))["state"] == "entered"
    assert (await answer(found[0], "chair", upheld=True)).status_code == 204
    case = await shown(door, one)
    assert (case["state"], case["ended_code"], case["sentence_zh"]) == (
        "refused", "registry.removal.EX3", "家庭购有 30,000 元以上车辆。",
    )  # fmt: skip
    (ended,) = await step(door, "/suspicions", "county", found[0] | {"id": str(uuid4())})
    assert ended["code"] == "shared.wrong_state"
