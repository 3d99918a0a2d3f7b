"""A department's list as a file: what fits is taken, and every bad row refuses itself with row and column."""

import csv
import io
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import openpyxl
import pytest

from services.registry.filings.files import SHEET
from shared.data.crypto import read_data_keys
from tests.conftest import Door, House
from tests.integration.registry.test_attestation_order import ATTESTATIONS, NOW
from tests.integration.registry.test_attestations import NUMBER, index
from tests.integration.registry.test_changes import head_of
from tests.integration.registry.test_households import VILLAGE, seed_household
from tests.roster_file import content, number

HEADINGS = ("户编号", "证件号码", "人员编号", "住房鉴定等级", "健康状况", "起始日期", "依据文号")
FILES = f"{ATTESTATIONS}/files"


def workbook(rows: Sequence[Sequence[Any]], headings: Sequence[str] = HEADINGS, sheet: str = SHEET) -> bytes:
    made = openpyxl.Workbook()
    made.active.title = sheet
    for row in (headings, *rows):
        made.active.append(list(row))
    return content(made)


def separated(
    rows: Sequence[Sequence[Any]], headings: Sequence[str] = HEADINGS, by: str = ",", coded: str = "utf-8-sig"
) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=by).writerows([headings, *rows])
    return text.getvalue().encode(coded)


async def hand_in(door: Door, unit: str, data: bytes) -> dict[str, Any]:
    answer = await door.call("POST", FILES, "department", unit=unit, on=NOW, content=data)
    found: dict[str, Any] = answer.json()
    return found


async def numbered(house: House, *numbers: str) -> list[str]:
    """Households that people know by these numbers: their ids."""
    owner, ids = await house.owner("registry"), []
    for one in numbers:
        household_id = await seed_household(house)
        await owner.execute("UPDATE household SET household_no = $1 WHERE id = $2", one, household_id)
        ids.append(str(household_id))
    return ids


@pytest.mark.parametrize(
    ("made", "options"),
    [(workbook, {}), (separated, {}), (separated, {"by": ";", "coded": "gb18030"}),
     (separated, {"by": "\t", "coded": "utf-16"})],
    ids=["xlsx", "csv", "semicolons in the Chinese code page", "Unicode text"],
)  # fmt: skip
async def test_every_bad_row_refuses_itself(house: House, made: Any, options: dict[str, Any]) -> None:
    door = await house.serve("registry", "api")
    await numbered(house, "A1", "A2")
    rows = [
        ("A1", "", "", "C", "", "2017-06-01", "神住建〔2017〕3号"), ("A2", "", "", "E", "", "2017-06-01", "3"),
        ("A2", "", "", "D", "", "", "3"), ("A2", "", "", "D", "", "2017-06-01", ""),
        ("", "", "", "D", "", "2017-06-01", "3"),
        ("A2", "", "", "", "", "2017-06-01", "3"), ("A9", "", "", "D", "", "2017-06-01", "3"),
        ("A2", "", "", "D", "", "2018-06-01", "3"), ("", number(), "", "", "残疾", "2017-06-01", "3"),
        ("A2", "", "", "D", "健康", "2017-06-01", "3"), ("A2", "", "", "B", "", "2017/6/1", "3"),
        ("A2", "14099919700101001X", "", "D", "", "2017-06-01", "3"),
    ]  # fmt: skip
    found = await hand_in(door, "housing", made(rows, **options))
    assert [found[k] for k in ("rows", "accepted", "refused")] == [12, 2, 10], found
    assert [(f["row"], f["column"], f["code"].removeprefix("registry.")) for f in found["findings"]] == [
        (3, "住房鉴定等级", "roster.unknown_word"), (4, "起始日期", "roster.missing"),
        (5, "依据文号", "roster.missing"),
        (6, "户编号", "roster.missing"), (7, "住房鉴定等级", "roster.missing"), (8, "户编号", "shared.not_found"),
        (9, "起始日期", "shared.future_date"), (10, "证件号码", "shared.not_found"),
        (11, "健康状况", "attestations.not_of_a_household"), (13, "证件号码", "roster.wrong_check_digit"),
    ]  # fmt: skip
    assert all(f["sentence_en"] and f["sentence_zh"] for f in found["findings"])
    held = await house.rows(
        "registry", "SELECT household_no, house_grade FROM household_fact f JOIN household h ON h.id = household_id"
        " WHERE upper_inf(known) AND upper_inf(valid) ORDER BY 1",
    )  # fmt: skip
    assert [tuple(r) for r in held] == [("A1", "C"), ("A2", "B")]


