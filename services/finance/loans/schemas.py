"""Bodies of the loans' doors."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from shared.acts.bodies import LARGEST_BATCH, Fen, Input


class LoanApplication(Input):
    """A household's wish; `id` is the sender's own, and sending it again is answered the same."""

    id: UUID
    household_id: UUID
    bank: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    amount_fen: Fen
    term_months: int = Field(ge=0, le=1200, strict=True)
    purpose: str = Field(min_length=1, max_length=40)


class LoanApplications(Input):
    items: list[LoanApplication] = Field(min_length=1, max_length=LARGEST_BATCH)


class ApplicationResult(BaseModel):
    """`missing`: codes of the conditions that did not hold."""

    id: UUID
    status: Literal["approved", "refused"]
    loan_no: str | None = None
    code: str | None = None
    missing: list[str] = []


class ApplicationResults(BaseModel):
    results: list[ApplicationResult]


class LoanSummary(BaseModel):
    """A line of a list; no names. `holds`: kinds of what warns or stops, until it is released."""

    id: UUID
    loan_no: str
    household_id: UUID
    division: str
    bank: str
    state: str
    amount_fen: int
    rate_ppm: int
    term_months: int
    disbursed_on: date | None
    due_on: date | None
    principal_fen: int
    overdue_fen: int
    holds: list[str]


class LoanPage(BaseModel):
    items: list[LoanSummary]
    next: str | None


class Loan(LoanSummary):
    """`interest_fen` was posted and is not covered yet; of it the household owes `interest_owed_fen`."""

    approved_on: date
    decided_on: date | None
    settled_on: date | None
    disbursed_fen: int
    interest_fen: int
    interest_owed_fen: int
    penalty_fen: int
    overdue_since: date | None
    version: int


class LoanTotals(BaseModel):
    """`loans` counts those paid out; `by_state` all."""

    loans: int
    issued_fen: int
    balance_fen: int
    overdue_fen: int
    by_state: dict[str, int]
