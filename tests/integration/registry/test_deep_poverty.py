"""Deep poverty is counted from what is known, since a day, by whom and why; it stands in lists and figures."""

from typing import Any
from uuid import UUID

from services.registry.proposals.rules import OF_HOUSEHOLD
from tests.conftest import Door, House
from tests.integration.registry.test_changes import told
from tests.integration.registry.test_households import VILLAGE, seed_household

DEPTH = "/registry/v1/deep-poverty"
HOUSEHOLDS = "/registry/v1/households"
FIRST, SECOND, LAST = "2017-06-01", "2017-07-01", "2017-08-01"


async def count(door: Door, on: str, division: str = "140927") -> list[int]:
    answer = await door.call("POST", f"{DEPTH}/counts", "county", "140927", on=on, json={"division": division})
    assert answer.status_code == 200, answer.text
    return [answer.json()[k] for k in ("households", "deep_poverty", "begun", "ended")]


async def listed(door: Door, role: str = "county", area: str = "140927", **params: Any) -> list[tuple[str, str]]:
    answer = await door.call("GET", DEPTH, role, area, on=LAST, params=params)
    assert answer.status_code == 200, answer.text
    return [(row["household_id"], row["since"]) for row in answer.json()["items"]]


async def loses_the_hand(house: House, household_id: UUID) -> None:
    owner = await house.owner("registry")
    await owner.execute("UPDATE member_fact SET labour = 'lost' WHERE household_id = $1", household_id)


async def sees(door: Door, household_id: UUID, grade: str, on: str) -> None:
    item = {"household_id": str(household_id), "observed_on": on, "house_grade": grade}
    path = f"{HOUSEHOLDS}/conditions"
    answer = await door.call("POST", path, "team", VILLAGE, on=on, json={"items": [item]})
    assert answer.json()["results"][0]["status"] == "accepted", answer.text


async def test_it_is_counted_and_told_since_the_day_and_not_told_again(house: House) -> None:
    door = await house.serve("registry", "api")
    one, other = await seed_household(house, house_grade="D"), await seed_household(house, house_grade="D")
    await loses_the_hand(house, one)
    assert await count(door, FIRST) == [2, 1, 1, 0]
    assert await count(door, FIRST) == [2, 1, 0, 0]
    assert await count(door, SECOND, "140927200201") == [2, 1, 0, 0]
    events = await told(house)
    assert [name for name, _ in events] == ["household_revised", "household_reclassified"]
    whole, classed = (value for _, value in events)
    assert (whole["household_id"], whole["deep_poverty"]) == (str(one), True)
    assert classed == {
        "household_id": str(one), "division": VILLAGE, "deep_poverty": True, "supported": False, "since_on": FIRST,
    }  # fmt: skip
    assert await listed(door) == [(str(one), FIRST)]
    summaries = (await door.call("GET", HOUSEHOLDS, "county", on=LAST)).json()["items"]
    assert {row["id"]: row["deep_poverty"] for row in summaries} == {str(one): True, str(other): False}


async def test_it_is_a_fact_over_time_with_who_said_it_and_why(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house, house_grade="D")
    await loses_the_hand(house, one)
    await count(door, FIRST)
    await sees(door, one, "A", "2017-06-15")
    assert await count(door, SECOND) == [1, 0, 0, 1]
    assert await listed(door) == []
    assert await listed(door, on="2017-06-30") == [(str(one), FIRST)]
    assert await listed(door, on="2017-05-31") == []
    (before,) = await house.rows("registry", "SELECT min(lower(known)) AS at FROM household_fact")
    assert await listed(door, on="2017-06-30", known_at=before["at"].isoformat()) == [], "nobody knew it then"
    facts = (await door.call("GET", f"{HOUSEHOLDS}/{one}/facts", "county", on="2017-06-20")).json()["facts"]
    (fact,) = [f for f in facts if f["field"] == "deep_poverty"]
    assert (fact["value"], fact["since"], fact["said_as"], fact["weight"]) == (True, FIRST, "county", "match")
    asked = {"subject_id": str(one)}
    decisions = (await door.call("GET", "/registry/v1/decisions", "county", on=LAST, params=asked)).json()
    items = decisions["items"] if isinstance(decisions, dict) else decisions
    assert [(d["rule"], d["outcome"]) for d in items] == [
        ("registry.deep_poverty", "refused"), ("registry.deep_poverty", "approved"),
    ]  # fmt: skip
    assert [r["code"] for r in items[1]["reasons"] if r["passed"]] == ["poor", "no_labour", "unsafe_house", "enough"]
    assert all(r["sentence_zh"] and r["sentence_en"] for r in items[1]["reasons"])


async def test_figures_count_it_among_the_poor(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house, house_grade="C")
    await seed_household(house)
    await loses_the_hand(house, one)
    await count(door, FIRST)
    for on, deep in ((LAST, 1), ("2017-05-01", 0)):
        asked = {"division": VILLAGE, "on": on}
        found = (await door.call("GET", f"{HOUSEHOLDS}/figures", "county", on=LAST, params=asked)).json()
        assert (found["deep_poverty_households"], found["deep_poverty_people"]) == (deep, deep), on
        assert found["poor_households"] == 2
    await (await house.owner("registry")).execute(
        "UPDATE household SET status = 'exited', exited_on = '2017-07-15', exited_year = 2017,"
        " stands_since = '2017-07-15' WHERE id = $1", one,
    )  # fmt: skip
    found = (await door.call("GET", f"{HOUSEHOLDS}/figures", "county", on=LAST, params={"division": VILLAGE})).json()
    assert found["deep_poverty_households"] == 0
    assert await listed(door) == []


async def test_nobody_counts_elsewhere_and_a_villager_sees_his_own(house: House) -> None:
    door = await house.serve("registry", "api")
    one, other = await seed_household(house, house_grade="D"), await seed_household(house, house_grade="D")
    for household_id in (one, other):
        await loses_the_hand(house, household_id)
    await count(door, FIRST)
    answer = await door.call("POST", f"{DEPTH}/counts", "county", "140928", on=FIRST, json={"division": "140927"})
    assert answer.json()["code"] == "shared.outside_area"
    head = (await house.rows("registry", "SELECT reference FROM member WHERE household_id = $1", one))[0]["reference"]
    shown = await door.call("GET", DEPTH, "villager", VILLAGE, person=head, on=LAST)
    assert [row["household_id"] for row in shown.json()["items"]] == [str(one)]
    assert await listed(door, "township", "140927999") == []


def test_no_list_says_who_is_in_deep_poverty() -> None:
    assert "deep_poverty" not in OF_HOUSEHOLD
