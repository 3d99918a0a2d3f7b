"""Roster files for tests: whole and right by default, wrong where a test says so."""

import io
from collections.abc import Sequence
from typing import Any

import openpyxl

from services.registry.roster.rules import SHEET
from shared.values.id_number import check_digit

HEADINGS = (
    "户编号", "乡镇", "行政村", "自然村", "姓名", "性别", "证件号码", "与户主关系", "民族", "文化程度", "在校生状况",
    "健康状况", "劳动技能", "务工区域", "务工时间(月)", "参加医疗保险", "参加养老保险", "脱贫属性", "贫困户属性",
    "主要致贫原因", "其他致贫原因", "识别时间", "脱贫年度", "深度贫困", "住房面积", "住房鉴定等级", "饮水安全",
    "通生活用电", "工资性收入", "生产经营性收入", "财产性收入", "转移性收入", "生产经营性支出", "是否搬迁户",
    "联系电话", "银行卡号",
)  # fmt: skip
OF_MEMBER = HEADINGS[4:17]
USUAL = (
    "1", "东湖乡", "青杨村", "上青杨", "张三", "男", "", "户主", "汉族", "小学", "非在校生", "健康", "普通劳动力", "",
    0, "是", "是", "未脱贫", "一般贫困户", "缺资金", "", "2014-06", "", "否", 60.5, "B", "是", "是", 1000, 250.5, 0,
    "80.05", 30, "否", "13800000000", "6200000000000000001",
)  # fmt: skip

Row = dict[str, Any]


def number(born: str = "19700101", order: int = 1) -> str:
    """A number of nobody: the area 140999 does not exist. Odd orders are men."""
    first = f"140999{born}{order:03}"
    return first + check_digit(first)


def person(order: int = 1, born: str = "19700101", **cells: Any) -> Row:
    """One row; `order` makes the number, odd for a man."""
    usual = dict(zip(HEADINGS, USUAL, strict=True))
    return usual | {"证件号码": number(born, order), "性别": "男" if order % 2 else "女"} | cells


def child(order: int, born: str = "20060101", **cells: Any) -> Row:
    return person(
        order, born, **{"姓名": "张小", "与户主关系": "之子", "在校生状况": "小学", "劳动技能": "无劳动力"} | cells
    )


def household(no: str, *people: Row, **cells: Any) -> list[Row]:
    return [row | {"户编号": no} | cells for row in people]


def cells_of(rows: Sequence[Row], headings: Sequence[str] = HEADINGS) -> list[list[Any]]:
    return [list(headings), *([row.get(h, "") for h in headings] for row in rows)]


def book(rows: Sequence[Row], headings: Sequence[str] = HEADINGS, sheet: str = SHEET) -> openpyxl.Workbook:
    made = openpyxl.Workbook()
    made.active.title = sheet
    for cells in cells_of(rows, headings):
        made.active.append(cells)
    return made


def content(made: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def file(rows: Sequence[Row], headings: Sequence[str] = HEADINGS) -> bytes:
    return content(book(rows, headings))
