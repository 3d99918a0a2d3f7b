"""The rows of discount claims; the migrations make their tables."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.finance.discounts.rules import Outcome, State
from shared.data.relations import Big, table


class DiscountClaim(NamedTuple):
    id: UUID
    division: str
    bank: str
    quarter_end_on: date
    state: State
    lines: int
    amount_fen: Big
    made_by: str
    made_on: date
    checked_by: str | None
    checked_on: date | None
    procedure_version: int
    since_on: date
    due_on: date | None


class DiscountLine(NamedTuple):
    """What the county pays of a period's interest, or takes back of what it paid; lines of one period add up.

    `interest_period_id`: the row that it was decided by, where there was one; the bank may have taken it back since.
    """

    id: UUID
    claim_id: UUID
    interest_period_id: UUID | None
    loan_id: UUID
    household_id: UUID
    division: str
    bank: str
    posted_fen: Big
    amount_fen: Big
    outcome: Outcome
    missing: dict[str, Any]
    decision_id: UUID
    period_start_on: date
    period_end_on: date


class Claimed(NamedTuple):
    """What the lines of a loan's period come to so far."""

    loan_id: UUID
    period_start_on: date
    period_end_on: date
    amount_fen: int


class ShownLine(NamedTuple):
    """A line with its loan's number and its period."""

    id: UUID
    loan_id: UUID
    household_id: UUID
    loan_no: str
    period_start_on: date
    period_end_on: date
    posted_fen: int
    amount_fen: int
    outcome: Outcome
    missing: list[str]
    decision_id: UUID


discount_claim = table("discount_claim", DiscountClaim)
discount_line = table("discount_line", DiscountLine)
