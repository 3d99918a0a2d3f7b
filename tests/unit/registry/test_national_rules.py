"""Two sides of a household held together, and what is told of a change: tables of cases."""

from datetime import date
from typing import Any

import pytest

from services.registry.national.files import LAYOUT, NAMES, OF_CHANGE, cells_of
from services.registry.national.rules import OF_HOUSEHOLD, OF_PERSON, Home, Line, Person, compare, lines_of, plain
from services.registry.roster.files import BY_HEADING
from tests.roster_file import HEADINGS

HOME: dict[str, Any] = {
    "village": "140927200201", "natural_village": "上青杨", "status": "poor", "attribute": "general",
    "main_cause": "funds", "other_causes": ["illness", "water"], "registered_on": date(2014, 6, 1),
    "exited_year": None, "deep_poverty": False, "house_area_m2_x100": 6050, "house_grade": "B", "safe_water": True,
    "electricity": True, "wage": 100_000, "business": 25_050, "property": 0, "transfer": 8_005, "business_cost": 3_000,
    "relocated": False, "phone": "13800000000", "account": None, "township_name": "东湖乡", "village_name": "青杨村",
}  # fmt: skip
MAN: dict[str, Any] = {
    "name": "张三", "sex": "male", "number": "1", "relation": "head", "ethnicity": "汉族", "education": "illiterate",
    "school_status": "none", "health": "healthy", "labour": "ordinary", "work_place": "", "work_months": 0,
    "medical_insured": True, "pension_insured": False,
}  # fmt: skip


def person(identity: str = "1", **said: Any) -> Person:
    return Person(identity, f"r{identity}", MAN | {"number": identity} | said)


def home(*people: Person, **said: Any) -> Home:
    return Home("A1", HOME | said, {p.identity: p for p in people or (person(),)})


def found(ours: Home | None, theirs: Home | None, *unread: str) -> list[tuple[Any, ...]]:
    return [(u.identity, u.field, u.kind) for u in compare(ours, theirs, unread)]


@pytest.mark.parametrize(
    ("theirs", "unread", "differs"),
    [
        (home(), (), []),
        # Causes in any order, a day by its month, words however they are spaced.
        (home(other_causes=("water", "illness"), registered_on=date(2014, 6, 30), natural_village="上 青杨"), (), []),
        (home(registered_on=date(2014, 7, 1)), (), [("", "registered_on", "differs")]),
        (home(other_causes=["water"]), (), [("", "other_causes", "differs")]),
        # What the list lacks it says otherwise, unless it could not be read.
        (home(phone=None), (), [("", "phone", "differs")]),
        (home(phone=None), ("phone",), []),
        (home(person(name="张 三")), (), []),
        (home(person(name="张四", health="chronic")), (), [("1", "name", "differs"), ("1", "health", "differs")]),
        (home(person(health=None)), ("health",), []),
        (home(person(), person("2")), (), [("2", "person", "only_there")]),
        (home(person("2")), (), [("1", "person", "only_here"), ("2", "person", "only_there")]),
        (home(person("2")), ("person",), []),
        (None, (), [("", "household", "only_here")]),
        (None, ("household",), []),
    ],
)
def test_where_two_sides_say_otherwise(
    theirs: Home | None, unread: tuple[str, ...], differs: list[tuple[Any, ...]]
) -> None:
    assert found(home(), theirs, *unread) == differs


def test_who_stands_there_alone_and_nobody_on_either_side() -> None:
    assert found(None, home()) == [("", "household", "only_there")]
    assert found(None, None) == []


@pytest.mark.parametrize(
    ("value", "compared"),
    [
        (date(2014, 6, 15), "2014-06"),
        (" 上 青\u3000杨", "上青杨"),
        (("b", "a"), ["a", "b"]),
        (0, 0),
        (None, None),
        (True, True),
    ],
)
def test_values_as_they_are_compared(value: Any, compared: Any) -> None:
    assert plain(value) == compared


@pytest.mark.parametrize(
    ("then", "now", "lines"),
    [
        (None, None, []),
        (home(), home(), []),
        (None, home(), [("1", "registered", ())]),
        (home(), None, [("1", "struck", ())]),
        (home(), home(safe_water=False), [("1", "changed", ("safe_water",))]),
        (
            home(person(), person("2")),
            home(person(), person("2", health="chronic")),
            [("1", "unchanged", ()), ("2", "changed", ("health",))],
        ),
        (home(), home(person(), person("2")), [("1", "unchanged", ()), ("2", "joined", ())]),
        (home(person(), person("2")), home(), [("1", "unchanged", ()), ("2", "left", ())]),
    ],
)
def test_what_is_told_of_a_change(then: Home | None, now: Home | None, lines: list[tuple[Any, ...]]) -> None:
    assert [(line.person.identity, line.change, line.fields) for line in lines_of(then, now)] == lines


def test_the_layout_is_the_rosters_and_every_cell_of_it_is_compared() -> None:
    assert LAYOUT == HEADINGS
    assert {*NAMES} - {"household_no", "township"} == {*OF_HOUSEHOLD, *OF_PERSON}
    assert {*LAYOUT} < {*BY_HEADING}


def test_a_row_is_read_back_as_what_was_written() -> None:
    on = date(2017, 6, 1)
    cells = cells_of(Line(home(), person(), "changed", ("wage", "name")), on)
    assert cells[-3:] == ["信息变更", "工资性收入、姓名", on]
    assert len(cells) == len(LAYOUT) + len(OF_CHANGE)
    values = {
        column.name: column.read(cell)
        for column, cell in ((BY_HEADING[heading], cell) for heading, cell in zip(LAYOUT, cells, strict=False))
        if cell not in ("", None) and column.name not in ("household_no", "number")
    }
    said = HOME | MAN | {"township": "东湖乡", "village": "青杨村", "other_causes": ("illness", "water")}
    assert values == {name: said[name] for name in values}
    assert {*NAMES} - {*values} == {"household_no", "number", "exited_year", "account", "work_place"}
