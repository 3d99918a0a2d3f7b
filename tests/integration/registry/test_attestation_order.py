"""An attested word is not overwritten by a lighter one, in whatever order they arrive; the department learns of it."""

from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.conftest import Door, House
from tests.integration.registry.test_arrival_order import by_household, react, send
from tests.integration.registry.test_case_03_joining_a_household import arrival, join, newcomer, take
from tests.integration.registry.test_households import VILLAGE, seed_household
from tests.integration.registry.test_moved_in import moved_in
from tests.integration.registry.test_roster import seed_divisions
from tests.roster_file import household, number, person

NOW = "2017-11-20"
ATTESTATIONS = "/registry/v1/attestations"
OVERRULED = f"{ATTESTATIONS}/overruled"
ATTESTED = ("accepted", "registry.households.attested")
FACTS = (
    "SELECT household_id, valid::text, house_grade, safe_water, food_secure, electricity, array_to_string(own, ' ') AS"
    " own, attested::text, weight FROM household_fact WHERE upper_inf(known) ORDER BY household_id, valid"
)
WORDS = (
    "SELECT household_id, field, value::text, seen_on, differs, weight FROM overruled_word"
    " ORDER BY household_id, seen_on, field"
)


async def attest(door: Door, unit: str, *items: dict[str, Any], on: str = NOW) -> list[tuple[str, str | None]]:
    rows = [{"id": str(uuid4()), "document_no": "12"} | item for item in items]
    answer = await door.call("POST", ATTESTATIONS, "department", unit=unit, on=on, json={"items": rows})
    assert answer.status_code == 200, answer.text
    return [(r["status"], r["code"]) for r in answer.json()["results"]]


async def tasks(door: Door, unit: str, on: str = NOW) -> list[dict[str, Any]]:
    answer = await door.call("GET", "/registry/v1/tasks", "department", unit=unit, on=on)
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def overruled(door: Door, unit: str) -> list[dict[str, Any]]:
    answer = await door.call("GET", OVERRULED, "department", unit=unit, on=NOW)
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def turn(house: House, door: Door, now: list[tuple[UUID, dict[str, Any] | None]]) -> None:
    """Each household hears one word: of a visit, of a department, or of the move on 20 June."""
    seen = [{"household_id": str(i)} | w for i, w in now if w and "observed_on" in w]
    if seen:
        assert {status for status, _ in await send(door, "conditions", seen)} == {"accepted"}
    said = [{"household_id": str(i)} | w for i, w in now if w and "since" in w]
    if said:
        assert {status for status, _ in await attest(door, "housing", *said)} == {"accepted"}
    await react(house, [moved_in(i) for i, w in now if w is None])


ATTEST_1 = {"since": "2017-06-05", "house_grade": "D"}
ATTEST_2 = {"since": "2017-07-10", "house_grade": "B"}
VISITS = [
    {"observed_on": "2017-06-01", "house_grade": "A"}, {"observed_on": "2017-06-05", "house_grade": "C"},
    {"observed_on": "2017-06-25", "house_grade": "C", "food_secure": True},
]  # fmt: skip


@pytest.mark.parametrize(
    ("history", "grades"),
    [
        ([ATTEST_1, ATTEST_2, *VISITS[1:]], ["C", "D", "D", "B"]),
        ([ATTEST_1, None, *VISITS[1:]], ["C", "D", "A", "A"]),
        ([ATTEST_2, None, *VISITS[::2]], ["A", "A", "C", "B"]),
        ([ATTEST_1, ATTEST_2, None, VISITS[2]], ["C", "D", "A", "B"]),
    ],
    ids=["attested twice", "attested and moved", "moved and attested", "attested, moved, attested"],
)
async def test_the_same_holds_whichever_word_came_first(
    house: House, history: list[dict[str, Any] | None], grades: list[str]
) -> None:
    door = await house.serve("registry", "api")
    orders = list(permutations(range(len(history))))
    ids = [await seed_household(house, house_grade="C") for _ in orders]
    for n in range(len(history)):
        await turn(house, door, [(one, history[order[n]]) for one, order in zip(ids, orders, strict=True)])
    rows = by_household(await house.rows("registry", FACTS))
    assert len(rows) == 1, rows
    assert len(by_household(await house.rows("registry", WORDS))) <= 1, "and the same gave way"
    for day, grade in zip(("2017-06-02", "2017-06-06", "2017-06-26", "2017-07-11"), grades, strict=True):
        held = await house.rows(
            "registry", "SELECT DISTINCT house_grade FROM household_fact WHERE upper_inf(known)"
            " AND valid @> CAST($1::text AS date)", day,
        )  # fmt: skip
        assert [r["house_grade"] for r in held] == [grade], day


