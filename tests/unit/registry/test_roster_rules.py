"""What a roster file says and when a household of it is not taken; no file, no database."""

import re
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.entries.rules import Ground, RosterHousehold, RosterPolicy, school_dropout
from services.registry.households.rules import CATEGORIES
from services.registry.roster import rules
from services.registry.roster.files import BY_HEADING, NEEDED, RosterFile, UnfitError, pack, read_roster, unpack
from services.registry.roster.rules import Finding, Known
from shared.ground.problems import catalogue
from shared.spreadsheet import cells, workbook
from shared.spreadsheet.workbook import Sheet
from tests.roster_file import HEADINGS, OF_MEMBER, Row, cells_of, child, household, number, person

GROUND = Ground(
    date(2017, 1, 5),
    {("东湖乡", "青杨村"): ["140927200201"]},
    RosterPolicy((6, 15), (8, 31), ("middle", "high", "college"), 65),
)


def read(rows: list[Row], headings: tuple[str, ...] = HEADINGS, **sheet: Any) -> RosterFile:
    return read_roster(Sheet(sheet.get("others", []), cells_of(rows, headings), sheet.get("merged", [])))


def found(rows: list[Row], headings: tuple[str, ...] = HEADINGS, **sheet: Any) -> list[Finding]:
    file = read(rows, headings, **sheet)
    findings = list(file.findings)
    for one in file.households:
        findings += rules.contradictions(one, GROUND)
    return findings + rules.persons_twice(file.households)


def taken(rows: list[Row], headings: tuple[str, ...] = HEADINGS) -> list[RosterHousehold]:
    file = read(rows, headings)
    return rules.accepted(file.households, found(rows, headings))


def test_the_format_is_the_domains() -> None:
    assert {c.heading for c in NEEDED} == set(HEADINGS)
    assert len(NEEDED) == len(BY_HEADING) - 1 == 36


