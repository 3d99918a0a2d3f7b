"""Money on its way to households: what a due is, when it is held, and what a bank says of the lines of a batch.

A payment is confirmed by the bank that made it, never by the office that ordered it (domain notes 2.4 and 4: maker
and checker are different persons).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

BatchState = Literal["made", "checked", "closed"]
LineState = Literal["sent", "confirmed", "returned"]
Purpose = Literal[
    "pv_share", "dividend", "dividend_top_up", "post_wage", "forest_instalment", "forest_labour", "training", "project"
]
Ruling = Literal["heirs", "account_changed", "not_owed"]
RulingState = Literal["proposed", "confirmed", "refused"]
Category = Literal["wage", "business", "property", "transfer", "none"]
# The codes of a line that was never sent; no bank can write them.
SET_ASIDE = ("shared.household_removed", "shared.frozen", "industry.payouts.owed_anew")
# The bank's word, and the state of the line after it.
RESULTS: dict[str, LineState] = {"paid": "confirmed", "returned": "returned"}
_LINE_NO = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
# Banks have codes of their own, in any case. One word of figures and letters tells no story about anybody.
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PayingPolicy:
    """The bank that pays what the county owes to households."""

    paying_bank: str


@dataclass(frozen=True, slots=True)
class ReturnPolicy:
    """Banks' codes of returns that pass by themselves; after any other somebody must change something first."""

    payout_passing_codes: tuple[str, ...]


def ruling_refusal(ruling: Ruling, *, removed: bool) -> str | None:
    """Why a held due cannot be settled like that: another account helps nobody who has left the register."""
    return "household_gone" if removed and ruling == "account_changed" else None


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
class Part:
    """A due of what is owed for one thing: what stands of it, what a bank has of it, and whether two persons ruled
    that it is not owed.
    """

    id: UUID
    fen: int
    bank_fen: int | None
    ruled: bool


def owed_anew(parts: Sequence[Part], truly_fen: int) -> tuple[dict[UUID, int], int]:
    """What stands of each due where so much is owed in truth for them all, and what no due stands for.

    What a bank has comes first, so that a line that comes back is owed no higher; what was ruled on stays as it was
    ruled; of the open ones the first takes the rest.
    """
    left, anew = truly_fen, dict[UUID, int]()
    for part in sorted(parts, key=lambda p: (p.bank_fen is None, not p.ruled, p.id)):
        if part.bank_fen is None and part.ruled:
            left -= min(left, part.fen)
            continue
        anew[part.id] = left if part.bank_fen is None else min(left, part.bank_fen)
        left -= anew[part.id]
    return anew, left


def over_fen(parts: Sequence[Part], truly_fen: int) -> int:
    """What a bank has beyond what is owed in truth."""
    return max(sum(p.bank_fen or 0 for p in parts) - truly_fen, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a batch as it stands. `code` and `paid_on` are the bank's answer, once there is one."""

    line_no: int
    amount_fen: int
    state: LineState
    code: str | None
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A row of a return file, as far as it could be read; the heading is row 1."""

    row: int
    line_no: str
    amount_fen: int
    result: str
    code: str
    paid_on: date | None


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
    day = answer.paid_on
    return day if day is not None and made_on <= day <= today else None


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
