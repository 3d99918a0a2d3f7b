"""One sheet of an XLSX file, read with limits: what is small outside may be endless inside."""

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from python_calamine import CalamineError, CalamineWorkbook

from shared.spreadsheet.cells import Cell

LARGEST_UNPACKED_BYTES = 300 * 1024 * 1024
MOST_PARTS = 2000
CHUNK_BYTES = 256 * 1024
# The reader lays out every cell up to the last one used: one far away costs terabytes.
_FAR_CELL = re.compile(rb'<c [^>]{0,40}?r="(?:[A-Z]{1,3}[0-9]{6,}|[A-Z]{3}[0-9])')
_LONGEST_MATCH = 64
# What the reader shows as empty though something stands there: an error, or a formula that nobody has computed.
_ERROR_OR_FORMULA = re.compile(rb"<c ([^>]*?)(?:/>|>\s*(<f\b)?)")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_SHEET = re.compile(rb"<(?:\w+:)?sheet [^>]*>")
_PART = re.compile(rb"<(?:\w+:)?Relationship [^>]*>")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
# No column asks for a length of time, so that each refuses it.
UNREAD: Cell = timedelta.max


class WorkbookError(Exception):
    """A file that cannot be read as asked. `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows from the first on, empty cells as ''. `merged` are (first row, first column, last row, last column)."""

    other_sheets: list[str]
    rows: list[list[Cell]]
    merged: list[tuple[int, int, int, int]]


def _unpacked(content: memoryview, part: ZipInfo) -> Iterator[bytes]:
    """What really comes out of a part, whatever its header declares."""
    header = content[part.header_offset : part.header_offset + 30]
    if len(header) < 30:
        raise WorkbookError("not_a_workbook")
    start = part.header_offset + 30 + sum(int.from_bytes(header[i : i + 2], "little") for i in (26, 28))
    packed = content[start : start + part.compress_size]
    if part.compress_type == ZIP_STORED:
        yield from (bytes(packed[i : i + CHUNK_BYTES]) for i in range(0, len(packed), CHUNK_BYTES))
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    for i in range(0, len(packed), CHUNK_BYTES):
        waiting: bytes | memoryview = packed[i : i + CHUNK_BYTES]
        while waiting and not inflate.eof:
            yield inflate.decompress(waiting, CHUNK_BYTES)
            waiting = inflate.unconsumed_tail


def check_archive(content: bytes, largest_bytes: int = LARGEST_UNPACKED_BYTES) -> None:
    """Unpack once without keeping anything, before anybody trusts the file.

    Raises:
        WorkbookError: not_a_workbook, too_large_unpacked, cell_too_far.
    """
    try:
        parts = ZipFile(io.BytesIO(content)).infolist()
        if len(parts) > MOST_PARTS or sum(p.file_size for p in parts) > largest_bytes:
            raise WorkbookError("too_large_unpacked")
        left, view = largest_bytes, memoryview(content)
        for part in parts:
            if part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or part.flag_bits & 1:
                raise WorkbookError("not_a_workbook")
            is_sheet, tail = part.filename.startswith("xl/worksheets/"), b""
            for chunk in _unpacked(view, part):
                left -= len(chunk)
                if left < 0:
                    raise WorkbookError("too_large_unpacked")
                if is_sheet and _FAR_CELL.search(tail + chunk):
                    raise WorkbookError("cell_too_far")
                tail = chunk[-_LONGEST_MATCH:]
    except (BadZipFile, zlib.error, RuntimeError, UnicodeDecodeError, ValueError) as error:
        raise WorkbookError("not_a_workbook") from error


def _attributes(tag: bytes) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in _ATTRIBUTE.findall(tag)}


def _part_of(archive: ZipFile, number: int) -> bytes:
    """The part of the sheet with this number; nothing where the book names it in a way of its own."""
    try:
        sheets = _SHEET.findall(archive.read("xl/workbook.xml"))
        parts = map(_attributes, _PART.findall(archive.read("xl/_rels/workbook.xml.rels")))
        wanted = _attributes(sheets[number])["r:id"]
        target = next(part["Target"] for part in parts if part.get("Id") == wanted)
        return archive.read(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    except (KeyError, IndexError, StopIteration):
        return b""


def _mark_unread(part: bytes, rows: list[list[Cell]]) -> None:
    """A cell that holds something is never empty: the reader's blanks for errors and formulas are marked."""
    for found in _ERROR_OR_FORMULA.finditer(part):
        if found[2] is None and b't="e"' not in found[1]:
            continue
        place = _PLACE.search(found[1])
        if place is None:
            continue
        column, row = 0, int(place[2]) - 1
        for letter in place[1]:
            column = column * 26 + letter - ord("A") + 1
        if row < len(rows) and column <= len(rows[row]) and rows[row][column - 1] == "":
            rows[row][column - 1] = UNREAD


def read_sheet(content: bytes, name: str) -> Sheet:
    """The sheet of that name.

    Raises:
        WorkbookError: not_a_workbook, too_large_unpacked, cell_too_far, sheet_missing.
    """
    check_archive(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        if name not in book.sheet_names:
            raise WorkbookError("sheet_missing")
        sheet = book.get_sheet_by_name(name)
        rows: list[list[Cell]] = sheet.to_python(skip_empty_area=False)  # from A1 on, so that places are right
        _mark_unread(_part_of(ZipFile(io.BytesIO(content)), book.sheet_names.index(name)), rows)
        merged = [(r1, c1, r2, c2) for (r1, c1), (r2, c2) in sheet.merged_cell_ranges or ()]
    except CalamineError as error:
        raise WorkbookError("not_a_workbook") from error
    return Sheet([n for n in book.sheet_names if n != name], rows, merged)
