"""The roster file: its columns, how their cells are read, and the households that stand in it."""

import json
import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial
from typing import Any
from unicodedata import normalize

from services.registry.entries.rules import RosterHousehold, RosterMember
from services.registry.households.rules import MOST_OTHER_CAUSES
from services.registry.roster.rules import (
    ATTRIBUTES,
    CAUSES,
    COHORTS,
    EDUCATIONS,
    HEALTHS,
    HOUSE_GRADES,
    LABOURS,
    MOST_PEOPLE,
    RELATIONS,
    SCHOOL_STATUSES,
    SEXES,
    STATUSES,
    WORK_PLACES,
    YES_NO,
    Finding,
)
from shared.spreadsheet.cells import Cell, CellError, compact, day, hundredths, is_empty, one_of, whole
from shared.spreadsheet.workbook import Sheet
from shared.values import id_number

UNBORN = date.max
HEADING_ROWS = 5  # a title may stand above the headings
MOST_NOTES = 50
REMEMBERED = 1024  # cells of a column: most hold a word of a few
_HOUSEHOLD_NO = re.compile(r"[0-9A-Za-z-]{1,30}")
_BETWEEN = re.compile(r"[,，、;；]")
PHONE = re.compile(r"\+?[0-9-]{7,20}")
ACCOUNT = re.compile(r"[0-9]{12,25}")

Reader = Callable[[Cell], Any]


def household_no(cell: Cell) -> str:
    text = compact(cell)
    if not _HOUSEHOLD_NO.fullmatch(text) or id_number.is_valid(text.upper()):
        raise CellError("not_a_household_no")
    return text


def words(cell: Cell) -> str:
    text = compact(cell)
    if len(text) > 50:
        raise CellError("too_long")
    return text


def person_name(cell: Cell) -> str:
    if not isinstance(cell, str):
        raise CellError("not_text")
    text = words(cell)
    if any(c.isdigit() for c in text):
        raise CellError("digits_in_name")
    return text


def person_number(cell: Cell) -> str:
    """An identity number, or a disability certificate: the number with two digits behind."""
    number = id_number.normalise(compact(cell))
    first, tail = number[: id_number.LENGTH], number[id_number.LENGTH :]
    if len(first) < id_number.LENGTH or (tail and not id_number.is_certificate_tail(tail)):
        raise CellError("not_an_id_number")
    if not id_number.is_valid(first):
        raise CellError("wrong_check_digit")
    return number


def other_causes(cell: Cell) -> tuple[str, ...]:
    causes = tuple(one_of(w, CAUSES) for w in _BETWEEN.split(compact(cell)) if w)
    if len(set(causes)) > MOST_OTHER_CAUSES:
        raise CellError("too_many_causes")
    return causes


def cohort(cell: Cell) -> int:
    year = whole(cell)
    if year not in COHORTS:
        raise CellError("unknown_word")
    return year


def house_area(cell: Cell) -> int:
    area = hundredths(cell)
    if area > 10**6:  # ten thousand square metres are no dwelling
        raise CellError("too_large")
    return area


def months(cell: Cell) -> int:
    number = whole(cell)
    if number > 12:
        raise CellError("too_large")
    return number


def _yes(cell: Cell) -> bool:
    return one_of(cell, YES_NO) == "yes"


def _word(table: Mapping[str, str]) -> Reader:
    return lambda cell: one_of(cell, table)


def _shaped(shape: re.Pattern[str]) -> Reader:
    def read(cell: Cell) -> str:
        text = compact(cell)
        if not shape.fullmatch(text):
            raise CellError("unusable")
        return text

    return read