def test_a_right_household_is_read_into_units() -> None:
    (one,) = taken(household("7", person(1), child(3)))
    assert one.household_no == "7"
    values = {c: one.values[c] for c in (*CATEGORIES, "house_area_m2_x100", "registered_on", "safe_water")}
    assert values == {
        "wage": 100_000, "business": 25_050, "property": 0, "transfer": 8_005, "business_cost": 3_000,
        "house_area_m2_x100": 6_050, "registered_on": date(2014, 6, 1), "safe_water": True,
    }  # fmt: skip
    assert [(m.values["relation"], m.born_on) for m in one.members] == [
        ("head", date(1970, 1, 1)), ("son", date(2006, 1, 1)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"证件号码": number()[:-1] + ("0" if number()[-1] != "0" else "1")}, "证件号码", "wrong_check_digit"),
        ({"证件号码": number("19700230")}, "证件号码", "wrong_check_digit"),
        ({"证件号码": "14099919700101"}, "证件号码", "not_an_id_number"),
        ({"证件号码": number() + "99"}, "证件号码", "not_an_id_number"),
        ({"证件号码": 1.4099919700101001e17}, "证件号码", "figures_lost"),
        ({"证件号码": ""}, "证件号码", "missing"),
        ({"证件号码": number("20170106")}, "证件号码", "born_in_future"),
        ({"性别": "女"}, "性别", "sex_differs_from_number"),
        ({"性别": "M"}, "性别", "unknown_word"),
        ({"姓名": "张3"}, "姓名", "digits_in_name"),
        ({"姓名": "　"}, "姓名", "missing"),
        ({"姓名": date(1900, 1, 3)}, "姓名", "not_text"),
        ({"与户主关系": "配偶"}, "与户主关系", "not_one_head"),
        ({"参加医疗保险": "有"}, "参加医疗保险", "unknown_word"),
        ({"饮水安全": True}, "饮水安全", "unknown_word"),
        ({"饮水安全": ""}, "饮水安全", "missing"),
        ({"识别时间": datetime(1900, 1, 6)}, "识别时间", "date_1900"),  # noqa: DTZ001
        ({"识别时间": time(0)}, "识别时间", "date_1900"),
        ({"识别时间": "2014年"}, "识别时间", "not_a_date"),
        ({"识别时间": "2014-13"}, "识别时间", "not_a_date"),
        ({"识别时间": 41791.0}, "识别时间", "not_a_date"),
        ({"识别时间": "2017-02"}, "识别时间", "date_out_of_range"),
        ({"识别时间": "2009-02"}, "识别时间", "date_out_of_range"),
        ({"务工时间(月)": 13}, "务工时间(月)", "too_large"),
        ({"务工时间(月)": 2.5}, "务工时间(月)", "not_whole"),
        ({"务工时间(月)": date(1900, 1, 6)}, "务工时间(月)", "not_a_number"),
        ({"工资性收入": -1}, "工资性收入", "negative"),
        ({"工资性收入": "-1.00"}, "工资性收入", "negative"),
        ({"工资性收入": 1.005}, "工资性收入", "too_many_decimals"),
        ({"工资性收入": "1.005"}, "工资性收入", "too_many_decimals"),
        ({"工资性收入": "一千"}, "工资性收入", "not_a_number"),
        ({"工资性收入": ""}, "工资性收入", "missing"),
        ({"工资性收入": 1e14}, "工资性收入", "too_large"),
        ({"工资性收入": 1.7e308}, "工资性收入", "too_large"),
        ({"脱贫属性": "已脱贫"}, "脱贫年度", "missing"),
        ({"脱贫年度": 2016}, "脱贫年度", "not_exited"),
        ({"脱贫属性": "已脱贫", "脱贫年度": 2018}, "脱贫年度", "date_out_of_range"),
        ({"主要致贫原因": "懒"}, "主要致贫原因", "unknown_word"),
        ({"其他致贫原因": "因病,因残,缺水"}, "其他致贫原因", "too_many_causes"),
        ({"其他致贫原因": "缺资金"}, "其他致贫原因", "cause_twice"),
        ({"住房鉴定等级": "E"}, "住房鉴定等级", "unknown_word"),
        ({"行政村": "无此村"}, "行政村", "unknown_village"),
        ({"户编号": number()}, "户编号", "not_a_household_no"),
        ({"户编号": ""}, "户编号", "missing"),
        ({"户编号": 1.4092720120800012e17}, "户编号", "figures_lost"),
    ],
)
def test_a_broken_cell_rejects_its_household(changes: Row, column: str, reason: str) -> None:
    rows = [*household("1", person(3)), person(5) | {"户编号": "2"} | changes]
    findings = found(rows)
    wanted = [f for f in findings if f.column == column and f.reason == reason]
    assert wanted, findings
    assert wanted[0].row == 3
    assert wanted[0].rejects
    assert wanted[0].code in catalogue()
    assert "2" not in [h.household_no for h in taken(rows)]
    assert number() not in repr(findings)


def test_every_reason_has_its_sentence() -> None:
    """Wherever a reason is raised, the catalogue knows it; the cases above show those of the rules."""
    room = Path(rules.__file__).parent
    sources = [room / "rules.py", room / "files.py", Path(cells.__file__), Path(workbook.__file__)]
    text = "".join(path.read_text("utf-8") for path in sources)
    reasons = set(re.findall(r'(?:CellError|WorkbookError|UnfitError)\("([a-z_0-9]+)"', text))
    assert len(reasons) > 20
    assert {f"registry.roster.{r}" for r in reasons} <= set(catalogue())


def test_a_broken_member_rejects_all_rows_and_no_others() -> None:
    rows = household("1", person(1), child(3, 参加医疗保险="无")) + household("2", person(5))
    assert [h.household_no for h in taken(rows)] == ["2"]


def test_what_differs_within_a_household_rejects_it() -> None:
    rows = household("1", person(1), child(3, 工资性收入=1001))
    assert [(f.row, f.column, f.reason) for f in found(rows)] == [(3, "工资性收入", "differs_within_household")]


def test_two_heads_are_none() -> None:
    assert [f.reason for f in found(household("1", person(1), person(3)))] == ["not_one_head"]