async def test_other_facts_of_a_visit_are_taken_and_who_saw_otherwise_is_told(house: House) -> None:
    door = await house.serve("registry", "api")
    one = {"household_id": str(await seed_household(house, house_grade="B"))}
    assert await attest(door, "housing", one | ATTEST_1) == [("accepted", None)]
    seen = one | {"observed_on": "2017-06-25", "house_grade": "A", "safe_water": False}
    assert await send(door, "conditions", [seen]) == [ATTESTED]
    assert await send(door, "conditions", [seen]) == [ATTESTED], "told again it is the same word"
    same = one | {"observed_on": "2017-06-26", "house_grade": "D", "food_secure": True}
    assert await send(door, "conditions", [same]) == [("accepted", None)], "who sees the same contradicts nobody"
    whole = await door.call("GET", f"/registry/v1/households/{one['household_id']}", "village", VILLAGE, on=NOW)
    known = whole.json()["conditions"]
    assert (known["house_grade"], known["safe_water"], known["food_secure"]) == ("D", False, True)
    words = await overruled(door, "housing")
    assert [(w["field"], w["value"], w["seen_on"], w["differs"], w["said_as"], w["weight"]) for w in words] == [
        ("house_grade", "A", "2017-06-25", True, "helper", "visit"),
        ("house_grade", "D", "2017-06-26", False, "helper", "visit"),
    ]
    assert await overruled(door, "water") == [], "another trade's"


@pytest.mark.parametrize("grade", ["D", "A"])
async def test_the_department_has_a_task_until_it_attests_anew(house: House, grade: str) -> None:
    door = await house.serve("registry", "api")
    one = {"household_id": str(await seed_household(house, house_grade="B"))}
    await attest(door, "housing", one | ATTEST_1)
    assert await tasks(door, "housing") == []
    await send(door, "conditions", [one | {"observed_on": "2017-06-25", "house_grade": "A"}])
    (waits,) = await tasks(door, "housing")
    assert (waits["household_id"], waits["step"], waits["since_on"], waits["due_on"]) == (
        one["household_id"], "attested_anew", NOW, "2017-11-27",
    )  # fmt: skip
    assert await tasks(door, "water") == []
    await attest(door, "housing", one | {"since": "2017-11-19", "house_grade": grade})
    assert await tasks(door, "housing") == []
    (word,) = await overruled(door, "housing")
    assert (word["answered_on"], word["attestation_id"] is not None) == (NOW, True)


async def test_what_was_seen_before_the_attestation_came_waits_as_well(house: House) -> None:
    door = await house.serve("registry", "api")
    one = {"household_id": str(await seed_household(house, safe_water=True))}
    await send(door, "conditions", [one | {"observed_on": "2017-06-25", "safe_water": True, "food_secure": True}])
    await attest(door, "water", one | {"since": "2017-06-01", "safe_water": False})
    (waits,) = await tasks(door, "water")
    assert waits["household_id"] == one["household_id"]
    rows = await house.rows("registry", f"SELECT * FROM ({FACTS}) x WHERE NOT safe_water")
    assert [(r["valid"], r["food_secure"], r["own"]) for r in rows] == [
        ("[2017-06-01,2017-06-25)", None, "safe_water"), ("[2017-06-25,)", True, "food_secure"),
    ]  # fmt: skip


async def test_of_one_day_each_word_keeps_its_weight(house: House) -> None:
    door = await house.serve("registry", "api")
    for first in ("visit", "department"):
        one = {"household_id": str(await seed_household(house))}
        seen = one | {"observed_on": "2017-06-05", "food_secure": True}
        if first == "visit":
            await send(door, "conditions", [seen])
        await attest(door, "housing", one | ATTEST_1)
        if first == "department":
            await send(door, "conditions", [seen])
    rows = by_household(await house.rows("registry", f"SELECT * FROM ({FACTS}) x WHERE own <> ''"))
    assert len(rows) == 1
    (row,) = await house.rows("registry", f"SELECT * FROM ({FACTS}) x WHERE own <> '' LIMIT 1")
    assert (row["weight"], row["attested"], row["own"]) == (
        "visit", '{"house_grade": "housing"}', "food_secure house_grade",
    )  # fmt: skip