async def test_people_are_found_by_number_or_reference_and_stand_in_no_answer(house: House) -> None:
    door = await house.serve("registry", "api")
    first, second = await seed_household(house), await seed_household(house)
    await index(house, first)
    rows = [
        ("", NUMBER, "", "", "患有大病", "2017-06-01", "7"),
        ("", "", await head_of(house, second), "", "长期慢性病", "2017-06", "7"),
        ("", NUMBER, "", "C", "", "2017-06-01", "7"), ("", number(order=3), "", "", "健康", "2017-06-01", "7"),
    ]  # fmt: skip
    answer = await door.call("POST", FILES, "department", unit="health", on=NOW, content=workbook(rows))
    found = answer.json()
    assert [(f["row"], f["column"], f["code"]) for f in found["findings"]] == [
        (4, "住房鉴定等级", "registry.attestations.not_of_a_person"), (5, "证件号码", "shared.not_found"),
    ]  # fmt: skip
    assert "140999" not in answer.text
    health = await house.rows(
        "registry", "SELECT household_id, health FROM member_fact WHERE upper_inf(known) AND upper_inf(valid)"
    )  # fmt: skip
    assert {r["household_id"]: r["health"] for r in health} == {first: "major", second: "chronic"}
    nowhere = await house.rows("registry", "SELECT row_to_json(a)::text AS text FROM attestation a")
    assert not [r for r in nowhere if "140999" in r["text"]], "the number is in no row of it"


async def test_another_trades_column_is_named(house: House) -> None:
    door = await house.serve("registry", "api")
    await numbered(house, "A1")
    rows = [("A1", "", "", "C", "", "2017-06-01", "3")]
    (found,) = (await hand_in(door, "water", workbook(rows)))["findings"]
    assert (found["row"], found["column"], found["code"]) == (
        2, "住房鉴定等级", "registry.attestations.not_your_trade",
    )  # fmt: skip


async def test_the_same_file_again_is_answered_the_same_and_taken_once(house: House) -> None:
    door = await house.serve("registry", "api")
    await numbered(house, "A1")
    data = workbook([("A1", "", "", "C", "", "2017-06-01", "3"), ("A9", "", "", "C", "", "2017-06-01", "3")])
    first = await hand_in(door, "housing", data)
    facts = await house.rows("registry", "SELECT id FROM household_fact ORDER BY id")
    # Meanwhile the register knows the household: what became of that file stays what it was.
    await numbered(house, "A9")
    assert await hand_in(door, "housing", data) == first
    assert len(await house.rows("registry", "SELECT id FROM household_fact")) == len(facts) + 1
    assert len(await house.rows("registry", "SELECT id FROM attestation")) == 1
    assert len(await house.rows("registry", "SELECT id FROM attestation_file")) == 1


async def read(door: Door, path: str, role: str, unit: str = "", area: str = "140927") -> Any:
    answer = await door.call("GET", path, role, area, unit=unit, on=NOW)
    return answer.json()["items"] if answer.status_code == 200 else answer.json()["code"]


