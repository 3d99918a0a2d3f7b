"""The bank's files as CSV: what goes out, and what comes back, also where a spreadsheet has saved it meanwhile."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.industry.payouts.rules import Answer, Finding
from shared.values.characters import half_width

RETURN_COLUMNS = ("line_no", "amount_yuan", "result", "code", "paid_on")
TOTAL = "total"
SEPARATORS = (",", ";", "\t")
_PLAIN = re.compile(r"[0-9]{1,11}(?:\.([0-9]*))?", re.ASCII)
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,3}(?:\.([0-9]*))?", re.ASCII)
# As a spreadsheet writes it where the comma parts the decimals: 1200,5 and 1.200,50.
_DECIMAL_COMMA = re.compile(r"(?:[0-9]{1,11}|[0-9]{1,3}(?:\.[0-9]{3}){1,3}),([0-9]{1,2})", re.ASCII)
# As a spreadsheet shows a long number: 5.005E2 is 500.50. What it has rounded away differs from its line, and is told.
_POWER = re.compile(r"[0-9]{1,11}(?:\.[0-9]{0,15})?E[+-]?[0-9]{1,2}", re.ASCII | re.IGNORECASE)
_DAY = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?:[ T]00:00(?::00)?)?", re.ASCII)
_DAY_IN_WORDS = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日", re.ASCII)
LARGEST_FEN = 10**13  # as a spreadsheet's cell may hold


class ReturnFileError(Exception):
    """The file as a whole cannot be taken. `reason` is `unreadable` or `total_differs`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def plain_yuan(amount_fen: int) -> str:
    """As files carry it, without separators of thousands: 60725 -> '607.25'."""
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def payment_file(lines: Iterable[tuple[int, UUID, int]]) -> str:
    """The CSV that a bank pays by, of (line number, household, fen); the bank knows the account, no name is told."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(["line_no", "payee", "amount_yuan"])
    count = amount_fen = 0
    for line_no, household_id, fen in lines:
        writer.writerow([line_no, household_id, plain_yuan(fen)])
        count, amount_fen = count + 1, amount_fen + fen
    writer.writerow([TOTAL, count, plain_yuan(amount_fen)])
    return sheet.getvalue()


def read_yuan(cell: str) -> int | None:
    """An amount by its value, in fen: 1200, 500.5, 1,200.00, 5.005E2, １２００ are what they are; None where none."""
    text = half_width("".join(cell.split())).lstrip("¥￥").removesuffix("元")
    if _POWER.fullmatch(text):
        fen = Decimal(text) * 100
        return int(fen) if fen == int(fen) <= LARGEST_FEN else None
    if found := _PLAIN.fullmatch(text) or _GROUPED.fullmatch(text):
        decimals, whole = found[1] or "", text.partition(".")[0].replace(",", "")
    elif found := _DECIMAL_COMMA.fullmatch(text):
        decimals, whole = found[1], text.partition(",")[0].replace(".", "")
    else:
        return None
    if decimals[2:].strip("0"):
        return None
    return int(whole) * 100 + int(decimals[:2].ljust(2, "0"))


def read_day(cell: str) -> date | None:
    """2017-12-28, 2017/12/28 or 2017/1/5, year first; None where it is no day."""
    text = half_width(cell).replace("／", "/").strip()
    found = _DAY.fullmatch(text) or _DAY_IN_WORDS.fullmatch(text)
    if found is None:
        return None
    year, *_, month, day = found.groups()
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def read_count(cell: str) -> str:
    """A number of a line, or of lines, by its value: 3, 3.00, 1,000; what is none stays as it is."""
    hundredths = read_yuan(cell)
    return cell if hundredths is None or hundredths % 100 else str(hundredths // 100)


def read_return(content: bytes) -> tuple[list[Answer], list[Finding]]:
    """The rows of a return file whose own total fits them, and what is wrong with those that cannot be read.

    Where all rows could be read their sum must be the total's; else their number.

    Raises:
        ReturnFileError: it is no such CSV, or its total row says another number of lines or another sum.
    """
    lines = [(number, line) for number, line in enumerate(_text(content).splitlines(), 1)]
    lines = [(number, line) for number, line in lines if line.strip(',;\t "')]
    if len(lines) < 2:
        raise ReturnFileError("unreadable")
    first, heading = lines[0]
    separator, places = _heading(heading)
    answers, findings = list[Answer](), list[Finding]()
    for number, line in lines[1:-1]:
        # Every row alone: a quote that is never closed spoils its own row only.
        read = _answer(number - first + 1, _cells(line, separator), places)
        (answers if isinstance(read, Answer) else findings).append(read)  # type: ignore[arg-type]
    _hold_total(_cells(lines[-1][1], separator) or [], answers, len(findings))
    return answers, findings


def _text(content: bytes) -> str:
    """As spreadsheets encode it: UTF-8, UTF-16 ("Unicode text"), or the Chinese code page."""
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ReturnFileError("unreadable")


def _cells(line: str, separator: str) -> list[str] | None:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator, strict=True))]
    except csv.Error:
        return None


def _heading(line: str) -> tuple[str, list[int]]:
    """What parts the cells, and where each column stands."""
    for separator in SEPARATORS:
        names = [cell.lower() for cell in _cells(line, separator) or []]
        if all(names.count(column) == 1 for column in RETURN_COLUMNS):
            return separator, [names.index(column) for column in RETURN_COLUMNS]
    raise ReturnFileError("unreadable")


def _answer(row: int, cells: list[str] | None, places: Sequence[int]) -> Answer | Finding:
    if cells is None or any(cells[max(places) + 1 :]):
        return Finding(row, "", "industry.payouts.row_unreadable")
    # A spreadsheet leaves out what is empty at a row's end.
    filled = cells + [""] * (max(places) + 1 - len(cells))
    line_no, amount, result, code, paid_on = (filled[place] for place in places)
    amount_fen = read_yuan(amount)
    if amount_fen is None:
        return Finding(row, "amount_yuan", "industry.payouts.amount_unreadable")
    return Answer(row, read_count(line_no), amount_fen, half_width(result).lower(), half_width(code), read_day(paid_on))


def _hold_total(cells: list[str], answers: Sequence[Answer], unread: int) -> None:
    name, *rest = [cell for cell in cells if cell] or [""]
    if half_width(name).lower() != TOTAL or len(rest) != 2:
        raise ReturnFileError("unreadable")
    sum_fen = sum(a.amount_fen for a in answers)
    if read_count(rest[0]) != str(len(answers) + unread) or (not unread and read_yuan(rest[1]) != sum_fen):
        raise ReturnFileError("total_differs")
