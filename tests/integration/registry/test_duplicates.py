"""Members who may be one person: found by a search, sorted out by people, suspected, and never removed."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.data.crypto import read_data_keys
from tests.conftest import Door, House
from tests.integration.registry.test_changes import add_member, departure, head_of, leave, post
from tests.integration.registry.test_households import VILLAGE, seed_household
from tests.integration.registry.test_registry_tasks import tasks
from tests.integration.registry.test_suspicions import listed as suspicions
from tests.integration.registry.test_suspicions import settled as looked_into
from tests.integration.registry.test_suspicions import suspicion
from tests.integration.registry.test_transfers import FAR, moves
from tests.integration.registry.test_villages import found_places
from tests.roster_file import number

SEARCHES, DUPLICATES = "/registry/v1/duplicate-searches", "/registry/v1/duplicates"
REVIEWS, AGREED = f"{DUPLICATES}/reviews", f"{DUPLICATES}/confirmations"
NOW = "2017-06-01"


async def lives(
    house: House,
    name: str = "张建军",
    born: str = "19700102",
    order: int = 101,
    *,
    division: str = VILLAGE,
    since: str = "2014-06-01",
    kept: str = "",
) -> UUID:
    """A household of one man of that name, registered on a day; `kept`: his number, where it is kept otherwise."""
    household_id = await seed_household(house, division)
    owner = await house.owner("registry")
    (member,) = await owner.fetch("SELECT id FROM member WHERE household_id = $1", household_id)
    sealed = read_data_keys(house.keys.data).encrypt(
        kept or number(born, order), "member", "id_number_sealed", member["id"]
    )
    await owner.execute("UPDATE member SET id_number_sealed = $2 WHERE id = $1", member["id"], sealed)
    day = date(int(born[:4]), int(born[4:6]), int(born[6:]))
    await owner.execute("UPDATE member_fact SET name = $2, born_on = $3 WHERE member_id = $1", member["id"], name, day)
    await owner.execute(
        "UPDATE household SET registered_on = $2 WHERE id = $1", household_id, date.fromisoformat(since)
    )
    return household_id


async def doubled(house: House, division: str = VILLAGE) -> tuple[UUID, UUID]:
    """One man in two households: written by ear in the one that was registered later."""
    return await lives(house), await lives(house, "张健君", order=777, division=division, since="2016-06-01")


async def searched(house: House, door: Door, *, searches: int = 1) -> list[dict[str, Any]]:
    """Asked for by the county, run by the worker: what it found."""
    items = [{"id": str(uuid4())} for _ in range(searches)]
    results = await post(door, SEARCHES, "county", *items)
    assert [(r["status"], r["state"]) for r in results] == [("accepted", "waiting")] * searches
    return await done(house, door, [i["id"] for i in items])


async def done(house: House, door: Door, ids: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    async def is_over() -> bool:
        answer = await door.call("GET", SEARCHES, "county", on=NOW)
        found[:] = [i for i in answer.json()["items"] if i["id"] in ids]
        return {i["state"] for i in found} == {"done"}

    await house.settled(is_over, 60)
    return found


async def queue(door: Door, role: str = "county", area: str | None = None, **query: str) -> list[dict[str, Any]]:
    answer = await door.call("GET", DUPLICATES, role, area, on=NOW, params=query)
    assert answer.status_code == 200, answer.text
    assert not any(text in answer.text for text in ("140999", "张"))
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def word(pair: dict[str, Any], *, same: bool = True, **said: Any) -> dict[str, Any]:
    return {"id": pair["id"], "same": same} | ({} if same else {"reason": "uncle and nephew"}) | said


async def agreed(
    door: Door,
    pair: dict[str, Any],
    subject: str = "second",
    role: str = "township",
    *,
    yes: bool = True,
    on: str = NOW,
) -> dict[str, Any]:
    """Another's word on a pair that somebody told apart."""
    (result,) = await post(door, AGREED, role, {"id": pair["id"], "confirmed": yes}, subject=subject, on=on)
    return result


async def state(door: Door) -> str:
    (pair,) = await queue(door)
    one: str = pair["state"]
    return one


