"""One sheet of an XLSX file, read with limits: what is small outside may be endless inside."""

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from html import unescape
from itertools import chain, pairwise
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from python_calamine import CalamineError, CalamineWorkbook

from shared.spreadsheet.cells import Cell, Unread

LARGEST_UNPACKED_BYTES = 300 * 1024 * 1024
MOST_PARTS = 2000
CHUNK_BYTES = 256 * 1024
# The reader lays out every cell up to the last one used: one far away costs terabytes.
_FAR_CELL = re.compile(rb'<c [^>]{0,40}?r="(?:[A-Z]{1,3}[0-9]{6,}|[A-Z]{3}[0-9])')
_FAR_PLACE = re.compile(rb'r="(?:[A-Z]{1,3}[0-9]{6,}|[A-Z]{3}[0-9])')  # by itself found three times as fast
_LONGEST_MATCH = 64
_LONGEST_TAG = 4096
_CELL = re.compile(rb"<(?:\w+:)?c(\s[^>]*)>")
_PLACE = re.compile(rb"""\sr=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_IS_ERROR = re.compile(rb"""\st=["']e["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_SIGNS = (b"<f", b":f", b'"e"', b"'e'")  # without one of these there is neither; and they are found ten times as fast
_RESULT = re.compile(rb"<(?:\w+:)?(?:v|t)(?:\s[^>]*)?>[^<]")
_SHEETS = re.compile(r"<(?:\w+:)?sheet\s[^>]*>")
_RELATIONS = re.compile(r"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTES = re.compile(r"""([\w:]+)=["']([^"']*)["']""")


class WorkbookError(Exception):
    """A file that cannot be read as asked. `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows from the first on, empty cells as ''; a cell that holds something is never one of those.

    `merged` are (first row, first column, last row, last column).
    """

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
                seen = tail + chunk
                if is_sheet and _FAR_PLACE.search(seen) and _FAR_CELL.search(seen):
                    raise WorkbookError("cell_too_far")
                tail = chunk[-_LONGEST_MATCH:]
    except (BadZipFile, zlib.error, RuntimeError, UnicodeDecodeError, ValueError) as error:
        raise WorkbookError("not_a_workbook") from error


def _part_of(archive: ZipFile, name: str) -> str:
    """The part of the archive that holds the sheet of that name; '' where the book does not say."""

    def attributes(part: str, tag: re.Pattern[str]) -> Iterator[dict[str, str]]:
        text = archive.read(part).decode("utf-8", "replace")
        return ({key.rpartition(":")[2]: unescape(v) for key, v in _ATTRIBUTES.findall(t)} for t in tag.findall(text))

    try:
        number = next((s["id"] for s in attributes("xl/workbook.xml", _SHEETS) if s.get("name") == name), "")
        relations = attributes("xl/_rels/workbook.xml.rels", _RELATIONS)
        target = next((r["Target"] for r in relations if r.get("Id") == number), "")
    except KeyError:
        return ""
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _unread_cells(pieces: Iterator[bytes]) -> Iterator[tuple[int, int, Unread]]:
    """Row, column and kind of the cells that the reader leaves out: errors, and formulas without a result."""
    waiting = b""
    for piece in chain(pieces, (b"<c >",)):
        waiting += piece
        # Where neither stands in a piece, only its last cell is of interest, which the next piece may go on with.
        is_plain = not (
            any(sign in waiting for sign in _SIGNS) and (_FORMULA.search(waiting) or _IS_ERROR.search(waiting))
        )
        last = list(_CELL.finditer(waiting, max(len(waiting) - _LONGEST_TAG, 0))) if is_plain else []
        cells = last[-1:] or list(_CELL.finditer(waiting))
        for cell, following in pairwise(cells):
            inner, place = waiting[cell.end() : following.start()], _PLACE.search(cell[1])
            is_error = _IS_ERROR.search(cell[1]) is not None
            if place and (is_error or (_FORMULA.search(inner) and not _RESULT.search(inner))):
                kind = Unread("error_value" if is_error else "not_worked_out")
                yield int(place[2]) - 1, _column(place[1]), kind
        waiting = waiting[cells[-1].start() :] if cells else waiting[-_LONGEST_TAG:]


def _put_back(rows: list[list[Cell]], unread: list[tuple[int, int, Unread]]) -> None:
    """In their places, also behind the last cell that was read; a result that was read stands."""
    width = max([len(row) for row in rows] + [column + 1 for _, column, _ in unread], default=0)
    rows += [[] for _ in range(max((row + 1 for row, _, _ in unread), default=0) - len(rows))]
    if unread:
        rows[:] = [row + [""] * (width - len(row)) for row in rows]
    for at, column, kind in unread:
        rows[at][column] = kind if rows[at][column] == "" else rows[at][column]


def _column(letters: bytes) -> int:
    return reduce(lambda so_far, letter: so_far * 26 + letter - 64, letters, 0) - 1


def read_sheet(content: bytes, name: str | None, largest_bytes: int = LARGEST_UNPACKED_BYTES) -> Sheet:
    """The sheet of that name, the first where none is named; of a file that unpacks to `largest_bytes` at most.

    Raises:
        WorkbookError: not_a_workbook, too_large_unpacked, cell_too_far, sheet_missing.
    """
    check_archive(content, largest_bytes)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        if name is None:
            name = next(iter(book.sheet_names), "")
        if name not in book.sheet_names:
            raise WorkbookError("sheet_missing")
        sheet = book.get_sheet_by_name(name)
        rows: list[list[Cell]] = [
            list(r) for r in sheet.to_python(skip_empty_area=False)
        ]  # from A1 on: places are right
        archive = ZipFile(io.BytesIO(content))
        part = _part_of(archive, name)
        if part in archive.namelist():
            _put_back(rows, list(_unread_cells(_unpacked(memoryview(content), archive.getinfo(part)))))
        merged = [(r1, c1, r2, c2) for (r1, c1), (r2, c2) in sheet.merged_cell_ranges or ()]
    except CalamineError as error:
        raise WorkbookError("not_a_workbook") from error
    return Sheet([n for n in book.sheet_names if n != name], rows, merged)
