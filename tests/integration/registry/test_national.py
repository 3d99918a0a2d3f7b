"""What the national system is told: what changed since the last export, once, in the layout of its list."""

import io
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import asyncpg
import openpyxl
import pytest

from tests.conftest import Door, House
from tests.integration.registry.test_changes import DEPARTURES, departure, post
from tests.integration.registry.test_roster import seed_divisions, take
from tests.roster_file import HEADINGS, child, file, household, number, person

EXPORTS, CHANGES = "/registry/v1/national/exports", "/registry/v1/national/changes"
NOW = "2017-06-01"
BEHIND = ("变更类型", "变更字段", "变更日期")


def two() -> list[dict[str, Any]]:
    """Two households: a man with his child, and a woman."""
    first = household("A1", person(1), child(3, "20100101", 在校生状况="小学"))
    return first + household("A2", person(2, 其他="", 其他致贫原因="因病、缺水"), 联系电话="", 银行卡号="")


async def founded(house: House) -> Door:
    await seed_divisions(house)
    door = await house.serve("registry")
    report, _ = await take(house, door, file(two()))
    assert report["accepted_households"] == 2
    return door


async def exported(house: House, door: Door, *, on: str = NOW, division: str | None = None) -> dict[str, Any]:
    one = str(uuid4())
    item = {"id": one} | ({"division": division} if division else {})
    (result,) = await post(door, EXPORTS, "county", item, on=on)
    assert (result["status"], result["state"]) == ("accepted", "waiting"), result
    found: dict[str, Any] = {}

    async def is_over() -> bool:
        items = (await door.call("GET", EXPORTS, "county", on=on)).json()["items"]
        found.update(next(i for i in items if i["id"] == one))
        return bool(found["state"] == "done")

    await house.settled(is_over, 60)
    return found