MUST = object()


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and how its cells are read. `empty` stands for an empty cell; MUST: there must be something.

    What cannot be read in a column that `notes` only is left out; elsewhere it rejects the household.
    """

    heading: str
    name: str
    kind: str
    read: Reader
    empty: Any = MUST
    notes: bool = False


NUMBER = Column("户编号", "household_no", "text", household_no)
OF_HOUSEHOLD = (
    Column("乡镇", "township", "place", words),
    Column("行政村", "village", "place", words),
    Column("自然村", "natural_village", "text", words, ""),
    Column("脱贫属性", "status", "word", _word(STATUSES)),
    Column("贫困户属性", "attribute", "word", _word(ATTRIBUTES)),
    Column("主要致贫原因", "main_cause", "word", _word(CAUSES)),
    Column("其他致贫原因", "other_causes", "word", other_causes, ()),
    Column("识别时间", "registered_on", "date", day),
    Column("脱贫年度", "exited_year", "year", whole, None),
    Column("深度贫困", "deep_poverty", "yes_no", _yes),
    Column("住房面积", "house_area_m2_x100", "area", house_area, None),
    Column("住房鉴定等级", "house_grade", "word", _word(HOUSE_GRADES), None),
    Column("饮水安全", "safe_water", "yes_no", _yes),
    Column("通生活用电", "electricity", "yes_no", _yes),
    Column("工资性收入", "wage", "money", hundredths),
    Column("生产经营性收入", "business", "money", hundredths),
    Column("财产性收入", "property", "money", hundredths),
    Column("转移性收入", "transfer", "money", hundredths),
    Column("生产经营性支出", "business_cost", "money", hundredths),
    Column("是否搬迁户", "relocated", "yes_no", _yes),
    Column("联系电话", "phone", "phone", _shaped(PHONE), None, notes=True),
    Column("银行卡号", "account", "account", _shaped(ACCOUNT), None, notes=True),
)
OF_MEMBER = (
    Column("姓名", "name", "name", person_name),
    Column("性别", "sex", "word", _word(SEXES)),
    Column("证件号码", "number", "id_number", person_number),
    Column("与户主关系", "relation", "word", _word(RELATIONS)),
    Column("民族", "ethnicity", "text", words),
    Column("文化程度", "education", "word", _word(EDUCATIONS)),
    Column("在校生状况", "school_status", "word", _word(SCHOOL_STATUSES)),
    Column("健康状况", "health", "word", _word(HEALTHS)),
    Column("劳动技能", "labour", "word", _word(LABOURS)),
    Column("务工区域", "work_place", "word", _word(WORK_PLACES), ""),
    Column("务工时间(月)", "work_months", "number", months, 0),
    Column("参加医疗保险", "medical_insured", "yes_no", _yes),
    Column("参加养老保险", "pension_insured", "yes_no", _yes),
)
COHORT = Column("搬迁批次", "relocation_cohort", "year", cohort, None)  # ours, may be absent
NEEDED = (NUMBER, *OF_HOUSEHOLD, *OF_MEMBER)
BY_HEADING = {c.heading: c for c in (*NEEDED, COHORT)}
# Under which heading a field was said; who dropped out of school is seen from the rows.
HEADING = {c.name: c.heading for c in NEEDED} | {"school_dropout": "在校生状况"}

_LONG_NUMBER = re.compile(r"[0-9]{6,}")


class UnfitError(Exception):
    """The file as a whole cannot be read; figures are for the reader."""

    def __init__(self, reason: str, **figures: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.figures = figures


@dataclass(frozen=True, slots=True)
class RosterFile:
    """What stands in a file: rows of people, households with what could be read of them, what is wrong."""

    people: int
    households: list[RosterHousehold]
    findings: list[Finding]


Line = tuple[int, Sequence[Cell]]
Places = Sequence[tuple[Column, int]]


def heading_of(cell: Cell) -> str:
    """Full-width brackets and spaces are a matter of taste."""
    return "" if not isinstance(cell, str) else normalize("NFKC", "".join(cell.split()))


def _letters(index: int) -> str:
    letters, index = "", index + 1
    while index:
        index, letter = divmod(index - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _places(rows: Sequence[Sequence[Cell]]) -> tuple[int, dict[str, int], list[Finding]]:
    """The headings' row, each column's place, and notes on columns that are not ours.

    Raises:
        UnfitError: headings are missing or stand twice.
    """
    top = [[heading_of(c) for c in row] for row in rows[:HEADING_ROWS]]
    at = max(range(len(top)), key=lambda i: len(set(top[i]) & set(BY_HEADING)), default=0)
    headings = top[at] if top else []
    missing = [c.heading for c in NEEDED if c.heading not in headings]
    if missing:
        raise UnfitError("headings_missing", headings=" ".join(missing))
    twice = [h for h in BY_HEADING if headings.count(h) > 1]
    if twice:
        raise UnfitError("headings_twice", headings=" ".join(twice))
    # A stranger's heading is shown, unless it could be somebody's number.
    notes = [
        Finding(at + 1, "", _letters(i) if _LONG_NUMBER.search(h) else h[:50], "column", "column_ignored", False)
        for i, h in enumerate(headings)
        if h and h not in BY_HEADING
    ]
    return at, {BY_HEADING[h].name: i for i, h in enumerate(headings) if h in BY_HEADING}, notes[:MOST_NOTES]


def spread(sheet: Sheet, first: int) -> list[list[Cell]]:
    """The sheet's rows, from `first` on with what a merged cell says in every cell that it covers."""
    rows = list(sheet.rows)
    for top, left, bottom, right in sheet.merged:
        if first <= top < len(rows) and left < len(rows[top]):
            for i in range(top, min(bottom + 1, len(rows))):
                covered = len(rows[i][left : right + 1])
                rows[i] = [*rows[i][:left], *[sheet.rows[top][left]] * covered, *rows[i][right + 1 :]]
    return rows


