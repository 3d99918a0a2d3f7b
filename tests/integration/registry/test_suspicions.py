"""Suspicions about registered households: looked into by one, settled by another, never by who is bound to one."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.registry.suspicions.actions import end_holds
from services.registry.suspicions.work import PORTION, release_unlooked
from shared.data.db import system_caller, transaction
from shared.ground.context import Caller, system_act
from tests.bonds import PERSON
from tests.conftest import Door, House
from tests.integration.registry.test_changes import REMOVALS, departure, head_of, leave, post, removal, told
from tests.integration.registry.test_exits import MINUTES
from tests.integration.registry.test_households import VILLAGE, seed_household
from tests.integration.registry.test_late_grievances import day_comes
from tests.integration.registry.test_registry_tasks import tasks
from tests.integration.registry.test_splits import SPLITS, family, split
from tests.integration.registry.test_transfers import FAR, TRANSFERS, moving
from tests.integration.registry.test_villages import found_places

ROOM = "registry.suspicions"
SUSPICIONS = "/registry/v1/suspicions"
LOOKS, SETTLEMENTS, DISMISSALS = f"{SUSPICIONS}/looks", f"{SUSPICIONS}/settlements", f"{SUSPICIONS}/dismissals"


def suspicion(household_id: UUID, code: str = "EX3", **changes: Any) -> dict[str, Any]:
    named = {"id": str(uuid4()), "household_id": str(household_id), "code": code, "evidence": "file 3, row 12"}
    return named | changes


def seen(one: dict[str, Any], *, so: bool = True, **changes: Any) -> dict[str, Any]:
    return {"id": one["id"], "so": so, "evidence": "photo 12"} | changes


def said(one: dict[str, Any], *, yes: bool = True) -> dict[str, Any]:
    return {"id": one["id"], "confirmed": yes}


async def raised(door: Door, *items: dict[str, Any]) -> None:
    assert [r["code"] for r in await post(door, SUSPICIONS, "county", *items)] == [None] * len(items)


async def settled(door: Door, one: dict[str, Any], **look: Any) -> dict[str, Any]:
    """Looked into by the task force, settled by the township."""
    assert [r["code"] for r in await post(door, LOOKS, "team", seen(one, **look))] == [None]
    (result,) = await post(door, SETTLEMENTS, "township", said(one))
    return result


async def listed(door: Door, role: str = "county", area: str = "140927", **query: Any) -> list[dict[str, Any]]:
    answer = await door.call("GET", SUSPICIONS, role, area, on="2017-06-01", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_match_is_looked_into_by_one_and_settled_by_another(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    one = suspicion(household_id, person=await head_of(house, household_id))
    await raised(door, one)
    # The same again is answered the same; the same of the household, while it waits, is asked about once.
    assert [r["code"] for r in await post(door, SUSPICIONS, "county", one, one | {"id": str(uuid4())})] == [
        None, "registry.suspicions.already_raised",
    ]  # fmt: skip
    (task,) = [t for t in (await tasks(door, "village", VILLAGE))["items"] if t["procedure"] == "registry.suspicions"]
    assert (task["step"], task["title_zh"], task["due_on"]) == ("looked_into", "入户核查疑点", "2017-06-16")
    (looked,) = await post(door, LOOKS, "village", seen(one, since="2016-03-01"), subject="chair")
    assert (looked["status"], looked["state"]) == ("accepted", "looked_into")
    (refused,) = await post(door, SETTLEMENTS, "township", said(one), subject="chair")
    assert refused["code"] == "shared.same_person"
    (back,) = await post(door, SETTLEMENTS, "county", said(one, yes=False), subject="second")
    assert (back["status"], back["state"]) == ("accepted", "open")
    (looked,) = await post(door, LOOKS, "team", seen(one, since="2016-03-01", circumstance="livelihood"))
    (done,) = await post(door, SETTLEMENTS, "township", said(one))
    assert (looked["state"], done["state"]) == ("looked_into", "exempt")
    (shown,) = await listed(door)
    assert (shown["state"], shown["effect"], shown["proof"], shown["since"]) == (
        "exempt", "none", "photo 12", "2016-03-01",
    )  # fmt: skip
    assert shown["sentence_zh"] == "2017-06-01 提出疑点：购车。2017-06-01 审定属实，属例外情形，后续：无。"
    assert not {"raised_by", "looked_by", "settled_by", "about"} & set(shown)
    assert [(t, e.get("upheld"), e.get("holds")) for t, e in await told(house)] == [
        ("suspicion_raised", None, None), ("suspicion_resolved", False, False),
    ]  # fmt: skip
    (decision,) = await house.rows(
        "registry", "SELECT id, outcome FROM decision WHERE rule = 'registry.suspicion' AND subject_id = $1",
        str(household_id),
    )  # fmt: skip
    assert (str(decision["id"]), decision["outcome"]) == (shown["decision_id"], "exempt")
    answer = await door.call("GET", f"/registry/v1/decisions?subject_id={household_id}", "county", "140927")
    assert [r["sentence_zh"] for r in answer.json()[0]["reasons"]] == [
        "经入户核查，疑点为“购车”：符合。", "自 2016-03-01 购置，晚于 2014-06-01 的识别时间，且用于生产经营：符合。",
    ]  # fmt: skip


async def test_what_is_so_removes_nobody_and_asks_a_person_to(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    one = suspicion(household_id)
    await raised(door, one)
    assert (await settled(door, one, since="2013-03-01"))["state"] == "upheld"
    assert (await told(house))[-1][1] | {"division": VILLAGE} == {
        "household_id": str(household_id), "division": VILLAGE, "suspicion_id": one["id"], "upheld": True,
        "holds": True, "resolved_on": "2017-06-01",
    }  # fmt: skip
    (row,) = await house.rows("registry", "SELECT status FROM household WHERE id = $1", household_id)
    assert row["status"] == "poor", "a match is never a removal"

    async def waiting(role: str, area: str) -> list[str]:
        items = (await tasks(door, role, area, "third"))["items"]
        return [t["step"] for t in items if t["procedure"] == "registry.suspicions"]

    assert await waiting("village", VILLAGE) == ["removal"]
    strike = removal(household_id, reason="EX3")
    assert [r["code"] for r in await post(door, REMOVALS, "village", strike)] == [None]
    assert (await waiting("village", VILLAGE), await waiting("county", "140927")) == ([], [])
    (row,) = await house.rows("registry", "SELECT household_no FROM household WHERE id = $1", household_id)
    number = {"household_no": row["household_no"]} | MINUTES
    confirm = f"{REMOVALS}/confirmations"
    assert [r["state"] for r in await post(door, confirm, "county", said(strike, yes=False) | number)] == ["rejected"]
    # The second person would not: the county takes it back, by a third.
    assert await waiting("county", "140927") == ["dismissed"]
    assert [r["code"] for r in await post(door, DISMISSALS, "county", said(one, yes=False), subject="third")] == [
        "registry.suspicions.nothing_said"
    ]
    (own,) = await post(door, DISMISSALS, "county", said(one))
    assert own["code"] == "shared.same_person", "he raised it"
    (over,) = await post(door, DISMISSALS, "county", said(one), subject="third")
    assert (over["state"], (await told(house))[-1][1]["holds"]) == ("dismissed", False)
    assert await waiting("county", "140927") == []


async def test_who_is_bound_to_a_household_does_not_look_into_it(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    head = await head_of(house, household_id)
    one = suspicion(household_id, "EX2", about="cadre-7", person=head)
    await raised(door, one)
    bound = "registry.suspicions.helped_by_you"
    assert [r["code"] for r in await post(door, LOOKS, "village", seen(one), subject="cadre-7")] == [
        "shared.same_person"
    ]
    await house.rows(
        "registry", "INSERT INTO paired VALUES (uuidv7(), 'helper-1', $1, '[2017-01-01,)')", household_id
    )  # fmt: skip
    assert [r["code"] for r in await post(door, LOOKS, "team", seen(one), subject="helper-1")] == [bound]
    assert [r["code"] for r in await post(door, LOOKS, "township", seen(one))] == [None]
    assert [r["code"] for r in await post(door, SETTLEMENTS, "county", said(one), subject="cadre-7")] == [
        "shared.same_person"
    ]
    assert [r["code"] for r in await post(door, SETTLEMENTS, "county", said(one), subject="helper-1")] == [bound]
    owner = await house.owner("registry")
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("UPDATE suspicion SET looked_by = 'cadre-7' WHERE id = $1", UUID(one["id"]))
    for role in ("helper", "villager"):
        answer = await door.call("GET", SUSPICIONS, role, VILLAGE, on="2017-06-01")
        assert answer.status_code == 403


async def test_each_item_refuses_itself(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    results = await post(
        door, SUSPICIONS, "county",
        suspicion(uuid4()), suspicion(household_id, code="EX11"), suspicion(household_id, person="nobody"),
        suspicion(household_id, evidence=""), suspicion(household_id),
    )  # fmt: skip
    assert [r["code"] for r in results] == [
        "shared.not_found", "shared.invalid_item", "registry.suspicions.not_in_household", "shared.invalid_item", None,
    ]  # fmt: skip
    (one,) = await listed(door)
    late = await post(door, LOOKS, "team", seen(one, since="2017-06-02"), seen({"id": str(uuid4())}),
                      seen(one, so=False, since="2016-01-01"), seen(one, so=False))  # fmt: skip
    assert [r["code"] for r in late] == [
        "shared.future_date", "shared.not_found", "shared.twice_in_batch", "shared.twice_in_batch",
    ]  # fmt: skip


async def test_a_household_that_is_struck_is_asked_about_no_more(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await seed_household(house)
    one, two = suspicion(household_id), suspicion(household_id, "EX6")
    await raised(door, one, two)
    await settled(door, two)
    assert [r["code"] for r in await leave(door, departure(await head_of(house, household_id)))] == [None]
    assert {s["code"]: s["state"] for s in await listed(door)} == {"EX3": "ended", "EX6": "upheld"}
    resolved = {e["suspicion_id"]: e["holds"] for t, e in await told(house) if t == "suspicion_resolved"}
    assert resolved == {one["id"]: False, two["id"]: True}, "taken back one day, it is not held up by what ended"
    assert [r["code"] for r in await post(door, SUSPICIONS, "county", suspicion(household_id, "EX1"))] == [
        "shared.household_removed"
    ]


async def test_a_suspected_household_neither_splits_nor_moves_away(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    home, who = await family(house)
    one, apart, away = suspicion(home, "EX7"), split(home, who), moving(home)
    await raised(door, one)
    for path, item in ((SPLITS, apart), (TRANSFERS, away)):
        (held,) = await post(door, path, "village", item)
        assert held["code"] in ("registry.regroupings.under_way", "registry.transfers.case_under_way")
    assert (await settled(door, one, so=False))["state"] == "dismissed"
    assert [r["code"] for r in await post(door, SPLITS, "village", apart)] == [None]


async def ages(house: House, app: Any, on: str) -> int:
    """What the register does by itself on a day."""
    await day_comes(house, on)
    async with transaction(app.state.pool, system_caller("registry")) as connection:
        return await end_holds(connection, system_act("registry", date.fromisoformat(on)), app.state.policy, PORTION)


async def lapsed(house: House, times: int) -> bool:
    return [t for t, _ in await told(house)].count("suspicion_lapsed") == times


async def facts_of(house: House) -> list[tuple[str, bool | None]]:
    return [(t, e.get("holds")) for t, e in await told(house) if t.startswith("suspicion_")]


async def test_what_nobody_looks_into_holds_nobody_up_for_ever_and_stays_open(house: House) -> None:
    door = await house.serve("registry", "api")
    one, two, seen_one = [suspicion(await seed_household(house)) for _ in range(3)]
    await raised(door, one, two, seen_one)
    assert [r["code"] for r in await post(door, LOOKS, "team", seen(seen_one), on="2017-07-30")] == [None]
    assert await ages(house, door.app, "2017-07-31") == 0, "sixty days are not over"
    assert await listed(door, overdue=True) == []
    await day_comes(house, "2017-08-01")
    by_itself = asyncio.create_task(release_unlooked(door.app))
    await house.settled(lambda: lapsed(house, 2))
    by_itself.cancel()
    assert await ages(house, door.app, "2017-08-01") == 0, "once"
    assert [t for t, _ in await facts_of(house)] == ["suspicion_raised"] * 3 + ["suspicion_lapsed"] * 2
    assert {e["suspicion_id"] for t, e in await told(house) if t == "suspicion_lapsed"} == {one["id"], two["id"]}
    late = await listed(door, overdue=True)
    assert {(s["id"], s["state"], s["lapsed_on"]) for s in late} == {
        (one["id"], "open", "2017-08-01"), (two["id"], "open", "2017-08-01"),
    }  # fmt: skip
    assert late[0]["sentence_zh"] == (
        "2017-06-01 提出疑点：购车。应于 2017-06-16 前核查，已逾期；自 2017-08-01 起不再暂停该户享受新的待遇。"
    )
    assert len(await listed(door)) == 3
    # Who should have looked is asked on, and the county urges him.
    for role, area, step in (("village", VILLAGE, "looked_into"), ("county", "140927", "overdue")):
        items = (await tasks(door, role, area, "third", on="2017-08-02"))["items"]
        waiting = {(t["id"], t["due_on"]) for t in items if (t["procedure"], t["step"]) == (ROOM, step)}
        assert waiting == {(one["id"], "2017-06-16"), (two["id"], "2017-06-16")}, role
    # Upheld after all, it holds again; found not to be so, it is over.
    for item, so, state in ((one, True, "upheld"), (two, False, "dismissed")):
        assert [r["code"] for r in await post(door, LOOKS, "team", seen(item, so=so), on="2017-08-02")] == [None]
        assert await listed(door, overdue=True, household_id=item["household_id"]) == []
        (done,) = await post(door, SETTLEMENTS, "township", said(item), on="2017-08-03")
        assert done["state"] == state
    assert (await facts_of(house))[-2:] == [("suspicion_resolved", True), ("suspicion_resolved", False)]
    (step,) = await house.rows(
        "registry", "SELECT acted_by, role FROM case_step WHERE step = 'lapsed' AND case_id = $1", UUID(one["id"])
    )
    assert step["role"] == "system"


async def test_sent_back_it_waits_for_another_look_as_long_again(house: House) -> None:
    door = await house.serve("registry", "api")
    one = suspicion(await seed_household(house))
    await raised(door, one)
    assert [r["code"] for r in await post(door, LOOKS, "team", seen(one), on="2017-07-20")] == [None]
    (back,) = await post(door, SETTLEMENTS, "township", said(one, yes=False), on="2017-07-21")
    assert back["state"] == "open"
    assert await ages(house, door.app, "2017-09-19") == 0
    assert await ages(house, door.app, "2017-09-20") == 1


async def own(door: Door, role: str = "villager") -> Any:
    answer = await door.call("GET", f"{SUSPICIONS}/own", role, VILLAGE)
    return answer.json()["items"] if answer.status_code == 200 else answer.json()["code"]


async def test_a_villager_is_told_of_what_speaks_against_his_household_and_not_who_said_it(house: House) -> None:
    door = await house.serve("registry", "api")
    mine, other = await seed_household(house), await seed_household(house)
    one = suspicion(mine, about="cadre-9", evidence="file 3, row 12")
    await raised(door, one, suspicion(other))
    await (await house.owner("registry")).execute("DELETE FROM resident WHERE household_id <> $1", mine)
    (told_him,) = await own(door)
    said_zh, said_en = told_him.pop("sentence_zh"), told_him.pop("sentence_en")
    assert told_him == {
        "id": one["id"], "household_id": str(mine), "code": "EX3", "raised_on": "2017-06-01", "state": "open",
        "since_on": "2017-06-01", "due_on": "2017-06-16", "settled_on": None,
    }  # fmt: skip
    assert said_zh == (
        "自 2017-06-01 起，您户存在待核查的疑点：购车。"
        "工作人员应于 2017-06-16 前入户核查，您可当面说明情况；也可就建档信息提出诉求并附证明材料。"
    )
    assert said_en.startswith("Since 2017-06-01 something speaks against your household: vehicle.")
    assert (await settled(door, one, since="2013-03-01"))["state"] == "upheld"
    (told_him,) = await own(door)
    assert (told_him["state"], told_him["settled_on"]) == ("upheld", "2017-06-01")
    # Of the table itself he sees no row, and nobody else has a household of his own.
    for role in ("helper", "village", "team"):
        assert await own(door, role) == "shared.forbidden", role
    assert (await door.call("GET", SUSPICIONS, "villager", VILLAGE)).status_code == 403
    himself = Caller("villager", "villager", VILLAGE, person=PERSON)
    async with transaction(door.app.state.pool, himself) as connection:
        assert await connection.fetch("SELECT id FROM suspicion") == []
        assert len(await connection.fetch("SELECT id FROM own_suspicions()")) == 1
    async with transaction(door.app.state.pool, Caller("villager", "villager", FAR, person=PERSON)) as connection:
        assert await connection.fetch("SELECT id FROM own_suspicions()") == []
    owner = await house.owner("registry")
    await owner.execute(f"SELECT set_config('app.area', '{VILLAGE}', false)")
    await owner.execute("SELECT set_config('app.role', 'village', false), set_config('app.person', $1, false)", PERSON)
    assert await owner.fetch("SELECT id FROM own_suspicions()") == [], "an official has no household of his own here"


async def test_what_was_sent_back_is_looked_into_again_on_a_later_day_by_whoever_sent_it_back(house: House) -> None:
    door = await house.serve("registry", "api")
    one = suspicion(await seed_household(house))
    await raised(door, one)
    for day, looker, settler, yes, state in (
        ("2017-06-02", "first", "second", False, "open"), ("2017-06-09", "third", "first", False, "open"),
        ("2017-06-16", "second", "third", True, "upheld"),
    ):  # fmt: skip
        (looked,) = await post(door, LOOKS, "township", seen(one), on=day, subject=looker)
        assert (looked["code"], looked["state"]) == (None, "looked_into"), day
        (over,) = await post(door, SETTLEMENTS, "township", said(one, yes=yes), on=day, subject=settler)
        assert (over["code"], over["state"]) == (None, state), day
