"""A roster handed in, taken by the worker, and what it leaves in the tables and the outbox."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from shared.data.crypto import read_data_keys
from shared.doors import doorstep
from tests.conftest import Door, House
from tests.roster_file import HEADINGS, book, child, content, file, household, number, person

IMPORTS = "/registry/v1/roster/imports"
VILLAGES = {"140927200201": ("东湖乡", "青杨村"), "140927201201": ("太平庄乡", "王家沟村")}


async def seed_divisions(house: House) -> None:
    connection = await house.owner("registry")
    for code, (township, village) in VILLAGES.items():
        await connection.executemany(
            "INSERT INTO division VALUES ($1, '[2014-01-01,)', $2, '-', $3, false, 100)",
            [(code[:9], township, "township"), (code, village, "village")],
        )


async def hand_in(door: Door, data: Any, area: str = "140927", *, year: int = 2016) -> str:
    role = "county" if len(area) == 6 else "township"
    answer = await door.call("POST", f"{IMPORTS}?income_year={year}", role, area, on="2017-01-05", content=data)
    assert answer.status_code == 202, answer.text
    assert answer.json()["state"] == "received"
    import_id: str = answer.json()["id"]
    return import_id


async def confirm(door: Door, import_id: str, subject: str = "second", *, confirmed: bool = True) -> dict[str, Any]:
    answer = await door.call(
        "POST", f"{IMPORTS}/{import_id}/confirmation", "county", "140927", subject=subject, on="2017-01-06",
        json={"confirmed": confirmed},
    )  # fmt: skip
    told: dict[str, Any] = answer.json()
    return told


async def ended(house: House, door: Door, import_id: str) -> dict[str, Any]:
    report: dict[str, Any] = {}

    async def is_over() -> bool:
        report.update((await door.call("GET", f"{IMPORTS}/{import_id}", "county")).json())
        if report["state"] == "read":
            await confirm(door, import_id)
        return report["state"] in ("done", "failed")

    await house.settled(is_over, 60)
    return report


async def findings(door: Door, import_id: str) -> list[dict[str, Any]]:
    page = (await door.call("GET", f"{IMPORTS}/{import_id}/findings?limit=1000", "county")).json()
    items: list[dict[str, Any]] = page["items"]
    return items


async def take(house: House, door: Door, data: bytes, area: str = "140927") -> tuple[dict[str, Any], list[Any]]:
    import_id = await hand_in(door, data, area)
    return await ended(house, door, import_id), await findings(door, import_id)


async def test_two_households_become_rows_and_events(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    rows = household(
        "A1", person(1, 务工区域="县内") | {"务工时间(月)": 6}, child(3, "20100101", 在校生状况="非在校生")
    )
    rows += household(
        "A2", person(2, "19400101", 健康状况="残疾", 劳动技能="无劳动力", 参加医疗保险="否"), 脱贫属性="已脱贫",
        脱贫年度=2015, 深度贫困="是", 是否搬迁户="是", 搬迁批次=2016, 其他致贫原因="因病、缺水",
        联系电话="", 银行卡号="",
    )  # fmt: skip
    report, found = await take(house, door, file(rows, (*HEADINGS, "搬迁批次")))
    assert (report["state"], report["problem"], found) == ("done", None, [])
    assert [report[k] for k in ("people", "households", "accepted_households", "rejected_households")] == [3, 2, 2, 0]

    one, two = await house.rows("registry", "SELECT * FROM household ORDER BY household_no")
    assert (one["division"], one["status"], one["registered_on"], one["relocated"], one["relocation_cohort"]) == (
        "140927200201", "poor", date(2014, 6, 1), False, None,
    )  # fmt: skip
    assert (two["status"], two["exited_year"], two["relocated"], two["relocation_cohort"]) == (
        "exited",
        2015,
        True,
        2016,
    )
    facts = await house.rows(
        "registry", "SELECT f.* FROM household_fact f JOIN household h ON h.id = household_id ORDER BY household_no"
    )
    wanted = ("attribute", "main_cause", "house_area_m2_x100", "house_grade", "school_dropout", "medical_insured")
    assert [[f[k] for k in wanted] for f in facts] == [
        ["general", "funds", 6050, "B", True, True], ["general", "funds", 6050, "B", False, False],
    ]  # fmt: skip
    assert [f["stated_by"] for f in facts] == ["test-county"] * 2
    for table in ("household_fact", "member_fact", "income_line"):
        rows = await house.rows("registry", f"SELECT DISTINCT weight FROM {table}")
        assert [r["weight"] for r in rows] == ["takeover"], table
    assert (facts[0]["valid"].lower, facts[0]["valid"].upper) == (date(2014, 6, 1), None)
    people = await house.rows("registry", "SELECT * FROM member_fact ORDER BY born_on")
    assert [(p["relation"], p["work_place"], p["work_months"], p["health"]) for p in people] == [
        ("head", "", 0, "disabled"), ("head", "county", 6, "healthy"), ("son", "", 0, "healthy"),
    ]  # fmt: skip
    lines = await house.rows(
        "registry", "SELECT category, amount_fen, income_year, kind, stated_by, stated_on FROM income_line"
        " WHERE household_id = $1", one["id"],
    )  # fmt: skip
    assert {r["category"]: r["amount_fen"] for r in lines} == {
        "wage": 100_000, "business": 25_050, "property": 0, "transfer": 8_005, "business_cost": 3_000,
    }  # fmt: skip
    assert {tuple(r.values())[2:] for r in lines} == {(2016, "statement", "test-county", date(2017, 1, 5))}
    await events_are_told(house, one["id"], two["id"])


async def references(house: House, one: UUID) -> list[str]:
    rows = await house.rows("registry", "SELECT reference FROM member WHERE household_id = $1 ORDER BY 1", one)
    return [r["reference"] for r in rows]


async def events_are_told(house: House, one: UUID, two: UUID) -> None:
    query = "SELECT headers, value::jsonb AS value FROM {} WHERE topic = 'registry.household'"
    events = {r["headers"]: r["value"] for r in await house.rows(
        "registry", f"{query.format('outbox')} UNION ALL {query.format('outbox_sent')}"
    )}  # fmt: skip
    told = {json.loads(h)["ce_partitionkey"]: (json.loads(h), json.loads(v)) for h, v in events.items()}
    assert set(told) == {str(one), str(two)}
    assert {(h["ce_sequence"], h["ce_type"], h["ce_actor"], h["ce_businessdate"]) for h, _ in told.values()} == {
        ("1", "registry.household_registered.v1", "system:registry", "2017-01-06")
    }
    assert told[str(two)][1] == {
        "household_id": str(two), "division": "140927200201", "status": "exited", "members": 1, "has_labour": False,
        "borrower_age_ok": False, "needs_accessible": True, "deep_poverty": True, "relocated": True,
        "people": await references(house, two), "household_no": "A2",
        "borrower_from": ["1958-01-01"], "borrower_until": ["2006-01-01"],
    }  # fmt: skip
    assert sorted(told[str(one)][1]["people"]) == await references(house, one)
    lives = await house.rows("registry", "SELECT person FROM resident WHERE household_id = $1 ORDER BY 1", one)
    assert [r["person"] for r in lives] == await references(house, one)
    assert (told[str(one)][1]["members"], told[str(one)][1]["has_labour"]) == (2, True)


async def test_numbers_are_sealed_and_the_file_is_gone(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    await take(house, door, file(household("A1", person(1, 证件号码=number() + "42"))))
    keys = read_data_keys(house.keys.data)
    (member,) = await house.rows("registry", "SELECT * FROM member")
    (contact,) = await house.rows("registry", "SELECT * FROM household_contact")
    assert keys.decrypt(member["id_number_sealed"], "member", "id_number_sealed", member["id"]) == number() + "42"
    place = "household_contact", "phone_sealed", contact["household_id"]
    assert keys.decrypt(contact["phone_sealed"], *place) == "13800000000"
    (index,) = await house.rows("registry", "SELECT * FROM person_index")
    assert {index["key_id"]: index["digest"]} == keys.index(number())
    (kept,) = await house.rows("registry", "SELECT file_sealed, state FROM roster_import")
    assert (kept["file_sealed"], kept["state"]) == (None, "done")
    for secret in (number(), "13800000000", "6200000000000000001"):
        for (table,) in await house.rows("registry", "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
            dumped = str(await house.rows("registry", f"SELECT t.*, t::text FROM {table} t"))
            assert secret not in dumped, table
            assert secret.encode().hex() not in dumped, table


async def test_a_file_waits_sealed(house: House) -> None:
    door = await house.serve("registry", "api")
    await hand_in(door, b"PK" + number().encode())
    (kept,) = await house.rows("registry", "SELECT * FROM roster_import")
    assert number().encode() not in kept["file_sealed"]
    plain = read_data_keys(house.keys.data).unseal(kept["file_sealed"], "roster_import", "file_sealed", kept["id"])
    assert plain == b"PK" + number().encode()


async def test_broken_households_are_named_and_the_others_taken(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    bad = number()[:-1] + ("0" if number()[-1] != "0" else "1")
    rows = household("B1", person(1, 证件号码=bad)) + household("B2", person(3), child(5, 姓名=number()))
    rows += household("B3", person(7)) + household("B4", person(7)) + household(number(order=9), person(11))
    rows += household("B5", person(13), 自然村="　上 杨 ") + household("B6", person(15), 行政村="王家沟村")
    report, found = await take(house, door, file(rows))
    assert (report["accepted_households"], report["rejected_households"], report["households"]) == (1, 5, 6)
    assert [(f["row"], f["household_no"], f["column"], f["code"].removeprefix("registry.roster.")) for f in found] == [
        (2, "B1", "证件号码", "wrong_check_digit"), (4, "B2", "姓名", "digits_in_name"),
        (5, "B3", "证件号码", "person_twice"), (6, "B4", "证件号码", "person_twice"),
        (7, "", "户编号", "not_a_household_no"), (9, "B6", "行政村", "unknown_village"),
    ]  # fmt: skip
    told = str(await house.rows("registry", "SELECT f::text FROM roster_finding f"))
    assert not any(n in told for n in (number(), bad, number(order=9), number(order=7)))


async def test_a_township_hands_in_its_own_villages_only(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    rows = household("C1", person(1)) + household("C2", person(3), 乡镇="太平庄乡", 行政村="王家沟村")
    import_id = await hand_in(door, file(rows), "140927200")
    report = await ended(house, door, import_id)
    assert (report["accepted_households"], report["rejected_households"]) == (1, 1)
    assert [(f["household_no"], f["code"]) for f in await findings(door, import_id)] == [
        ("C2", "registry.roster.unknown_village")
    ]
    for path in (f"{IMPORTS}/{import_id}", f"{IMPORTS}/{import_id}/findings"):
        assert (await door.call("GET", path, "township", "140927201")).status_code == 404
        assert (await door.call("GET", path, "township", "140927200")).status_code == 200
    answer = await door.call("POST", f"{IMPORTS}?income_year=2016", "village", "140927200201", content=b"")
    assert answer.status_code == 403


async def test_what_the_register_has_is_under_review(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    await take(house, door, file(household("D1", person(1), 乡镇="太平庄乡", 行政村="王家沟村")))
    rows = household("D1", person(3)) + household("D2", person(1)) + household("D3", person(5))
    report, found = await take(house, door, file(rows), "140927200")
    assert report["accepted_households"] == 1
    assert [(f["household_no"], f["code"]) for f in found] == [
        ("D1", "registry.roster.already_registered"), ("D2", "registry.roster.person_under_review"),
    ]  # fmt: skip
    again, _ = await take(house, door, file(household("D3", person(5))), "140927200")
    assert (again["accepted_households"], again["known_households"]) == (0, 1)
    assert len(await house.rows("registry", "SELECT 1 FROM household")) == 2


async def test_merged_cells_dates_of_1900_and_other_sheets(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    rows = household("E1", person(1), child(3)) + household("E2", person(5), 识别时间=date(1900, 1, 6))
    made = book(rows)
    for column in ("A", "B", "C", "R", "AC"):
        made.active.merge_cells(f"{column}2:{column}3")
    made.create_sheet("说明")
    report, found = await take(house, door, content(made))
    assert (report["accepted_households"], report["people"]) == (1, 3)
    assert [(f["row"], f["code"], f["rejects"]) for f in found] == [
        (0, "registry.roster.sheet_ignored", False), (4, "registry.roster.date_1900", True),
    ]  # fmt: skip
    assert len(await house.rows("registry", "SELECT 1 FROM member")) == 2


def far_cell() -> bytes:
    made = book(household("F1", person(1)))
    made.active["XFD1048576"] = 1
    return content(made)


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"not a zip at all", "not_a_workbook", "XLSX"),
        (file([], HEADINGS), "nobody", "no row"),
        (file([], HEADINGS[:20] + HEADINGS[22:]), "headings_missing", "其他致贫原因 识别时间"),
        (content(book([], sheet="Sheet1")), "sheet_missing", "贫困人口信息"),
        (far_cell(), "cell_too_far", "99,999"),
    ],
    ids=["no zip", "empty", "headings", "sheet", "far cell"],
)
async def test_an_unfit_file_is_refused_in_a_plain_sentence(house: House, data: bytes, code: str, words: str) -> None:
    door = await house.serve("registry")
    report = await ended(house, door, await hand_in(door, data))
    assert (report["state"], report["problem"]["code"]) == ("failed", f"registry.roster.{code}")
    assert words in report["problem"]["title"]
    (kept,) = await house.rows("registry", "SELECT file_sealed FROM roster_import")
    assert kept["file_sealed"] is None


async def test_findings_come_in_pages(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    rows = [row for n in range(5) for row in household(f"G{n}", person(2 * n + 1), 饮水安全="有")]
    import_id = await hand_in(door, file(rows))
    await ended(house, door, import_id)
    seen, cursor = [], ""
    while cursor is not None:
        page = (await door.call("GET", f"{IMPORTS}/{import_id}/findings?cursor={cursor}&limit=2", "county")).json()
        seen += [i["household_no"] for i in page["items"]]
        cursor = page["next"]
    assert seen == ["G0", "G1", "G2", "G3", "G4"]


async def test_too_long_a_body_and_one_that_never_ends(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    door = await house.serve("registry", "api")

    async def long() -> AsyncIterator[bytes]:
        for _ in range(21):
            yield bytes(1024 * 1024)

    async def endless() -> AsyncIterator[bytes]:
        yield b"PK"
        await asyncio.sleep(3600)

    path = f"{IMPORTS}?income_year=2016"
    answer = await door.call("POST", path, "county", content=long())
    assert (answer.status_code, answer.json()["limit_bytes"]) == (413, 20 * 1024 * 1024)
    monkeypatch.setattr(doorstep, "LONGEST_SECONDS", 0.1)
    answer = await door.call("POST", path, "county", content=endless())
    assert (answer.status_code, answer.json()["code"]) == (408, "shared.too_slow")
    assert await house.rows("registry", "SELECT 1 FROM roster_import") == []


async def test_an_income_year_that_has_not_closed_is_refused(house: House) -> None:
    door = await house.serve("registry", "api")
    answer = await door.call("POST", f"{IMPORTS}?income_year=2017", "county", on="2017-09-30", content=b"PK")
    assert (answer.status_code, answer.json()["code"]) == (422, "registry.roster.income_year_open")


async def test_what_was_left_by_the_dead_is_taken_up(house: House) -> None:
    """Received and never begun; begun and never ended: the next worker does both, once."""
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    new = await hand_in(door, file(household("H1", person(1))))
    half = await hand_in(door, file(household("H2", person(3))))
    await (await house.owner("registry")).execute(
        "UPDATE roster_import SET state = 'running', attempts = 1 WHERE id = $1", UUID(half)
    )
    await house.serve("registry", "worker")
    assert [(await ended(house, door, i))["accepted_households"] for i in (new, half)] == [1, 1]
    assert len(await house.rows("registry", "SELECT 1 FROM household")) == 2


def workers() -> list[int]:
    """Processes of `run_isolated` that are ours."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == os.getpid() and b"shared.process.isolated" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


