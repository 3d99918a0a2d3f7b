"""Files that are not what they look like."""

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest

from shared.spreadsheet.cells import Cell, CellError, Unread, compact, day, hundredths, is_empty, one_of, whole
from shared.spreadsheet.workbook import WorkbookError, check_archive, read_sheet


def archive(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return stream.getvalue()


def book(**cells: object) -> bytes:
    made, stream = openpyxl.Workbook(), io.BytesIO()
    for place, value in cells.items():
        made.active[place] = value
    made.active.merge_cells("B5:B6")
    made.create_sheet("other")
    made.save(stream)
    return stream.getvalue()


def reason(content: bytes, sheet: str = "Sheet", largest: int | None = None) -> str:
    with pytest.raises(WorkbookError) as error:
        read_sheet(content, sheet) if largest is None else check_archive(content, largest)
    return error.value.reason


def test_rows_and_columns_keep_their_places() -> None:
    sheet = read_sheet(book(B3="x", C3=date(1900, 1, 6), C5=2.5), "Sheet")
    assert sheet.rows[2] == ["", "x", date(1900, 1, 6)]
    assert [len(r) for r in sheet.rows] == [3] * len(sheet.rows)
    assert (sheet.rows[4][2], sheet.merged, sheet.other_sheets) == (2.5, [(4, 1, 5, 1)], ["other"])


def test_a_cell_that_holds_something_is_never_empty() -> None:
    """The library that reads it leaves out errors, and formulas that were never worked out."""
    rows = read_sheet(book(A1="x", B1="=1+1", C1="#N/A", D1=None, E1="y", AA2="=A1", B2="#DIV/0!"), "Sheet").rows
    assert rows[0][:5] == ["x", Unread("not_worked_out"), Unread("error_value"), "", "y"]
    assert (rows[1][1], rows[1][26]) == (Unread("error_value"), Unread("not_worked_out"))
    assert [c for row in rows for c in row if isinstance(c, str) and c] == ["x", "y"]


@pytest.mark.parametrize("cell", [Unread("error_value"), Unread("not_worked_out")])
@pytest.mark.parametrize("read", [compact, hundredths, whole, day, lambda cell: one_of(cell, {"是": "yes"})])
def test_a_reader_says_that_a_cell_says_nothing(read: Callable[[Cell], object], cell: Unread) -> None:
    assert not is_empty(cell)
    with pytest.raises(CellError) as error:
        read(cell)
    assert error.value.reason == cell.reason


@pytest.mark.parametrize("text", ["李\0", "李\ue000", "李\u202e四", "\ufffe", "李\u3164"])
def test_a_cell_that_no_table_can_hold_is_reported(text: str) -> None:
    with pytest.raises(CellError) as error:
        compact(text)
    assert error.value.reason == "unreadable_text"


def test_what_slipped_in_with_a_copy_is_left_out() -> None:
    assert compact("\ufeff Ａ１\u200b\u3000\n") == "A1"
    assert compact("e\u0301") == "\u00e9"


@pytest.mark.parametrize("content", [b"", b"nothing of the kind", b"PK\x03\x04", b"\xd0\xcf\x11\xe0" * 200])
def test_what_is_no_workbook(content: bytes) -> None:
    assert reason(content) == "not_a_workbook"


def test_a_zip_of_something_else() -> None:
    assert reason(archive({"letter.txt": b"hello"})) == "not_a_workbook"


def test_a_truncated_file() -> None:
    whole = book(A1="x")
    assert reason(whole[: len(whole) // 2]) == "not_a_workbook"


def test_another_sheet_name() -> None:
    assert reason(book(A1=1), "名单") == "sheet_missing"


def test_a_bomb_that_says_so() -> None:
    assert reason(archive({"xl/worksheets/sheet1.xml": bytes(5_000_000)}), largest=4_999_999) == "too_large_unpacked"
    check_archive(archive({"xl/worksheets/sheet1.xml": bytes(5_000_000)}), 5_000_000)


def test_a_bomb_that_lies_about_its_size() -> None:
    honest = archive({"xl/worksheets/sheet1.xml": bytes(5_000_000)})
    lying = honest.replace(struct.pack("<I", 5_000_000), struct.pack("<I", 1000))
    assert sum(p.file_size for p in zipfile.ZipFile(io.BytesIO(lying)).infolist()) == 1000
    assert reason(lying, largest=4_999_999) == "too_large_unpacked"


def test_too_many_parts() -> None:
    assert reason(archive({f"p{i}": b"" for i in range(2001)})) == "too_large_unpacked"


@pytest.mark.parametrize("place", ["A100000", "XFD1048576", "AAA1"])
def test_one_cell_far_away(place: str) -> None:
    """Laid out as a table it would take terabytes."""
    assert reason(book(A1=1, **{place: 1})) == "cell_too_far"