def test_merged_cells_count_for_the_rows_of_their_household_only() -> None:
    rows = household("1", person(1), child(3)) + household("2", person(5))
    for heading in set(HEADINGS) - set(OF_MEMBER):
        rows[1][heading] = ""
    merged = [(1, 0, 2, 0), (1, 1, 2, 1)]
    file = read(rows, merged=merged)
    assert file.findings == []
    assert [(h.household_no, len(h.members), h.values["wage"]) for h in file.households] == [
        ("1", 2, 100_000), ("2", 1, 100_000),
    ]  # fmt: skip
    rows[2]["乡镇"] = ""
    assert [(f.household_no, f.reason) for f in read(rows, merged=merged).findings] == [("2", "missing")]


def test_a_merged_cell_counts_for_every_household_and_member_it_covers() -> None:
    rows = (
        household("1", person(1), 其他致贫原因="因病") + household("2", person(3)) + household("3", person(5), child(7))
    )
    for heading in ("自然村", "其他致贫原因", "住房面积", "住房鉴定等级", "联系电话"):
        rows[1][heading] = ""
    rows[2] |= {"务工区域": "省外", "务工时间(月)": 10}
    rows[3] |= {"务工区域": "", "务工时间(月)": ""}
    columns = [HEADINGS.index(h) for h in ("自然村", "其他致贫原因", "住房面积", "住房鉴定等级", "联系电话")]
    merged = [(1, c, 2, c) for c in columns]
    merged += [(3, c, 4, c) for c in (HEADINGS.index("务工区域"), HEADINGS.index("务工时间(月)"))]
    file = read(rows, merged=merged)
    assert file.findings == []
    first, second, third = file.households
    assert second.values == first.values
    assert second.values["other_causes"] == ("illness",)
    assert [(m.values["work_place"], m.values["work_months"]) for m in third.members] == [("outside", 10)] * 2


def test_a_cell_merged_over_other_columns_is_lost_to_none_of_them() -> None:
    rows = household("1", person(1, 务工区域="省外") | {"务工时间(月)": ""})
    at = HEADINGS.index("务工区域")
    assert [(f.column, f.reason) for f in read(rows, merged=[(1, at, 1, at + 1)]).findings] == [
        ("务工时间(月)", "not_a_number")
    ]
    # A cell that reaches below the last row, or a heading over two rows, says nothing of anybody.
    whole = read(household("1", person(1)), merged=[(1, 1, 40, 1), (0, 0, 1, 0), (50, 0, 60, 0), (1, 90, 2, 91)])
    assert (whole.people, whole.findings) == (1, [])


def test_a_row_without_a_number_is_held_against_the_household_above() -> None:
    """It may be its member: taken without it, the income per head would be too high."""
    rows = [*household("1", person(1)), child(3) | {"户编号": ""}, *household("2", person(5))]
    assert [h.household_no for h in taken(rows)] == ["2"]


def test_the_same_person_in_two_households_rejects_both() -> None:
    rows = household("1", person(1)) + household("2", person(1)) + household("3", person(3))
    assert [(f.row, f.reason) for f in found(rows)] == [(2, "person_twice"), (3, "person_twice")]
    assert [h.household_no for h in taken(rows)] == ["3"]
    assert {f.code for f in found(rows)} == {"registry.roster.person_twice"}


@pytest.mark.parametrize(
    ("cells", "of", "value"),
    [
        ({"工资性收入": "１２００"}, "wage", 120_000),
        ({"工资性收入": "１２００．５"}, "wage", 120_050),
        ({"识别时间": "２０１４－０６"}, "registered_on", date(2014, 6, 1)),
        ({"联系电话": "１３８００００００００"}, "phone", "13800000000"),
        ({"联系电话": "＋８６－１３８００００００００"}, "phone", "+86-13800000000"),
        ({"住房鉴定等级": "Ｂ"}, "house_grade", "B"),
        ({"住房鉴定等级": "ｃ"}, "house_grade", "C"),
        ({"其他致贫原因": "因病，因残"}, "other_causes", ("illness", "disability")),
    ],
)
def test_what_a_chinese_keyboard_types_is_what_it_is(cells: Row, of: str, value: Any) -> None:
    (one,) = taken(household("1", person(1), **cells))
    assert one.values[of] == value


