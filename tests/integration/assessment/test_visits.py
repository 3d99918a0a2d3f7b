"""Visits and presence as phones send them, on a real database."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from tests.conftest import Door, House
from tests.integration.assessment.acts import (
    FAR_AWAY,
    OTHER_VILLAGE,
    PLACE,
    TEAMS,
    VILLAGE,
    VISITS,
    cadre,
    facts,
    get,
    pair,
    pairing,
    seed_household,
    seed_households,
    send,
    station,
    sync,
    unit,
    visit,
)


async def put(door: Door, item: dict[str, Any], *, subject: str = "li", on: str = "2017-06-01") -> Any:
    body = {name: value for name, value in item.items() if name != "id"}
    return await door.call("PUT", f"{VISITS}/{item['id']}", "helper", subject=subject, on=on, json=body)


async def test_a_visit_is_kept_and_told(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    household_id = await seed_household(house)
    await pair(door, pairing(household_id, li))
    item = visit(household_id, note="张三 有病", findings=["water_unsafe", "house_unsafe", "water_unsafe"])
    first, second = await put(door, item), await put(door, item)
    expected = {"id": item["id"], "status": "accepted", "counts": True, "reasons": [], "why": []}
    assert (first.status_code, first.json()) == (201, expected)
    assert (second.status_code, second.json()) == (200, expected)
    (_, told) = await facts(house)
    assert told == {
        "type": "visit_recorded", "household_id": str(household_id), "division": VILLAGE, "visit_id": item["id"],
        "cadre_id": li, "visited_on": "2017-06-01", "counts": True, "findings": ["house_unsafe", "water_unsafe"],
    }  # fmt: skip
    for other in (item | {"note": "李四"}, item | {"findings": []}, item | {"visited_on": "2017-05-31"}):
        answer = await put(door, other)
        assert (answer.status_code, answer.json()["code"]) == (409, "shared.content_differs")
    (row,) = await house.rows("assessment", "SELECT * FROM visit")
    assert (row["distance_m"], row["late"], row["recorded_by"], row["note"]) == (0, False, "li", "张三 有病")


async def test_an_id_belongs_to_who_sent_it_first(house: House) -> None:
    door = await house.serve("assessment", "api")
    li, wang = await station(door, "li", "wang")
    one, two = await seed_households(house, 2)
    await pair(door, pairing(one, li), pairing(two, wang))
    item = visit(one)
    await put(door, item)
    answer = await put(door, item | {"household_id": str(two)}, subject="wang")
    assert (answer.status_code, answer.json()["code"]) == (409, "shared.id_taken")
    owner = await house.owner("assessment")
    await owner.execute("UPDATE visit SET division = '140927100201'")  # where wang does not see it
    hidden, _ = await sync(door, item | {"household_id": str(two)}, visit(two), subject="wang", area=VILLAGE)
    assert hidden["code"] == "shared.id_taken"
    assert len(await house.rows("assessment", "SELECT 1 FROM visit")) == 2
    assert len(await facts(house, "visit_recorded")) == 2


async def test_a_visit_dated_tomorrow_is_refused_and_may_come_corrected(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    household_id = await seed_household(house)
    await pair(door, pairing(household_id, li))
    item = visit(household_id, "2017-06-02")
    (refused,) = await sync(door, item)
    assert (refused["id"], refused["status"]) == (item["id"], "refused")
    assert (refused["code"], refused["counts"], refused["reasons"]) == ("shared.future_date", False, [])
    answer = await put(door, item)
    assert (answer.status_code, answer.json()["code"]) == (422, "shared.future_date")
    (corrected,) = await sync(door, item | {"visited_on": "2017-06-01"})
    assert (corrected["status"], corrected["counts"]) == ("accepted", True)


async def test_each_of_a_batch_is_judged_for_itself(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    ours, elsewhere = await seed_household(house), await seed_household(house, OTHER_VILLAGE)
    stranger = await seed_household(house)
    await pair(door, pairing(ours, li), pairing(elsewhere, li))
    twice = visit(ours, "2017-05-30")
    items = [
        visit(ours, "2017-06-01", **FAR_AWAY),
        visit(ours, "2017-06-01"),
        visit(ours, "2017-06-01"),
        visit(ours, "2017-05-28"),
        visit(ours, "2017-05-01"),
        visit(elsewhere, "2017-06-01"),
        visit(stranger, "2017-06-01"),
        visit(uuid4(), "2017-06-01"),
        visit(ours, "2017-05-31", findings=["ghost"]),
        twice,
        twice,
        twice | {"note": "x"},
    ]
    results = await sync(door, *items)
    assert [(r["status"], r["counts"], r["reasons"]) for r in results[:6]] == [
        ("accepted", False, ["too_far"]), ("accepted", True, []), ("accepted", False, ["duplicate"]),
        ("accepted", True, ["late"]), ("accepted", False, ["too_late", "late"]), ("accepted", False, ["no_place"]),
    ]  # fmt: skip
    assert [r["code"] for r in results[6:]] == [
        "assessment.visits.not_the_helper", "assessment.visits.not_the_helper", "assessment.visits.unknown_finding",
        None, None, "shared.content_differs",
    ]  # fmt: skip
    assert await sync(door, *items) == results
    told = await facts(house, "visit_recorded")
    assert [f["counts"] for f in told] == [False, True, False, True, False, False, True]
    (far,) = await house.rows("assessment", "SELECT distance_m FROM visit WHERE distance_m > 0")
    assert 490_000 < far["distance_m"] < 510_000
    summary = await get(door, f"{VISITS}/summary")
    assert summary == {
        "visits": 7, "counting": 3, "late": 2, "too_far": 1, "findings": {}, "checkins": 0,
    }  # fmt: skip
    assert (await get(door, f"{VISITS}/summary?since=2017-05-28&until=2017-05-31"))["visits"] == 2


async def test_two_phones_with_the_same_visit_at_once(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    for _ in range(5):
        household_id = await seed_household(house)
        await pair(door, pairing(household_id, li))
        item = visit(household_id)
        answers = await asyncio.gather(*(put(door, item) for _ in range(2)), *(sync(door, item) for _ in range(2)))
        assert sorted(a.status_code for a in answers[:2]) in ([200, 200], [200, 201])
        assert [a.json()["counts"] for a in answers[:2]] == [True, True]
        assert [a[0]["status"] for a in answers[2:]] == ["accepted", "accepted"]
        assert len(await house.rows("assessment", "SELECT 1 FROM visit WHERE id = $1", item["id"])) == 1
    assert len(await facts(house, "visit_recorded")) == 5


async def test_two_visits_of_a_day_sent_at_once_count_once(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    for _ in range(5):
        household_id = await seed_household(house)
        await pair(door, pairing(household_id, li))
        answers = await asyncio.gather(*(sync(door, visit(household_id)) for _ in range(4)))
        assert {r["status"] for a in answers for r in a} == {"accepted"}
        assert sorted(r["counts"] for a in answers for r in a) == [False, False, False, True]


async def test_who_was_replaced_while_offline_keeps_what_he_did_before(house: House) -> None:
    door = await house.serve("assessment", "api")
    li, wang = await station(door, "li", "wang")
    household_id = await seed_household(house)
    await pair(door, pairing(household_id, li, "2017-01-10"), pairing(household_id, wang, "2017-05-30"))
    days = ("2017-05-29", "2017-05-30", "2017-05-31")
    his = await sync(door, *(visit(household_id, on) for on in days), subject="li")
    assert [r["code"] for r in his] == [None, *["assessment.visits.not_the_helper"] * 2]
    hers = await sync(door, *(visit(household_id, on) for on in days), subject="wang")
    assert [r["code"] for r in hers] == ["assessment.visits.not_the_helper", None, None]
    answer = await put(door, visit(household_id, "2017-05-31"), subject="li")
    assert (answer.status_code, answer.json()["code"]) == (403, "assessment.visits.not_the_helper")
    told = await facts(house, "visit_recorded")
    assert [(f["cadre_id"], f["visited_on"]) for f in told] == [
        (li, "2017-05-29"), (wang, "2017-05-30"), (wang, "2017-05-31"),
    ]  # fmt: skip


async def test_visits_and_handovers_at_once_do_not_wait_crosswise(house: House) -> None:
    """A handover holds households and refers to the cadre; a visit holds the cadre and asks for households."""
    door = await house.serve("assessment", "api")
    li, wang = await station(door, "li", "wang")
    for _ in range(5):
        ours = await seed_households(house, 50)
        await pair(door, *(pairing(h, wang) for h in ours))
        handed, visited = await asyncio.gather(
            pair(door, *(pairing(h, li, "2017-06-01") for h in ours)), sync(door, *(visit(h) for h in ours))
        )
        assert {r["code"] for r in handed} == {None}
        assert {r["code"] for r in visited} <= {None, "assessment.visits.not_the_helper"}


async def test_presence_counts_once_a_day(house: House) -> None:
    door = await house.serve("assessment", "api")
    await station(door, "li", role="team_member")

    def checkin(on: str = "2017-06-01", **changes: Any) -> dict[str, Any]:
        return {"id": str(uuid4()), "on": on} | PLACE | changes

    async def check_in(*items: dict[str, Any], subject: str = "li") -> Any:
        return await send(door, "POST", f"{VISITS}/checkins", "team", list(items), subject=subject, area=VILLAGE)

    first = checkin()
    items = [
        checkin(**FAR_AWAY), first, first, first | {"lon_e6": 112_210_001}, checkin(), checkin("2017-03-01"),
        checkin("2017-06-02"), checkin("2016-12-31"),
    ]  # fmt: skip
    results = await check_in(*items)
    assert [(r["status"], r["counts"], r["reasons"]) for r in results] == [
        ("accepted", False, ["too_far"]), ("accepted", True, []), ("accepted", True, []), ("refused", False, []),
        ("accepted", False, ["duplicate"]), ("accepted", True, []), ("refused", False, []), ("refused", False, []),
    ]  # fmt: skip
    assert [r["code"] for r in results if r["code"]] == [
        "shared.content_differs", "shared.future_date", "assessment.visits.not_stationed",
    ]  # fmt: skip
    assert await check_in(*items) == results
    for day in range(1, 6):
        answers = await asyncio.gather(*(check_in(checkin(f"2017-05-0{day}")) for _ in range(4)))
        assert {r["status"] for a in answers for r in a} == {"accepted"}
        assert sorted(r["counts"] for a in answers for r in a) == [False, False, False, True]
    assert (await get(door, f"{VISITS}/summary"))["checkins"] == 7
    (unit_id,) = [u["id"] for u in (await get(door, f"{TEAMS}/units"))["items"]]
    wang = cadre(unit_id, "wang", division=OTHER_VILLAGE)
    await send(door, "PUT", f"{TEAMS}/cadres", "county", [wang])
    other = await door.call(
        "POST", f"{VISITS}/checkins", "team", json={"items": [first]}, subject="wang", area=OTHER_VILLAGE
    )
    assert other.json()["results"][0]["code"] == "shared.id_taken"
    for subject, area in (("nobody", VILLAGE), ("wang", VILLAGE)):
        refused = await door.call(
            "POST", f"{VISITS}/checkins", "team", json={"items": [checkin()]}, subject=subject, area=area
        )
        assert (refused.status_code, refused.json()["code"]) == (403, "assessment.visits.not_a_cadre")
    owner = await house.owner("assessment")
    with pytest.raises(asyncpg.UniqueViolationError, match="one_counting_checkin"):
        await owner.execute(
            "INSERT INTO checkin SELECT uuidv7(), cadre_id, division, checked_on, 0, 0, 0, true, '{}', recorded_on, 'x'"
            " FROM checkin WHERE counts LIMIT 1"
        )


async def test_the_database_alone_keeps_evidence_as_it_is(house: House) -> None:
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li")
    household_id = await seed_household(house)
    await pair(door, pairing(household_id, li))
    await sync(door, visit(household_id))
    owner = await house.owner("assessment")
    with pytest.raises(asyncpg.UniqueViolationError, match="one_counting_visit"):
        await owner.execute(
            "INSERT INTO visit SELECT uuidv7(), household_id, division, cadre_id, visited_on, 0, 0, 0, 'n',"
            " note_digest, '{}', NULL, true, false, '{}', recorded_on, 'x' FROM visit"
        )
    connection = await asyncpg.connect((await house.settings("assessment")).database_url)
    house.stack.push_async_callback(connection.close)
    await connection.execute(
        "SELECT set_config('app.role', 'county', false), set_config('app.area', '140927', false),"
        " set_config('app.subject', 'x', false)"
    )
    assert await connection.fetchval("SELECT count(*) FROM visit") == 1
    for change in ("UPDATE visit SET counts = true", "DELETE FROM visit", "UPDATE checkin SET counts = true"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(change)


async def test_notes_are_for_county_auditor_and_who_wrote_them(house: House) -> None:
    door = await house.serve("assessment", "api")
    li, wang = await station(door, "li", "wang")
    one, two = await seed_households(house, 2)
    await pair(door, pairing(one, li), pairing(two, wang))
    await sync(door, visit(one, note="甲"), subject="li")
    await sync(door, visit(two, note="乙"), subject="wang")

    async def notes(role: str, subject: str = "") -> set[str | None]:
        page = await get(door, VISITS, role, VILLAGE if role in ("helper", "team") else None, subject=subject)
        return {v["note"] for v in page["items"]}

    assert await notes("county") == await notes("auditor") == {"甲", "乙"}
    assert await notes("helper", "li") == {"甲"}
    assert await notes("township") == await notes("team") == {None}
    assert (await door.call("GET", VISITS, "surveyor")).status_code == 403
    (mine,) = (await get(door, f"{VISITS}?cadre_id={li}&since=2017-06-01&until=2017-06-01&limit=1"))["items"]
    assert mine["household_id"] == str(one)
    page = await get(door, f"{VISITS}?limit=1")
    following = await get(door, f"{VISITS}?limit=1&cursor={page['next']}")
    assert {v["household_id"] for v in page["items"] + following["items"]} == {str(one), str(two)}
    assert (await get(door, f"{VISITS}?household_id={two}&until=2017-05-31"))["items"] == []


async def test_copied_notes_are_found(house: House) -> None:
    door = await house.serve("assessment", "api")
    li, wang = await station(door, "li", "wang")
    one, two, three = await seed_households(house, 3)
    await pair(door, pairing(one, li), pairing(two, li), pairing(three, wang))
    copied = ("一切正常 OK", "一切 正常 ok", "房屋漏雨")
    await sync(door, *(visit(one, f"2017-05-{29 + n}", note=note) for n, note in enumerate(copied)), subject="li")
    await sync(door, visit(two, note="", findings=["none"]), visit(two, "2017-05-31", note=""), subject="li")
    await sync(door, visit(three, note="一切正常 OK"), visit(three, "2017-05-31", note="老人住院"), subject="wang")
    expected = {"items": [{"cadre_id": li, "visits": 3, "distinct_notes": 2}]}
    assert await get(door, f"{VISITS}/copies?year=2017") == expected
    assert await get(door, f"{VISITS}/copies?year=2016", "auditor") == {"items": []}
    assert (await door.call("GET", f"{VISITS}/copies?year=2017", "township")).status_code == 403
    assert (await get(door, f"{VISITS}/summary"))["findings"] == {"none": 1}


async def test_what_is_malformed_is_invalid(house: House) -> None:
    door = await house.serve("assessment", "api")
    for changes in (
        {"lat_e6": 91_000_000}, {"lon_e6": 112.21}, {"visited_on": "soon"}, {"note": "a\x00b"}, {"note": "x" * 2001},
        {"photo_sha256": "abc"}, {"findings": ["'; --"]}, {"extra": 1},
    ):  # fmt: skip
        answer = await put(door, visit(uuid4()) | changes)
        assert (answer.status_code, answer.json()["code"]) == (422, "shared.invalid_input"), changes
    many = await door.call("POST", f"{VISITS}/sync", "helper", json={"items": [visit(uuid4())] * 1001})
    assert (many.status_code, many.json()["code"]) == (422, "shared.invalid_input")


async def test_a_helper_from_a_county_office_visits_in_the_village(house: House) -> None:
    """His token opens the village, his own row lies with the county."""
    door = await house.serve("assessment", "api")
    (li,) = await station(door, "li", division="140927")
    household_id = await seed_household(house)
    await pair(door, pairing(household_id, li))
    (result,) = await sync(door, visit(household_id), area=VILLAGE)
    assert result["counts"] is True
    own = await get(door, f"{TEAMS}/households", "helper", VILLAGE, subject="li")
    assert [h["household_id"] for h in own["items"]] == [str(household_id)]
    assert (await get(door, f"{TEAMS}/cadres", "helper", VILLAGE, subject="wang"))["items"] == []


async def test_only_cadres_visit(house: House) -> None:
    door = await house.serve("assessment", "api")
    await send(door, "PUT", f"{TEAMS}/units", "county", [unit()])
    answer = await put(door, visit(await seed_household(house)), subject="nobody")
    assert (answer.status_code, answer.json()["code"]) == (403, "assessment.visits.not_a_cadre")
    answer = await door.call("POST", f"{VISITS}/sync", "county", json={"items": [visit(uuid4())]})
    assert answer.status_code == 403
