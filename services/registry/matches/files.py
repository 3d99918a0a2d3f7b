"""A list of another register, XLSX or CSV: how its columns are called there, and how their cells are read."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from services.registry.filings.files import LARGEST_UNPACKED_BYTES, Place
from services.registry.matches.rules import Answer, Become
from services.registry.roster.files import HEADING_ROWS, UnfitError, heading_of, person_number, spread
from shared.spreadsheet.cells import Cell, CellError, compact, day, hundredths, is_empty
from shared.spreadsheet.separated import read_separated
from shared.spreadsheet.workbook import Sheet, read_sheet
from shared.spreadsheet.writing import sheet_into
from shared.values import id_number

MOST_ROWS = 20_000
LONGEST_OBJECT = 64
# What each register calls its columns, by meaning; whoever calls one otherwise says so.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "number": (
        "证件号码", "身份证号", "身份证号码", "公民身份号码", "公民身份证号码", "居民身份证号码", "身份证件号码",
        "车主身份证号", "车主身份证号码", "车主证件号码", "所有人身份证号", "所有人证件号码", "机动车所有人身份证号",
        "权利人证件号码", "权利人证件号", "权利人身份证号", "产权人身份证号", "产权人证件号码",
        "法定代表人身份证号", "法定代表人身份证号码", "法定代表人证件号码", "法人身份证号", "经营者身份证号",
        "死者身份证号", "死亡人员身份证号", "残疾证号", "残疾人证号",
    ),
    "object": (
        "车牌号", "车牌号码", "号牌号码", "车辆号牌", "车架号", "统一社会信用代码", "社会信用代码", "注册号",
        "不动产权证号", "不动产权证书号", "房产证号", "房屋所有权证号", "产权证号", "不动产单元号",
    ),
    "since": (
        "登记日期", "登记时间", "购置日期", "购买日期", "注册日期", "注册登记日期", "初次登记日期", "成立日期",
        "死亡日期", "死亡时间", "任职日期", "任职时间", "入职日期", "参加工作时间", "入监日期", "服刑起始日期",
    ),
    "code": ("疑点类型", "疑点类别", "疑点代码", "问题类型", "问题类别"),
    "value": (
        "购置价", "购置价(元)", "购置价格", "购置价格(元)", "购置价(万元)", "购置价格(万元)", "车辆价格",
        "车辆价格(元)", "车辆价格(万元)", "购车价格", "购车价格(元)", "购车价格(万元)", "发票价格", "发票价格(元)",
    ),
}  # fmt: skip
TEN_THOUSANDS = "(万元)"
SHEET = "sheet"
# A number that a spreadsheet has shortened before it was saved as text.
_SHORTENED = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{1,3}")
_BETWEEN = str.maketrans("年月/.", "----", "日")
_DAY_OF_EIGHT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
# Written into plates and certificates, and left out of them, as one likes.
_POINTS = str.maketrans("", "", "·•.-—_")


class Row(NamedTuple):
    """A row as it stands in the list, counted as a spreadsheet does; `thing` is '' where it names none, `code` what
    superiors suspect.
    """

    row: int
    identity: str
    thing: str
    since: date | None
    value_fen: int | None
    code: str | None = None


class ListRead(NamedTuple):
    """How many rows a list has, those that could be read, and what is wrong with the others."""

    found: int
    rows: list[Row]
    wrong: list[Place]
    heading_of_since: str


class Column(NamedTuple):
    """A column of the list: its heading and its place."""

    heading: str
    at: int


def _identity(cell: Cell) -> str:
    """The ID number, of 18 characters: also from one of 15, and from a disability certificate."""
    text = compact(cell)
    if _SHORTENED.fullmatch(text):
        raise CellError("figures_lost")
    number = id_number.normalise(text).lstrip("'")
    if len(number) == id_number.OLD_LENGTH:
        try:
            number = id_number.lengthened(number)
        except ValueError as error:
            raise CellError("not_an_id_number") from error
    return person_number(number)[: id_number.LENGTH]


def _thing(cell: Cell) -> str:
    text = compact(cell)
    if _SHORTENED.fullmatch(text):
        raise CellError("figures_lost")
    if len(text) > LONGEST_OBJECT:
        raise CellError("too_long")
    return text.translate(_POINTS).upper()


def _code(cell: Cell) -> str:
    text = compact(cell).upper()
    if len(text) > LONGEST_OBJECT:
        raise CellError("too_long")
    return text


def _since(cell: Cell) -> date:
    """Also 2017/6/1, 2017.6.1, 2017年6月1日 and 20170601, with or without a time of day."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        cell = compact(cell)
    if not isinstance(cell, str):
        return day(cell)
    text = compact(cell.split()[0]).translate(_BETWEEN).rstrip("-")
    return day("-".join(found.groups()) if (found := _DAY_OF_EIGHT.fullmatch(text)) else text)


def _ten_thousands(cell: Cell) -> int:
    return hundredths(cell) * 10_000