async def test_who_was_written_by_ear_is_found_and_suspected_and_nobody_is_removed(house: House) -> None:
    door = await house.serve("registry")
    first, later = await doubled(house)
    await lives(house, "李国强", "19850617")
    (run,) = await searched(house, door)
    assert (run["people"], run["pairs"], run["raised"], run["crowded"]) == (3, 1, 1, 0)
    (pair,) = await queue(door, "township")
    assert pair | {"search_id": run["id"], "state": "open", "division": VILLAGE, "score": 95} == pair
    assert (pair["household_id"], pair["person"]) == (str(later), await head_of(house, later))
    assert (pair["other_household_id"], pair["other_person"]) == (str(first), await head_of(house, first))
    assert pair["alike"] == ["homophone", "same_birth", "same_sex", "same_village"]
    assert (
        pair["sentence_zh"] == "2017-06-01 比对发现两名成员可能为同一人（疑似重复登记），由乡镇于 2017-07-01 前辨别。"
    )
    assert [(t["step"], t["title_zh"]) for t in await waiting(door, "township")] == [
        ("suspected", "辨别疑似重复登记人员")
    ]
    assert await waiting(door, "county") == []
    (said,) = await post(door, REVIEWS, "township", word(pair, about="cadre-7"))
    assert (said["status"], said["state"], said["code"]) == ("accepted", "suspected", None)
    (raised,) = await suspicions(door)
    (pair,) = await queue(door)
    assert (raised["id"], raised["code"], raised["source"]) == (pair["suspicion_id"], "similar_person", "duplicate")
    assert (raised["household_id"], raised["person"], raised["state"]) == (str(later), pair["person"], "open")
    assert raised["evidence"] == f"duplicate {pair['id']}, score 95"
    # The relay may have carried the event away; what it was about stays.
    about = [row["key"] for row in await house.rows("registry", "SELECT key FROM aggregate")]
    assert about == [str(later)], "nothing new is given meanwhile"
    # Looked into by another, settled by a third; the household stays, and a person reports who leaves which.
    (own,) = await post(
        door, "/registry/v1/suspicions/looks", "team", {"id": raised["id"], "so": True, "evidence": "x"},
        subject="township",
    )  # fmt: skip
    assert own["code"] == "shared.same_person"
    (own,) = await post(
        door, "/registry/v1/suspicions/looks", "team", {"id": raised["id"], "so": True, "evidence": "x"},
        subject="cadre-7",
    )  # fmt: skip
    assert own["code"] == "shared.same_person"
    (looked,) = await post(
        door, "/registry/v1/suspicions/looks", "team", {"id": raised["id"], "so": True, "evidence": "x"}
    )
    assert looked["status"] == "accepted"
    (settled,) = await post(
        door, "/registry/v1/suspicions/settlements", "county", {"id": raised["id"], "confirmed": True}
    )
    assert settled["state"] == "upheld"
    rows = await house.rows("registry", "SELECT status FROM household")
    assert [r["status"] for r in rows] == ["poor"] * 3


async def waiting(door: Door, role: str) -> list[dict[str, Any]]:
    area = {"county": "140927", "township": VILLAGE[:9]}[role]
    found = (await tasks(door, role, area, "third", on=NOW))["items"]
    return [t for t in found if t["procedure"] == "registry.duplicates"]


async def test_what_was_found_or_sorted_out_is_not_asked_again(house: House) -> None:
    door = await house.serve("registry")
    await doubled(house)
    await lives(house, "张建东", order=591)  # another character than the first man's
    (first,) = await searched(house, door)
    (again,) = await searched(house, door)
    assert [(r["pairs"], r["raised"]) for r in (first, again)] == [(3, 3), (3, 0)]
    one, two, three = await queue(door, "township")
    results = await post(
        door, REVIEWS, "township",
        word(one, same=False), word(two), word(one), {"id": str(uuid4()), "same": True},
        {"id": three["id"], "same": False}, {"id": three["id"], "same": "yes"},
    )  # fmt: skip
    assert [(r["code"], r["state"]) for r in results] == [
        (None, "told_apart"), (None, "suspected"), ("shared.twice_in_batch", "told_apart"), ("shared.not_found", None),
        ("registry.duplicates.no_reason", "open"), ("shared.invalid_item", None),
    ]  # fmt: skip
    (late,) = await post(door, REVIEWS, "township", word(one))
    assert (late["code"], late["state"]) == ("shared.wrong_state", "told_apart")
    assert (await searched(house, door))[0]["raised"] == 0, "one person's word is enough not to ask twice"
    assert (await agreed(door, one))["state"] == "different"
    (third,) = await searched(house, door)
    assert (third["pairs"], third["raised"]) == (3, 0)
    assert sorted(p["state"] for p in await queue(door)) == ["different", "open", "suspected"]
    (kept,) = await queue(door, state="different")
    assert (kept["id"], kept["reason"], kept["reviewed_on"]) == (one["id"], "uncle and nephew", NOW)
    assert len(await suspicions(door)) == 1


