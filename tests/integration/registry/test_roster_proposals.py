"""A roster's row about a known household proposes: shown before it is confirmed, and beside what was there after it."""

import json
from typing import Any
from uuid import uuid4

from tests.conftest import Door, House
from tests.integration.registry.test_confirmed_rosters import read
from tests.integration.registry.test_roster import IMPORTS, confirm, findings, seed_divisions
from tests.roster_file import child, file, household, person

VILLAGE = "140927200201"
FACTS = """
    SELECT lower(valid)::text AS since, house_grade, main_cause, weight, stated_as, own FROM household_fact
    WHERE upper_inf(known) ORDER BY lower(valid)
"""
HEALTH = "SELECT lower(valid)::text AS since, health, weight FROM member_fact WHERE upper_inf(known) ORDER BY 1, 2"
TOLD = """
    SELECT value FROM (SELECT headers, value FROM outbox UNION ALL SELECT headers, value FROM outbox_sent) AS told
    WHERE headers ->> 'ce_type' = 'registry.household_revised.v1'
"""


async def hand_in(
    house: House, door: Door, rows: list[dict[str, Any]], on: str, *, listed_on: str = "", until: str = "done"
) -> tuple[str, dict[str, Any]]:
    """Handed in on a day, and confirmed on the same by another person."""
    path = f"{IMPORTS}?income_year=2016{f'&listed_on={listed_on}' if listed_on else ''}"
    answer = await door.call("POST", path, "county", "140927", on=on, content=file(rows))
    assert answer.status_code == 202, answer.text
    import_id: str = answer.json()["id"]
    report = await read(house, door, import_id)
    if until == "read":
        return import_id, report
    return import_id, await accept(house, door, import_id, on)


async def accept(house: House, door: Door, import_id: str, on: str) -> dict[str, Any]:
    path, report = f"{IMPORTS}/{import_id}/confirmation", dict[str, Any]()
    await door.call("POST", path, "county", "140927", subject="second", on=on, json={"confirmed": True})

    async def is_over() -> bool:
        report.update(await read(house, door, import_id))
        return report["state"] in ("done", "failed")

    await house.settled(is_over, 60)
    return report


async def proposals(door: Door, import_id: str) -> list[dict[str, Any]]:
    answer = await door.call("GET", f"{IMPORTS}/{import_id}/proposals", "county", "140927")
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def changes(door: Door, import_id: str) -> list[tuple[Any, ...]]:
    return [(p["field"], p["stands"], p["proposed"], p["state"]) for p in await proposals(door, import_id)]


async def facts(house: House) -> list[tuple[str, str]]:
    return [(r["since"], r["house_grade"]) for r in await house.rows("registry", FACTS)]


