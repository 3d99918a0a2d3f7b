"""Bodies of the payouts' doors."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.industry.payouts.rules import SET_ASIDE, BatchState, LineState, Purpose, Ruling, RulingState
from shared.acts.bodies import Input
from shared.acts.reasons import Telling
from shared.values.inputs import Day, Text


class BatchOrder(Input):
    """Which open dues to pay: of these purposes and this payer; null lets all pass. `pay_on` is the day to pay."""

    purposes: list[Purpose] | None = Field(default=None, min_length=1, max_length=8)
    payer: str | None = Field(default=None, min_length=1, max_length=80)
    pay_on: Day


class BatchMade(BaseModel):
    id: UUID
    batch_no: str
    lines: int
    amount_fen: int


class BatchCheck(Input):
    """`set_aside`: lines of households that left the register since are not sent; the checker was told of them."""

    set_aside: bool = Field(default=False, strict=True)


class BatchChecked(BaseModel):
    """`set_aside`: how many lines are not sent."""

    id: UUID
    state: BatchState
    set_aside: int


class BatchShown(BaseModel):
    id: UUID
    batch_no: str
    bank: str
    state: BatchState
    purposes: list[str] | None
    payer: str | None
    pay_on: date
    lines: int
    amount_fen: int
    made_by: str
    made_on: date
    checked_by: str | None
    checked_on: date | None
    closed_on: date | None
    since_on: date
    due_on: date | None


class RowFinding(Telling):
    """What is wrong with a row of a return file; the heading is row 1."""

    row: int
    column: str
    code: str


class ReturnTaken(BaseModel):
    """`taken` rows changed a line, `unchanged` ones say what is known; of the findings at most 1,000 are shown."""

    id: UUID
    state: BatchState
    taken: int
    unchanged: int
    findings_count: int
    findings: list[RowFinding]


class LineOfBatch(Telling):
    """`id` is the payment's, as PaymentConfirmed carries it."""

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

    def says(self) -> tuple[str | None, dict[str, Any]]:
        ours = self.code is None or self.code in SET_ASIDE
        return self.code if ours else "industry.payouts.returned", self.__dict__


class Held(Telling):
    """A due that goes into no batch: its household left the register, or this line of it came back with this code."""

    id: UUID
    household_id: UUID
    division: str
    purpose: Purpose
    payer: str
    amount_fen: int
    removed: bool
    line_id: UUID | None
    code: str | None

    def says(self) -> tuple[str | None, dict[str, Any]]:
        if self.code in SET_ASIDE and not self.removed:
            return self.code, {}
        held = "industry.payouts.held_removed" if self.removed else "industry.payouts.held_returned"
        return held, self.__dict__


class NewRuling(Input):
    """What is to become of a held due; `evidence` refers to what it rests on, and names nobody."""

    id: UUID
    due_id: UUID
    ruling: Ruling
    evidence: Text = Field(min_length=1, max_length=200)


class RulingShown(BaseModel):
    id: UUID
    due_id: UUID
    household_id: UUID
    division: str
    ruling: Ruling
    evidence: str
    state: RulingState
    proposed_on: date
    proposed_by: str
    confirmed_on: date | None
    confirmed_by: str | None
    since_on: date
    due_on: date | None


class PurposeTotals(BaseModel):
    """Of one purpose: what is owed, what was sent to banks and what they confirmed; `households` were paid."""

    purpose: Purpose
    dues: int
    due_fen: int
    lines: int
    confirmed: int
    confirmed_fen: int
    returned: int
    households: int


class PayoutTotals(BaseModel):
    items: list[PurposeTotals]
