"""What superiors suspect: raised row by row, looked into on the spot, and answered in their order without a name."""

import io
from typing import Any

import openpyxl

from tests.conftest import Door, House
from tests.integration.registry.test_attestation_files import separated
from tests.integration.registry.test_match_files import FILES, LIST, NOW, counts, hand_in, known, row
from tests.integration.registry.test_registry_tasks import tasks
from tests.integration.registry.test_suspicions import listed, settled
from tests.roster_file import number

OF_SUPERIORS = ("序号", "证件号码", "疑点类型")
DOCUMENT = {"document_no": "省扶贫办〔2017〕8号", "answer_due_on": "2017-06-30"}


async def answered(door: Door, file_id: str) -> list[tuple[Any, ...]]:
    answer = await door.call("GET", f"{FILES}/{file_id}/answers", "county", on=NOW)
    assert answer.status_code == 200, answer.text
    headings, *rows = openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    assert headings[:6] == ("原表行号", "疑点类型", "核查结果", "认定依据", "认定日期", "处理措施")
    assert "140999" not in str(rows)
    return [tuple(str(cell)[:10] if cell else "" for cell in row[:6]) for row in rows]


async def test_what_superiors_suspect_is_looked_into_and_answered_in_their_order(house: House) -> None:
    door = await house.serve("registry", "api")
    await known(house, number(), number(order=3))
    rows = [(1, number(), "有车"), (2, number(order=9), "EX1"), (3, "x", "EX1"), (4, number(order=3), "重复享受"),
            (5, number(), "EX1")]  # fmt: skip
    data = separated(rows, OF_SUPERIORS)
    found = await hand_in(door, data, "superior", **DOCUMENT)
    assert counts(found) == [5, 3, 0, 1, 1, 0]
    assert (found["document_no"], found["answer_due_on"]) == (DOCUMENT["document_no"], DOCUMENT["answer_due_on"])
    assert sorted(one["code"] for one in await listed(door)) == ["EX1", "EX3", "listed"]
    assert [
        t["due_on"] for t in (await tasks(door, "county", "140927", on=NOW))["items"] if t["step"] == "answered"
    ] == [DOCUMENT["answer_due_on"]]
    waits = [
        ("2", "有车", "核查中", "", "", ""), ("3", "EX1", "本县未登记", "", "", ""),
        ("4", "", "原表无法读取", "", "", ""),
        ("5", "重复享受", "核查中", "", "", ""), ("6", "EX1", "核查中", "", "", ""),
    ]  # fmt: skip
    assert await answered(door, found["id"]) == waits
    for one in await listed(door):
        await settled(door, one, so=one["code"] == "EX1")
    told = await answered(door, found["id"])
    assert [row[2] for row in told] == ["不属实", "本县未登记", "原表无法读取", "不属实", "属实"]
    assert [row[3] for row in told] == ["疑点认定规则", "", "", "疑点认定规则", "疑点认定规则"]
    assert told[4][5] == "注销"
    items = (await tasks(door, "county", "140927", on=NOW))["items"]
    assert [t for t in items if t["step"] == "answered"] == []


async def test_superiors_lists_alone_come_with_a_document_and_are_answered(house: House) -> None:
    door = await house.serve("registry", "api")
    data = separated([row()], LIST)
    assert (await hand_in(door, data, "superior"))["code"] == "registry.matches.document_of_superiors"
    assert (await hand_in(door, data, "vehicles", **DOCUMENT))["code"] == "registry.matches.document_of_superiors"
    other = await hand_in(door, data, "vehicles")
    answer = await door.call("GET", f"{FILES}/{other['id']}/answers", "county", on=NOW)
    assert (answer.status_code, answer.json()["code"]) == (409, "registry.matches.not_of_superiors")
