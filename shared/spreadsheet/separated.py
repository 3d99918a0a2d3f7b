"""A sheet as text with separators (CSV), however a spreadsheet program has saved it."""

import csv

from shared.spreadsheet.workbook import Sheet, WorkbookError

SEPARATORS = ",;\t"


def read_separated(content: bytes) -> Sheet:
    """The rows, all of text; what parts the cells is the separator that the first line that says something has most.

    Raises:
        WorkbookError: not_a_workbook, where it is no text, or a quote in it never ends.
    """
    lines = _text(content).splitlines(keepends=True)
    first = next((line for line in lines if line.strip()), "")
    separator = max(SEPARATORS, key=first.count)
    try:
        rows = list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error as error:
        raise WorkbookError("not_a_workbook") from error
    width = max(map(len, rows), default=0)
    # A spreadsheet leaves out what is empty at a row's end.
    return Sheet([], [[*row, *[""] * (width - len(row))] for row in rows], [])


def _text(content: bytes) -> str:
    """UTF-8, UTF-16 ("Unicode text"), or the Chinese code page."""
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise WorkbookError("not_a_workbook")