def read_list(content: bytes, named: Mapping[str, str]) -> ListRead:
    """What stands in a list. `named`: headings by meaning, and the sheet, where they are called otherwise than usual.

    Raises:
        WorkbookError: it is neither a sound workbook with the sheet nor text.
        UnfitError: headings_missing, headings_twice, headings_alike, no_rows, too_many_rows.
    """
    is_workbook = content.startswith(b"PK")
    sheet = read_sheet(content, named.get(SHEET), LARGEST_UNPACKED_BYTES) if is_workbook else read_separated(content)
    at, columns = _columns(sheet, named)
    lines = [i for i in range(at + 1, len(sheet.rows)) if not all(map(is_empty, sheet.rows[i]))]
    if not lines:
        raise UnfitError("no_rows")
    if len(lines) > MOST_ROWS:
        raise UnfitError("too_many_rows", most=MOST_ROWS)
    # What is merged over several rows counts for each: one owner of two vehicles.
    cells = spread(sheet, at + 1)
    rows, wrong = list[Row](), list[Place]()
    for i in lines:
        try:
            rows.append(_row(i + 1, cells[i], columns))
        except _WrongCellError as error:
            wrong.append(Place(i + 1, error.heading, f"registry.roster.{error.reason}"))
    since = columns["since"].heading if "since" in columns else ""
    return ListRead(len(lines), rows, wrong, since)


class _WrongCellError(Exception):
    def __init__(self, heading: str, reason: str) -> None:
        super().__init__(reason)
        self.heading, self.reason = heading, reason


def _columns(sheet: Sheet, named: Mapping[str, str]) -> tuple[int, dict[str, Column]]:
    """The headings' row, and each column by its meaning; what means nothing here is passed over."""
    meant = {meaning: (heading_of(named[meaning]),) if meaning in named else HEADINGS[meaning] for meaning in HEADINGS}
    every = {heading for headings in meant.values() for heading in headings}
    top = [[heading_of(c) for c in row] for row in sheet.rows[:HEADING_ROWS]]
    at = max(range(len(top)), key=lambda i: len(set(top[i]) & every), default=0)
    headings = top[at] if top else []
    there = {meaning: [h for h in listed if h in headings] for meaning, listed in meant.items()}
    missing = [meant[m][0] for m in HEADINGS if not there[m] and (m in named or m == "number")]
    if missing:
        raise UnfitError("headings_missing", headings=" ".join(missing))
    if twice := [h for listed in there.values() for h in listed if headings.count(h) > 1]:
        raise UnfitError("headings_twice", headings=" ".join(twice))
    if alike := [h for listed in there.values() if len(listed) > 1 for h in listed]:
        raise UnfitError("headings_alike", headings=" ".join(alike))
    return at, {m: Column(listed[0], headings.index(listed[0])) for m, listed in there.items() if listed}


def _row(number: int, cells: Sequence[Cell], columns: Mapping[str, Column]) -> Row:
    def read(meaning: str, reader: Callable[[Cell], Any]) -> Any:
        if meaning not in columns or is_empty(cells[columns[meaning].at]):
            return None
        try:
            return reader(cells[columns[meaning].at])
        except CellError as error:
            raise _WrongCellError(columns[meaning].heading, error.reason) from error

    identity = read("number", _identity)
    if identity is None:
        raise _WrongCellError(columns["number"].heading, "missing")
    in_ten_thousands = "value" in columns and columns["value"].heading.endswith(TEN_THOUSANDS)
    value_fen = read("value", _ten_thousands if in_ten_thousands else hundredths)
    return Row(number, identity, read("object", _thing) or "", read("since", _since), value_fen, read("code", _code))


ANSWER_SHEET = "疑点核查结果"
OF_ANSWER = (
    "原表行号",
    "疑点类型",
    "核查结果",
    "认定依据",
    "认定日期",
    "处理措施",
    "办理情况",
    "办结日期",
    "文号",
    "答复期限",
)
STANDINGS: Mapping[str, str] = {
    "not_found": "本县未登记",
    "unreadable": "原表无法读取",
    "open": "核查中",
    "upheld": "属实",
    "exempt": "属实，按规定不作处理",
    "dismissed": "不属实",
    "ended": "该户已注销",
}
EFFECTS: Mapping[str, str] = {
    "removal": "注销",
    "exit": "退出",
    "departure": "减少成员",
    "correction": "更正信息",
    "none": "无",
}
BECOMES: Mapping[Become, str] = {
    "struck": "已注销",
    "returned": "已恢复建档",
    "in_procedure": "办理中",
    "left": "已减少成员",
    "stays": "继续建档",
}
BY_RULE = "疑点认定规则"


def write_answers(document_no: str, answer_due_on: date | None, answers: Sequence[Answer]) -> bytes:
    """A workbook: a row for each of theirs, in their order."""
    into = io.BytesIO()
    with sheet_into(into, ANSWER_SHEET, OF_ANSWER) as add:
        add(
            (
                one.row,
                one.word or "",
                STANDINGS[one.standing],
                BY_RULE if one.settled_on else "",
                one.settled_on,
                EFFECTS[one.effect] if one.effect else "",
                BECOMES[one.become] if one.become else "",
                one.become_on,
                document_no,
                answer_due_on,
            )
            for one in answers
        )
    return into.getvalue()
