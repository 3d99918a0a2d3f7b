"""Villages through their doors: checklist over time, and an exit from proposal to announcement."""

import asyncio
import json
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.registry.service import SERVICE
from shared.ground.policy import read_policy
from shared.ground.sentences import sentence
from tests.conftest import Door, House
from tests.integration.registry.test_exits import MINUTES
from tests.integration.registry.test_households import VILLAGE, seed_household

TOWNSHIP, OTHER_TOWNSHIP = "140927200", "140927201"
ITEMS = [
    item
    for entry in read_policy(SERVICE.folder / "policy.toml").entries
    if entry.code == "village_facility_items"
    for item in entry.value
]


async def found_places(house: House, rural_people: int = 350) -> None:
    """A county of two townships; the first has a poor village and an ordinary one, the second a poor one."""
    connection = await house.owner("registry")
    await connection.executemany(
        "INSERT INTO division (code, valid, name_zh, name_en, level, poor_village, rural_people)"
        " VALUES ($1, '[2001-01-01,)', '地', 'place', $2, $3, $4)",
        [
            ("140927", "county", False, 3 * rural_people), (TOWNSHIP, "township", False, 2 * rural_people),
            (OTHER_TOWNSHIP, "township", False, rural_people), (VILLAGE, "village", True, rural_people),
            ("140927200202", "village", False, rural_people), ("140927201201", "village", True, rural_people),
        ],
    )  # fmt: skip


async def seed_poor(house: House, count: int, division: str = VILLAGE) -> list[UUID]:
    return [await seed_household(house, division) for _ in range(count)]


async def set_status(house: House, household_id: UUID, status: str, year: int | None) -> None:
    """As the exit of a household, or its return, leaves it."""
    connection = await house.owner("registry")
    await connection.execute(
        "UPDATE household SET status = $2, exited_year = $3 WHERE id = $1", household_id, status, year
    )


async def post(door: Door, path: str, items: list[dict[str, Any]], role: str, area: str, *, on: str = "2017-06-01",
               subject: str = "") -> Any:  # fmt: skip
    answer = await door.call("POST", f"/registry/v1/villages/{path}", role, area, json={"items": items}, on=on,
                             subject=subject)  # fmt: skip
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


async def report(door: Door, *items: str, met: bool = True, checked_on: str = "2017-03-01", village: str = VILLAGE,
                 on: str = "2017-06-01") -> Any:  # fmt: skip
    bodies = [{"division": village, "item": i, "met": met, "checked_on": checked_on} for i in items]
    return await post(door, "facilities", bodies, "township", village[:9], on=on)


async def propose(door: Door, *villages: str, on: str = "2017-12-04", subject: str = "t-maker") -> Any:
    items = [{"division": v} for v in villages or (VILLAGE,)]
    return await post(door, "exits", items, "township", items[0]["division"][:9], on=on, subject=subject)


async def notice(door: Door, village: str = VILLAGE, on: str = "2017-12-05") -> Any:
    (result,) = await post(
        door, "exits/notices", [{"division": village}], "township", village[:9], on=on, subject="t-clerk"
    )
    return result


async def decide(door: Door, village: str = VILLAGE, on: str = "2017-12-12", subject: str = "c-decider") -> Any:
    item = {"division": village} | MINUTES
    (result,) = await post(door, "exits/decisions", [item], "county", "140927", on=on, subject=subject)
    return result


async def announce(door: Door, village: str = VILLAGE, on: str = "2017-12-18", subject: str = "c-announcer") -> Any:
    item = {"division": village} | MINUTES
    (result,) = await post(door, "exits/announcements", [item], "county", "140927", on=on, subject=subject)
    return result


async def exit_village(door: Door, village: str = VILLAGE) -> Any:
    """The whole procedure for a village that is ready; the announcement's result."""
    await report(door, *ITEMS, village=village)
    assert [r["state"] for r in await propose(door, village)] == ["proposed"]
    assert (await notice(door, village))["state"] == "noticed"
    assert (await decide(door, village))["state"] == "approved"
    return await announce(door, village)