async def test_of_two_townships_the_county_says_it(house: House) -> None:
    door = await house.serve("registry")
    await lives(house)
    away = await lives(house, order=777, division=FAR, since="2016-06-01")
    await searched(house, door)
    (pair,) = await queue(door)
    assert (pair["state"], pair["division"], pair["household_division"], pair["other_division"]) == (
        "between", "140927", FAR, VILLAGE,
    )  # fmt: skip
    assert (await queue(door, "township"), await queue(door, "township", FAR[:9])) == ([], [])
    for area in (VILLAGE[:9], FAR[:9]):
        (said,) = await post(door, REVIEWS, "township", word(pair), area=area)
        assert said["code"] == "shared.not_found"
    assert (await waiting(door, "township"), len(await waiting(door, "county"))) == ([], 1)
    for home in (away, UUID(pair["other_household_id"])):
        assert [p["id"] for p in await queue(door, household_id=str(home))] == [pair["id"]]
    (said,) = await post(door, REVIEWS, "county", word(pair, same=False))
    assert (said["state"], await waiting(door, "township")) == ("told_apart", [])
    assert (await agreed(door, pair))["code"] == "shared.not_found", "a township sees one of them"
    assert (await agreed(door, pair, role="county", yes=False))["state"] == "between"
    (said,) = await post(door, REVIEWS, "county", word(pair))
    assert said["state"] == "suspected"
    (raised,) = await suspicions(door)
    assert (raised["household_id"], raised["division"]) == (str(away), FAR)


async def test_a_pair_of_one_township_is_not_the_countys_to_say(house: House) -> None:
    door = await house.serve("registry")
    await doubled(house)
    await searched(house, door)
    (pair,) = await queue(door)
    (said,) = await post(door, REVIEWS, "county", word(pair))
    assert said["code"] == "registry.duplicates.of_one_township"
    for role in ("village", "team", "helper"):
        answer = await door.call("POST", REVIEWS, role, VILLAGE, json={"items": [word(pair)]})
        assert answer.status_code == 403, role
    for role in ("village", "helper", "villager"):
        assert (await door.call("GET", DUPLICATES, role, VILLAGE)).status_code == 403, role
    assert (await door.call("POST", SEARCHES, "township", json={"items": [{"id": str(uuid4())}]})).status_code == 403


async def test_whom_it_concerns_has_no_word(house: House) -> None:
    door = await house.serve("registry")
    first, later = await doubled(house)
    await searched(house, door)
    (pair,) = await queue(door)
    await house.rows("registry", "INSERT INTO paired VALUES (uuidv7(), 'helper-1', $1, '[2017-01-01,)')", first)
    await post(door, "/registry/v1/suspicions", "county", suspicion(later, "EX2", about="cadre-7"))
    for subject, code in (("helper-1", "registry.duplicates.helped_by_you"), ("cadre-7", "shared.same_person")):
        for same in (True, False):
            (said,) = await post(door, REVIEWS, "township", word(pair, same=same), subject=subject)
            assert said["code"] == code
    assert (await state(door), len(await suspicions(door))) == ("open", 1)
    (said,) = await post(door, REVIEWS, "township", word(pair))
    assert said["state"] == "suspected"


async def test_one_number_in_two_households_is_the_same_person(house: House) -> None:
    """The index keeps a number to one person; one of fifteen digits, or under another key, it does not know."""
    door = await house.serve("registry")
    await lives(house, order=101)
    await lives(house, "王旺", kept="140999700102101", since="2016-06-01")
    await searched(house, door)
    (pair,) = await queue(door, code="same_person")
    assert (pair["alike"][0], pair["state"]) == ("same_number", "open")
    (said,) = await post(door, REVIEWS, "township", word(pair))
    (raised,) = await suspicions(door)
    assert (said["state"], raised["code"]) == ("suspected", "same_person")


