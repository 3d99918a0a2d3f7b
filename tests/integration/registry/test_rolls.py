"""A place's rural people and whether it is a poor village: proposed with a paper, confirmed by another person."""

from typing import Any
from uuid import uuid4

from tests.conftest import Door, House
from tests.integration.registry.test_divisions import PATH, item

CHANGES = f"{PATH}/changes"
CODE, ON = "140927200201", "2017-10-09"


def change(**said: Any) -> dict[str, Any]:
    paper = {"document_no": "神统字〔2017〕8号", "issuer": "县统计局"}
    return {"id": str(uuid4()), "division": CODE, "since": "2017-06-01", **paper, "rural_people": 90} | said


async def send(door: Door, path: str, subject: str, *items: dict[str, Any], area: str = "140927") -> list[Any]:
    answer = await door.call("POST", path, "county", area, subject=subject, on=ON, json={"items": list(items)})
    assert answer.status_code == 200, answer.text
    return [r["code"] for r in answer.json()["results"]]


async def shown(door: Door, on: str) -> list[tuple[int, bool]]:
    answer = await door.call("GET", f"{PATH}?level=village", "county", on=on)
    return [(i["rural_people"], i["poor_village"]) for i in answer.json()["items"]]


async def declare(door: Door, *items: dict[str, Any]) -> list[Any]:
    answer = await door.call("PUT", PATH, "county", json={"items": list(items)})
    return [r["code"] for r in answer.json()["results"]]


async def test_two_persons_change_it_and_the_days_before_stay(house: House) -> None:
    door = await house.serve("registry", "api")
    assert await declare(door, item(CODE)) == [None]
    one = change(poor_village=False)
    assert await send(door, CHANGES, "a", one) == [None]
    assert await send(door, CHANGES, "a", one) == [None], "sent again, answered the same"
    assert await shown(door, ON) == [(100, True)], "nothing before another person says so"
    word = {"id": one["id"], "confirmed": True}
    assert await send(door, f"{CHANGES}/confirmations", "a", word) == ["shared.same_person"]
    assert await send(door, f"{CHANGES}/confirmations", "b", word) == [None]
    assert await shown(door, ON) == [(90, False)]
    assert await shown(door, "2017-05-31") == [(100, True)]
    (told,) = (await door.call("GET", CHANGES, "auditor", on=ON)).json()["items"]
    assert (told["state"], told["was_rural_people"], told["was_poor_village"]) == ("confirmed", 100, True)
    assert "神统字〔2017〕8号" in told["sentence_zh"]
    assert "神统字〔2017〕8号" in told["sentence_en"]
    steps = await house.rows("registry", "SELECT step, acted_by FROM case_step ORDER BY id")
    assert [tuple(r) for r in steps] == [("proposed", "a"), ("confirmed", "b")]


async def test_a_bad_item_refuses_itself_and_what_is_rejected_changes_nothing(house: House) -> None:
    door = await house.serve("registry", "api")
    await declare(door, item(CODE), item("140927200"), item("140928200201"))
    codes = await send(
        door, CHANGES, "a",
        one := change(), change(rural_people=80), change(division="140928200201"), change(division="140927200209"),
        change(division="140927200", poor_village=True), change(since="2018-01-01"), change(rural_people=100),
        change(rural_people=None),
    )  # fmt: skip
    assert codes == [
        None, "registry.rolls.already_open", "shared.outside_area", "shared.not_found", "registry.rolls.not_a_village",
        "shared.future_date", "registry.rolls.nothing_changes", "shared.invalid_item",
    ]  # fmt: skip
    word = {"id": one["id"], "confirmed": False}
    assert await send(door, f"{CHANGES}/confirmations", "b", word) == ["shared.not_confirmed"]
    assert await shown(door, ON) == [(100, True)]
    assert await send(door, CHANGES, "a", change()) == [None], "after it was rejected another may be proposed"


async def test_one_person_declares_new_places_and_changes_no_known_ones(house: House) -> None:
    door = await house.serve("registry", "api")
    await declare(door, item(CODE))
    by_two = "registry.divisions.by_two_persons"
    assert await declare(door, item(CODE, since="2017-05-01") | {"rural_people": 99}) == [by_two]
    assert await declare(door, item(CODE) | {"poor_village": False}) == [by_two]
    assert await declare(door, item(CODE, "新甲村", "2017-05-01"), item("140927200202")) == [None, None]


async def test_who_waits_for_whom_is_a_task_of_the_other(house: House) -> None:
    door = await house.serve("registry", "api")
    await declare(door, item(CODE))
    await send(door, CHANGES, "a", change())
    for subject, waiting in (("a", 0), ("b", 1)):
        answer = await door.call("GET", "/registry/v1/tasks", "county", subject=subject, on=ON)
        assert len([t for t in answer.json()["items"] if t["procedure"] == "registry.rolls"]) == waiting
