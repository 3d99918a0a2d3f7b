"""Complaints and objections through their doors: past whoever is complained of, in time, and higher."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.bonds import PERSON, bind
from tests.conftest import Door, House
from tests.integration.registry.test_exits import TOWNSHIP
from tests.integration.registry.test_households import VILLAGE, seed_household
from tests.integration.registry.test_registry_tasks import tasks

GRIEVANCES = "/registry/v1/grievances"
AREAS = {"township": TOWNSHIP, "county": "140927", "auditor": "140927"}
# Fifteen working days across the holidays of October, after which a weekend was worked.
FILED, DUE, LATE = "2017-09-20", "2017-10-17", "2017-10-18"
STORY = "分红三百元没有到账，会计说已经发了"


def complaint(**changes: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "matter": "payment", "channel": "own", "text": STORY} | changes


async def post(door: Door, path: str, role: str, *items: dict[str, Any], on: str = FILED, subject: str = "",
               person: str = "") -> list[dict[str, Any]]:  # fmt: skip
    answer = await door.call(
        "POST", f"{GRIEVANCES}{path}", role, AREAS.get(role, VILLAGE), on=on, subject=subject or role,
        json={"items": list(items)}, person=person,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def codes(door: Door, path: str, role: str, *items: dict[str, Any], **about: str) -> list[str | None]:
    return [r["code"] for r in await post(door, path, role, *items, **about)]


async def filed(door: Door, role: str = "villager", subject: str = "", **changes: Any) -> str:
    item = complaint(**changes)
    (result,) = await post(door, "", role, item, subject=subject)
    assert result["status"] == "accepted", result
    return str(item["id"])


async def read(door: Door, one: str, role: str, subject: str = "", person: str = "") -> Any:
    answer = await door.call(
        "GET", f"{GRIEVANCES}/{one}", role, AREAS.get(role, VILLAGE), subject=subject or role, person=person
    )
    return answer.json() if answer.status_code == 200 else answer.status_code


async def listed(door: Door, role: str, subject: str = "", person: str = "") -> list[str]:
    answer = await door.call("GET", GRIEVANCES, role, AREAS.get(role, VILLAGE), subject=subject or role, person=person)
    return [g["id"] for g in answer.json()["items"]]


def answering(one: str, **changes: Any) -> dict[str, Any]:
    return {"id": one, "upheld": True, "answer": "已补发三百元"} | changes


async def answered(door: Door, one: str, role: str, on: str = "2017-09-22", subject: str = "") -> None:
    (result,) = await post(door, "/answers", role, answering(one), on=on, subject=subject)
    assert result["state"] == f"{role}_answered", result


async def test_a_villager_complains_is_answered_and_content(house: House) -> None:
    door = await house.serve("registry", "api")
    home = await seed_household(house)
    one = await filed(door, household_id=str(home))
    shown = await read(door, one, "villager")
    assert (shown["state"], shown["with_office"], shown["text"], shown["person"]) == (
        "with_township", "township", STORY, PERSON,
    )  # fmt: skip
    assert (shown["answer_by_on"], shown["due_on"]) == (DUE, DUE), "working days, and not those of the holidays"
    assert shown["sentence_en"] == "It lies with the township, which answers by 2017-10-17."
    assert shown["sentence_zh"] == "诉求在乡镇办理，2017-10-17 前答复。"
    (task,) = (await tasks(door, "township", TOWNSHIP, on=FILED))["items"]
    assert (task["step"], task["due_on"], task["household_id"]) == ("township_answered", DUE, str(home))
    await answered(door, one, "township")
    # It was answered, and yet not told: the deadline goes on.
    (task,) = (await tasks(door, "villager", VILLAGE, on="2017-09-23"))["items"]
    assert (task["step"], task["due_on"]) == ("told", DUE)
    assert (await read(door, one, "villager"))["answers"] == [
        {"office": "township", "answered_on": "2017-09-22", "answer": "已补发三百元"}
    ]
    assert await codes(door, "/handovers", "villager", {"id": one, "handed": "signed"}, on="2017-09-25") == [None]
    assert {t["step"] for t in (await tasks(door, "villager", VILLAGE, on="2017-09-26"))["items"]} == {
        "settled", "with_county",
    }  # fmt: skip
    assert (await tasks(door, "township", TOWNSHIP, on="2017-09-26"))["items"] == [], "it is the complainant's word now"
    assert await codes(door, "/settlements", "township", {"id": one}, subject="colleague") == [
        "registry.grievances.own_word"
    ]
    (settled,) = await post(door, "/settlements", "villager", {"id": one}, on="2017-09-26")
    assert settled["state"] == "settled"
    shown = await read(door, one, "villager")
    assert shown["sentence_en"] == "The complainant accepted the answer on 2017-09-26."
    assert [(s["step"], s["role"]) for s in shown["steps"]] == [
        ("filed", "villager"), ("township_answered", "township"), ("told", "villager"), ("settled", "villager"),
    ]  # fmt: skip


async def test_what_was_said_lies_sealed_and_the_same_again_is_the_same(house: House) -> None:
    door = await house.serve("registry", "api")
    item = complaint()
    for _ in range(2):
        assert await codes(door, "", "villager", item) == [None]
    assert await codes(door, "", "villager", item | {"text": "别的"}) == ["shared.content_differs"]
    await answered(door, item["id"], "township")
    owner = await house.owner("registry")
    for table in ("grievance", "case_step", "audit", "outbox"):
        rows = "".join(str(tuple(r)) for r in await owner.fetch(f"SELECT to_jsonb(t)::text FROM {table} t"))
        for text in (STORY, "已补发三百元"):
            assert text not in rows, table
            assert text.encode().hex() not in rows, table


async def test_it_goes_past_whoever_is_complained_of(house: House) -> None:
    door = await house.serve("registry", "api")
    about_clerk = await filed(door, matter="officials", about_office="village", about_subject="clerk")
    about_officer = await filed(door, matter="officials", about_office="township", about_subject="officer")
    about_county = await filed(door, matter="officials", about_office="county", about_subject="chief")
    seen = {
        role: [await read(door, one, role, subject) != 404 for one in (about_clerk, about_officer, about_county)]
        for role, subject in (
            ("village", "clerk"), ("village", "chair"), ("team", "secretary"), ("township", "officer"),
            ("county", "chief"), ("auditor", "auditor"), ("villager", "villager"),
        )
    }  # fmt: skip
    nobody, everybody = [False] * 3, [True] * 3
    assert seen == {
        "village": nobody, "team": nobody, "township": nobody, "county": [True, True, False], "auditor": everybody,
        "villager": everybody,
    }  # fmt: skip
    assert [(await read(door, o, "auditor"))["with_office"] for o in (about_clerk, about_officer, about_county)] == [
        "county", "county", "auditor",
    ]  # fmt: skip
    for role, subject in (("village", "clerk"), ("township", "officer")):
        assert await listed(door, role, subject) == []
        assert (await tasks(door, role, AREAS.get(role, VILLAGE), subject))["items"] == []
    assert await codes(door, "/answers", "township", answering(about_officer), subject="officer") == [
        "shared.not_found"
    ]
    assert await codes(door, "/answers", "county", answering(about_county), subject="chief") == ["shared.not_found"]
    # He has another office as well: there he sees it no more than here.
    both = await filed(door, matter="officials", about_office="village", about_subject="both")
    assert await read(door, both, "county", "both") == 404
    assert await codes(door, "/answers", "county", answering(both), subject="both") == ["shared.not_found"]
    assert await codes(door, "/answers", "county", answering(both), subject="other") == [None]


async def test_what_reaches_an_official_he_takes_down(house: House) -> None:
    door = await house.serve("registry", "api")
    home = await seed_household(house)
    oral = await filed(door, "village", "clerk", channel="oral", household_id=str(home), person=PERSON)
    assert (await read(door, oral, "villager"))["text"] == STORY, "it is his word, and he follows it by his own login"
    taken_down = await read(door, oral, "village", "clerk")
    assert (taken_down["state"], taken_down["text"], taken_down["person"]) == ("with_township", None, None)
    assert await read(door, oral, "village", "chair") == 404, "others of the village have nothing to do with it"
    hotline = await filed(door, "county", "operator", channel="hotline", division=TOWNSHIP)
    assert (await read(door, hotline, "township"))["text"] == STORY
    assert (await read(door, hotline, "county", "operator"))["text"] is None, "it lies with the township"
    of_county = await filed(door, "county", "operator", channel="hotline")
    assert await codes(door, "/answers", "county", answering(of_county), subject="operator") == ["shared.same_person"]
    await answered(door, of_county, "county", subject="another")
    await answered(door, oral, "township")
    assert await codes(door, "/handovers", "village", {"id": oral, "handed": "fingerprint"}, subject="clerk") == [None]
    (higher,) = await post(door, "/escalations", "village", {"id": oral}, subject="clerk")
    assert higher["state"] == "with_county"


async def test_an_anonymous_one_is_answered_on_the_board(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await filed(door, "team", "secretary", channel="anonymous", matter="flat")
    await answered(door, one, "township")
    assert await codes(door, "/handovers", "township", {"id": one, "handed": "signed"}) == [
        "registry.grievances.wrong_handing"
    ]
    assert await codes(door, "/handovers", "township", {"id": one, "handed": "posted"}) == [None]
    assert await listed(door, "villager") == []


async def test_what_is_not_taken_down(house: House) -> None:
    door = await house.serve("registry", "api")
    home, others = await seed_household(house), await seed_household(house)
    await (await house.owner("registry")).execute("DELETE FROM resident WHERE household_id = $1", others)
    room = "registry.grievances"
    assert await codes(
        door, "", "villager", complaint(household_id=str(others)), complaint(household_id=str(uuid4())),
        complaint(channel="oral"), complaint(person=PERSON), complaint(division="140927200202"),
        complaint(about_subject="clerk"), complaint(text=""),
    ) == [
        "shared.not_found", "shared.not_found", f"{room}.wrong_channel", f"{room}.needs_no_name",
        "shared.outside_area", f"{room}.office_missing", "shared.invalid_item",
    ]  # fmt: skip
    assert await codes(
        door, "", "village", complaint(channel="oral", about_office="village"),
        complaint(channel="oral", about_office="helper", about_subject="village"),
        complaint(channel="oral", person=PERSON),
        complaint(channel="letter", person="stranger", household_id=str(home)),
    ) == [
        f"{room}.complained_of", f"{room}.complained_of", f"{room}.not_of_household", f"{room}.not_of_household",
    ]  # fmt: skip


async def test_who_is_not_content_goes_higher_twice(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await filed(door)
    for role, subject, on, lies_with in (
        ("township", "twice", "2017-09-22", "county"), ("county", "officer", "2017-10-10", "auditor"),
    ):  # fmt: skip
        await answered(door, one, role, on, subject)
        assert await codes(door, "/escalations", "villager", {"id": one}, on=on) == ["registry.grievances.not_overdue"]
        await post(door, "/handovers", "villager", {"id": one, "handed": "signed"}, on=on)
        (higher,) = await post(door, "/escalations", "villager", {"id": one}, on=on)
        assert higher["state"] == f"with_{lies_with}"
    shown = await read(door, one, "villager")
    assert shown["answer_by_on"] == "2017-10-31", "each office has its own days"
    # Whoever answered it below does not answer it again above.
    for again in ("twice", "officer"):
        assert await codes(door, "/answers", "auditor", answering(one), subject=again) == ["shared.same_person"]
    await answered(door, one, "auditor", "2017-10-20", "inspector")
    await post(door, "/handovers", "villager", {"id": one, "handed": "signed"}, on="2017-10-21")
    assert await codes(door, "/escalations", "villager", {"id": one}, on="2017-10-22") == [
        "registry.grievances.nobody_higher"
    ]
    shown = await read(door, one, "villager")
    assert [a["office"] for a in shown["answers"]] == ["township", "county", "auditor"]


async def test_what_is_late_goes_higher_and_the_next_office_is_asked(house: House) -> None:
    door = await house.serve("registry", "api")
    silent, untold = await filed(door), await filed(door)
    await answered(door, untold, "township")
    assert (await tasks(door, "county", "140927", on=DUE))["items"] == []
    late = (await tasks(door, "county", "140927", on=LATE))["items"]
    assert {(t["id"], t["step"], t["due_on"]) for t in late} == {
        (silent, "with_county", DUE), (untold, "with_county", DUE)
    }  # fmt: skip
    assert await codes(door, "/escalations", "county", {"id": silent}, on=DUE) == ["registry.grievances.not_overdue"]
    done = await post(
        door, "/escalations", "county", {"id": silent}, {"id": untold}, {"id": str(uuid4())}, {"id": silent}, on=LATE
    )
    assert [(r["code"], r["state"]) for r in done] == [
        (None, "with_county"), (None, "with_county"), ("shared.not_found", None),
        ("shared.twice_in_batch", "with_county"),
    ]  # fmt: skip
    (waiting, *_) = (await tasks(door, "county", "140927", on=LATE))["items"]
    assert (waiting["step"], waiting["due_on"]) == ("county_answered", "2017-11-08")
    assert await codes(door, "/escalations", "villager", {"id": silent}, on="2017-11-09") == [None]
    assert (await read(door, silent, "villager"))["state"] == "with_auditor"


async def test_neighbours_and_family_read_nothing(house: House) -> None:
    door = await house.serve("registry", "api")
    home = await seed_household(house)
    await bind(await house.owner("registry"), home, person="wife")
    one = await filed(door, household_id=str(home))
    for person in ("wife", "neighbour"):
        assert await read(door, one, "villager", person=person) == 404
        assert await listed(door, "villager", person=person) == []
    assert await read(door, one, "county", "test") != 404
    for role, area in (("helper", VILLAGE), ("bank", "140927"), ("entity", VILLAGE), ("surveyor", "140927")):
        assert (await door.call("GET", f"{GRIEVANCES}/{one}", role, area)).status_code == 403


async def test_the_database_knows_who_must_not(house: House) -> None:
    door = await house.serve("registry", "api")
    one = UUID(await filed(door, matter="officials", about_office="village", about_subject="clerk"))
    owner = await house.owner("registry")
    for column, subject in (
        ("county_answered_by", "clerk"), ("county_answered_by", "villager"), ("handed_by", "clerk"),
    ):  # fmt: skip
        whole = "county_answer_sealed = 'x', county_answered_on = now(), handed = 'signed', handed_on = now()"
        others = {"county_answered_by": "other", "handed_by": "other"} | {column: subject}
        with pytest.raises(asyncpg.CheckViolationError, match="grievance_is_answered_by_others"):
            await owner.execute(
                f"UPDATE grievance SET {whole}, county_answered_by = $2, handed_by = $3 WHERE id = $1",
                one, others["county_answered_by"], others["handed_by"],
            )  # fmt: skip
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("UPDATE grievance SET about_office = 'county' WHERE id = $1", one)
