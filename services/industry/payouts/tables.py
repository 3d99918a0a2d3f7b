"""The rows of dues, batches, their lines, and rulings; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.industry.payouts.rules import BatchState, Category, LineState, Purpose, Ruling, RulingState
from shared.data.relations import Big, table


class PayoutDue(NamedTuple):
    """`corrected_fen` is what is owed of it in truth, where what it is for was stated anew."""

    id: UUID
    source_key: str
    household_id: UUID
    division: str
    purpose: Purpose
    payer: str
    category: Category
    amount_fen: Big
    recorded_on: date
    recorded_by: str
    corrected_fen: Big | None = None


class DueOfSource(NamedTuple):
    """A due, and for what it was recorded: the key of that begins its own. `bank_fen`: what a bank has of it."""

    source: str
    id: UUID
    fen: Big
    bank_fen: Big | None
    ruled: bool


class PayoutBatch(NamedTuple):
    id: UUID
    batch_no: str
    division: str
    bank: str
    state: BatchState
    purposes: list[str] | None
    payer: str | None
    pay_on: date
    lines: int
    amount_fen: Big
    made_by: str
    made_on: date
    checked_by: str | None
    checked_on: date | None
    closed_on: date | None
    procedure_version: int
    since_on: date
    due_on: date | None


class PayoutLine(NamedTuple):
    """`lasting`: it came back for a reason that does not pass by itself. `revoked_on`: after it had been confirmed."""

    id: UUID
    batch_id: UUID
    line_no: int
    due_id: UUID
    household_id: UUID
    division: str
    bank: str
    purpose: Purpose
    payer: str
    category: Category
    amount_fen: Big
    state: LineState
    code: str | None
    paid_on: date | None
    answered_on: date | None
    answered_by: str | None
    lasting: bool
    revoked_on: date | None


class PayoutRuling(NamedTuple):
    """`line_id`: the returned line that it answers, where one is why the due is held."""

    id: UUID
    due_id: UUID
    line_id: UUID | None
    household_id: UUID
    division: str
    ruling: Ruling
    evidence: str
    state: RulingState
    proposed_on: date
    proposed_by: str
    confirmed_on: date | None
    confirmed_by: str | None
    ended_code: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class LineSums(NamedTuple):
    lines: int
    amount_fen: int
    unanswered: int


class LineShown(NamedTuple):
    id: UUID
    batch_id: UUID
    line_no: int
    household_id: UUID
    purpose: Purpose
    payer: str
    amount_fen: int
    state: LineState
    code: str | None
    paid_on: date | None
    source_key: str


class StoppedLine(NamedTuple):
    """A line of a batch that must not be paid as things stand; `code` says why."""

    id: UUID
    line_no: int
    code: str


class HeldDue(NamedTuple):
    """`removed`: its household has left the register; `line_id`, `code`: of the line that came back for good."""

    id: UUID
    household_id: UUID
    division: str
    purpose: Purpose
    payer: str
    amount_fen: int
    removed: bool
    line_id: UUID | None
    code: str | None


class PurposeSums(NamedTuple):
    purpose: Purpose
    dues: int
    due_fen: int
    lines: int
    confirmed: int
    confirmed_fen: int
    returned: int
    households: int


payout_due = table("payout_due", PayoutDue)
payout_batch = table("payout_batch", PayoutBatch)
payout_line = table("payout_line", PayoutLine)
payout_ruling = table("payout_ruling", PayoutRuling)
