"""The roster in the format of domain notes 2.1, its dirt and its corrections."""

from collections import Counter, defaultdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from scenario.world import World, build_world, dirty_numbers, write_corrections, write_roster, write_sample
from scenario.world.roster import HEADINGS, SHEET, roster_rows
from shared.values.id_number import is_valid, normalise

pytestmark = pytest.mark.xdist_group("world")

NUMBER, NAME, HOUSEHOLD, BORN_TEXT = (HEADINGS.index(h) for h in ("证件号码", "姓名", "户编号", "识别时间"))


def rejected(rows: list[tuple[Any, ...]]) -> set[str]:
    """What a right import rejects: wrong numbers, and numbers that two households carry."""
    owners = defaultdict(set)
    bad = set()
    for row in rows:
        number = normalise(row[NUMBER])
        owners[number].add(row[HOUSEHOLD])
        if not is_valid(number):
            bad.add(row[HOUSEHOLD])
    return bad.union(*(homes for homes in owners.values() if len(homes) > 1))


def test_headings_are_the_formats(small: World) -> None:
    assert len(HEADINGS) == len(set(HEADINGS)) == 36
    assert all(len(row) == 36 for row in roster_rows(small))
    assert (HEADINGS[0], HEADINGS[14], HEADINGS[35]) == ("户编号", "务工时间(月)", "银行卡号")


def test_other_readers_read_what_was_written(small: World, tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    count = write_roster(small, path)
    rows = list(roster_rows(small))
    assert count == len(rows) == sum(len(h.members) for h in small.households)

    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [SHEET]
    read = list(book[SHEET].iter_rows(values_only=True))
    assert read[0] == HEADINGS
    plain = [tuple(c.date() if isinstance(c, datetime) else c for c in row) for row in read[1:]]
    assert plain == [tuple(c if c != "" else None for c in row) for row in rows]

    quick = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(SHEET).to_python()
    assert len(quick) == count + 1
    assert {type(row[BORN_TEXT]) for row in quick[1:]} == {str, date}


def test_same_seed_same_bytes(small: World, tmp_path: Path) -> None:
    again = build_world(small.seed, len(small.households))
    for dirty in (False, True):
        write_roster(small, tmp_path / "one.xlsx", dirty=dirty)
        write_roster(again, tmp_path / "two.xlsx", dirty=dirty)
        assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_the_clean_roster_has_nothing_to_reject(world: World) -> None:
    rows: list[tuple[Any, ...]] = list(roster_rows(world))
    assert not rejected(rows)
    assert not any(" " in row[NAME] for row in rows)
    assert not any(row[NUMBER].endswith("x") for row in rows)


def test_the_first_hand_in_has_the_named_dirt(world: World) -> None:
    rows: list[tuple[Any, ...]] = list(roster_rows(world, dirty=True))
    numbers = [normalise(row[NUMBER]) for row in rows]
    copies = sum(count - 1 for count in Counter(numbers).values())
    assert copies / len(rows) == pytest.approx(0.01, abs=0.002)
    wrong = sum(not is_valid(n) for n in numbers)
    assert wrong / len(rows) == pytest.approx(0.005, abs=0.001)
    assert any(" " in row[NAME] or "\u3000" in row[NAME] for row in rows)
    assert any(row[NUMBER].endswith("x") for row in rows)
    assert any(row[NUMBER].endswith("X") for row in rows)
    assert rejected(rows) == dirty_numbers(world)


def test_corrections_hold_the_rejected_households_whole_and_clean(world: World, tmp_path: Path) -> None:
    path = tmp_path / "corrections.xlsx"
    count = write_corrections(world, path)
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(SHEET).to_python()[1:]
    assert {row[0] for row in rows} == dirty_numbers(world)
    assert count == len(rows) == sum(len(world.by_no[no].members) for no in dirty_numbers(world))
    assert not rejected([tuple(row) for row in rows])


def test_a_sample_has_the_households_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "sample.xlsx"
    count = write_sample(path, 120, 7)
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(SHEET).to_python()[1:]
    assert len(rows) == count
    assert len({row[0] for row in rows}) == 120
