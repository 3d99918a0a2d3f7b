"""A department's file, XLSX or CSV: its columns, how their cells are read, the facts or incomes that stand in it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from services.registry.filings.rules import SOURCES, Kind
from services.registry.roster.files import (
    BY_HEADING,
    HEADING_ROWS,
    NUMBER,
    Column,
    UnfitError,
    heading_of,
    person_number,
)
from services.registry.roster.rules import YES_NO
from shared.spreadsheet.cells import Cell, CellError, compact, day, hundredths, is_empty, one_of, whole
from shared.spreadsheet.separated import read_separated
from shared.spreadsheet.workbook import Sheet, read_sheet
from shared.values import id_number
from shared.values.characters import half_width

SHEET = "部门认定"
MOST_ROWS = 5_000
# It is read while its sender waits, in the process of the doors: far less than the roster may unpack to.
LARGEST_UNPACKED_BYTES = 40 * 1024 * 1024
LONGEST_REFERENCE, LONGEST_DOCUMENT_NO = 64, 100


class Row(NamedTuple):
    """A row as it stands in the file, counted as a spreadsheet does; '' where it names none. `said`: of a list of facts
    `since` and the facts, of one of incomes the year, the source and the amount.
    """

    row: int
    household_no: str
    number: str
    person: str
    document_no: str
    said: dict[str, Any]


class FileRead(NamedTuple):
    """How many rows a file has, those that could be read, and what is wrong with the others."""

    kind: Kind
    found: int
    rows: list[Row]
    wrong: list["Place"]


class Place(NamedTuple):
    """Where in the file something is wrong, and what."""

    row: int
    column: str
    code: str


def _yes(cell: Cell) -> bool:
    return one_of(cell, YES_NO) == "yes"


LEVELS = {"一级": "1", "二级": "2", "三级": "3", "四级": "4"}


def _level(cell: Cell) -> int:
    """As a certificate says it, or its figure."""
    return int(one_of(cell, LEVELS | {level: level for level in LEVELS.values()}))


def _short(longest: int) -> Any:
    def read(cell: Cell) -> str:
        text = compact(cell)
        if len(text) > longest:
            raise CellError("too_long")
        return text

    return read


def _day(cell: Cell) -> date:
    """As spreadsheets save it as text, too: 2017/6/1."""
    return day(half_width(cell).replace("/", "-") if isinstance(cell, str) else cell)


# Household by household the national register knows no income before this year.
YEARS = range(2013, 2031)


def _year(cell: Cell) -> int:
    year = whole(cell)
    if year not in YEARS:
        raise CellError("unknown_word")
    return year


def _source(cell: Cell) -> str:
    return one_of(cell, SOURCES)


def _identity(cell: Cell) -> str:
    return person_number(cell)[: id_number.LENGTH]


PERSON_NUMBER = Column("证件号码", "number", "id_number", _identity, "")
REFERENCE = Column("人员编号", "person", "text", _short(LONGEST_REFERENCE), "")
SINCE = Column("起始日期", "since", "date", _day)
DOCUMENT_NO = Column("依据文号", "document_no", "text", _short(LONGEST_DOCUMENT_NO))
# As the roster has them, and those that it lacks.
FACTS = (
    *(BY_HEADING[h] for h in ("贫困户属性", "住房鉴定等级", "饮水安全")),
    *(BY_HEADING[h] for h in ("文化程度", "在校生状况", "健康状况", "参加医疗保险", "参加养老保险")),
    Column("适龄儿童辍学", "school_dropout", "yes_no", _yes),
    Column("大病未治愈", "unfinished_major_illness", "yes_no", _yes),
    Column("残疾等级", "disability_level", "word", _level),
    Column("签约家庭医生", "family_doctor", "yes_no", _yes),
    Column("慢性病门诊证", "chronic_card", "yes_no", _yes),
    Column("辅助器具", "assistive_device", "yes_no", _yes),
    Column("康复服务", "rehabilitation", "yes_no", _yes),
    Column("无障碍改造", "home_adapted", "yes_no", _yes),
)
INCOME_YEAR = Column("收入年度", "income_year", "year", _year)
SOURCE = Column("来源", "source", "word", _source)
AMOUNT = Column("金额(元)", "amount_fen", "money", hundredths)
NAMES = (NUMBER, PERSON_NUMBER, REFERENCE)
# What a file must have beside a name; of the facts it has those that it says.
NEEDED: dict[Kind, tuple[Column, ...]] = {
    "facts": (SINCE, DOCUMENT_NO),
    "incomes": (INCOME_YEAR, SOURCE, AMOUNT, DOCUMENT_NO),
}
OF_KIND: dict[Kind, tuple[Column, ...]] = {"facts": (SINCE, *FACTS), "incomes": (INCOME_YEAR, SOURCE, AMOUNT)}
COLUMNS = {c.heading: c for c in (*NAMES, DOCUMENT_NO, *OF_KIND["facts"], *OF_KIND["incomes"])}
HEADING = {c.name: c.heading for c in COLUMNS.values()}


def read_file(content: bytes) -> FileRead:
    """What stands in a file.

    Raises:
        WorkbookError: it is neither a sound workbook with the sheet nor text.
        UnfitError: headings_missing, headings_twice, headings_mixed, no_rows, too_many_rows.
    """
    is_workbook = content.startswith(b"PK")
    sheet = read_sheet(content, SHEET, LARGEST_UNPACKED_BYTES) if is_workbook else read_separated(content)
    at, kind, places = _places(sheet)
    lines = [(i + 1, sheet.rows[i]) for i in range(at + 1, len(sheet.rows)) if not all(map(is_empty, sheet.rows[i]))]
    if not lines:
        raise UnfitError("no_rows")
    if len(lines) > MOST_ROWS:
        raise UnfitError("too_many_rows", most=MOST_ROWS)
    rows, wrong = list[Row](), list[Place]()
    for number, cells in lines:
        try:
            rows.append(_row(number, cells, kind, places))
        except _WrongCellError as error:
            wrong.append(Place(number, error.column.heading, f"registry.roster.{error.reason}"))
    return FileRead(kind, len(lines), rows, wrong)


class _WrongCellError(Exception):
    def __init__(self, column: Column, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


def _places(sheet: Sheet) -> tuple[int, Kind, dict[str, int]]:
    """The headings' row, what the file is a list of, and each column's place by its heading; what is no column of ours
    is passed over.
    """
    top = [[heading_of(c) for c in row] for row in sheet.rows[:HEADING_ROWS]]
    at = max(range(len(top)), key=lambda i: len(set(top[i]) & set(COLUMNS)), default=0)
    headings = top[at] if top else []
    kind: Kind = "incomes" if AMOUNT.heading in headings else "facts"
    if kind == "incomes" and any(c.heading in headings for c in FACTS):
        raise UnfitError("headings_mixed")
    missing = [c.heading for c in NEEDED[kind] if c.heading not in headings]
    some = [[c.heading for c in columns] for columns in ((NAMES, FACTS) if kind == "facts" else (NAMES,))]
    missing += ["/".join(listed) for listed in some if not {*listed} & {*headings}]
    if missing:
        raise UnfitError("headings_missing", headings=" ".join(missing))
    twice = [h for h in COLUMNS if headings.count(h) > 1]
    if twice:
        raise UnfitError("headings_twice", headings=" ".join(twice))
    return at, kind, {h: i for i, h in enumerate(headings) if h in COLUMNS}


def _row(number: int, cells: Sequence[Cell], kind: Kind, places: dict[str, int]) -> Row:
    def read(column: Column) -> Any:
        cell = cells[places[column.heading]] if column.heading in places else ""
        try:
            return column.read(cell)
        except CellError as error:
            raise _WrongCellError(column, error.reason) from error

    def given(column: Column) -> bool:
        return column.heading in places and not is_empty(cells[places[column.heading]])

    named = {c.name: read(c) if given(c) else "" for c in NAMES}
    if not any(named.values()):
        raise _WrongCellError(next(c for c in NAMES if c.heading in places), "missing")
    if named["number"]:
        named["person"] = ""  # the same person twice; the number is what the department knows him by
    said = {c.name: read(c) for c in FACTS if given(c)} if kind == "facts" else {}
    if kind == "facts" and not said:
        raise _WrongCellError(next(c for c in FACTS if c.heading in places), "missing")
    said |= {c.name: read(c) for c in NEEDED[kind] if c is not DOCUMENT_NO}
    return Row(number, **named, document_no=read(DOCUMENT_NO), said=said)