def rows_of(content: bytes) -> list[dict[str, Any]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["贫困人口信息"]
    headings, *rows = book.active.iter_rows(values_only=True)
    assert headings == (*HEADINGS, *BEHIND)
    return [dict(zip(headings, row, strict=True)) for row in rows]


async def rows_in(door: Door, export: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await door.call("GET", f"{EXPORTS}/{export['id']}/file", "county", on=NOW)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return rows_of(answer.content)


def told(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(r["户编号"], r["姓名"], *(r[name] for name in BEHIND[:2])) for r in rows]


async def test_the_first_export_tells_all_in_the_layout_of_the_list(house: House) -> None:
    door = await founded(house)
    export = await exported(house, door)
    assert [export[n] for n in ("households", "people", "since_at", "income_year")] == [2, 3, None, 2016]
    rows = await rows_in(door, export)
    assert [r["变更类型"] for r in rows] == ["新增户"] * 3
    sent = {r["证件号码"]: r for r in two()}
    for row in rows:
        wanted = sent[row["证件号码"]]
        for heading in HEADINGS:
            if heading not in ("识别时间", "转移性收入"):
                assert str(row[heading] if row[heading] is not None else "") == str(wanted[heading]), heading
        assert (f"{row['识别时间']:%Y-%m}", float(row["转移性收入"])) == ("2014-06", 80.05)


async def test_the_next_export_begins_where_the_last_ended_and_tells_what_changed(house: House) -> None:
    door = await founded(house)
    first = await exported(house, door)
    (home,) = await house.rows("registry", "SELECT id FROM household WHERE household_no = 'A1'")
    (one,) = await post(
        door, "/registry/v1/households/conditions", "village",
        {"household_id": str(home["id"]), "observed_on": NOW, "house_area_m2_x100": 7000, "electricity": False},
    )  # fmt: skip
    assert one["status"] == "accepted", one
    second = await exported(house, door)
    assert second["since_at"] == first["until_at"]
    rows = await rows_in(door, second)
    assert told(rows) == [
        ("A1", "张三", "信息变更", "住房面积、通生活用电"), ("A1", "张小", "信息变更", "住房面积、通生活用电"),
    ]  # fmt: skip
    assert [(r["住房面积"], r["通生活用电"]) for r in rows] == [(70, "否")] * 2
    third = await exported(house, door)
    assert (third["since_at"], third["households"], await rows_in(door, third)) == (second["until_at"], 0, [])


async def test_who_left_is_told_as_he_stood_and_of_the_others_nothing_changed(house: House) -> None:
    door = await founded(house)
    await exported(house, door)
    (gone,) = await house.rows(
        "registry", "SELECT m.reference FROM member m JOIN member_fact f ON f.member_id = m.id WHERE relation = 'son'"
    )
    left = departure(gone["reference"])
    await post(door, DEPARTURES, "village", left)
    (said,) = await post(door, f"{DEPARTURES}/confirmations", "township", {"id": left["id"], "confirmed": True})
    assert said["status"] == "accepted", said
    rows = await rows_in(door, await exported(house, door, on="2017-07-01"))
    assert told(rows) == [("A1", "张三", None, None), ("A1", "张小", "减少人员", None)]


async def test_an_export_waits_for_whoever_writes_facts_at_this_moment(house: House) -> None:
    door = await founded(house)
    owner = await house.owner("registry")
    writing = owner.transaction()
    await writing.start()
    await owner.execute("UPDATE household_fact SET natural_village = natural_village")
    (result,) = await post(door, EXPORTS, "county", {"id": str(uuid4())})
    assert result["state"] == "waiting"
    assert (await house.rows("registry", "SELECT facts_settled_at() AS at"))[0]["at"] is None
    await writing.rollback()
    assert (await house.rows("registry", "SELECT facts_settled_at() AS at"))[0]["at"] is not None


async def test_of_a_division_one_export_is_written_at_a_time_and_nothing_is_told_twice(house: House) -> None:
    door = await house.serve("registry", "api")
    first, second = {"id": str(uuid4())}, {"id": str(uuid4())}
    outside = {"id": str(uuid4()), "division": "140928"}
    township, village = ({"id": str(uuid4()), "division": d} for d in ("140927200", "140927200201"))
    results = await post(door, EXPORTS, "county", first, second, first, outside, township, village)
    assert [r["code"] for r in results] == [
        None, "registry.national.under_way", None, "shared.outside_area", None, "shared.outside_area",
    ]  # fmt: skip
    owner = await house.owner("registry")
    done = """
        INSERT INTO national_export (id, division, state, income_year, asked_on, asked_by, attempts, until_at, covered,
            households, people, sha256, file_sealed, shown)
        VALUES ($1, '140927', 'done', 2016, '2017-06-01', 'x', 1, $2::timestamptz,
            tstzrange($3::timestamptz, $2::timestamptz, '(]'), 0, 0, repeat('0', 64), '', '{}')
    """
    await owner.execute("SELECT set_config('app.subject', 'x', false)")
    moments = [datetime(2017, month, 1, tzinfo=UTC) for month in (1, 2, 3)]
    await owner.execute(done, uuid4(), moments[1], None)
    await owner.execute(done, uuid4(), moments[2], moments[1])
    with pytest.raises(asyncpg.ExclusionViolationError):
        await owner.execute(done, uuid4(), moments[2], moments[0])


async def test_whoever_stands_in_a_file_sees_who_read_it(house: House) -> None:
    door = await founded(house)
    export = await exported(house, door)
    await rows_in(door, export)
    home = (await house.rows("registry", "SELECT id FROM household WHERE household_no = 'A2'"))[0]["id"]
    told: list[dict[str, Any]] = []

    async def is_told() -> bool:  # looks are written down beside the answer
        looks = await door.call(
            "GET", "/registry/v1/disclosures", "auditor", "140927", on=NOW, params={"household_id": str(home)}
        )
        told[:] = [i for i in looks.json()["items"] if i["kind"] == "exported"]
        return bool(told)

    await house.settled(is_told)
    (look,) = told
    assert (look["fields"], look["households"], look["division"], look["household_id"]) == (
        ["name", "id_number", "phone", "account"], 2, "140927", None,
    )  # fmt: skip
    assert look["sentence_zh"].startswith("2017-06-01，")
    (kept,) = await house.rows("registry", "SELECT file_sealed FROM national_export")
    assert number().encode() not in kept["file_sealed"]


async def test_a_window_is_looked_at_and_ends_no_export(house: House) -> None:
    door = await founded(house)
    window = {"since": "2017-01-01T00:00:00+08:00"}
    answer = await door.call("GET", CHANGES, "county", on=NOW, params=window | {"division": "140927200"})
    assert sorted(r["户编号"] for r in rows_of(answer.content)) == ["A1", "A1", "A2"]
    empty = await door.call("GET", CHANGES, "county", on=NOW, params=window | {"until": window["since"]})
    assert empty.json()["code"] == "registry.national.window_empty"
    assert (await exported(house, door))["since_at"] is None
    other = await door.call("GET", CHANGES, "township", "140927200", on=NOW, params=window)
    assert other.status_code == 403