def test_full_width_numbers_of_people_and_households_too() -> None:
    with_x = next(number(order=n) for n in range(1, 999, 2) if number(order=n).endswith("X"))
    wide = "".join(chr(ord(c) + 0xFEE0) for c in with_x.lower())
    rows = [person(1, 证件号码=wide, 户编号="ＣＡＳＥ－０８"), child(3, 户编号="CASE-08", 工资性收入="１０００")]
    (one,) = taken(rows)
    assert (one.household_no, one.members[0].identity, len(one.members)) == ("CASE-08", with_x, 2)
    assert [f.reason for f in found(household("1", person(1, 姓名="张３")))] == ["digits_in_name"]


def test_spaces_in_names_and_a_small_x_are_harmless() -> None:
    with_x = next(number(order=n) for n in range(1, 999, 2) if number(order=n).endswith("X"))
    (one,) = taken(household("1", person(1, 姓名=" 张　 三\u200b ", 证件号码=f" {with_x.lower()}")))
    assert one.members[0].values["name"] == "张三"
    assert one.members[0].identity == with_x


def test_a_disability_certificate_begins_with_the_number() -> None:
    (one,) = taken(household("1", person(1, 证件号码=number() + "42")))
    assert (one.members[0].values["number"], one.members[0].identity) == (number() + "42", number())


def test_a_bad_phone_is_noted_and_left_out() -> None:
    rows = household("1", person(1), 联系电话="无", 银行卡号=6.2e18)
    assert [(f.reason, f.rejects) for f in found(rows)] == [("unusable", False), ("figures_lost", False)]
    assert taken(rows)[0].values["phone"] is None


def test_headings_in_any_order_below_a_title_and_others_noted() -> None:
    headings = ("备注", *reversed(HEADINGS), number(), "搬迁批次")
    headings = tuple(h.replace("(月)", "（月）") for h in headings)
    rows = household("1", person(1), 是否搬迁户="是", 搬迁批次=2016)
    table: list[list[Any]] = [["神池县贫困人口", *[""] * (len(headings) - 1)], *cells_of(rows, headings)]
    table[2][headings.index("务工时间（月）")] = 0
    file = read_roster(Sheet(["Sheet2"], table, []))
    assert [(f.row, f.column, f.reason, f.rejects) for f in file.findings] == [
        (2, "备注", "column_ignored", False), (2, "AL", "column_ignored", False), (0, "", "sheet_ignored", False),
    ]  # fmt: skip
    assert file.households[0].values["relocation_cohort"] == 2016
    assert file.households[0].row == 3


def test_missing_headings_are_named() -> None:
    with pytest.raises(UnfitError) as error:
        read(household("1", person(1)), tuple(h for h in HEADINGS if h not in ("姓名", "乡镇")))
    assert (error.value.reason, error.value.figures) == ("headings_missing", {"headings": "乡镇 姓名"})
    with pytest.raises(UnfitError, match="headings_missing"):
        read_roster(Sheet([], [], []))
    with pytest.raises(UnfitError, match="headings_twice"):
        read([], (*HEADINGS, "姓名"))
    with pytest.raises(UnfitError, match="nobody"):
        read([])


def test_as_many_people_as_a_file_may_hold_and_not_one_more() -> None:
    assert rules.MOST_PEOPLE == 50_000
    row = person(1) | {"户编号": "1"}
    sheet = Sheet([], cells_of([row] * 3), [])
    assert read_roster(sheet, most_people=3).people == 3
    sheet.rows.append(sheet.rows[1])
    with pytest.raises(UnfitError, match="too_many_people"):
        read_roster(sheet, most_people=3)