async def test_a_kill_in_the_middle_leaves_nothing_half(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    holder = await house.owner("registry")
    await holder.execute("BEGIN; LOCK TABLE member IN EXCLUSIVE MODE")
    import_id = await hand_in(door, file(household("K1", person(1)) + household("K2", person(3))))

    async def is_read() -> bool:
        shown = (await door.call("GET", f"{IMPORTS}/{import_id}", "county")).json()
        return bool(shown["state"] == "read")

    await house.settled(is_read)
    await confirm(door, import_id)

    async def is_stuck() -> bool:
        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO member %'"
        return len(await house.admin.fetch(waiting)) == 1

    await house.settled(is_stuck)
    (worker,) = workers()
    os.kill(worker, signal.SIGKILL)
    assert (await door.call("GET", f"{IMPORTS}/{import_id}", "county")).json()["state"] == "running"
    assert await house.rows("registry", "SELECT 1 FROM household") == []
    await holder.execute("ROLLBACK")
    report = await ended(house, door, import_id)
    assert (report["state"], report["accepted_households"]) == ("done", 2)
    assert [r["attempts"] for r in await house.rows("registry", "SELECT attempts FROM roster_import")] == [2]
    assert len(await house.rows("registry", "SELECT 1 FROM aggregate")) == 2


async def test_a_file_that_kills_every_worker_is_given_up(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry", "api")
    import_id = await hand_in(door, file(household("L1", person(1))))
    await (await house.owner("registry")).execute("UPDATE roster_import SET attempts = 5")
    await house.serve("registry", "worker")
    report = await ended(house, door, import_id)
    assert (report["state"], report["problem"]["code"]) == ("failed", "registry.roster.gave_up")
