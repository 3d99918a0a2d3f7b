"""What superiors suspect: raised row by row, looked into on the spot, and answered in their order without a name."""

import io
from typing import Any

import openpyxl

from tests.conftest import Door, House
from tests.integration.registry.test_attestation_files import separated
from tests.integration.registry.test_case_04_death_confirmed_by_mistake import doubt, reversal
from tests.integration.registry.test_changes import (
    REMOVALS,
    add_member,
    departure,
    head_of,
    leave,
    post,
    removal,
    word,
)
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
    assert headings[:8] == (
        "原表行号", "疑点类型", "核查结果", "认定依据", "认定日期", "处理措施", "办理情况", "办结日期",
    )  # fmt: skip
    assert "140999" not in str(rows)
    return [tuple(str(cell)[:10] if cell else "" for cell in row[:8]) for row in rows]


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
        ("2", "有车", "核查中"), ("3", "EX1", "本县未登记"), ("4", "", "原表无法读取"), ("5", "重复享受", "核查中"),
        ("6", "EX1", "核查中"),
    ]  # fmt: skip
    assert await answered(door, found["id"]) == [(*row, *[""] * 5) for row in waits]
    for one in await listed(door):
        await settled(door, one, so=one["code"] == "EX1")
    told = await answered(door, found["id"])
    assert [row[2] for row in told] == ["不属实", "本县未登记", "原表无法读取", "不属实", "属实"]
    assert [row[3] for row in told] == ["疑点认定规则", "", "", "疑点认定规则", "疑点认定规则"]
    assert [row[5:] for row in told[3:]] == [("无", "", ""), ("注销", "办理中", "")]
    items = (await tasks(door, "county", "140927", on=NOW))["items"]
    assert [t for t in items if t["step"] == "answered"] == []


async def confirmed(house: House, door: Door, of: dict[str, Any], on: str, *, yes: bool = True) -> str:
    """Another person's word on a removal: how it stands."""
    (result,) = await post(door, f"{REMOVALS}/confirmations", "county", await word(house, of, confirmed=yes), on=on)
    state: str = result["state"]
    return state


async def test_superiors_are_told_what_became_of_whom_they_were_right_about(house: House) -> None:
    door = await house.serve("registry", "api")
    (home, dead) = await known(house, number(), number(order=3))
    await add_member(house, dead, "spouse", "1972-01-01")
    data = separated([(1, number(), "有车"), (2, number(order=3), "EX9")], OF_SUPERIORS)
    found = await hand_in(door, data, "superior", **DOCUMENT)
    for one in await listed(door):
        assert (await settled(door, one))["state"] == "upheld"

    async def became(row: int = 0) -> tuple[Any, ...]:
        told = (await answered(door, found["id"]))[row]
        assert told[2] == "属实"
        return told[5:]

    assert await became() == ("注销", "办理中", "")
    first, second = removal(home), removal(home)
    await post(door, REMOVALS, "village", first, on="2017-06-02")
    assert await confirmed(house, door, first, "2017-06-03", yes=False) == "rejected"
    assert await became() == ("注销", "办理中", ""), "it is upheld still"
    await post(door, REMOVALS, "village", second, on="2017-06-05")
    assert await became() == ("注销", "办理中", "")
    assert await confirmed(house, door, second, "2017-06-06") == "confirmed"
    assert await became() == ("注销", "已注销", "2017-06-06")
    assert await doubt(door, reversal(removal_id=second["id"]), "county", "2017-06-09") == "confirmed"
    assert await became() == ("注销", "已恢复建档", "2017-06-09")
    third = removal(home)
    await post(door, REMOVALS, "village", third, on="2017-06-10")
    assert await became() == ("注销", "办理中", ""), "it is decided about again"
    assert await confirmed(house, door, third, "2017-06-12") == "confirmed"
    assert await became() == ("注销", "已注销", "2017-06-12")
    # Of a dead member the household stays, and a day is told on which he left it.
    assert await became(1) == ("减少成员", "办理中", "")
    await leave(door, departure(await head_of(house, dead)))
    assert await became(1) == ("减少成员", "已减少成员", NOW)


async def test_superiors_lists_alone_come_with_a_document_and_are_answered(house: House) -> None:
    door = await house.serve("registry", "api")
    data = separated([row()], LIST)
    assert (await hand_in(door, data, "superior"))["code"] == "registry.matches.document_of_superiors"
    assert (await hand_in(door, data, "vehicles", **DOCUMENT))["code"] == "registry.matches.document_of_superiors"
    other = await hand_in(door, data, "vehicles")
    answer = await door.call("GET", f"{FILES}/{other['id']}/answers", "county", on=NOW)
    assert (answer.status_code, answer.json()["code"]) == (409, "registry.matches.not_of_superiors")
