"""The exit procedure through its doors: every step, every wrong turn."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.registry.test_households import VILLAGE, seed_household, speaker, statement

EXITS = "/registry/v1/exits"
TOWNSHIP = VILLAGE[:9]
# The leading group's, which an announcement cites.
MINUTES = {"minutes_no": "县扶贫开发领导小组会议纪要〔2017〕9号"}
MEETS: dict[str, Any] = {
    "food_secure": True, "clothing_secure": True, "school_dropout": False, "unfinished_major_illness": False,
    "only_subsidies": False,
}  # fmt: skip


async def ready_household(house: House, door: Door, **facts: Any) -> UUID:
    """Two people say what it earned, and that its house is as it stands in the register."""
    household_id = await seed_household(house, **(MEETS | facts))
    seen = {
        "household_id": str(household_id), "observed_on": "2017-06-01", "house_grade": facts.get("house_grade", "A"),
    }  # fmt: skip
    for role, path, item in (
        ("helper", "incomes", statement(household_id)),
        ("team", "incomes", statement(household_id)),
        ("team", "conditions", seen),
    ):
        await door.call("POST", f"/registry/v1/households/{path}", role, VILLAGE, json={"items": [item]})
    return household_id


async def step(door: Door, path: str, role: str, *items: dict[str, Any], area: str = VILLAGE, on: str = "2017-10-10",
               subject: str = "", person: str = "") -> list[dict[str, Any]]:  # fmt: skip
    person = person or (await speaker(door, items[0]["id"]) if path == "/consents" else "")
    items = tuple(MINUTES | item for item in items) if path == "/announcements" else items
    answer = await door.call(
        "POST", f"{EXITS}{path}", role, area, on=on, subject=subject or role, person=person,
        json={"items": list(items)},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def proposed(door: Door, household_id: UUID) -> str:
    (result,) = await step(door, "", "village", {"household_id": str(household_id)}, subject="clerk")
    assert result["status"] == "accepted", result
    exit_id: str = result["case_id"]
    return exit_id


VOTE = {"entitled": 30, "attended": 24, "in_favour": 20}


async def noticed(door: Door, household_id: UUID) -> str:
    exit_id = await proposed(door, household_id)
    for path, role, item, subject in (
        ("/reviews", "village", VOTE, "chair"),
        ("/checks", "team", {"confirmed": True, "evidence": "visit"}, "team"),
        ("/consents", "villager", {"agreed": True, "signature": "signed"}, "villager"),
        ("/notices", "village", {}, "clerk"),
    ):
        (result,) = await step(door, path, role, {"id": exit_id} | item, subject=subject)
        assert result["status"] == "accepted", result
    return exit_id


async def finished(door: Door, exit_id: str, on: str = "2017-10-17") -> list[dict[str, Any]]:
    item = {"id": exit_id, "confirmed": True}
    checked = await step(door, "/township-checks", "township", item, area=TOWNSHIP, on=on)
    return [*checked, *await decided(door, exit_id, on)]


async def decided(door: Door, exit_id: str, on: str = "2017-10-17") -> list[dict[str, Any]]:
    case = {"id": exit_id}
    return [
        *await step(door, "/decisions", "county", case, area="140927", on=on, subject="decider"),
        *await step(door, "/announcements", "county", case, area="140927", on=on, subject="announcer"),
    ]


async def test_the_whole_procedure(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await ready_household(house, door)
    exit_id = await noticed(door, household_id)
    assert [r["state"] for r in await finished(door, exit_id)] == ["township_checked", "approved", "announced"]
    shown = (await door.call("GET", f"{EXITS}/{exit_id}", "auditor")).json()
    assert [s["step"] for s in shown["steps"]] == [
        "proposed", "reviewed", "checked", "consented", "noticed", "township_checked", "approved", "announced",
    ]  # fmt: skip
    assert shown["decisions"][0]["outcome"] == "approved"
    household = (await door.call("GET", f"/registry/v1/households/{household_id}", "village", VILLAGE)).json()
    assert (household["status"], household["exited_on"], household["exited_year"]) == ("exited", "2017-10-17", 2017)
    events = await house.rows(
        "registry", "SELECT headers ->> 'ce_type' AS type, headers ->> 'ce_sequence' AS n FROM outbox ORDER BY id"
    )
    assert [(e["type"], e["n"]) for e in events] == [
        ("registry.income_assessed.v1", "1"), ("registry.income_assessed.v1", "2"),
        ("registry.notice_posted.v1", "3"), ("registry.household_exited.v1", "4"),
    ]  # fmt: skip
    replay = (await door.call("GET", "/registry/v1/operations/replay", "county")).json()
    assert replay == {"replayed": 1, "different": [], "different_count": 0}
    connection = await house.owner("registry")
    await connection.execute("UPDATE decision SET outcome = 'refused'")
    assert (await door.call("GET", "/registry/v1/operations/replay", "county")).json()["different_count"] == 1


async def test_who_does_not_meet_the_criteria_is_told_what_is_missing(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await ready_household(house, door, house_grade="C", food_secure=None)
    (result,) = await step(door, "", "village", {"household_id": str(household_id)})
    assert (result["code"], result["missing"]) == ("registry.exits.criteria_not_met", ["food", "housing"])
    why = (await door.call("GET", f"/registry/v1/decisions?subject_id={household_id}", "helper", VILLAGE)).json()
    assert (why[0]["outcome"], len(why[0]["reasons"])) == ("refused", 14)
    assert why[0]["source"] == "docs/sources.md#s26"
    preview = (await door.call("GET", f"{EXITS}/preview?household_id={household_id}", "helper", VILLAGE)).json()
    assert preview["missing"] == ["income", "food", "housing"][1:]


async def test_the_rule_can_be_asked_on_any_day_from_its_first_on(house: House) -> None:
    door = await house.serve("registry", "api")
    path = f"{EXITS}/preview?household_id={await ready_household(house, door)}"
    today = await door.call("GET", path, "helper", VILLAGE, on="2026-11-28")
    assert today.status_code == 200, today.text
    before = await door.call("GET", path, "helper", VILLAGE, on="2015-12-31")
    said = before.json()
    assert (before.status_code, said["code"]) == (409, "shared.policy_missing")
    assert (said["figure"], said["on"]) == ("poverty_lines_fen", "2015-12-31")


async def test_a_relocated_household_waits_for_its_flat(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await ready_household(house, door)
    connection = await house.owner("registry")
    await connection.execute("UPDATE household SET relocated = true")
    (result,) = await step(door, "", "village", {"household_id": str(household_id)})
    assert result["missing"] == ["relocation"]


async def test_steps_have_an_order_and_a_second_case_waits(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await ready_household(house, door)
    exit_id = await proposed(door, household_id)
    (again,) = await step(door, "", "village", {"household_id": str(household_id)})
    assert again["code"] == "registry.exits.case_open"
    for path, role, item, area in (
        ("/checks", "team", {"confirmed": True, "evidence": "visit"}, VILLAGE),
        ("/consents", "villager", {"agreed": True, "signature": "signed"}, VILLAGE),
        ("/notices", "village", {}, VILLAGE),
        ("/township-checks", "township", {"confirmed": True}, TOWNSHIP),
        ("/decisions", "county", {}, "140927"),
        ("/announcements", "county", {}, "140927"),
    ):
        (result,) = await step(door, path, role, {"id": exit_id} | item, area=area)
        assert result["code"] == "shared.wrong_state", path


async def test_the_maker_never_checks(house: House) -> None:
    door = await house.serve("registry", "api")
    await proposed(door, await ready_household(house, door))
    connection = await house.owner("registry")
    for column in ("reviewed_by", "checked_by"):
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(f"UPDATE exit_case SET {column} = 'clerk'")
    for maker, checker in (("township_checked_by", "decided_by"), ("decided_by", "announced_by")):
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(f"UPDATE exit_case SET {maker} = 'x', {checker} = 'x'")
    # Since the second version by none of those before; a case that began under the first keeps its procedure.
    with pytest.raises(asyncpg.CheckViolationError, match="exit_checks_are_by_others"):
        await connection.execute("UPDATE exit_case SET township_checked_by = 'clerk'")
    await connection.execute("UPDATE exit_case SET procedure_version = 1")
    await connection.execute("UPDATE exit_case SET township_checked_by = 'clerk'")


async def test_one_person_in_two_offices_is_still_one_person(house: House) -> None:
    door = await house.serve("registry", "api")
    exit_id = await proposed(door, await ready_household(house, door))
    answers = list[tuple[str, str | None]]()
    visited, county = {"confirmed": True, "evidence": "visit"}, "140927"
    for path, role, item, area, subjects in (
        ("/reviews", "village", VOTE, VILLAGE, ("clerk", "chair")),
        ("/checks", "team", visited, VILLAGE, ("clerk", "chair", "team")),
        ("/consents", "villager", {"agreed": True, "signature": "signed"}, VILLAGE, ("villager",)),
        ("/notices", "village", {}, VILLAGE, ("clerk",)),
        ("/township-checks", "township", {"confirmed": True}, TOWNSHIP, ("clerk", "chair", "team", "zhao")),
        ("/decisions", "county", {}, county, ("clerk", "chair", "team", "zhao", "qian")),
        ("/announcements", "county", {}, county, ("qian", "sun")),
    ):
        on = "2017-10-17" if area != VILLAGE else "2017-10-10"
        for subject in subjects:
            (result,) = await step(door, path, role, {"id": exit_id} | item, area=area, on=on, subject=subject)
            answers.append((subject, result["code"]))
    same = "shared.same_person"
    assert answers == [
        ("clerk", same), ("chair", None), ("clerk", same), ("chair", same), ("team", None), ("villager", None),
        ("clerk", None), ("clerk", same), ("chair", same), ("team", same), ("zhao", None), ("clerk", same),
        ("chair", same), ("team", same), ("zhao", same), ("qian", None), ("qian", same), ("sun", None),
    ]  # fmt: skip


async def test_a_step_that_was_taken_stays_taken(house: House) -> None:
    door = await house.serve("registry", "api")
    await proposed(door, await ready_household(house, door))
    connection = await asyncpg.connect((await house.settings("registry")).database_url)
    try:
        for write in ("UPDATE case_step SET acted_by = 'x'", "DELETE FROM case_step", "TRUNCATE case_step"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for table case_step"):
                await connection.execute(write)
    finally:
        await connection.close()
    kept = await house.rows(
        "registry", "SELECT subject, after ->> 'step' AS step FROM audit WHERE relation = 'case_step'"
    )
    assert [(r["subject"], r["step"]) for r in kept] == [("clerk", "proposed")]


async def test_seven_days_are_not_six(house: House) -> None:
    door = await house.serve("registry", "api")
    exit_id = await noticed(door, await ready_household(house, door))
    case = {"id": exit_id, "confirmed": True}
    (early,) = await step(door, "/township-checks", "township", case, area=TOWNSHIP, on="2017-10-16")
    assert (early["code"], early["state"]) == ("shared.notice_running", "noticed")
    (in_time,) = await step(door, "/township-checks", "township", case, area=TOWNSHIP, on="2017-10-17")
    assert in_time["state"] == "township_checked"


@pytest.mark.parametrize("upheld", [True, False])
async def test_an_objection_stops_the_clock(house: House, *, upheld: bool) -> None:
    door = await house.serve("registry", "api")
    exit_id = await noticed(door, await ready_household(house, door))
    body = {"id": exit_id, "reason": "income"}
    answer = await door.call("POST", f"{EXITS}/objections", "villager", VILLAGE, on="2017-10-12", json=body)
    assert answer.status_code == 201
    again = await door.call("POST", f"{EXITS}/objections", "villager", VILLAGE, on="2017-10-12", json=body)
    assert again.json() == answer.json(), "its answer was lost"
    case = {"id": exit_id, "confirmed": True}
    (stopped,) = await step(door, "/township-checks", "township", case, area=TOWNSHIP, on="2017-10-17")
    assert stopped["code"] == "registry.exits.objection_open"
    path = f"{EXITS}/objections/{answer.json()['id']}/resolution"
    resolved = [
        await door.call("POST", path, "township", TOWNSHIP, on="2017-10-18", json={"upheld": upheld}) for _ in range(2)
    ]
    assert [r.status_code for r in resolved] == [204, 409]
    shown = (await door.call("GET", f"{EXITS}/{exit_id}", "village", VILLAGE)).json()
    expected = ("refused", "registry.exits.objection_upheld") if upheld else ("noticed", None)
    assert (shown["state"], shown["ended_code"]) == expected
    assert shown["notice_ends_on"] == ("2017-10-17" if upheld else "2017-10-25")
    events = await house.rows("registry", "SELECT headers ->> 'ce_type' AS type, value FROM outbox ORDER BY id")
    told = ["notice_posted", "notice_objected", *([] if upheld else ["notice_posted"])]
    assert [e["type"] for e in events[2:]] == [f"registry.{name}.v1" for name in told]
    if not upheld:
        assert json.loads(events[-1]["value"])["ends_on"] == "2017-10-25"
        assert [r["state"] for r in await finished(door, exit_id, on="2017-10-25")][-1] == "announced"


async def test_nobody_resolves_an_objection_of_their_own(house: House) -> None:
    door = await house.serve("registry", "api")
    exit_id = await noticed(door, await ready_household(house, door))
    body = {"id": exit_id, "reason": "procedure"}
    answer = await door.call("POST", f"{EXITS}/objections", "township", TOWNSHIP, on="2017-10-12", json=body)
    path = f"{EXITS}/objections/{answer.json()['id']}/resolution"
    own = await door.call("POST", path, "township", TOWNSHIP, on="2017-10-12", json={"upheld": False})
    assert (own.status_code, own.json()["code"]) == (403, "shared.same_person")
    connection = await house.owner("registry")
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute(
            "UPDATE exit_objection SET resolved_on = '2017-10-12', resolved_by = raised_by, upheld = false"
        )


async def test_what_was_left_unanswered_in_a_dead_case_stops_no_other(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await ready_household(house, door)
    exit_id = await noticed(door, household_id)
    first, _second = [
        (
            await door.call(
                "POST", f"{EXITS}/objections", "villager", VILLAGE, on="2017-10-12",
                json={"id": exit_id, "reason": reason},
            )
        ).json()["id"]
        for reason in ("income", "house")
    ]  # fmt: skip
    path = f"{EXITS}/objections/{first}/resolution"
    await door.call("POST", path, "township", TOWNSHIP, on="2017-10-13", json={"upheld": True})
    assert await proposed(door, household_id) != exit_id


async def test_only_what_is_on_notice_can_be_objected_to(house: House) -> None:
    door = await house.serve("registry", "api")
    exit_id = await proposed(door, await ready_household(house, door))
    answers = [
        await door.call("POST", f"{EXITS}/objections", "villager", area, json={"id": exit_id, "reason": "income"})
        for area in (VILLAGE, "140927200202")
    ]
    assert [a.json()["code"] for a in answers] == ["registry.exits.not_on_notice", "shared.not_found"]


async def test_a_household_that_does_not_agree_stays(house: House) -> None:
    door = await house.serve("registry", "api")
    exit_id = await proposed(door, await ready_household(house, door))
    await step(door, "/reviews", "village", {"id": exit_id} | VOTE, subject="chair")
    await step(door, "/checks", "team", {"id": exit_id, "confirmed": True, "evidence": "visit"})
    refusal = {"id": exit_id, "agreed": False, "signature": "fingerprint"}
    (result,) = await step(door, "/consents", "villager", refusal)
    assert (result["state"], result["code"]) == ("withdrawn", "registry.exits.not_agreed")


async def test_what_changed_since_the_proposal_counts_at_the_decision(house: House) -> None:
    door = await house.serve("registry", "api")
    household_id = await ready_household(house, door)
    exit_id = await noticed(door, household_id)
    report = {"household_id": str(household_id), "observed_on": "2017-10-15", "school_dropout": True}
    await door.call(
        "POST", "/registry/v1/households/conditions", "helper", VILLAGE, on="2017-10-15", json={"items": [report]}
    )
    case = {"id": exit_id}
    await step(door, "/township-checks", "township", case | {"confirmed": True}, area=TOWNSHIP, on="2017-10-17")
    (result,) = await step(door, "/decisions", "county", case, area="140927", on="2017-10-17")
    assert (result["state"], result["missing"]) == ("refused", ["education"])


async def test_another_township_does_not_see_the_case(house: House) -> None:
    door = await house.serve("registry", "api")
    exit_id = await noticed(door, await ready_household(house, door))
    case = {"id": exit_id, "confirmed": True}
    (result,) = await step(door, "/township-checks", "township", case, area="140927201", on="2017-10-17")
    assert result["code"] == "shared.not_found"


async def test_a_batch_answers_for_each_in_order(house: House) -> None:
    door = await house.serve("registry", "api")
    good, poor = await ready_household(house, door), await seed_household(house, **MEETS)
    elsewhere = await seed_household(house, "140927200202")
    asked = [{"household_id": str(i)} for i in (poor, uuid4(), good, elsewhere, good)]
    results = await step(door, "", "village", *asked)
    assert [(r["code"], r["missing"]) for r in results] == [
        ("registry.exits.criteria_not_met", ["income", "house_sources"]), ("shared.not_found", []), (None, []),
        ("shared.not_found", []), ("shared.twice_in_batch", []),
    ]  # fmt: skip
    assert [r["id"] for r in results] == [a["household_id"] for a in asked]
    preview = (await door.call("GET", f"{EXITS}/preview?household_id={poor}", "helper", VILLAGE)).json()
    await house.rows("registry", "UPDATE household SET household_no = 'N-1' WHERE id = $1", poor)
    by_number = await door.call("GET", f"{EXITS}/preview?household_no=N-1", "helper", VILLAGE)
    assert by_number.json() == preview
    (income,) = [r for r in preview["reasons"] if r["code"] == "income"]
    assert income["figures"]["known"] is False
    stored = await house.rows("registry", "SELECT subject_id, outcome FROM decision")
    assert [(r["subject_id"], r["outcome"]) for r in stored] == [(str(poor), "refused")]


async def test_of_two_proposals_at_once_one_opens_a_case(house: House) -> None:
    door = await house.serve("registry", "api")
    item = {"household_id": str(await ready_household(house, door))}
    both = await asyncio.gather(step(door, "", "village", item), step(door, "", "village", item))
    assert sorted(r["code"] or "" for (r,) in both) == ["", "registry.exits.case_open"]


async def test_a_meeting_must_be_quorate_and_agree(house: House) -> None:
    door = await house.serve("registry", "api")
    ids = [await proposed(door, await ready_household(house, door)) for _ in range(4)]
    votes = ((30, 20, 11), (30, 19, 19), (30, 20, 10), (30, 20, 21))
    items = [{"id": i, "entitled": e, "attended": a, "in_favour": f} for i, (e, a, f) in zip(ids, votes, strict=True)]
    results = await step(door, "/reviews", "village", *items, subject="chair")
    assert [(r["state"], r["code"]) for r in results] == [
        ("reviewed", None), ("refused", "registry.exits.not_carried"), ("refused", "registry.exits.not_carried"),
        ("proposed", "registry.exits.impossible_count"),
    ]  # fmt: skip


async def test_a_target_changes_neither_who_is_proposed_nor_a_decision(house: House) -> None:
    door = await house.serve("registry", "api")
    ready, not_ready = await ready_household(house, door), await ready_household(house, door, house_grade="D")
    seen = []
    for planned in (0, 1_000_000):
        target = {"code": "exit_people", "year": 2017, "division": "140927", "planned": planned, "unit": "people"}
        answer = await door.call("PUT", "/registry/v1/targets", "county", json={"items": [target]})
        assert answer.json()["results"][0]["status"] == "accepted", answer.text
        seen.append(
            [
                (await door.call("GET", f"{EXITS}/preview?household_id={i}", "village", VILLAGE)).json()
                for i in (ready, not_ready)
            ]
        )
    assert seen[0] == seen[1]
    assert [p["outcome"] for p in seen[0]] == ["approved", "refused"]
