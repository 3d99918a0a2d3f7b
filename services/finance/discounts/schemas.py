"""Bodies of the discounts' doors."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from services.finance.discounts.rules import Outcome, State
from shared.acts.bodies import Input
from shared.acts.reasons import ReasonShown
from shared.values.inputs import Day


class ClaimOrder(Input):
    """`quarter_end_on`: the settlement day, the 20th; also taken is the 21st, the half-open quarter's end."""

    bank: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    quarter_end_on: Day


class ClaimTaken(BaseModel):
    """`lines` counts those that are paid, `refused_lines` those that are not."""

    id: UUID
    state: State
    lines: int
    refused_lines: int
    amount_fen: int


class ClaimSummary(BaseModel):
    id: UUID
    bank: str
    quarter_end_on: date
    state: State
    lines: int
    amount_fen: int
    made_by: str
    made_on: date
    checked_by: str | None
    checked_on: date | None


class ClaimLine(BaseModel):
    """Lines of one period, also of other claims, add up to what the county pays; below zero it takes back."""

    loan_id: UUID
    loan_no: str
    period_start_on: date
    period_end_on: date
    posted_fen: int
    amount_fen: int
    outcome: Outcome
    missing: list[str]
    why: list[ReasonShown]
    decision_id: UUID


class Claim(ClaimSummary):
    items: list[ClaimLine]


class DiscountTotals(BaseModel):
    claimed_fen: int
    checked_fen: int
