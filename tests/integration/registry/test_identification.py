"""A household applies, and comes into the register: every step through its door, every wrong turn."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.registry.test_exit_rounds import a_round, put, stage
from tests.integration.registry.test_exits import MINUTES
from tests.integration.registry.test_registry_tasks import tasks
from tests.integration.registry.test_roster import seed_divisions
from tests.roster_file import number

APPLY = "/registry/v1/identifications"
VILLAGE, OTHER = "140927200201", "140927201201"
AREAS = {"township": VILLAGE[:9], "county": "140927", "auditor": "140927"}
EARNED = {
    "wage_fen": 200_000,
    "business_fen": 100_000,
    "property_fen": 0,
    "transfer_fen": 0,
    "business_cost_fen": 50_000,
}


def person(order: int = 1, born: str = "19700101", **changes: Any) -> dict[str, Any]:
    return {
        "name": "阿依古丽·买买提𠮷", "number": number(born, order), "relation": "head", "ethnicity": "汉族",
        "education": "primary", "school_status": "none", "health": "healthy", "labour": "ordinary",
        "medical_insured": True, "pension_insured": True,
    } | changes  # fmt: skip


def child(order: int, **changes: Any) -> dict[str, Any]:
    return person(order, "20080101", relation="son", labour="none", school_status="primary") | changes


def application(*people: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return EARNED | {
        "id": str(uuid4()), "division": VILLAGE, "people": list(people) or [person(1), child(3)],
        "attribute": "general", "main_cause": "illness", "other_causes": ["funds"], "safe_water": True,
        "electricity": True, "house_grade": "B", "phone": "13800000000", "account": "6200000000000000001",
    } | changes  # fmt: skip


async def step(door: Door, path: str, role: str, *items: dict[str, Any], on: str = "2017-10-10", subject: str = "",
               area: str = "") -> list[dict[str, Any]]:  # fmt: skip
    answer = await door.call(
        "POST", f"{APPLY}{path}", role, area or AREAS.get(role, VILLAGE), on=on, subject=subject or role,
        json={"items": list(items)},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def apply(door: Door, *items: dict[str, Any], on: str = "2017-10-10") -> list[dict[str, Any]]:
    return await step(door, "", "village", *items, subject="clerk", on=on)


SEEN = EARNED | {
    "food_secure": True, "clothing_secure": True, "safe_water": True, "house_grade": "B", "evidence": "sheet 7",
}  # fmt: skip
VOTE = {"entitled": 30, "present": 24, "recused": 2, "in_favour": 20}
FOUND = {"confirmed": True, "evidence": "sheet 8"}
# Path, role, body, who.
UNTIL_NOTICE: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("/visits", "helper", SEEN, "visitor"),
    ("/votes", "village", VOTE, "chair"),
    ("/checks", "team", FOUND, "team"),
    ("/notices", "village", {}, "clerk"),
)
AFTER: tuple[tuple[str, str, dict[str, Any], str, str], ...] = (
    ("/township-checks", "township", FOUND, "township", "2017-10-17"),
    ("/second-notices", "village", {}, "clerk", "2017-10-17"),
    ("/comparisons", "county", {"evidence": "run 3"}, "comparer", "2017-10-24"),
    ("/entries", "county", MINUTES, "announcer", "2017-10-24"),
)


async def applied(door: Door, *people: dict[str, Any], on: str = "2017-10-10", **changes: Any) -> str:
    item = application(*people, **changes)
    (result,) = await apply(door, item, on=on)
    assert (result["status"], result["state"]) == ("accepted", "applied"), result
    return str(item["id"])


async def noticed(door: Door, *people: dict[str, Any], on: str = "2017-10-10", seen: Any = SEEN, **changes: Any) -> str:
    one = await applied(door, *people, on=on, **changes)
    for path, role, body, subject in UNTIL_NOTICE:
        said = seen if path == "/visits" else body
        (result,) = await step(door, path, role, {"id": one} | said, subject=subject, on=on)
        assert result["status"] == "accepted", (path, result)
    return one


async def walk(door: Door, one: str, until: str = "/entries", later: timedelta = timedelta()) -> dict[str, Any]:
    """What the last of the steps after the notice answered."""
    result: dict[str, Any] = {}
    for path, role, body, subject, on in AFTER:
        day = str(date.fromisoformat(on) + later)
        (result,) = await step(door, path, role, {"id": one} | body, subject=subject, on=day)
        if path == until:
            break
    return result


async def entered(door: Door, *people: dict[str, Any], on: str = "2017-10-10") -> str:
    """The household that it became."""
    one = await noticed(door, *people, on=on)
    result = await walk(door, one, later=date.fromisoformat(on) - date(2017, 10, 10))
    assert (result["code"], result["state"]) == (None, "entered"), result
    return str((await shown(door, one))["household_id"])


async def shown(door: Door, one: str, role: str = "county", **of: Any) -> dict[str, Any]:
    answer = await door.call("GET", f"{APPLY}/{one}", role, of.pop("area", AREAS.get(role, VILLAGE)), **of)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def kept(house: House, one: str) -> tuple[int, int]:
    """Sealed applications and digests of people that a case keeps."""
    (row,) = await house.rows(
        "registry", "SELECT (SELECT count(*) FROM identification_application WHERE identification_id = $1) AS sealed,"
        " (SELECT count(*) FROM identification_person WHERE identification_id = $1) AS people", one,
    )  # fmt: skip
    return row["sealed"], row["people"]


async def test_from_application_to_the_register(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    one = await noticed(door)
    open_case = await shown(door, one, "village", subject="chair")
    assert [p["number"] for p in open_case["applied"]["people"]] == [
        "*" * 14 + number()[-4:],
        "*" * 14 + number("20080101", 3)[-4:],
    ]
    assert open_case["applied"]["people"][0]["name"] == "阿依古丽·买买提𠮷"
    assert (open_case["seen"]["wage_fen"], open_case["notice_ends_on"]) == (200_000, "2017-10-17")
    assert await kept(house, one) == (1, 2)
    (running,) = await step(door, "/township-checks", "township", {"id": one} | FOUND, on="2017-10-16")
    assert running["code"] == "shared.notice_running"
    assert (await walk(door, one))["state"] == "entered"
    case = await shown(door, one)
    assert [s["step"] for s in case["steps"]] == [
        "applied", "visited", "reviewed", "checked", "noticed", "township_checked", "noticed_again", "compared",
        "entered",
    ]  # fmt: skip
    assert [(d["rule"], d["outcome"]) for d in case["decisions"]] == [
        ("registry.household_identification", "approved"), ("registry.identification_vote", "approved"),
    ]  # fmt: skip
    assert (case["household_no"], case["since_on"], case["applied"]) == (f"{VILLAGE}0001", "2017-10-24", None)
    home = (await door.call(
        "GET", f"/registry/v1/households/{case['household_id']}", "village", VILLAGE, on="2017-10-24"
    )).json()  # fmt: skip
    assert (home["status"], home["registered_on"], len(home["people"])) == ("poor", "2017-10-24", 2)
    assert home["incomes"] == [{"income_year": 2017, "net_income_fen": 250_000, "per_capita_fen": 125_000}]
    (fact,) = await house.rows("registry", "SELECT * FROM household_fact WHERE upper_inf(known) AND upper_inf(valid)")
    assert (fact["food_secure"], fact["weight"], fact["stated_by"], fact["main_cause"]) == (
        True,
        "visit",
        "visitor",
        "illness",
    )
    ((kind, value),) = [
        (r["kind"], json.loads(r["value"]))
        for r in await house.rows("registry", "SELECT headers ->> 'ce_type' AS kind, value FROM outbox")
    ]
    assert (kind, value["household_no"], value["members"]) == ("registry.household_registered.v1", f"{VILLAGE}0001", 2)
    replay = (await door.call("GET", "/registry/v1/operations/replay", "county")).json()
    assert (replay["replayed"], replay["different_count"]) == (2, 0)


async def test_who_applied_is_nowhere_in_the_clear_and_gone_at_the_end(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    one, two = await applied(door), await noticed(door, person(5))
    (lost,) = await step(door, "/visits", "helper", {"id": one} | SEEN, subject="visitor")
    assert lost["state"] == "visited"
    (lost,) = await step(door, "/votes", "village", {"id": one} | VOTE | {"in_favour": 11}, subject="chair")
    assert lost["state"] == "refused"
    assert (await kept(house, one), await kept(house, two)) == ((0, 0), (1, 1))
    await walk(door, two)
    assert await kept(house, two) == (0, 0)
    for table in ("identification", "identification_doubt", "case_step", "decision", "audit", "outbox"):
        for row in await house.rows("registry", f"SELECT to_jsonb(t)::text AS said FROM {table} t"):
            for secret in (number()[:17], number("19700101", 5)[:17], "13800000000", "6200000000000000001"):
                assert secret not in row["said"], table
            assert table == "audit" or "阿依古丽" not in row["said"], table


async def test_too_few_are_no_meeting_and_a_no_ends_it(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    one = await applied(door)
    await step(door, "/visits", "helper", {"id": one} | SEEN, subject="visitor")
    (few,) = await step(
        door, "/votes", "village", {"id": one} | VOTE | {"present": 20, "in_favour": 18}, subject="chair"
    )
    assert (few["status"], few["code"], few["missing"]) == ("refused", "registry.identification.no_quorum", ["quorum"])
    assert few["why"][0]["sentence_en"] == (
        "Of 28 representatives who may vote, 18 were present, at least 66.6666 % must be: not met."
    )
    (impossible,) = await step(door, "/votes", "village", {"id": one} | VOTE | {"in_favour": 23}, subject="chair")
    assert impossible["code"] == "registry.identification.impossible_count"
    assert (await shown(door, one))["state"] == "visited"
    (no,) = await step(door, "/votes", "village", {"id": one} | VOTE | {"in_favour": 11}, subject="chair")
    assert (no["status"], no["code"], no["state"]) == ("accepted", "registry.identification.not_carried", "refused")
    case = await shown(door, one)
    assert (case["state"], case["sentence_zh"]) == ("refused", "村民代表会议未通过该户的申请。")
    (why,) = case["decisions"]
    assert why["reasons"][1]["sentence_zh"] == "参加表决 22 人，同意 11 人，须超过 50 %；回避 2 人：不符合。"


async def test_a_villager_applies_for_himself_and_reads_why_he_was_refused(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    item = application()
    me: dict[str, Any] = {"subject": "li", "person": "nobody-yet"}
    asked = await door.call("POST", APPLY, "villager", VILLAGE, on="2017-10-10", json={"items": [item]}, **me)
    assert asked.json()["results"][0]["state"] == "applied"
    one = item["id"]
    rich = SEEN | {"wage_fen": 2_000_000}
    for path, role, body, subject in UNTIL_NOTICE:
        await step(door, path, role, {"id": one} | (rich if path == "/visits" else body), subject=subject)
    on_notice = await door.call("GET", f"{APPLY}/{one}", "villager", VILLAGE, subject="wang")
    assert on_notice.status_code == 404, "a neighbour reads the notice, not the application"
    refused = await walk(door, one, "/comparisons")
    assert (refused["code"], refused["missing"]) == ("registry.identification.criteria_not_met", ["poverty"])
    case = await shown(door, one, "villager", **me)
    assert (case["state"], case["ended_code"]) == ("refused", "registry.identification.criteria_not_met")
    assert case["decisions"][0]["reasons"][0]["sentence_en"] == (
        "Net income of 2017: 20,500 yuan for 2 people, the line is 6,670 yuan for all of them; lacking of the two no"
        " worries and three guarantees: none. Not above the line, or lacking something: not met."
    )
    mine = (await door.call("GET", APPLY, "villager", VILLAGE, **me)).json()["items"]
    assert [c["id"] for c in mine] == [one]
    assert (await door.call("GET", APPLY, "villager", VILLAGE, subject="wang")).json()["items"] == []


async def test_what_was_seen_counts_and_a_gap_is_enough(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    one = await noticed(door, seen=SEEN | {"wage_fen": 2_000_000, "house_grade": "D"})
    assert (await walk(door, one))["state"] == "entered"
    (fact,) = await house.rows("registry", "SELECT * FROM household_fact WHERE upper_inf(known) AND upper_inf(valid)")
    assert fact["house_grade"] == "D"


async def test_a_notice_over_new_year_is_decided_by_the_line_of_its_income_year(house: House) -> None:
    """The line of 2018 is 3,535 yuan: by it this household would be poor."""
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    between = SEEN | {"wage_fen": 2 * 340_000, "business_fen": 0, "business_cost_fen": 0}
    one = await noticed(door, on="2017-12-22", seen=between)
    days = ("2017-12-29", "2017-12-29", "2018-01-05")
    for (path, role, body, subject, _), on in zip(AFTER, days, strict=False):
        (result,) = await step(door, path, role, {"id": one} | body, subject=subject, on=on)
    assert (result["state"], result["missing"]) == ("refused", ["poverty"])
    assert result["why"][0]["figures"]["poverty_line_fen"] == 2 * 333_500


async def test_a_bad_item_refuses_itself_alone(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    bad = application(person(9)) | {"main_cause": "laziness"}
    short = application(person(9, number="14099919700101"))
    wrong = application(
        person(9, number=number("19700101", 9)[:17] + ("1" if number("19700101", 9)[17] != "1" else "2"))
    )
    headless = application(person(9, relation="son"))
    results = await apply(door, bad, application(), short, wrong, headless)
    assert [r["code"] for r in results] == [
        "shared.invalid_item", None, "shared.invalid_item", "shared.invalid_item", "registry.roster.not_one_head",
    ]  # fmt: skip
    fields = [results[i]["errors"][0]["field"] for i in (0, 2, 3)]
    assert fields == ["main_cause", "people.0.number", "people.0.number"]
    assert results[4]["sentence_zh"] == "每户须有且仅有一名户主。"
    assert number()[:6] not in json.dumps(results)


async def test_one_person_takes_no_two_steps_of_which_one_checks_the_other(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    one = await applied(door)
    (own,) = await step(door, "/visits", "village", {"id": one} | SEEN, subject="clerk")
    assert own["code"] == "shared.same_person"
    first, twice = await step(door, "/visits", "team", {"id": one} | SEEN, {"id": one} | SEEN, subject="both")
    assert (first["state"], twice["code"]) == ("visited", "shared.twice_in_batch")
    (own,) = await step(door, "/votes", "village", {"id": one} | VOTE, subject="clerk")
    assert own["code"] == "shared.same_person"
    await step(door, "/votes", "village", {"id": one} | VOTE, subject="chair")
    for subject in ("clerk", "both", "chair"):
        (own,) = await step(door, "/checks", "village", {"id": one} | FOUND, subject=subject)
        assert own["code"] == "shared.same_person", subject
    connection = await house.owner("registry")
    with pytest.raises(asyncpg.CheckViolationError, match="identification_check_is_by_another"):
        await connection.execute("UPDATE identification SET checked_by = 'both'")


async def test_what_waits_for_whom(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    one = await applied(door)
    (task,) = (await tasks(door, "helper", VILLAGE, "visitor"))["items"]
    assert (task["id"], task["step"], task["title_zh"]) == (one, "visited", "入户核实")
    assert (await tasks(door, "village", VILLAGE, "clerk"))["items"] == []
    assert [t["step"] for t in (await tasks(door, "village", VILLAGE, "chair"))["items"]] == ["visited"]
    await step(door, "/visits", "helper", {"id": one} | SEEN, subject="visitor")
    assert (await tasks(door, "helper", VILLAGE, "visitor"))["items"] == []
    assert [t["step"] for t in (await tasks(door, "village", VILLAGE, "chair"))["items"]] == ["reviewed"]
    assert (await shown(door, one, "helper", subject="visitor"))["state"] == "visited", "he follows whom he has seen"
    other = await door.call("GET", f"{APPLY}/{one}", "helper", VILLAGE, subject="another")
    assert other.status_code == 404
    listed = (await door.call("GET", f"{APPLY}?state=visited&division={VILLAGE}", "township", VILLAGE[:9])).json()
    assert [c["id"] for c in listed["items"]] == [one]


async def test_a_village_whose_round_is_open_takes_applications_within_it_or_for_a_reason(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    stages = [stage("applied", "2017-10-20", "2017-10-31"), stage("visited", "2017-11-01", "2017-11-10")]
    opened = a_round(procedure="registry.identification", stages=stages)
    assert await put(door, opened) == [("accepted", None)]
    early, missed, within = application(), application(person(5), outside_round="missed"), application(person(7))
    assert [r["code"] for r in await apply(door, early, missed)] == ["shared.outside_round", None]
    assert [r["code"] for r in await apply(door, within, on="2017-10-20")] == [None]
    assert (await shown(door, missed["id"]))["steps"][0]["detail"] == {"outside_round": "missed"}
    assert (await shown(door, within["id"]))["case_round_id"] == opened["id"]
    (soon,) = await step(door, "/visits", "helper", {"id": within["id"]} | SEEN, subject="visitor", on="2017-10-21")
    assert soon["code"] == "shared.stage_not_open"
