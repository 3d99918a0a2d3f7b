"""The register is counted as of any day; a month that was closed reads the same ever after."""

from typing import Any
from uuid import UUID

import pytest

from tests.conftest import Door, House
from tests.integration.registry.test_households import VILLAGE, seed_household

PATH = "/registry/v1/statistics"
TOWNSHIP, ELSEWHERE = VILLAGE[:9], "140927201201"


async def counted(door: Door, by: str, role: str = "county", area: str = "140927", **more: Any) -> dict[Any, list[int]]:
    params = {"division": "140927", "by": by} | more
    answer = await door.call("GET", f"{PATH}/figures", role, area, on="2017-07-01", params=params)
    assert answer.status_code == 200, answer.text
    cells = answer.json()["cells"]
    return {(c["key"], c["across"]) if "across" in more else c["key"]: [c["households"], c["people"]] for c in cells}


async def grows(house: House, household_id: UUID, *born: str, **facts: str) -> None:
    """More people live there."""
    owner = await house.owner("registry")
    for day in born:
        await owner.execute(
            "INSERT INTO member SELECT uuidv7(), id, division, 'x', gen_random_uuid()::text FROM household"
            " WHERE id = $1", household_id,
        )  # fmt: skip
        await owner.execute(
            "INSERT INTO member_fact (id, member_id, household_id, division, valid, name, sex, born_on, relation,"
            " ethnicity, education, school_status, health, labour, work_months, medical_insured, pension_insured)"
            " SELECT uuidv7(), m.id, m.household_id, m.division, '[2014-06-01,)', '乙', 'female', $2::text::date,"
            " 'son', '汉', 'primary', 'none', $3, 'none', 0, true, true FROM member m WHERE m.household_id = $1"
            " AND NOT EXISTS (SELECT FROM member_fact f WHERE f.member_id = m.id)",
            household_id, day, facts.get("health", "healthy"),
        )  # fmt: skip


async def test_households_and_people_are_counted_by_what_is_known_of_them(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    await seed_household(house, ELSEWHERE)
    await grows(house, one, "2012-07-01", "2011-07-01", health="chronic")
    assert await counted(door, "status") == {"poor": [2, 4]}
    assert await counted(door, "township") == {TOWNSHIP: [1, 3], ELSEWHERE[:9]: [1, 1]}
    assert await counted(door, "sex") == {"male": [2, 2], "female": [1, 2]}
    assert await counted(door, "age") == {"16-59": [2, 2], "0-5": [1, 1], "6-15": [1, 1]}
    assert await counted(door, "health", across="sex") == {("healthy", "male"): [2, 2], ("chronic", "female"): [1, 2]}
    assert await counted(door, "cause", across="age", division=VILLAGE) == {
        ("funds", "16-59"): [1, 1], ("funds", "0-5"): [1, 1], ("funds", "6-15"): [1, 1],
    }  # fmt: skip
    assert await counted(door, "status", "township", ELSEWHERE[:9]) == {"poor": [1, 1]}, "his own area"


async def test_it_is_counted_as_of_a_day_as_known_at_a_moment(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    (before,) = await house.rows("registry", "SELECT clock_timestamp() AS at")
    owner = await house.owner("registry")
    await owner.execute(
        "UPDATE household SET status = 'exited', exited_on = '2017-06-15', exited_year = 2017,"
        " stands_since = '2017-06-15' WHERE id = $1", one,
    )  # fmt: skip
    assert await counted(door, "status") == {"exited": [1, 1]}
    assert await counted(door, "status", on="2017-06-14") == {"poor": [1, 1]}
    assert await counted(door, "status", known_at=before["at"].isoformat()) == {"poor": [1, 1]}


async def close(door: Door, month: str, on: str = "2017-07-01") -> Any:
    return await door.call("POST", f"{PATH}/months", "county", "140927", on=on, json={"month": month})


async def fixed(door: Door, cut: str, role: str, area: str = "140927") -> list[tuple[str, str, Any, Any]]:
    answer = await door.call("GET", f"{PATH}/months/2017-06", role, area, on="2017-08-01", params={"cut": cut})
    assert answer.status_code == 200, answer.text
    return [(c["division"], c["key"], c["households"], c["people"]) for c in answer.json()["cells"]]


async def test_a_closed_month_reads_the_same_ever_after(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    await grows(house, one, *["2012-07-01"] * 10)
    assert (await close(door, "2017-06", "2017-06-30")).json()["code"] == "registry.statistics.month_not_over"
    first = (await close(door, "2017-06")).json()
    assert first == {"month": "2017-06", "closed_on": "2017-07-01"}
    await seed_household(house)
    assert (await close(door, "2017-06", "2017-07-09")).json() == first, "closed once"
    assert await fixed(door, "status", "county") == [(TOWNSHIP, "poor", 1, 11)]
    months = (await door.call("GET", f"{PATH}/months", "villager", VILLAGE, on="2017-08-01", person="p")).json()
    assert months["items"] == [first]
    owner = await house.owner("registry")
    with pytest.raises(Exception, match="written once"):
        await owner.execute("UPDATE statistic_cell SET people = 1")


async def test_a_month_counts_the_poor_and_how_all_stand_and_nobody_who_was_struck(house: House) -> None:
    door = await house.serve("registry", "api")
    _, out, struck = [await seed_household(house) for _ in range(3)]
    owner = await house.owner("registry")
    for one, sets in ((out, "'exited', exited_on = '2017-06-15', exited_year = 2017"), (struck, "'removed'")):
        await owner.execute(f"UPDATE household SET status = {sets}, stands_since = '2017-06-15' WHERE id = $1", one)
    await close(door, "2017-06")
    assert await fixed(door, "status", "county") == [(TOWNSHIP, "exited", 1, 1), (TOWNSHIP, "poor", 1, 1)]
    assert await fixed(door, "sex", "county") == [(TOWNSHIP, "male", 1, 1)]
    assert await counted(door, "sex") == {"male": [2, 2]}
    assert await counted(door, "status") == {"exited": [1, 1], "poor": [1, 1]}


async def test_outsiders_are_not_shown_where_so_few_are_meant(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    await grows(house, one, *["2012-07-01"] * 10)
    await close(door, "2017-06")
    whole = [(TOWNSHIP, "0-5", 1, 10), (TOWNSHIP, "16-59", 1, 1)]
    assert await fixed(door, "age", "county") == whole
    assert await fixed(door, "age", "auditor") == whole
    for role in ("subscriber", "bank", "village"):
        area = VILLAGE if role == "village" else "140927"
        assert await fixed(door, "age", role, area) == [(TOWNSHIP, key, None, None) for key in ("0-5", "16-59")]
    assert await fixed(door, "status", "subscriber") == [(TOWNSHIP, "poor", 1, 11)]


async def test_a_month_that_was_not_closed_is_not_there(house: House) -> None:
    door = await house.serve("registry", "api")
    answer = await door.call("GET", f"{PATH}/months/2017-06", "county", "140927", params={"cut": "sex"})
    assert answer.json()["code"] == "shared.not_found"
    answer = await door.call("GET", f"{PATH}/months/2017-13", "county", "140927", params={"cut": "sex"})
    assert answer.status_code == 422