async def test_what_differs_is_shown_then_confirmed_and_stands_beside_what_was(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    await hand_in(house, door, household("P1", person(1), child(3)), "2017-01-05")
    (home,) = await house.rows("registry", "SELECT id FROM household")
    again = household(
        "P1", person(1, 健康状况="残疾", 姓名="改名"), child(3), person(5, 与户主关系="配偶", 性别="男"),
        住房鉴定等级="C", 主要致贫原因="因残", 住房面积=61.5,
    )  # fmt: skip
    import_id, report = await hand_in(house, door, again, "2017-03-01", until="read")
    assert (report["state"], report["known_households"], report["listed_on"]) == ("read", 1, "2017-03-01")
    shown = await proposals(door, import_id)
    assert [(p["household_no"], p["since"]) for p in shown] == [("P1", "2017-03-01")] * len(shown)
    before = {p["field"]: (p["stands"], p["proposed"], p["state"]) for p in shown}
    assert before["house_grade"] == ("B", "C", "proposed")
    assert before["main_cause"] == ("funds", "disability", "proposed")
    assert before["person_health"] == ("healthy", "disabled", "proposed")
    assert before["house_area_m2_x100"][1:] == (6150, "proposed")
    (grade,) = [p for p in shown if p["field"] == "house_grade"]
    assert grade["sentence_zh"] == "住房鉴定等级：C。拟更新，待另一人确认文件后生效。"
    assert "改名" not in json.dumps(shown, ensure_ascii=False)
    assert await facts(house) == [("2014-06-01", "B")], "nothing holds before another person's word"
    assert await house.rows("registry", TOLD) == []

    await accept(house, door, import_id, "2017-03-02")
    assert {p["state"] for p in await proposals(door, import_id)} == {"taken"}
    rows = await house.rows("registry", FACTS)
    assert [(r["since"], r["house_grade"], r["weight"]) for r in rows] == [
        ("2014-06-01", "B", "takeover"), ("2017-03-01", "C", "match"),
    ]  # fmt: skip
    assert (rows[1]["stated_as"], rows[1]["main_cause"]) == ("county", "disability")
    assert [tuple(r) for r in await house.rows("registry", HEALTH)][-1] == ("2017-03-01", "disabled", "match")
    codes = sorted(f["code"].removeprefix("registry.roster.") for f in await findings(door, import_id))
    assert codes == ["called_otherwise", "member_proposed"]
    assert [r["name"] for r in await house.rows("registry", "SELECT DISTINCT name FROM member_fact")].count("改名") == 0
    (revised,) = [json.loads(r["value"]) for r in await house.rows("registry", TOLD)]
    assert (revised["household_id"], revised["needs_accessible"]) == (str(home["id"]), True)


async def test_the_same_file_again_and_an_older_one_change_nothing(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    await hand_in(house, door, household("P2", person(1)), "2017-01-05")
    february, march = household("P2", person(1), 住房鉴定等级="D"), household("P2", person(1), 住房鉴定等级="A")
    await hand_in(house, door, march, "2017-03-01")
    stands = [("2014-06-01", "B"), ("2017-03-01", "A")]
    assert await facts(house) == stands
    for rows, day, listed_on in ((march, "2017-03-20", ""), (february, "2017-03-21", "2017-02-01")):
        import_id, report = await hand_in(house, door, rows, day, listed_on=listed_on)
        assert (report["state"], await changes(door, import_id)) == ("done", [])
        assert await facts(house) == stands
    assert [f["code"] for f in await findings(door, import_id)] == ["registry.roster.newer_file_stands"]
    (home,) = await house.rows("registry", "SELECT id FROM household")
    path = f"/registry/v1/exits/preview?household_id={home['id']}"
    preview = (await door.call("GET", path, "village", VILLAGE, on="2017-06-01")).json()
    (sources,) = [r for r in preview["reasons"] if r["code"] == "house_sources"]
    assert not sources["passed"], "both files are the word of one officer"
    late = await door.call(
        "POST", f"{IMPORTS}?income_year=2016&listed_on=2017-03-23", "county", "140927", on="2017-03-22",
        content=file(march),
    )  # fmt: skip
    assert late.json()["code"] == "shared.future_date"


async def see(door: Door, home: Any, on: str, grade: str) -> None:
    item = {"household_id": str(home), "observed_on": on, "house_grade": grade}
    answer = await door.call(
        "POST", "/registry/v1/households/conditions", "village", VILLAGE, on=on, json={"items": [item]}
    )
    assert answer.json()["results"][0]["status"] == "accepted", answer.text


async def test_what_somebody_saw_later_stands_whichever_came_first(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    await hand_in(house, door, household("P3", person(1)) + household("P4", person(3)), "2017-01-05")
    ids = await house.rows("registry", "SELECT id FROM household ORDER BY household_no")
    both = household("P3", person(1), 住房鉴定等级="C") + household("P4", person(3), 住房鉴定等级="C")
    await see(door, ids[0]["id"], "2017-04-01", "A")
    import_id, _ = await hand_in(house, door, both, "2017-04-02", listed_on="2017-03-01")
    await see(door, ids[1]["id"], "2017-04-01", "A")
    assert [(p["household_no"], p["state"]) for p in await proposals(door, import_id)] == [
        ("P3", "overtaken"), ("P4", "taken"),
    ]  # fmt: skip
    for home in ids:
        rows = await house.rows("registry", FACTS.replace("WHERE", "WHERE household_id = $1 AND"), home["id"])
        assert [(r["since"], r["house_grade"]) for r in rows] == [
            ("2014-06-01", "B"), ("2017-03-01", "C"), ("2017-04-01", "A"),
        ]  # fmt: skip


async def test_a_departments_word_stands_and_only_what_was_shown_is_taken(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    await hand_in(house, door, household("P5", person(1)), "2017-01-05")
    (home,) = await house.rows("registry", "SELECT id FROM household")
    attested = {"id": str(uuid4()), "household_id": str(home["id"]), "since": "2017-02-01", "safe_water": True,
                "document_no": "water 7"}  # fmt: skip
    answer = await door.call(
        "POST", "/registry/v1/attestations", "department", "140927", unit="water", on="2017-02-01",
        json={"items": [attested]},
    )  # fmt: skip
    assert answer.json()["results"][0]["status"] == "accepted", answer.text
    again = household("P5", person(1, 健康状况="残疾"), 饮水安全="否", 住房鉴定等级="C")
    import_id, _ = await hand_in(house, door, again, "2017-03-01", until="read")
    assert sorted(await changes(door, import_id)) == [
        ("house_grade", "B", "C", "proposed"), ("person_health", "healthy", "disabled", "proposed"),
        ("safe_water", True, False, "attested"),
    ]  # fmt: skip
    await see(door, home["id"], "2017-02-20", "D")  # after it was shown, and before the file's day
    await accept(house, door, import_id, "2017-03-02")
    assert sorted(await changes(door, import_id)) == [
        ("house_grade", "D", "C", "unseen"), ("person_health", "healthy", "disabled", "taken"),
        ("safe_water", True, False, "attested"),
    ]  # fmt: skip
    (now,) = await house.rows(
        "registry", "SELECT house_grade, safe_water FROM household_fact WHERE upper_inf(known) AND upper_inf(valid)"
    )
    assert tuple(now) == ("D", True)
    (kept,) = await house.rows("registry", "SELECT unit, field, value, weight, seen_on::text FROM overruled_word")
    assert tuple(kept) == ("water", "safe_water", "false", "match", "2017-03-01")


async def test_a_rejected_file_leaves_no_proposals(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    await hand_in(house, door, household("P6", person(1)), "2017-01-05")
    import_id, _ = await hand_in(house, door, household("P6", person(1), 住房鉴定等级="C"), "2017-01-06", until="read")
    assert (await confirm(door, import_id, confirmed=False))["state"] == "rejected"
    assert await changes(door, import_id) == []
    assert await facts(house) == [("2014-06-01", "B")]
    far = await door.call("GET", f"{IMPORTS}/{import_id}/proposals", "township", "140927200")
    assert far.status_code == 404, "a township reads nothing of the county's file"