async def card(door: Door, on: str = "2017-06-01", village: str = VILLAGE) -> Any:
    answer = await door.call("GET", f"/registry/v1/villages/{village}", "township", village[:9], on=on)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_card_shows_what_is_recorded_and_nothing_more(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    _, gone, back = await seed_poor(house, 3)
    await set_status(house, gone, "exited", 2016)
    await set_status(house, back, "returned", None)
    assert [r["code"] for r in await report(door, "water", "road")] == [None, None]
    shown = await card(door)
    assert shown == {
        "division": VILLAGE, "poor_village": True, "status": "poor", "poor_people": 2, "rural_people": 350,
        "incidence_ppm": 5_714, "facilities": {i: i in ("water", "road") for i in ITEMS}, "exit": None,
    }  # fmt: skip
    assert (await card(door, village="140927200202"))["status"] == "ordinary"


async def test_each_sees_the_villages_of_his_area_page_by_page(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    path, seen, cursor = "/registry/v1/villages", list[str](), ""
    while cursor is not None:
        page = (await door.call("GET", f"{path}?limit=1&cursor={cursor}", "county")).json()
        seen += [v["division"] for v in page["items"]]
        cursor = page["next"]
    assert seen == [VILLAGE, "140927200202", "140927201201"]
    own = (await door.call("GET", path, "township", OTHER_TOWNSHIP)).json()
    assert [v["division"] for v in own["items"]] == ["140927201201"]
    assert (await door.call("GET", f"{path}/{VILLAGE}", "township", OTHER_TOWNSHIP)).status_code == 404


async def test_a_check_counts_from_its_day_until_the_next_one(house: House) -> None:
    """Reports may arrive out of order; what was held for true before is kept."""
    door = await house.serve("registry", "api")
    await found_places(house)
    for met, checked_on in ((True, "2017-04-01"), (False, "2017-02-01"), (False, "2017-05-01"), (True, "2017-05-01")):
        await report(door, "water", met=met, checked_on=checked_on)
    days = ("2017-01-31", "2017-02-01", "2017-03-31", "2017-04-01", "2017-04-30", "2017-05-01")
    met_on = [(await card(door, on=on))["facilities"]["water"] for on in days]
    assert met_on == [False, False, False, True, True, True]
    now = await house.rows(
        "registry",
        "SELECT lower(valid)::text AS f, upper(valid)::text AS t, met FROM village_facility WHERE upper_inf(known)"
        " ORDER BY valid",
    )
    assert [tuple(r) for r in now] == [
        ("2017-02-01", "2017-04-01", False), ("2017-04-01", "2017-05-01", True), ("2017-05-01", None, True),
    ]  # fmt: skip
    (kept,) = await house.rows("registry", "SELECT count(*) AS n FROM village_facility WHERE NOT upper_inf(known)")
    assert kept["n"] == 2


async def test_a_bad_report_does_not_take_the_good_ones_with_it(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    good = {"division": VILLAGE, "item": "road", "met": True, "checked_on": "2017-06-01"}
    items = [
        good | {"checked_on": "2017-06-02"}, good, good, good | {"item": "cinema"},
        good | {"division": "140927201201"}, good | {"division": "140927200999"}, good | {"item": "water"},
    ]  # fmt: skip
    results = await post(door, "facilities", items, "township", TOWNSHIP)
    assert [r["code"] for r in results] == [
        "shared.future_date", None, "shared.twice_in_batch", "registry.villages.unknown_item",
        "shared.not_found", "shared.not_found", None,
    ]  # fmt: skip
    rows = await house.rows("registry", "SELECT division, item, stated_by FROM village_facility ORDER BY item")
    assert [tuple(r) for r in rows] == [
        (VILLAGE, "road", "test-township"), (VILLAGE, "water", "test-township"),
    ]  # fmt: skip


async def test_two_reports_at_once_on_the_same_item_leave_one_truth(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    await asyncio.gather(*(report(door, "road", "water", met=bool(n % 2)) for n in range(4)))
    rows = await house.rows("registry", "SELECT item FROM village_facility WHERE upper_inf(known) ORDER BY item")
    assert [r["item"] for r in rows] == ["road", "water"]


async def test_a_village_exits_by_the_rule_step_by_step(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    households = await seed_poor(house, 7)
    await report(door, *ITEMS[:-1])
    (refused,) = await propose(door)
    incidence, item = refused.pop("why")
    assert incidence["sentence_zh"] == (
        "农村户籍人口 350 人中贫困人口 7 人；贫困发生率应低于 2 %（等于限值不通过：是）：不符合。"
    )
    assert (item["code"], item["sentence_en"]) == (f"has_{ITEMS[-1]}", "A place for activities and a clinic: not met.")
    assert refused == {
        "sentence_en": sentence("registry.villages.not_ready", "en"),
        "sentence_zh": sentence("registry.villages.not_ready", "zh"),
        "id": VILLAGE, "status": "refused", "code": "registry.villages.not_ready", "state": None, "case_id": None,
        "missing": ["incidence_below_limit", f"has_{ITEMS[-1]}"], "errors": [],
    }  # fmt: skip
    assert (await card(door, on="2017-12-04"))["exit"] is None
    await report(door, ITEMS[-1])
    await set_status(house, households[0], "exited", 2017)
    assert [r["status"] for r in await propose(door)] == ["accepted"]
    assert (await decide(door))["code"] == "shared.wrong_state"
    assert (await notice(door))["state"] == "noticed"
    assert (await notice(door))["code"] == "shared.wrong_state"
    early = await decide(door, on="2017-12-11")
    assert (early["code"], early["state"]) == ("shared.notice_running", "noticed")
    assert (await decide(door, subject="t-clerk"))["code"] == "shared.same_person"
    assert (await decide(door))["state"] == "approved"
    assert (await announce(door, subject="c-decider"))["code"] == "shared.same_person"
    assert await house.rows("registry", "SELECT 1 FROM outbox") == []
    assert (await announce(door))["state"] == "announced"
    assert (await announce(door))["code"] == "shared.wrong_state"
    (event,) = await house.rows("registry", "SELECT topic, key, value FROM outbox")
    decisions = await house.rows("registry", "SELECT id, outcome, decided_by FROM decision ORDER BY id")
    assert [(d["outcome"], d["decided_by"]) for d in decisions] == [
        ("refused", "t-maker"), ("approved", "t-maker"), ("approved", "c-decider"),
    ]  # fmt: skip
    assert (event["topic"], event["key"]) == ("registry.village", VILLAGE)
    assert json.loads(event["value"]) == {
        "division": VILLAGE, "exited_on": "2017-12-18", "poor_people": 6, "rural_people": 350,
        "decision_id": str(decisions[2]["id"]),
    }  # fmt: skip
    shown = await card(door, on="2017-12-31")
    assert (shown["status"], shown["poor_village"], shown["exit"]["state"]) == ("exited", True, "announced")
    assert shown["exit"]["decision_id"] == str(decisions[2]["id"])
    assert (await propose(door))[0]["code"] == "registry.villages.case_open"
    replayed = (await door.call("GET", "/registry/v1/operations/replay", "county")).json()
    assert (replayed["replayed"], replayed["different_count"]) == (3, 0)


async def test_the_county_decides_on_what_is_so_then(house: House) -> None:
    """A household fell back, and the road was lost, while the notice hung."""
    door = await house.serve("registry", "api")
    await found_places(house)
    households = await seed_poor(house, 7)
    await set_status(house, households[0], "exited", 2017)
    await report(door, *ITEMS)
    await propose(door)
    await notice(door)
    await set_status(house, households[0], "returned", None)
    await report(door, "road", met=False, checked_on="2017-12-10", on="2017-12-10")
    result = await decide(door)
    assert (result["status"], result["state"]) == ("accepted", "refused")
    assert result["missing"] == ["incidence_below_limit", "has_road"]
    assert (await announce(door))["code"] == "shared.wrong_state"
    shown = await card(door, on="2017-12-12")
    assert (shown["status"], shown["exit"]["state"]) == ("poor", "refused")
    await set_status(house, households[0], "exited", 2017)
    await report(door, "road", checked_on="2017-12-20", on="2017-12-20")
    assert [r["state"] for r in await propose(door, on="2017-12-21")] == ["proposed"]
    cases = await house.rows("registry", "SELECT state, poor_people FROM village_exit ORDER BY id")
    assert [tuple(c) for c in cases] == [("refused", 7), ("proposed", None)]


async def test_a_batch_answers_for_each_village(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    await report(door, *ITEMS)
    await report(door, *ITEMS, village="140927200202")
    results = await propose(door, VILLAGE, "140927200202", "140927201201", VILLAGE)
    assert [(r["code"], r["missing"]) for r in results] == [
        (None, []), ("registry.villages.not_ready", ["poor_village"]), ("shared.not_found", []),
        ("shared.twice_in_batch", []),
    ]  # fmt: skip
    answer = await post(
        door, "exits/notices", [{"division": VILLAGE}, {"division": VILLAGE}], "township", TOWNSHIP, on="2017-12-05"
    )
    assert [r["code"] for r in answer] == [None, "shared.twice_in_batch"]
    other = await post(door, "exits/notices", [{"division": VILLAGE}], "township", OTHER_TOWNSHIP, on="2017-12-05")
    assert [(r["code"], r["state"]) for r in other] == [("shared.not_found", None)]


async def test_two_proposals_at_once_open_one_case(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    await report(door, *ITEMS)
    both = await asyncio.gather(*(propose(door, subject=f"t-{n}") for n in range(3)))
    assert sorted(r["code"] or "" for results in both for r in results) == [
        "", "registry.villages.case_open", "registry.villages.case_open",
    ]  # fmt: skip
    assert len(await house.rows("registry", "SELECT 1 FROM village_exit")) == 1


async def test_the_database_too_keeps_maker_and_checker_apart(house: House) -> None:
    door = await house.serve("registry", "api")
    await found_places(house)
    await exit_village(door)
    connection = await house.owner("registry")
    for change in ("decided_by = proposed_by", "decided_by = noticed_by", "announced_by = decided_by"):
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(f"UPDATE village_exit SET {change}")
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute(
            "INSERT INTO village_exit (id, division, state, proposed_on, proposed_by, since_on, due_on)"
            " VALUES (uuidv7(), $1, 'proposed', '2018-01-01', 'x', '2018-01-01', '2018-01-08')",
            VILLAGE,
        )


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("facilities", "village"), ("exits", "county"), ("exits", "village"), ("exits/notices", "county"),
        ("exits/decisions", "township"), ("exits/announcements", "township"),
    ],
)  # fmt: skip
async def test_each_step_has_its_role(house: House, path: str, role: str) -> None:
    door = await house.serve("registry", "api")
    report = {"item": "road", "met": True, "checked_on": "2017-01-01"} if path == "facilities" else {}
    body = {"items": [{"division": VILLAGE} | report]}
    assert (await door.call("POST", f"/registry/v1/villages/{path}", role, json=body)).status_code == 403
