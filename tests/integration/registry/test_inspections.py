"""Inspections through their doors: ranked by what speaks for a look, drawn by two, looked at by nobody concerned."""

import json
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.registry.inspections.rules import place_in_draw
from tests.conftest import Door, House
from tests.integration.registry.test_changes import REMOVALS, post, removal
from tests.integration.registry.test_exits import MINUTES
from tests.integration.registry.test_findings import hear, visited
from tests.integration.registry.test_households import VILLAGE
from tests.integration.registry.test_registry_tasks import tasks
from tests.integration.registry.test_screening import CROWDED, LINE, ON, stated, village
from tests.integration.registry.test_suspicions import listed, seen

LISTS, INSPECTIONS = "/registry/v1/inspection-lists", "/registry/v1/inspections"
RESULTS, CONFIRMATIONS = f"{INSPECTIONS}/results", f"{LISTS}/confirmations"


async def county(house: House, door: Door) -> tuple[list[UUID], list[UUID]]:
    """A village that is plain and one that lifts; who stated in it, alarms."""
    plain, lifted = await village(house, VILLAGE, 12), await village(house, CROWDED, 12)
    await stated(door, plain, [LINE + (n - 6) * 900 + 20_000 for n in range(12)], VILLAGE, "plain")
    await stated(door, lifted, [LINE + 400 + n * 411 for n in range(12)], CROWDED, "lifter")
    return plain, lifted


async def draw(door: Door, *, subject: str = "maker", on: str = ON, **changes: Any) -> Any:
    body = {"id": str(uuid4()), "seed": "drum", "budget": 10} | changes
    return await door.call("POST", LISTS, "county", "140927", on=on, subject=subject, json=body)


