"""Roster files as counties write them: merged cells, a Chinese keyboard's characters, children and school years."""

from datetime import date

from services.registry.roster.files import read_roster
from services.registry.roster.rules import SHEET
from shared.spreadsheet.workbook import read_sheet
from tests.conftest import House
from tests.integration.registry.test_roster import seed_divisions, take
from tests.roster_file import HEADINGS, book, child, content, file, household, person

HOUSEHOLD = (
    "SELECT household_no, main_cause, other_causes, house_grade, school_dropout FROM household h"
    " JOIN household_fact f ON f.household_id = h.id ORDER BY 1"
)


def at(heading: str) -> int:
    return HEADINGS.index(heading) + 1


async def test_case_07_what_is_merged_counts_for_every_row_that_it_covers(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    rows = household("C7A", person(1, 其他致贫原因="缺水", 住房鉴定等级="D"))
    rows += household("C7B", person(3) | dict.fromkeys(("其他致贫原因", "住房鉴定等级", "联系电话", "银行卡号"), ""))
    rows += household("C7C", person(5) | {"务工区域": "省外", "务工时间(月)": 10}, person(7, 与户主关系="之子"))
    made = book(rows)
    for heading in ("其他致贫原因", "住房鉴定等级", "联系电话", "银行卡号"):
        made.active.merge_cells(start_row=2, end_row=3, start_column=at(heading), end_column=at(heading))
    for heading in ("务工区域", "务工时间(月)"):
        made.active.merge_cells(start_row=4, end_row=5, start_column=at(heading), end_column=at(heading))
    report, found = await take(house, door, content(made))
    assert (report["accepted_households"], found) == (3, [])
    facts = [tuple(r)[:4] for r in await house.rows("registry", HOUSEHOLD)]
    assert facts[:2] == [(no, "funds", '{"codes": ["water"]}', "D") for no in ("C7A", "C7B")]
    months = await house.rows("registry", "SELECT work_months FROM member_fact ORDER BY 1")
    assert [r["work_months"] for r in months] == [0, 0, 10, 10]
    contacts = await house.rows(
        "registry", "SELECT count(phone_sealed) AS p, count(account_sealed) AS a FROM household_contact"
    )
    assert tuple(contacts[0]) == (3, 3)


async def test_case_08_full_width_characters_are_what_they_mean(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    wide = str.maketrans({c: chr(ord(c) + 0xFEE0) for c in "0123456789ABCX-."})
    one = person(
        1, 工资性收入="１２００", 识别时间="２０１４－０６", 联系电话="１３８００００００００", 住房鉴定等级="Ｂ"
    )
    one["证件号码"] = one["证件号码"].translate(wide)
    report, found = await take(house, door, file(household("ＣＡＳＥ－０８", one)))
    assert (report["accepted_households"], found) == (1, [])
    (fact,) = await house.rows("registry", HOUSEHOLD)
    assert (fact["household_no"], fact["house_grade"]) == ("CASE-08", "B")
    (wage,) = await house.rows("registry", "SELECT amount_fen FROM income_line WHERE category = 'wage'")
    assert wage["amount_fen"] == 120_000


async def test_case_10_only_who_should_be_in_school_and_is_not_has_dropped_out(house: House) -> None:
    await seed_divisions(house)
    door = await house.serve("registry")
    out = {"在校生状况": "非在校生"}
    rows = household("C10A", person(1), child(3, "20101101", 文化程度="学龄前", **out))
    rows += household("C10B", person(5), child(7, "20010501", 文化程度="初中", **out))
    rows += household("C10C", person(9), child(11, "20060501", **out))
    report, found = await take(house, door, file(rows))
    assert (report["accepted_households"], found) == (3, [])
    assert [r["school_dropout"] for r in await house.rows("registry", HOUSEHOLD)] == [False, False, True]


def test_a_cell_that_holds_something_is_read_or_reported() -> None:
    made = book(household("A1", person(1)) + household("A2", person(3)) + household("A3", person(5)))
    sheet = made.active
    for row, heading, value, kind in (
        (2, "联系电话", "#N/A", "e"), (2, "其他致贫原因", "#REF!", "e"), (3, "银行卡号", "=A1", "f"),
        (3, "其他致贫原因", True, "b"), (4, "联系电话", date(2017, 1, 1), "d"),
    ):  # fmt: skip
        cell = sheet.cell(row, at(heading))
        cell.value, cell.data_type = value, kind
    sheet.row_dimensions[4].hidden = True
    found = {(f.row, f.column) for f in read_roster(read_sheet(content(made), SHEET)).findings}
    assert found == {(2, "联系电话"), (2, "其他致贫原因"), (3, "银行卡号"), (3, "其他致贫原因"), (4, "联系电话")}
