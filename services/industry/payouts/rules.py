"""Money on its way to households: what a due is, and what a bank's return file says of the lines of a batch.

A payment is confirmed by the bank that made it, never by the office that ordered it (domain notes 2.4 and 4: maker
and checker are different persons); the form of the files is ours [choice].
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

RETURN_COLUMNS = ["line_no", "amount_yuan", "result", "code", "paid_on"]
TOTAL = "total"
RESULTS = {"paid": "confirmed", "returned": "returned"}  # the bank's word, and the state of the line after it
_YUAN = re.compile(r"([0-9]{1,11})\.([0-9]{2})", re.ASCII)
_LINE_NO = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PayingPolicy:
    """The bank that pays what the county owes to households."""

    paying_bank: str


@dataclass(frozen=True, slots=True)
class Due:
    """Money owed to a household once. `source_key` names what for, for good; `payer` is a code, never a name.

    `purpose` and `category` are those of the event `PaymentConfirmed`; the amount is above zero.
    """

    source_key: str
    household_id: UUID
    division: str
    purpose: str
    payer: str
    category: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a batch as it stands. `code` and `paid_on` are the bank's answer, once there is one."""

    line_no: int
    amount_fen: int
    state: str
    code: str | None
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A row of a return file, as far as its total depends on it; the heading is row 1."""

    row: int
    line_no: str
    amount_fen: int
    result: str
    code: str
    paid_on: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a row; it never carries what the row says."""

    row: int
    column: str
    code: str


@dataclass(slots=True)
class Taken:
    """What a return file changes: the day of payment, or the code of the return, by number of the line."""

    paid: dict[int, date]
    returned: dict[int, str]
    unchanged: int
    findings: list[Finding]


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


def read_return(content: bytes) -> list[Answer]:
    """The rows of a return file whose own total fits them.

    Raises:
        ReturnFileError: it is no such CSV, or its total row says another number of lines or another sum.
    """
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ReturnFileError("unreadable") from error
    while rows and not rows[-1]:
        rows.pop()
    if len(rows) < 2 or rows[0] != RETURN_COLUMNS:
        raise ReturnFileError("unreadable")
    answers = [_answer(number, row) for number, row in enumerate(rows[1:-1], 2)]
    total = [cell for cell in rows[-1] if cell]
    if len(total) != 3 or total[0] != TOTAL:
        raise ReturnFileError("unreadable")
    if total[1:] != [str(len(answers)), plain_yuan(sum(a.amount_fen for a in answers))]:
        raise ReturnFileError("total_differs")
    return answers


def _answer(number: int, row: list[str]) -> Answer:
    if len(row) != len(RETURN_COLUMNS):
        raise ReturnFileError("unreadable")
    line_no, amount, result, code, paid_on = row
    found = _YUAN.fullmatch(amount)
    if found is None:
        raise ReturnFileError("unreadable")
    return Answer(number, line_no, int(found[1]) * 100 + int(found[2]), result, code, paid_on)


def take_return(answers: Iterable[Answer], lines: Mapping[int, Line], made_on: date, today: date) -> Taken:
    """Hold a file against its batch: what is good is taken, what is not is reported, what is known is counted.

    A line may be answered once; the same answer again changes nothing.
    """
    taken, seen = Taken({}, {}, 0, []), set[int]()
    for answer in answers:
        number = int(answer.line_no) if _LINE_NO.fullmatch(answer.line_no) else 0
        line = lines.get(number)
        if line is None:
            taken.findings.append(Finding(answer.row, "line_no", "industry.payouts.line_unknown"))
            continue
        paid_on = _paid_on(answer, made_on, today)
        finding = _finding(answer, line, paid_on, twice=number in seen)
        seen.add(number)
        if finding is not None:
            taken.findings.append(finding)
        elif line.state != "sent":
            taken.unchanged += 1
        elif paid_on is not None:
            taken.paid[number] = paid_on
        else:
            taken.returned[number] = answer.code
    return taken


def _paid_on(answer: Answer, made_on: date, today: date) -> date | None:
    """The day of a payment, where there is one: not before the batch, not in the future."""
    if answer.result != "paid":
        return None
    try:
        day = date.fromisoformat(answer.paid_on)
    except ValueError:
        return None
    return day if made_on <= day <= today else None


def _finding(answer: Answer, line: Line, paid_on: date | None, *, twice: bool) -> Finding | None:
    column = code = ""
    if twice:
        column, code = "line_no", "industry.payouts.line_twice"
    elif answer.amount_fen != line.amount_fen:
        column, code = "amount_yuan", "industry.payouts.amount_differs"
    elif answer.result not in RESULTS:
        column, code = "result", "industry.payouts.result_unknown"
    elif answer.result == "paid" and paid_on is None:
        column, code = "paid_on", "industry.payouts.wrong_day"
    elif answer.result == "returned" and not _CODE.fullmatch(answer.code):
        column, code = "code", "industry.payouts.code_missing"
    elif line.state != "sent" and (line.state, line.paid_on, line.code) != (
        RESULTS[answer.result], paid_on, None if answer.result == "paid" else answer.code,
    ):  # fmt: skip
        column, code = "result", "industry.payouts.answered_otherwise"
    return Finding(answer.row, column, code) if code else None
