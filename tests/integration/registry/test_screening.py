"""Screening through its doors: what a village or a person wrote, against what the county does; who may read it."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.registry.test_findings import SEEN, hear, visited
from tests.integration.registry.test_households import VILLAGE, seed_household, statement

SCREENINGS = "/registry/v1/screenings"
LINE, ON = 333_500, "2017-07-10"
CROWDED, FEW, OTHER = "140927200202", "140927200203", "140927201201"


async def village(house: House, division: str, count: int) -> list[UUID]:
    return [await seed_household(house, division) for _ in range(count)]


async def stated(door: Door, homes: list[UUID], nets_fen: list[int], division: str, subject: str = "village") -> None:
    """Each household's wage, and nothing else, as the village's office states it."""
    nothing = {"business_fen": 0, "property_fen": 0, "transfer_fen": 0, "business_cost_fen": 0}
    items = [statement(one, wage_fen=net, **nothing) for one, net in zip(homes, nets_fen, strict=True)]
    answer = await door.call(
        "POST", "/registry/v1/households/incomes", "village", division, subject=subject, json={"items": items}
    )
    assert {r["status"] for r in answer.json()["results"]} == {"accepted"}


async def screenings(door: Door, path: str = "", **query: Any) -> list[dict[str, Any]]:
    answer = await door.call("GET", f"{SCREENINGS}{path}", "county", "140927", on=ON, params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def judged(screened: dict[str, Any]) -> dict[str, str]:
    return {test["test"]: test["judgement"] for test in screened["tests"]}


async def test_a_village_whose_incomes_crowd_over_the_line_alarms_and_another_does_not(house: House) -> None:
    door = await house.serve("registry", "api")
    plain, crowded = await village(house, VILLAGE, 12), await village(house, CROWDED, 12)
    few = await village(house, FEW, 3)
    around = [LINE + (n - 6) * 900 for n in range(12)]
    await stated(door, plain, around, VILLAGE)
    await stated(door, crowded, [LINE + 400 + n * 411 for n in range(12)], CROWDED, "lifter")
    await stated(door, few, [LINE + 100 + n for n in range(3)], FEW, "third")
    first, second, third = await screenings(door)
    assert [v["division"] for v in (first, second, third)] == [VILLAGE, CROWDED, FEW]
    assert (first["alarm"], second["alarm"], third["alarm"]) == (False, True, False)
    assert (judged(first)["crowding"], judged(second)["crowding"]) == ("quiet", "alarm")
    assert set(judged(third).values()) == {"too_few"}
    assert (first["income_year"], first["since"], first["on"]) == (2017, "2016-07-10", ON)
    (crowding,) = [t for t in second["tests"] if t["test"] == "crowding"]
    assert (crowding["sample"], crowding["found"], crowding["expected_x100"], crowding["p_ppm"]) == (12, 12, 600, 244)
    assert crowding["sentence_zh"] == (
        "临界收入 12 户，略高于标准线的 12 户，预期 6 户；如实填报时出现的概率为 0.0244 %，预警界限 2 %：预警。"
    )
    assert third["tests"][0]["sentence_en"] == "Too few to judge by, 3: incomes just over the line."
    assert [v["division"] for v in await screenings(door, division=CROWDED)] == [CROWDED]
    # A year later nothing of it was written within the window; another county learns of no village and nobody.
    for area, on in (("140927", "2018-07-10"), ("140928", ON)):
        for path in ("", "/reviewers"):
            answer = await door.call("GET", f"{SCREENINGS}{path}", "county", area, on=on)
            assert answer.json()["items"] == []
    # Nothing follows from it: no case, no event, no decision.
    (row,) = await house.rows(
        "registry", "SELECT (SELECT count(*) FROM suspicion) AS s, (SELECT count(*) FROM decision) AS d"
    )
    assert tuple(row) == (0, 0)


async def test_copied_incomes_and_round_figures_alarm_against_the_rest_of_the_county(house: House) -> None:
    door = await house.serve("registry", "api")
    plain = await village(house, VILLAGE, 30)
    await stated(door, plain, [500_000 + n * 6_700 for n in range(30)], VILLAGE)
    copied = await village(house, CROWDED, 10)
    await stated(door, copied, [612_300] * 10, CROWDED)
    rounded = await village(house, OTHER, 40)
    await stated(door, rounded, [600_000 + n * 10_000 for n in range(40)], OTHER)
    found = {v["division"]: judged(v) for v in await screenings(door)}
    assert found[CROWDED]["equal_incomes"] == "alarm"
    assert found[OTHER]["preferred_endings"] == "alarm"
    assert "alarm" not in found[VILLAGE].values()


async def test_visits_of_one_person_on_one_day_alarm(house: House) -> None:
    door = await house.serve("registry", "api")
    homes, others = await village(house, VILLAGE, 25), await village(house, CROWDED, 25)
    await hear(house, [visited(one) for one in homes], by="desk", on=ON)
    told_again = [visited(one, division=CROWDED, on=SEEN.replace(day=1 + n // 6)) for n, one in enumerate(others)]
    for _ in range(2):
        await hear(house, told_again, by="walker", on=ON)
    found = {v["division"]: v for v in await screenings(door)}
    assert judged(found[VILLAGE])["bursts"] == "alarm"
    assert judged(found[CROWDED])["bursts"] == "quiet"
    assert [t["sample"] for t in found[CROWDED]["tests"] if t["test"] == "bursts"] == [25], "once, however often told"
    people = {r["subject"]: r["alarm"] for r in await screenings(door, "/reviewers")}
    assert people == {"desk": True, "walker": False}
    owner = await house.owner("registry")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await owner.execute("UPDATE home_visit SET visited_by = 'somebody'")


async def test_nobody_reads_of_reviewers_who_is_one(house: House) -> None:
    door = await house.serve("registry", "api")
    homes = await village(house, VILLAGE, 12)
    await stated(door, homes, [LINE + 400 + n * 411 for n in range(12)], VILLAGE, "lifter")
    (person,) = await screenings(door, "/reviewers")
    assert (person["subject"], person["alarm"], judged(person)["crowding"]) == ("lifter", True, "alarm")
    answer = await door.call("GET", f"{SCREENINGS}/reviewers", "county", "140927", on=ON, subject="lifter")
    assert (answer.status_code, answer.json()["code"]) == (403, "registry.screening.on_the_list")
    answer = await door.call("GET", f"{SCREENINGS}/reviewers", "auditor", "140927", on=ON)
    assert answer.status_code == 200
    for role, area in (("township", VILLAGE[:9]), ("village", VILLAGE), ("helper", VILLAGE), ("villager", VILLAGE)):
        for path in ("", "/reviewers"):
            answer = await door.call("GET", f"{SCREENINGS}{path}", role, area, on=ON)
            assert answer.status_code == 403, role


async def test_a_look_on_the_spot_counts_as_a_visit_of_a_person(house: House) -> None:
    door = await house.serve("registry", "api")
    (home,) = await village(house, VILLAGE, 1)
    await house.rows(
        "registry",
        "INSERT INTO case_step (case_id, procedure, division, step, outcome, acted_on, acted_by, role, detail)"
        " SELECT uuidv7(), 'registry.findings', $1, 'so', 'passed', '2017-07-01', 'looker', 'team', '{}'"
        " FROM generate_series(1, 30)", VILLAGE,
    )  # fmt: skip
    await stated(door, [home], [LINE + 100], VILLAGE)
    people = {r["subject"]: judged(r) for r in await screenings(door, "/reviewers")}
    assert people["looker"]["bursts"] == "alarm"
    assert set(people["village"].values()) == {"too_few"}


async def test_what_was_written_before_or_by_nobody_here_or_of_who_is_struck_is_not_screened(house: House) -> None:
    door = await house.serve("registry", "api")
    early, struck, taken_over = await village(house, VILLAGE, 3)
    nothing = {"business_fen": 0, "property_fen": 0, "transfer_fen": 0, "business_cost_fen": 0}
    items = [
        statement(early, wage_fen=LINE, stated_on="2016-12-01", **nothing),
        statement(struck, wage_fen=LINE, **nothing),
        statement(taken_over, wage_fen=LINE, **nothing),
    ]
    answer = await door.call("POST", "/registry/v1/households/incomes", "village", VILLAGE, json={"items": items})
    assert {r["status"] for r in answer.json()["results"]} == {"accepted"}

    async def statements(on: str) -> list[int]:
        answer = await door.call("GET", SCREENINGS, "county", "140927", on=on)
        tests = [v["tests"] for v in answer.json()["items"]]
        return [t["sample"] for found in tests for t in found if t["test"] == "equal_incomes"]

    assert (await statements("2017-06-10"), await statements("2017-12-31")) == ([3], [2])
    assert await statements("2017-05-31") == [1], "what is stated later is not there yet"
    owner = await house.owner("registry")
    await owner.execute("UPDATE household SET status = 'removed', status_before = 'poor' WHERE id = $1", struck)
    await owner.execute("UPDATE income_line SET weight = 'takeover' WHERE household_id = $1", taken_over)
    assert await statements("2017-06-10") == [1]
