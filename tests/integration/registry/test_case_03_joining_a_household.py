"""Joining a household: born, married in, split off, come back; by two persons, dated, and the past stays."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.conftest import Door, House
from tests.integration.registry.test_changes import (
    DEPARTURES,
    HOUSEHOLDS,
    departure,
    head_of,
    leave,
    people,
    post,
    told,
)
from tests.integration.registry.test_households import VILLAGE, seed_household
from tests.integration.registry.test_roster import VILLAGES, findings, seed_divisions
from tests.roster_file import child, file, household, number, person

ARRIVALS, CLAIMS, REVERSALS = f"{HOUSEHOLDS}/arrivals", f"{HOUSEHOLDS}/claims", f"{HOUSEHOLDS}/reversals"
ONE, OTHER = VILLAGES  # two villages of two townships
LIVES = """
    SELECT h.household_no, f.relation, f.name FROM member_fact f JOIN household h ON h.id = f.household_id
    WHERE upper_inf(f.known) AND f.valid @> CAST($1 AS date) ORDER BY h.household_no, f.born_on
"""


def newcomer(order: int = 21, born: str = "19920402", **changes: Any) -> dict[str, Any]:
    return {
        "name": "吉·阿木𠮷", "number": number(born, order), "ethnicity": "汉族", "education": "primary",
        "school_status": "none", "health": "healthy", "labour": "ordinary", "medical_insured": True,
        "pension_insured": True,
    } | changes  # fmt: skip


def arrival(household_id: UUID, **changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()), "household_id": str(household_id), "reason": "marriage_in", "joined_on": "2017-05-10",
        "relation": "spouse", "person": newcomer(),
    } | changes  # fmt: skip


async def join(door: Door, item: dict[str, Any], on: str = "2017-06-01", **place: str) -> dict[str, Any]:
    """Said by the village, confirmed by the township: the second one's answer."""
    (said,) = await post(door, ARRIVALS, "village", item, on=on, area=place.get("village", ""))
    assert said["status"] == "accepted", said
    (done,) = await post(
        door, f"{ARRIVALS}/confirmations", "township", {"id": item["id"], "confirmed": True}, on=on,
        area=place.get("township", ""),
    )  # fmt: skip
    return done


async def take(
    house: House, door: Door, rows: list[dict[str, Any]], on: str = "2017-12-28"
) -> tuple[dict[str, Any], list[str]]:
    """A file of the county's."""
    answer = await door.call(
        "POST", "/registry/v1/roster/imports?income_year=2017", "county", "140927", on=on, content=file(rows)
    )
    assert answer.status_code == 202, answer.text
    report: dict[str, Any] = {}

    async def is_over() -> bool:
        report.update((await door.call("GET", f"/registry/v1/roster/imports/{answer.json()['id']}", "county")).json())
        if report["state"] == "read":
            path = f"/registry/v1/roster/imports/{answer.json()['id']}/confirmation"
            await door.call("POST", path, "county", "140927", subject="second", on=on, json={"confirmed": True})
        return report["state"] in ("done", "failed")

    await house.settled(is_over, 60)
    return report, [f["code"].removeprefix("registry.") for f in await findings(door, report["id"])]


async def leaves(house: House, door: Door, name: str, reason: str) -> None:
    (row,) = await house.rows(
        "registry", "SELECT m.reference FROM member m JOIN member_fact f ON f.member_id = m.id WHERE f.name = $1"
        " AND upper_inf(f.known) AND upper_inf(f.valid)", name,
    )  # fmt: skip
    item = departure(row["reference"], reason=reason, left_on="2017-12-10")
    assert [r["code"] for r in await post(door, DEPARTURES, "village", item, on="2017-12-20", area=ONE)] == [None]
    confirmed = {"id": item["id"], "confirmed": True}
    (done,) = await post(door, f"{DEPARTURES}/confirmations", "township", confirmed, on="2017-12-20", area=ONE[:9])
    assert done["state"] == "confirmed"