async def test_a_roster_that_says_otherwise_is_told_and_the_departments_hear_of_it(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    assert (await take(house, door, household("06A", person(1))))[0]["accepted_households"] == 1
    (home,) = await house.rows("registry", "SELECT id FROM household")
    since = {"since": "2016-12-01"}
    early = {"household_id": str(home["id"]), "house_grade": "D"} | since
    assert await attest(door, "housing", early, on="2017-01-04") == [("accepted", None)]
    ill = {"number": number(), "health": "major"} | since
    assert await attest(door, "health", ill, on="2017-01-04") == [("accepted", None)]
    again = household("06A", person(1, 健康状况="残疾", 文化程度="初中"), 住房鉴定等级="C")
    _, codes = await take(house, door, again)
    assert sorted(codes) == ["households.attested", "households.attested"]
    (grade,), (health,) = await overruled(door, "housing"), await overruled(door, "health")
    assert (grade["field"], grade["value"], grade["person"], grade["weight"]) == ("house_grade", "C", None, "match")
    assert (health["field"], health["value"], health["said_as"]) == ("health", "disabled", "county")
    assert health["person"] is not None
    assert [len(await tasks(door, unit)) for unit in ("housing", "health", "education")] == [1, 1, 0]


async def test_what_last_months_file_said_opens_nothing_and_what_it_says_no_more_is_taken_back(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    await take(house, door, household("06A", person(1)), "2017-10-28")
    (home,) = await house.rows("registry", "SELECT id FROM household")
    graded = {"household_id": str(home["id"]), "house_grade": "D", "since": "2016-12-01"}
    assert await attest(door, "housing", graded, on="2017-10-29") == [("accepted", None)]
    files = {grade: household("06A", person(1), 住房鉴定等级=grade) for grade in "BCD"}

    async def words() -> list[Any]:
        said = [(w["value"], w["seen_on"], w["taken_back_on"]) for w in await overruled(door, "housing")]
        return [*said, len(await tasks(door, "housing"))]

    await take(house, door, files["C"], "2017-11-28")
    assert await words() == [("C", "2017-11-28", None), 1]
    await take(house, door, files["C"], "2017-12-28")
    assert await words() == [("C", "2017-11-28", None), 1]
    # The department has answered, and the file says so all the same.
    again = graded | {"since": "2017-12-29"}
    assert await attest(door, "housing", again, on="2017-12-29") == [("accepted", None)]
    await take(house, door, files["C"], "2018-01-28")
    assert await words() == [("C", "2017-11-28", None), 0]
    await take(house, door, files["B"], "2018-02-28")
    assert await words() == [("C", "2017-11-28", "2018-02-28"), ("B", "2018-02-28", None), 1]
    await take(house, door, files["D"], "2018-03-28")
    assert await words() == [("C", "2017-11-28", "2018-02-28"), ("B", "2018-02-28", "2018-03-28"), 0]
    await take(house, door, files["B"], "2018-04-28")
    assert (await words())[2:] == [("B", "2018-04-28", None), 1], "last month's file said otherwise"


async def test_who_joins_a_household_does_not_change_what_is_attested_of_it(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house, medical_insured=True)
    await attest(door, "health", {"household_id": str(one), "since": "2017-01-01", "medical_insured": True})
    pupil = newcomer(27, "20060101", labour="none", medical_insured=False)
    assert (await join(door, arrival(one, relation="son", person=pupil)))["state"] == "confirmed"
    shown = (await door.call("GET", f"/registry/v1/households/{one}", "village", VILLAGE, on=NOW)).json()
    assert (shown["conditions"]["school_dropout"], shown["conditions"]["medical_insured"]) == (True, True)
    (word,) = await overruled(door, "health")
    assert (word["field"], word["value"], word["weight"]) == ("medical_insured", False, "statement")