async def drawn(door: Door, **changes: Any) -> str:
    answer = await draw(door, **changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def confirmed(door: Door, list_id: str, *, yes: bool = True, subject: str = "checker") -> dict[str, Any]:
    said = {"id": list_id, "confirmed": yes}
    (result,) = await post(door, CONFIRMATIONS, "county", said, on=ON, subject=subject)
    return result


async def lines(door: Door, **query: Any) -> list[dict[str, Any]]:
    answer = await door.call("GET", INSPECTIONS, "auditor", "140927", on=ON, params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def found(door: Door, *items: dict[str, Any], role: str = "auditor", subject: str = "looker") -> list[Any]:
    results = await post(door, RESULTS, role, *items, on=ON, subject=subject, area="140927")
    return [(r["code"], r["state"]) for r in results]


def result(line: dict[str, Any], wrong_in: str | None = None) -> dict[str, Any]:
    return {"id": line["id"], "sound": wrong_in is None, "wrong_in": wrong_in, "evidence": "photo 12"}


async def test_what_speaks_most_for_a_look_comes_first_and_says_why(house: House) -> None:
    door = await house.serve("registry", "api")
    _, lifted = await county(house, door)
    await hear(house, [visited(one, division=CROWDED) for one in lifted[:1]], on=ON)
    answer = await door.call("GET", f"{INSPECTIONS}/next", "county", "140927", on=ON, params={"budget": 12})
    items = answer.json()["items"]
    assert {i["household_id"] for i in items} == {str(one) for one in lifted}
    last = items[-1]
    assert last["household_id"] == str(lifted[0]), "somebody else was there"
    assert [s["sign"] for s in last["signs"]] == [
        "of_alarm", "village_alarm", "reviewer_alarm", "near_line", "one_source",
    ]  # fmt: skip
    assert last["score"] == sum(s["points"] for s in last["signs"]) == items[0]["score"] - 5
    assert last["signs"][0]["sentence_zh"] == "该户属于触发本村预警的户。"
    for subject in ("lifter", "plain"):
        answer = await door.call("GET", f"{INSPECTIONS}/next", "county", "140927", on=ON, subject=subject)
        assert (answer.status_code, answer.json()["code"]) == (403, "registry.screening.on_the_list")


async def test_a_list_is_drawn_by_one_confirmed_by_another_and_reproduced_by_its_seed(house: House) -> None:
    door = await house.serve("registry", "api")
    _, lifted = await county(house, door)
    answer = await draw(door, budget=501)
    assert (answer.status_code, answer.json()["code"]) == (422, "registry.inspections.over_budget")
    list_id = await drawn(door)
    assert (await draw(door, id=list_id)).status_code == 201, "the same again"
    assert (await draw(door, id=list_id, seed="bell")).json()["code"] == "shared.content_differs"
    assert (await draw(door)).json()["code"] == "registry.inspections.month_drawn"
    assert (await confirmed(door, list_id, subject="maker"))["code"] == "shared.same_person"
    assert await found(door, result((await lines(door))[0])) == [("shared.wrong_state", "drawn")]
    assert (await confirmed(door, list_id))["state"] == "confirmed"
    rows = await house.rows(
        "registry",
        "SELECT i.*, h.household_no FROM inspection i JOIN household h ON h.id = i.household_id ORDER BY i.id",
    )  # fmt: skip
    numbers = {
        r["id"]: r["household_no"] for r in await house.rows("registry", "SELECT id, household_no FROM household")
    }
    by_draw = sorted(numbers.values(), key=lambda number: place_in_draw("drum", number))
    at_random = {r["household_no"] for r in rows if r["drawn_as"] == "random"}
    assert (len(rows), at_random) == (10, set(by_draw[:2]))
    scored = [r for r in rows if r["drawn_as"] == "score"]
    assert {r["household_id"] for r in scored} <= set(lifted)
    assert {r["household_no"] for r in scored}.isdisjoint(at_random)
    # Nobody is told how a line came about before it was looked at.
    waiting = await lines(door, list_id=list_id, state="open")
    assert [(w["drawn_as"], w["signs"], "score" in w) for w in waiting] == [(None, None, False)] * 10
    (whole,) = [(await door.call("GET", f"{LISTS}/{list_id}", "auditor", "140927", on=ON)).json()]
    assert (whole["population"], whole["random"]["lines"], whole["score"]["lines"]) == (24, 2, 8)
    assert whole["random"]["wrong_ppm"] is None
    owner = await house.owner("registry")
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("UPDATE inspection_list SET decided_by = drawn_by")


async def test_a_list_that_is_not_confirmed_is_over_and_the_month_is_drawn_anew(house: House) -> None:
    door = await house.serve("registry", "api")
    await county(house, door)
    first = await drawn(door)
    over = await confirmed(door, first, yes=False)
    assert (over["status"], over["state"], over["code"]) == ("accepted", "rejected", "shared.not_confirmed")
    assert {line["state"] for line in await lines(door)} == {"ended"}
    second = await drawn(door, seed="bell")
    assert (await confirmed(door, second))["state"] == "confirmed"
    answer = await door.call("GET", LISTS, "county", "140927", on=ON, params={"state": "confirmed"})
    assert [one["id"] for one in answer.json()["items"]] == [second]
    # In the next month the households that wait are not drawn again.
    third = await drawn(door, on="2017-08-10", budget=20)
    assert len(await lines(door, list_id=third)) == 14


async def test_what_is_wrong_is_suspected_and_looked_into_by_others(house: House) -> None:
    door = await house.serve("registry", "api")
    await county(house, door)
    list_id = await drawn(door)
    await confirmed(door, list_id)
    one, two, *_ = await lines(door)
    assert await found(door, result(one) | {"wrong_in": "income"}, result(two, "income") | {"wrong_in": None}) == [
        ("registry.inspections.wrong_in_what", "open"), ("registry.inspections.wrong_in_what", "open"),
    ]  # fmt: skip
    assert await found(door, result(one, "income"), result(two)) == [(None, "wrong"), (None, "sound")]
    assert await found(door, result(one, "income")) == [("shared.wrong_state", "wrong")]
    (case,) = await listed(door)
    assert (case["id"], case["code"], case["source"], case["source_id"], case["evidence"], case["state"]) == (
        one["id"], "inspected", "inspection", list_id, "income: photo 12", "open",
    )  # fmt: skip
    (told,) = await lines(door, household_id=one["household_id"])
    assert told["drawn_as"] in ("random", "score")
    assert (told["signs"] is not None, told["wrong_in"]) == (True, "income")
    assert "reviewer_alarm" not in told["signs"], "who is alarmed about may read it"
    # Who inspected does not look into it; what is so is to be corrected.
    looks = "/registry/v1/suspicions/looks"
    assert [r["code"] for r in await post(door, looks, "team", seen(case), on=ON, subject="looker", area="140927")] == [
        "shared.same_person"
    ]
    assert [r["code"] for r in await post(door, looks, "team", seen(case), on=ON, area="140927")] == [None]
    settlements, said = "/registry/v1/suspicions/settlements", {"id": case["id"], "confirmed": True}
    settled = await post(door, settlements, "county", said, on=ON, subject="third")
    assert settled[0]["state"] == "upheld"
    (case,) = await listed(door)
    assert case["effect"] == "correction"
    whole = (await door.call("GET", f"{LISTS}/{list_id}", "county", "140927", on=ON)).json()
    assert whole["random"]["inspected"] + whole["score"]["inspected"] == 2
    assert whole["random"]["wrong"] + whole["score"]["wrong"] == 1


async def test_nobody_inspects_where_he_has_to_do_with(house: House) -> None:
    door = await house.serve("registry", "api")
    await county(house, door)
    await confirmed(door, await drawn(door))
    by_home = {line["household_id"]: line for line in await lines(door)}
    home, line = next(iter(by_home.items()))
    barred = [("registry.inspections.concerned", "open")]
    assert await found(door, result(line), role="county", subject="maker") == [("shared.same_person", "open")]
    stated_by = await house.rows("registry", "SELECT stated_by FROM income_line WHERE household_id = $1", UUID(home))
    assert await found(door, result(line), subject=stated_by[0]["stated_by"]) == barred
    await house.rows(
        "registry", "INSERT INTO paired VALUES (uuidv7(), 'once-helper', $1, '[2016-01-01,2016-06-01)')", UUID(home)
    )
    assert await found(door, result(line), subject="once-helper") == barred
    await hear(house, [visited(UUID(home))], by="visitor", on=ON)
    assert await found(door, result(line), subject="visitor") == barred
    raised = {"id": str(uuid4()), "household_id": home, "code": "EX3", "evidence": "file 3"}
    assert [r["code"] for r in await post(door, "/registry/v1/suspicions", "county", raised, subject="raiser")] == [
        None
    ]
    assert await found(door, result(line), subject="raiser", role="county") == barred
    for role in ("township", "village", "team", "helper"):
        answer = await door.call("POST", RESULTS, role, json={"items": [result(line)]}, on=ON)
        assert answer.status_code == 403, role

    async def waiting(subject: str) -> set[str]:
        items = (await tasks(door, "auditor", "140927", subject))["items"]
        return {t["household_id"] for t in items if t["procedure"] == "registry.inspections"}

    assert home in await waiting("looker")
    assert home not in await waiting("once-helper")
    assert await found(door, result(line)) == [(None, "sound")]
    assert home not in await waiting("looker")


async def test_who_is_struck_is_inspected_no_more(house: House) -> None:
    door = await house.serve("registry", "api")
    await county(house, door)
    await confirmed(door, await drawn(door))
    line, *_ = await lines(door)
    home = UUID(line["household_id"])
    (row,) = await house.rows("registry", "SELECT household_no, division FROM household WHERE id = $1", home)
    strike = removal(home, reason="EX3")
    assert [r["code"] for r in await post(door, REMOVALS, "village", strike, on=ON, area=row["division"])] == [None]
    said = {"id": strike["id"], "confirmed": True, "household_no": row["household_no"]} | MINUTES
    assert [r["state"] for r in await post(door, f"{REMOVALS}/confirmations", "county", said, on=ON)] == ["confirmed"]
    (line,) = await lines(door, household_id=str(home))
    assert line["state"] == "ended"
    sent = await house.rows("registry", "SELECT value FROM outbox")
    assert not any("inspection" in json.dumps(r["value"]) for r in sent), "it is told nobody outside"