async def test_a_file_is_kept_sealed_with_the_fate_of_each_row(house: House) -> None:
    door = await house.serve("registry", "api")
    await numbered(house, "A1")
    data = separated([("A1", "", "", "C", "", "2017-06-01", "3"), ("A9", "", "", "C", "", "2017-06-01", "3")])
    taken = await hand_in(door, "housing", data)
    (kept,) = await house.rows("registry", "SELECT id, file_sealed FROM attestation_file")
    keys = read_data_keys(house.keys.data)
    assert keys.unseal(kept["file_sealed"], "attestation_file", "file_sealed", kept["id"]) == data
    assert b"A1" not in kept["file_sealed"]
    for role, unit, area in (("department", "housing", "140927"), ("county", "", "140927"), ("auditor", "", "140927")):
        (listed,) = await read(door, FILES, role, unit, area)
        assert listed == {
            "id": taken["id"], "division": "140927", "unit": "housing", "kind": "facts",
            "sha256": sha256(data).hexdigest(), "rows": 2, "accepted": 1, "refused": 1, "handed_in_on": NOW,
            "handed_in_by": "test-department",
        }  # fmt: skip
        good, bad = await read(door, f"{FILES}/{taken['id']}/rows", role, unit, area)
        (attested,) = await house.rows("registry", "SELECT id FROM attestation")
        assert (good["row"], good["code"], good["attestation_id"]) == (2, None, str(attested["id"]))
        assert (bad["row"], bad["column"], bad["code"]) == (3, "户编号", "shared.not_found")
        assert bad["sentence_zh"]
        assert bad["sentence_en"]


async def test_no_other_department_or_county_reads_a_file(house: House) -> None:
    door = await house.serve("registry", "api")
    await numbered(house, "A1")
    taken = await hand_in(door, "housing", separated([("A1", "", "", "C", "", "2017-06-01", "3")]))
    for unit, area in (("water", "140927"), ("housing", "140928")):
        assert await read(door, FILES, "department", unit, area) == []
        assert await read(door, f"{FILES}/{taken['id']}/rows", "department", unit, area) == "shared.not_found"
    assert await read(door, FILES, "township", "", "140927100") == "shared.forbidden"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04 no workbook", "roster.not_a_workbook"), (b"\xff\xff\xff", "roster.not_a_workbook"),
        (workbook([("A1",)], sheet="Sheet1"), "roster.sheet_missing"),
        (workbook([("A1",)], HEADINGS[:-1]), "roster.headings_missing"),
        (workbook([("A1",)], (*HEADINGS, "户编号")), "roster.headings_twice"),
        (workbook([("A1",)], ("户编号", "起始日期", "依据文号")), "roster.headings_missing"),
        (workbook([("A1",)], ("户编号", "收入年度", "金额(元)", "依据文号")), "roster.headings_missing"),
        (workbook([("A1",)], (*HEADINGS, "收入年度", "来源", "金额（元）")), "attestations.headings_mixed"),
        (workbook([]), "attestations.no_rows"), (b"no headings", "roster.headings_missing"),
        (separated([("A1",)] * 5_001), "attestations.too_many_rows"),
    ],
    ids=["broken", "no text", "other sheet", "no paper", "twice", "no fact", "no source", "both", "empty", "headless",
         "endless"],
)  # fmt: skip
async def test_a_file_that_cannot_be_read_is_refused_whole(house: House, data: bytes, code: str) -> None:
    door = await house.serve("registry", "api")
    found = await hand_in(door, "housing", data)
    assert (found["status"], found["code"]) == (422, f"registry.{code}")
    assert await house.rows("registry", "SELECT id FROM attestation") == []


async def test_thousands_of_rows_go(house: House) -> None:
    door = await house.serve("registry", "api")
    one = await seed_household(house)
    owner = await house.owner("registry")
    await owner.execute(
        "INSERT INTO household (id, household_no, division, status, registered_on) SELECT uuidv7(), 'B' || n, $1,"
        " 'poor', '2014-06-01' FROM generate_series(1, 3000) n", VILLAGE,
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO household_fact SELECT f.* FROM household h JOIN household_fact x ON x.household_id = $1, LATERAL"
        " jsonb_populate_record(x, jsonb_build_object('id', uuidv7(), 'household_id', h.id)) f WHERE h.id <> $1", one,
    )  # fmt: skip
    rows = [(f"B{n}", "", "", "D", "", "2017-06-01", "3") for n in range(1, 3001)]
    found = await hand_in(door, "housing", workbook(rows))
    assert [found[k] for k in ("rows", "accepted", "findings")] == [3000, 3000, []]
    held = await house.rows(
        "registry", "SELECT count(*) AS n FROM household_fact WHERE upper_inf(known) AND house_grade = 'D'"
    )
    assert held[0]["n"] == 3000
