"""Who says that two members are two people leaves one of them twice on the list, if he is wrong: another agrees."""

import asyncpg
import pytest

from tests.conftest import House
from tests.integration.registry.test_changes import add_member, departure, head_of, leave, post
from tests.integration.registry.test_duplicates import (
    NOW,
    REVIEWS,
    agreed,
    doubled,
    lives,
    queue,
    searched,
    waiting,
    word,
)
from tests.integration.registry.test_suspicions import listed as suspicions


async def test_two_people_are_two_by_the_word_of_two_persons(house: House) -> None:
    door = await house.serve("registry")
    await doubled(house)
    await searched(house, door)
    (pair,) = await queue(door)
    assert (await agreed(door, pair))["code"] == "shared.wrong_state", "nobody has told them apart"
    (said,) = await post(door, REVIEWS, "township", word(pair, same=False, reason="叔侄"))
    (kept,) = await queue(door)
    assert (said["state"], kept["reviewed_on"], kept["confirmed_on"], kept["due_on"]) == (
        "told_apart", NOW, None, "2017-06-16",
    )  # fmt: skip
    assert kept["sentence_zh"] == (
        "2017-06-01 比对发现两名成员可能为同一人（疑似重复登记）。2017-06-01 辨别为两人：叔侄，"
        "由另一人于 2017-06-16 前复核。"
    )
    for role in ("township", "county"):
        assert [t["step"] for t in await waiting(door, role)] == ["different"]
    assert (await agreed(door, pair, "township"))["code"] == "shared.same_person"
    # Who does not agree asks anew, and may himself say the same, on whatever day.
    assert (await agreed(door, pair, yes=False, on="2017-06-05"))["state"] == "open"
    assert [t["step"] for t in await waiting(door, "township")] == ["suspected"]
    (said,) = await post(door, REVIEWS, "township", word(pair, same=False), on="2017-06-09", subject="second")
    assert said["state"] == "told_apart"
    assert (await agreed(door, pair, "second", "county", on="2017-06-09"))["code"] == "shared.same_person"
    assert (await agreed(door, pair, "township", on="2017-06-10"))["state"] == "different"
    (kept,) = await queue(door)
    assert (kept["reviewed_on"], kept["confirmed_on"], kept["due_on"]) == ("2017-06-09", "2017-06-10", None)
    assert await suspicions(door) == []
    owner = await house.owner("registry")
    await owner.execute("SET app.subject = 'x'")
    with pytest.raises(asyncpg.CheckViolationError, match="duplicate_is_told_apart_by_two"):
        await owner.execute("UPDATE duplicate SET confirmed_by = reviewed_by")
    with pytest.raises(asyncpg.CheckViolationError, match="duplicate_is_confirmed"):
        await owner.execute("UPDATE duplicate SET confirmed_by = NULL, confirmed_on = NULL")


async def test_what_was_asked_under_the_first_table_one_person_says(house: House) -> None:
    door = await house.serve("registry")
    await doubled(house)
    await searched(house, door)
    (pair,) = await queue(door)
    owner = await house.owner("registry")
    await owner.execute("SET app.subject = 'x'")
    await owner.execute("UPDATE duplicate SET procedure_version = 1")
    assert [t["step"] for t in await waiting(door, "township")] == ["suspected"]
    (said,) = await post(door, REVIEWS, "township", word(pair, same=False))
    assert said["state"] == "different"


async def test_who_is_told_apart_and_leaves_is_asked_about_no_more(house: House) -> None:
    door = await house.serve("registry")
    await doubled(house)
    other = await lives(house, "赵六", "19600503")
    await add_member(house, other, "spouse", "1962-01-01")
    await lives(house, "赵陆", "19600503", order=777)
    await searched(house, door)
    one, two = await queue(door)
    for pair in (one, two):
        (said,) = await post(door, REVIEWS, "township", word(pair, same=False))
        assert said["state"] == "told_apart"
    await house.rows("registry", "INSERT INTO paired VALUES (uuidv7(), 'helper-1', $1, '[2017-01-01,)')", other)
    (pair,) = await queue(door, household_id=str(other))
    assert (await agreed(door, pair, "helper-1"))["code"] == "registry.duplicates.helped_by_you"
    assert [r["code"] for r in await leave(door, departure(await head_of(house, other)))] == [None]

    async def is_over() -> bool:
        return [p["state"] for p in await queue(door, household_id=str(other))] == ["ended"]

    await house.settled(is_over)
    assert sorted(p["state"] for p in await queue(door)) == ["ended", "told_apart"]