def _lines_by_household(
    sheet: Sheet, first: int, at: int, most_people: int
) -> tuple[int, dict[str, list[Line]], list[Finding]]:
    """Rows of people, grouped by household number; what is merged over several rows counts for each of them.

    A row without a number is held against the household above it, which may well be its own.
    """
    rows = spread(sheet, first)
    people, groups, findings, last = 0, dict[str, list[Line]](), list[Finding](), ""
    number_of = lru_cache(1, typed=True)(household_no)
    for i in range(first, len(sheet.rows)):
        if all(map(is_empty, sheet.rows[i])):
            continue
        people += 1
        if people > most_people:
            raise UnfitError("too_many_people", most=most_people)
        try:
            last = number_of(rows[i][at])
        except CellError as error:
            above = last if error.reason == "missing" else ""
            findings.append(Finding(i + 1, above, NUMBER.heading, NUMBER.kind, error.reason))
            if not above:
                continue
        groups.setdefault(last, []).append((i + 1, rows[i]))
    return people, groups, findings


def _remembering(column: Column) -> Column:
    """The same column, which reads once what it says in row after row; 1, 1.0 and true are not the same."""
    return replace(column, read=lru_cache(REMEMBERED, typed=True)(partial(_read, column)))


def _read(column: Column, cell: Cell) -> Any:
    try:
        return column.read(cell)
    except CellError as error:
        if error.reason == "missing" and column.empty is not MUST:
            return column.empty
        raise


def _of_all(column: Column, at: int, number: str, lines: Sequence[Line], findings: list[Finding]) -> Any:
    """The one value that all rows of a household agree on; None where it cannot be read.

    Where rows say nothing, what the others say counts.
    """
    cells = [(row, line[at]) for row, line in lines]
    first = cells[:1]
    alike = all(cell == first[0][1] for _, cell in cells[1:])
    said = first if alike else [c for c in cells if not is_empty(c[1])] or first
    values: list[Any] = []
    for row, cell in said:
        try:
            value = column.read(cell)
        except CellError as error:
            findings.append(Finding(row, number, column.heading, column.kind, error.reason, not column.notes))
            return None
        if values and value != values[0]:
            findings.append(Finding(row, number, column.heading, column.kind, "differs_within_household"))
        values.append(value)
    return values[0]


def _member(row: int, cells: Sequence[Cell], number: str, places: Places, findings: list[Finding]) -> RosterMember:
    values: dict[str, Any] = {}
    for column, at in places:
        try:
            values[column.name] = column.read(cells[at])
        except CellError as error:
            findings.append(Finding(row, number, column.heading, column.kind, error.reason))
    return _person(row, values)


def _person(row: int, values: dict[str, Any]) -> RosterMember:
    identity = values.get("number", "")[: id_number.LENGTH]
    return RosterMember(row, values, identity, id_number.birth_on(identity) if identity else UNBORN)


def read_roster(sheet: Sheet, most_people: int = MOST_PEOPLE) -> RosterFile:
    """The households of a file as far as they can be read.

    Raises:
        UnfitError: headings_missing, headings_twice, too_many_people, nobody.
    """
    at, places, findings = _places(sheet.rows)
    findings += [Finding(0, "", "", "sheet", "sheet_ignored", rejects=False) for _ in sheet.other_sheets[:MOST_NOTES]]
    people, groups, unplaced = _lines_by_household(sheet, at + 1, places[NUMBER.name], most_people)
    if not people:
        raise UnfitError("nobody")
    findings += unplaced
    of_household = [(_remembering(c), places[c.name]) for c in (*OF_HOUSEHOLD, COHORT) if c.name in places]
    of_member = [(_remembering(c), places[c.name]) for c in OF_MEMBER]
    households = [
        RosterHousehold(
            lines[0][0],
            number,
            {COHORT.name: None} | {c.name: _of_all(c, at, number, lines, findings) for c, at in of_household},
            [_member(row, cells, number, of_member, findings) for row, cells in lines],
        )
        for number, lines in groups.items()
    ]
    return RosterFile(people, households, findings)


def pack(roster: RosterFile) -> bytes:
    """What was read, for `unpack`: a tenth of the work of reading it again, and what was shown is what is taken."""
    households = [[h.row, h.household_no, h.values, [[m.row, m.values] for m in h.members]] for h in roster.households]
    findings = [[f.row, f.household_no, f.column, f.kind, f.reason, f.rejects] for f in roster.findings]
    return zlib.compress(json.dumps([roster.people, households, findings], default=date.isoformat).encode(), 1)


def unpack(packed: bytes) -> RosterFile:
    people, households, findings = json.loads(zlib.decompress(packed))
    return RosterFile(
        people,
        [
            RosterHousehold(row, number, _unpacked(values), [_person(*member) for member in members])
            for row, number, values, members in households
        ],
        [Finding(*finding) for finding in findings],
    )


def _unpacked(values: dict[str, Any]) -> dict[str, Any]:
    """JSON knows neither days nor tuples."""
    registered_on, causes = values["registered_on"], values["other_causes"]
    return values | {
        "registered_on": registered_on and date.fromisoformat(registered_on),
        "other_causes": None if causes is None else tuple(causes),
    }
