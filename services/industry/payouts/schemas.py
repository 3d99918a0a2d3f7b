"""Bodies of the payouts' doors."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from shared.acts.bodies import Input

Purpose = Literal[
    "pv_share", "dividend", "dividend_top_up", "post_wage", "forest_instalment", "forest_labour", "training",
    "project",
]  # fmt: skip


class BatchOrder(Input):
    """Which open dues to pay: of these purposes and this payer; null lets all pass. `pay_on` is the day to pay."""

    purposes: list[Purpose] | None = Field(default=None, min_length=1, max_length=8)
    payer: str | None = Field(default=None, min_length=1, max_length=80)
    pay_on: date


class BatchMade(BaseModel):
    batch_id: UUID
    batch_no: str
    lines: int
    amount_fen: int


class BatchState(BaseModel):
    batch_id: UUID
    state: str


class Batch(BaseModel):
    batch_id: UUID
    batch_no: str
    bank: str
    state: str
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


class BatchPage(BaseModel):
    items: list[Batch]
    next: str | None


class RowFinding(BaseModel):
    """What is wrong with a row of a return file; the heading is row 1."""

    row: int
    column: str
    code: str


class ReturnTaken(BaseModel):
    """`taken` rows changed a line, `unchanged` ones say what is known; of the findings at most 1,000 are shown."""

    batch_id: UUID
    state: str
    taken: int
    unchanged: int
    findings_count: int
    findings: list[RowFinding]


class PayoutLine(BaseModel):
    """`payment_id` is the one that PaymentConfirmed carries."""

    payment_id: UUID
    batch_id: UUID
    line_no: int
    household_id: UUID
    purpose: str
    payer: str
    amount_fen: int
    state: str
    code: str | None
    paid_on: date | None
    source_key: str


class PayoutLinePage(BaseModel):
    items: list[PayoutLine]
    next: str | None


class PurposeTotals(BaseModel):
    """Of one purpose: what is owed, what was sent to banks and what they confirmed; `households` were paid."""

    purpose: str
    dues: int
    due_fen: int
    lines: int
    confirmed: int
    confirmed_fen: int
    returned: int
    households: int


class PayoutTotals(BaseModel):
    items: list[PurposeTotals]