async def test_case_03_split_marriage_and_birth_each_enter_by_a_door(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    father, son, daughter = (
        person(1, 姓名="父"),
        person(3, 姓名="子", 与户主关系="之子"),
        person(2, "19920402", 姓名="女"),
    )
    first = household("03A", father, son, daughter | {"与户主关系": "之女"})
    assert (await take(house, door, first))[0]["accepted_households"] == 1
    split = household("03B", son | {"与户主关系": "户主"})
    elsewhere = {"乡镇": "太平庄乡", "行政村": "王家沟村"}
    married = household("03C", person(5, 姓名="婿"), daughter | {"与户主关系": "配偶"}, **elsewhere)
    for rows in (split, married):
        report, codes = await take(house, door, rows)
        assert (report["accepted_households"], codes) == (0, ["roster.person_under_review"])

    await leaves(house, door, "子", "not_sharing")
    await leaves(house, door, "女", "marriage_out")
    for rows in (split, married):
        report, codes = await take(house, door, rows)
        assert (report["accepted_households"], codes) == (1, [])
    newborn = child(7, "20171101", 姓名="孙", 与户主关系="之孙子", 文化程度="学龄前", 在校生状况="非在校生")
    report, codes = await take(house, door, household("03A", father, newborn))
    assert (report["known_households"], report["rejected_households"], codes) == (1, 0, ["roster.member_proposed"])
    (case,) = (await door.call("GET", ARRIVALS, "township", ONE[:9])).json()["items"]
    assert (case["reason"], case["joined_on"], case["state"]) == ("birth", "2017-11-01", "reported")
    confirmed = {"id": case["id"], "confirmed": True}
    (own,) = await post(door, f"{ARRIVALS}/confirmations", "township", confirmed, subject="test-county", area=ONE[:9])
    assert own["code"] == "shared.same_person", "who handed the file in does not confirm what it proposes"
    (done,) = await post(door, f"{ARRIVALS}/confirmations", "township", confirmed, on="2017-12-29", area=ONE[:9])
    assert done["state"] == "confirmed"

    async def lives(on: str) -> list[tuple[str, str, str]]:
        return [tuple(r) for r in await house.rows("registry", LIVES, date.fromisoformat(on))]

    before = [("03A", "head", "父"), ("03A", "son", "子"), ("03A", "daughter", "女"), ("03C", "head", "婿")]
    assert await lives("2017-10-31") == before, "the past is as it was"
    assert await lives("2017-12-29") == [
        ("03A", "head", "父"), ("03A", "grandson", "孙"), ("03B", "head", "子"), ("03C", "head", "婿"),
        ("03C", "spouse", "女"),
    ]  # fmt: skip
    names = await house.rows("registry", "SELECT count(*) AS m, count(DISTINCT reference) AS p FROM member")
    assert tuple(names[0]) == (7, 5), "a person is called the same in every household"
    report, codes = await take(house, door, household("03A", father, newborn))
    assert (report["known_households"], codes) == (1, []), "the same file again proposes nothing"


async def test_who_joins_is_counted_told_and_resident(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    head = await head_of(house, one)
    item = arrival(one)
    assert (await join(door, item))["state"] == "confirmed"
    (_, _), (kind, added) = (await told(house))[-2:]
    revised = (await told(house))[-2][1]
    assert (kind, added["reason"], added["members"], added["joined_on"]) == (
        "member_added", "marriage_in", 2, "2017-05-10",
    )  # fmt: skip
    assert set(revised["people"]) == {head, added["person"]}
    assert await people(door, one, "2017-05-09") == [(head, "head")]
    assert await people(door, one, "2017-05-10") == [(head, "head"), (added["person"], "spouse")]
    assert await house.rows("registry", "SELECT 1 FROM arrival_person") == [], "who it is stands in the register alone"
    rows = await house.rows("registry", "SELECT person FROM resident WHERE household_id = $1", one)
    assert {r["person"] for r in rows} == {head, added["person"]}
    (row,) = await house.rows("registry", "SELECT name, sex, weight FROM member_fact WHERE relation = 'spouse'")
    assert tuple(row) == ("吉·阿木𠮷", "male", "statement")
    (again,) = await post(door, ARRIVALS, "village", item)
    assert (again["status"], again["state"]) == ("accepted", "confirmed"), "sent again, answered the same"
    (twice,) = await post(door, ARRIVALS, "village", arrival(one))
    assert twice["code"] == "registry.arrivals.already_member"


async def test_two_persons_and_a_bad_item_refuses_itself(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    item = arrival(one, reason="birth", joined_on="2017-05-10", person=newcomer(23, "20170510", labour="none"))
    wrong = arrival(one, person=newcomer(number="140999199204020420"))
    figures = arrival(one, person=newcomer(name="张3"))
    late = arrival(one, reason="birth", joined_on="2017-05-11", person=newcomer(25, "20170510"))
    answers = await post(door, ARRIVALS, "village", wrong, figures, late, item, subject="same")
    assert [a["code"] for a in answers] == [
        "shared.invalid_item", "shared.invalid_item", "registry.arrivals.not_the_day_of_birth", None,
    ]  # fmt: skip
    assert [answers[i]["errors"][0]["field"] for i in (0, 1)] == ["person.number", "person.name"]
    confirmed = {"id": item["id"], "confirmed": True}
    (same,) = await post(door, f"{ARRIVALS}/confirmations", "township", confirmed, subject="same")
    assert same["code"] == "shared.same_person"
    (no,) = await post(door, f"{ARRIVALS}/confirmations", "township", confirmed | {"confirmed": False})
    assert no["state"] == "rejected"
    assert len(await people(door, one, "2017-06-01")) == 1
    assert await house.rows("registry", "SELECT 1 FROM arrival_person") == [], "nobody keeps who it was"


async def test_who_belongs_elsewhere_is_moved_by_both_sides_and_the_county(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    there = household("04A", person(1), person(2, "19920402", 姓名="女", 与户主关系="之女"))
    here = household("04B", person(5), 乡镇="太平庄乡", 行政村="王家沟村")
    assert (await take(house, door, there + here))[0]["accepted_households"] == 2
    (home,) = await house.rows("registry", "SELECT id FROM household WHERE household_no = '04B'")
    bride = newcomer(2)
    item = arrival(home["id"], joined_on="2017-12-10", person=bride)
    side = {"village": OTHER, "township": OTHER[:9]}
    done = await join(door, item, "2017-12-28", **side)
    assert done["code"] == "registry.arrivals.belongs_elsewhere"
    (claim,) = (await door.call("GET", f"{CLAIMS}?state=open", "county", "140927")).json()["items"]
    assert (claim["holder_division"], claim["division"], claim["reason"]) == (ONE, OTHER, "marriage_out")
    assert claim["sentence_zh"] == "此人被两户同时计入，待县级核定归属。"
    tasks = (await door.call("GET", "/registry/v1/tasks", "county", "140927", on="2017-12-28")).json()["items"]
    assert [t["id"] for t in tasks if t["procedure"] == "registry.claims"] == [claim["id"]]

    (moved,) = await post(door, f"{CLAIMS}/decisions", "county", {"id": claim["id"], "moves": True}, on="2017-12-28")
    assert moved["state"] == "moves"
    (left,) = (await door.call("GET", DEPARTURES, "township", ONE[:9])).json()["items"]
    assert (left["state"], left["left_on"], left["reason"]) == ("reported", "2017-12-10", "marriage_out")
    confirmed = {"id": item["id"], "confirmed": True}
    late = {"on": "2017-12-29", "area": OTHER[:9]}
    (still,) = await post(door, f"{ARRIVALS}/confirmations", "township", confirmed, **late)
    assert still["code"] == "registry.arrivals.belongs_elsewhere", "until the other side has let her go"
    gone = {"id": left["id"], "confirmed": True}
    (out,) = await post(door, f"{DEPARTURES}/confirmations", "township", gone, on="2017-12-29", area=ONE[:9])
    assert out["state"] == "confirmed"
    (joined,) = await post(door, f"{ARRIVALS}/confirmations", "township", confirmed, **late)
    assert joined["state"] == "confirmed"
    persons = await house.rows("registry", "SELECT division FROM person_index ORDER BY 1")
    assert [r["division"] for r in persons] == [ONE, OTHER, OTHER]


async def test_a_claim_ends_with_the_arrival_that_it_was_made_for(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    there = household("11A", person(1), person(2, "19920402", 姓名="女", 与户主关系="之女"))
    here = household("11B", person(5), 乡镇="太平庄乡", 行政村="王家沟村")
    assert (await take(house, door, there + here))[0]["accepted_households"] == 2
    (home,) = await house.rows("registry", "SELECT id FROM household WHERE household_no = '11B'")
    side: dict[str, Any] = {"on": "2017-12-28", "area": OTHER[:9]}

    async def claims(state: str) -> list[Any]:
        items: list[Any] = (await door.call("GET", f"{CLAIMS}?state={state}", "county", "140927")).json()["items"]
        return items

    wrong, right = [arrival(home["id"], joined_on="2017-12-10", person=newcomer(2)) for _ in range(2)]
    await post(door, ARRIVALS, "village", wrong, on="2017-12-28", area=OTHER)
    (no,) = await post(door, f"{ARRIVALS}/confirmations", "township", {"id": wrong["id"], "confirmed": False}, **side)
    (lapsed,) = await claims("lapsed")
    assert (no["state"], lapsed["arrival_id"], lapsed["due_on"]) == ("rejected", wrong["id"], None)
    assert lapsed["sentence_zh"] == "据以提出的成员增加已有结论，此项核定不再进行。"
    tasks = (await door.call("GET", "/registry/v1/tasks", "county", "140927", on="2017-12-28")).json()["items"]
    assert [t for t in tasks if t["procedure"] == "registry.claims"] == []
    late = {"id": lapsed["id"], "moves": True}
    (closed,) = await post(door, f"{CLAIMS}/decisions", "county", late, on="2017-12-28")
    assert closed["code"] == "shared.wrong_state"

    await post(door, ARRIVALS, "village", right, on="2017-12-28", area=OTHER)
    assert [c["arrival_id"] for c in await claims("open")] == [right["id"]]
    await leaves(house, door, "女", "marriage_out")
    (yes,) = await post(door, f"{ARRIVALS}/confirmations", "township", {"id": right["id"], "confirmed": True}, **side)
    assert (yes["state"], await claims("open")) == ("confirmed", []), "she left without the county's word"


async def test_a_claim_may_be_found_wrong(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    there = household("05A", person(1), person(3, 姓名="子", 与户主关系="之子"))
    assert (await take(house, door, there))[0]["accepted_households"] == 1
    split = household("05B", person(3, 姓名="子"))
    await take(house, door, split)
    await take(house, door, split)
    (claim,) = (await door.call("GET", CLAIMS, "county", "140927")).json()["items"]
    assert claim["household_no"] == "05B", "handed in twice, claimed once"
    decision = {"id": claim["id"], "moves": False}
    (own,) = await post(door, f"{CLAIMS}/decisions", "county", decision, subject="test-county", on="2017-12-28")
    assert own["code"] == "shared.same_person"
    (stays,) = await post(door, f"{CLAIMS}/decisions", "county", decision, on="2017-12-28")
    assert stays["state"] == "stays"
    assert await house.rows("registry", "SELECT 1 FROM departure") == []


async def test_who_came_back_is_the_same_and_may_leave_again(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    assert (await join(door, arrival(one, relation="son")))["state"] == "confirmed"
    reference = (await told(house))[-1][1]["person"]
    left = departure(reference, reason="prison", left_on="2017-05-20")
    await leave(door, left)
    back = arrival(one, relation="son", reason="release", joined_on="2017-05-28")
    assert (await join(door, back))["state"] == "confirmed"
    assert await people(door, one, "2017-05-25") == [(await head_of(house, one), "head")]
    assert (reference, "son") in await people(door, one, "2017-05-28")
    said = {"id": str(uuid4()), "evidence": "letter 3", "departure_id": left["id"]}
    (refused,) = await post(door, REVERSALS, "village", said)
    assert refused["code"] == "registry.reversals.joined_since"
    await leave(door, departure(reference, reason="death", left_on="2017-05-30"))
    (dead,) = await post(door, ARRIVALS, "village", arrival(one, joined_on="2017-06-01"))
    assert dead["code"] == "registry.arrivals.has_died"


async def test_a_child_out_of_school_who_joins_holds_the_guarantees(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    pupil = newcomer(27, "20060101", labour="none", medical_insured=False)
    assert (await join(door, arrival(one, relation="son", person=pupil)))["state"] == "confirmed"
    shown = (await door.call("GET", f"{HOUSEHOLDS}/{one}", "village", VILLAGE, on="2017-06-01")).json()
    assert (shown["conditions"]["school_dropout"], shown["conditions"]["medical_insured"]) == (True, False)


@pytest.mark.parametrize("role", ["helper", "county", "villager"])
async def test_others_report_nobody(house: House, role: str) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    answer = await door.call(
        "POST", ARRIVALS, role, VILLAGE if role != "county" else "140927", json={"items": [arrival(one)]}
    )
    assert answer.status_code == 403


async def test_a_claim_is_not_decided_for_a_day_to_come(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    there = household("07A", person(1), person(3, 姓名="子", 与户主关系="之子"))
    assert (await take(house, door, there))[0]["accepted_households"] == 1
    await take(house, door, household("07B", person(3, 姓名="子")))
    (claim,) = (await door.call("GET", CLAIMS, "county", "140927")).json()["items"]
    decision = {"id": claim["id"], "moves": True, "moved_on": "2018-01-02"}
    (early,) = await post(door, f"{CLAIMS}/decisions", "county", decision, on="2017-12-28")
    assert (early["code"], early["sentence_zh"]) == ("shared.future_date", "日期晚于今天。")


async def test_an_id_names_one_person(house: House) -> None:
    """Told twice under one id: the first word counts, whoever the second one names."""
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    item = arrival(one)
    other = item | {"person": newcomer(33, "19930403")}
    first, second = await post(door, ARRIVALS, "village", item, other)
    assert (first["code"], second["code"]) == (None, "shared.content_differs")
    (later,) = await post(door, ARRIVALS, "village", other)
    assert later["code"] == "shared.content_differs"
    (same,) = await post(door, ARRIVALS, "village", item)
    assert same["status"] == "accepted"
    confirmed = {"id": item["id"], "confirmed": True}
    await post(door, f"{ARRIVALS}/confirmations", "township", confirmed)
    (row,) = await house.rows("registry", "SELECT born_on FROM member_fact WHERE relation = 'spouse'")
    assert row["born_on"] == date(1992, 4, 2)


async def test_a_household_that_is_refused_anyway_claims_nobody(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    there = household("08A", person(1), person(3, 姓名="子", 与户主关系="之子"))
    assert (await take(house, door, there))[0]["accepted_households"] == 1
    broken = household("08B", person(3, 姓名="子"), 行政村="无此村")
    unsound = household("08C", person(3, 姓名="子", 与户主关系="配偶"))
    for rows in (broken, unsound):
        report, _ = await take(house, door, rows)
        assert report["accepted_households"] == 0
    assert (await door.call("GET", CLAIMS, "county", "140927")).json()["items"] == []
