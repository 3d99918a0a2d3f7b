"""The layout of the national list, written: a row of it for each person, and behind it what became of him."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from services.registry.national.rules import Change, Line
from services.registry.roster.files import NUMBER, OF_HOUSEHOLD, OF_MEMBER
from services.registry.roster.rules import (
    ATTRIBUTES,
    CAUSES,
    EDUCATIONS,
    HEALTHS,
    HOUSE_GRADES,
    LABOURS,
    RELATIONS,
    SCHOOL_STATUSES,
    SEXES,
    STATUSES,
    WORK_PLACES,
)
from shared.spreadsheet.writing import Cell

# Domain notes 2.1 "Roster file", in the order of the national list.
COLUMNS = (NUMBER, *OF_HOUSEHOLD[:3], *OF_MEMBER, *OF_HOUSEHOLD[3:])
LAYOUT = tuple(column.heading for column in COLUMNS)
NAMES = tuple(column.name for column in COLUMNS)
HEADING = dict(zip(NAMES, LAYOUT, strict=True)) | {"household": "户", "person": "人员"}
OF_CHANGE = ("变更类型", "变更字段", "变更日期")
CHANGES: Mapping[Change, str] = {
    "registered": "新增户",
    "struck": "注销户",
    "joined": "新增人员",
    "left": "减少人员",
    "changed": "信息变更",
    "unchanged": "",
}
BETWEEN = "、"

Writer = Callable[[Any], Cell]


def _word(words: Mapping[str, str]) -> Writer:
    """Of several words for the same the first."""
    of = {slug: word for word, slug in reversed(list(words.items()))}
    return lambda value: of.get(value, "") if value is not None else ""


def _yes(value: bool | None) -> Cell:
    return "" if value is None else "是" if value else "否"


def _hundredths(value: int | None) -> Cell:
    return None if value is None else value // 100 if value % 100 == 0 else value / 100


def _causes(value: Any) -> Cell:
    return BETWEEN.join(str(_word(CAUSES)(one)) for one in value or ())


YES_NO = ("medical_insured", "pension_insured", "deep_poverty", "safe_water", "electricity", "relocated")
HUNDREDTHS = ("house_area_m2_x100", "wage", "business", "property", "transfer", "business_cost")
WRITERS: Mapping[str, Writer] = {
    "sex": _word(SEXES),
    "relation": _word(RELATIONS),
    "education": _word(EDUCATIONS),
    "school_status": _word(SCHOOL_STATUSES),
    "health": _word(HEALTHS),
    "labour": _word(LABOURS),
    "work_place": _word(WORK_PLACES),
    "status": _word(STATUSES),
    "attribute": _word(ATTRIBUTES),
    "main_cause": _word(CAUSES),
    "house_grade": _word(HOUSE_GRADES),
    "other_causes": _causes,
    **dict.fromkeys(YES_NO, _yes),
    **dict.fromkeys(HUNDREDTHS, _hundredths),
}


def cells_of(line: Line, since: date) -> list[Cell]:
    """A row: the person's and the household's cells, what changed, and the day since which it is known."""
    said = {**line.home.values, **line.person.values, "household_no": line.home.household_no}
    # The place stands by its names.
    said |= {"township": said["township_name"], "village": said["village_name"]}
    fields = BETWEEN.join(HEADING[name] for name in line.fields)
    told = (CHANGES[line.change], fields, since if line.change != "unchanged" else None)
    return [*(_cell(name, said[name]) for name in NAMES), *told]


def _cell(name: str, value: Any) -> Cell:
    if name in WRITERS:
        return WRITERS[name](value)
    return value if value is not None else ""


def rows_of(lines: list[Line], since: date) -> Iterator[list[Cell]]:
    """The rows of a household."""
    return (cells_of(line, since) for line in lines)