async def test_what_is_looked_into_already_is_not_raised_twice(house: House) -> None:
    door = await house.serve("registry")
    _, later = await doubled(house)
    await searched(house, door)
    (pair,) = await queue(door)
    one = suspicion(later, "similar_person", person=pair["person"])
    assert [r["code"] for r in await post(door, "/registry/v1/suspicions", "county", one)] == [None]
    (said,) = await post(door, REVIEWS, "township", word(pair))
    (kept,) = await queue(door)
    assert (said["state"], kept["suspicion_id"], len(await suspicions(door))) == ("suspected", None, 1)
    assert (await looked_into(door, one, so=False))["state"] == "dismissed"
    assert (await searched(house, door))[0]["raised"] == 0


async def test_a_pair_of_whom_one_left_ends_by_itself_and_is_asked_anew_where_it_is_found_again(house: House) -> None:
    door = await house.serve("registry")
    await found_places(house)
    first, later = await doubled(house)
    gone = await lives(house, "赵六", "19600503")
    await add_member(house, gone, "spouse", "1962-01-01")  # it stays, with her
    await lives(house, "赵陆", "19600503", order=777)
    await searched(house, door)
    assert [p["state"] for p in await queue(door)] == ["open", "open"]
    # The one dies, the other moves to another township.
    assert [r["code"] for r in await leave(door, departure(await head_of(house, gone)))] == [None]
    await moves(door, later)

    async def is_over() -> bool:
        return [p["state"] for p in await queue(door)] == ["ended", "ended"]

    await house.settled(is_over)
    (pair,) = await queue(door, household_id=str(first))
    assert (pair["ended_code"], pair["due_on"]) == ("registry.duplicates.left", None)
    assert [r["code"] for r in await post(door, REVIEWS, "township", word(pair))] == ["shared.wrong_state"]
    (run,) = await searched(house, door)
    assert (run["pairs"], run["raised"]) == (1, 1)
    (pair,) = await queue(door, state="between")
    assert (pair["household_division"], pair["ended_code"], pair["since_on"]) == (FAR, None, NOW)


async def test_who_left_a_moment_ago_is_nobodys_double(house: House) -> None:
    worker = await house.serve("registry")
    _, later = await doubled(house)
    await searched(house, worker)
    (pair,) = await queue(worker)
    owner = await house.owner("registry")
    # Before what runs by itself has seen it.
    async with owner.transaction():
        await owner.execute("LOCK TABLE duplicate IN SHARE ROW EXCLUSIVE MODE")
        await owner.execute("UPDATE household SET status = 'removed', status_before = 'poor' WHERE id = $1", later)
        saying = asyncio.create_task(post(worker, REVIEWS, "township", word(pair)))
        await asyncio.wait([saying], timeout=0.3)
    (said,) = await saying
    assert said["state"] == "ended"
    assert await suspicions(worker) == []


async def test_two_searches_at_once_ask_once(house: House) -> None:
    door = await house.serve("registry")
    await house.serve("registry", "worker")
    await doubled(house)
    runs = await searched(house, door, searches=2)
    assert [r["pairs"] for r in runs] == [1, 1]
    assert sorted(r["raised"] for r in runs) == [0, 1]
    assert len(await queue(door)) == 1
    steps = await house.rows("registry", "SELECT step FROM case_step WHERE procedure = 'registry.duplicates'")
    assert [s["step"] for s in steps] == ["found"]


async def test_the_same_search_again_is_answered_by_how_far_it_is(house: House) -> None:
    door = await house.serve("registry")
    one = {"id": str(uuid4())}
    results = await post(door, SEARCHES, "county", one, {"id": "x"}, one)
    assert [(r["code"], r["state"]) for r in results] == [
        (None, "waiting"), ("shared.invalid_item", None), (None, "waiting"),
    ]  # fmt: skip
    await done(house, door, [one["id"]])
    (again,) = await post(door, SEARCHES, "county", one)
    assert (again["status"], again["state"]) == ("accepted", "done")


async def test_another_countys_people_are_not_compared(house: House) -> None:
    door = await house.serve("registry")
    await lives(house)
    await lives(house, "张健君", order=777, division="140928200201")
    (run,) = await searched(house, door)
    assert (run["people"], run["pairs"]) == (1, 0)


async def test_the_database_keeps_a_pair_where_it_belongs(house: House) -> None:
    door = await house.serve("registry")
    await doubled(house)
    await searched(house, door)
    owner = await house.owner("registry")
    for change in ("state = 'between'", "division = '140928'", "other_person = person", "reason = 'x'"):
        with pytest.raises(asyncpg.CheckViolationError):
            await owner.execute(f"UPDATE duplicate SET {change}")
