"""What a year was to reach, and what it has reached, ends alike in whatever order it is told."""

from itertools import permutations
from typing import Any

from tests.conftest import Door, House
from tests.integration.registry.test_households import VILLAGE, seed_household
from tests.integration.registry.test_targets import PATH, actual, target

# What is planned on which day; a household that leaves, one that had left before, and the death of its only member.
HISTORY = ("2017-03-01", "2017-09-01", "exit", "death")
PLANNED = {"2017-03-01": 5, "2017-09-01": 7}
EXITED = "UPDATE household SET status = 'exited', exited_year = $2 WHERE id = ANY($1)"
CODES = ("exit_people", "consolidated_people")
NEWER = "registry.targets.newer_stands"


async def plan(door: Door, villages: list[str], on: str) -> list[tuple[str, str | None]]:
    items = [target(code, village, PLANNED[on]) for village in villages for code in CODES]
    answer = await door.call("PUT", PATH, "county", on=on, json={"items": items})
    return [(r["status"], r["code"]) for r in answer.json()["results"]]


async def test_plans_and_what_is_reached_end_alike_in_every_order(house: House) -> None:
    orders = list(permutations(HISTORY))
    villages = [f"{VILLAGE[:9]}{n:03}" for n in range(len(orders))]
    owner, door = await house.owner("registry"), await house.serve("registry", "api")
    await owner.executemany(
        "INSERT INTO division VALUES ($1, '[2014-01-01,)', '村', '-', 'village', true, 100)", [(v,) for v in villages]
    )
    leaves = {v: await seed_household(house, v) for v in villages}
    dies = {v: await seed_household(house, v) for v in villages}
    await owner.execute(EXITED, list(dies.values()), 2016)
    for turn in range(len(HISTORY)):
        now = [(v, order[turn], order[:turn]) for v, order in zip(villages, orders, strict=True)]
        for on in PLANNED:
            told = [(v, [b for b in before if b in PLANNED]) for v, what, before in now if what == on]
            late = [NEWER if any(b > on for b in before) else None for _, before in told for _ in CODES]
            assert await plan(door, [v for v, _ in told], on) == [("accepted", code) for code in late]
        await owner.execute(EXITED, [leaves[v] for v, what, _ in now if what == "exit"], 2017)
        dead = [dies[v] for v, what, _ in now if what == "death"]
        await owner.execute(
            "UPDATE member_fact SET valid = daterange(lower(valid), '2017-07-01') WHERE household_id = ANY($1)", dead
        )
    rows: list[Any] = await house.rows(
        "registry", "SELECT code, division, planned, set_on::text FROM target ORDER BY division, code"
    )
    assert {tuple(r)[2:] for r in rows} == {(7, "2017-09-01")}
    assert len(rows) == len(villages) * len(CODES)
    reached = await actual(door)
    assert set(reached.values()) == {1}
    assert len(reached) == len(rows)


async def test_of_one_day_the_last_word_stands(house: House) -> None:
    door = await house.serve("registry", "api")
    for planned in (5, 6):
        answer = await door.call(
            "PUT", PATH, "county", on="2017-03-01", json={"items": [target("exit_people", planned=planned)]}
        )
        assert [(r["status"], r["code"]) for r in answer.json()["results"]] == [("accepted", None)]
    (row,) = await house.rows("registry", "SELECT planned FROM target")
    assert row["planned"] == 6