def dropped(born: str, status: str = "非在校生", education: str = "小学", on: date = GROUND.business_date) -> bool:
    (one,) = taken(household("1", person(1), child(3, born, 在校生状况=status, 文化程度=education)))
    return school_dropout(one, replace(GROUND, business_date=on))


def test_a_child_of_school_age_out_of_school_has_dropped_out() -> None:
    assert [dropped(b) for b in ("20100901", "20100831", "20010106", "20010105")] == [False, True, True, False]
    assert not dropped("20060101", "小学")


@pytest.mark.parametrize(
    ("on", "born", "out"),
    [
        # Six in November: enrolled next September. The six-year-olds of 31 August begin on the day after it.
        ("2017-12-28", "20111101", False),
        ("2017-12-28", "20110901", False),
        ("2017-12-28", "20110831", True),
        ("2017-09-01", "20110831", True),
        ("2017-08-31", "20110831", False),
        ("2017-08-31", "20100831", True),
        ("2018-02-28", "20111101", False),
        ("2018-09-01", "20111101", True),
    ],
)
def test_school_begins_in_the_autumn_for_those_who_are_six_by_then(on: str, born: str, out: bool) -> None:
    assert dropped(born, education="学龄前", on=date.fromisoformat(on)) is out


def test_who_is_through_middle_school_at_fifteen_has_not_dropped_out() -> None:
    """Who left it at fourteen has, and so has who is fifteen and never came so far."""
    on = date(2017, 12, 28)
    assert [dropped("20020501", education=e, on=on) for e in ("初中", "高中", "小学")] == [False, False, True]
    assert dropped("20030501", education="初中", on=on)


def test_what_the_register_has_is_refused_without_telling_whose() -> None:
    file = read([row for n in range(1, 6) for row in household(str(n), person(2 * n - 1))])
    settled, left, died = Known(True, False), Known(False, False), Known(False, True)
    people = dict(
        zip((number(order=2 * n - 1) for n in range(1, 6)), (settled, settled, left, died, settled), strict=True)
    )
    findings = rules.already_known(file.households, {"5"}, {"1"}, people)
    assert [(f.row, f.reason, f.column) for f in findings] == [
        (2, "already_registered", "户编号"), (3, "person_under_review", "证件号码"),
        (5, "person_has_died", "证件号码"),
    ], "who has left is free, and of a household that is known nobody is refused"  # fmt: skip


def test_a_report_is_cut_where_nobody_reads_on() -> None:
    many = [Finding(i, "1", "乡镇", "place", "missing") for i in range(rules.MOST_FINDINGS + 1, 0, -1)]
    cut = rules.report(many)
    assert (len(cut), cut[0].row, cut[-1].reason) == (rules.MOST_FINDINGS + 1, 1, "more_findings")


@given(st.lists(st.sampled_from(HEADINGS), max_size=4), st.one_of(st.text(), st.floats(), st.booleans(), st.dates()))
def test_no_cell_breaks_the_reader_or_shows_in_its_findings(headings: list[str], cell: Any) -> None:
    rows = household("1", person(1) | dict.fromkeys(headings, cell))
    for finding in found(rows):
        assert finding.column in (*HEADINGS, "")
        assert finding.code in catalogue()


def test_what_is_read_once_is_told_by_its_kind() -> None:
    """1 and true are the same to Python, and not to who reads a file."""
    people, heading = (person(1), child(3), child(5)), "务工时间(月)"
    rows = household("A1", *(one | {heading: said} for one, said in zip(people, (1.0, True, 1), strict=True)))
    file = read(rows)
    assert [(f.row, f.column) for f in file.findings] == [(3, heading)]
    assert [m.values.get("work_months") for m in file.households[0].members] == [1, None, 1]


def test_what_was_read_is_kept_as_it_is() -> None:
    rows = household("A1", person(1), child(3), 其他致贫原因="因病、因学", 备注="x") + household(
        "A2", person(5, 证件号码="unreadable"), 识别时间="sometime", 其他致贫原因="因病、因学、因灾、缺水"
    )
    file = read(rows, (*HEADINGS, "备注"))
    assert len(file.findings) == 4
    assert unpack(pack(file)) == file
