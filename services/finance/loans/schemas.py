"""Bodies of the loans' doors."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, computed_field

from services.finance.loans.rules import State
from shared.acts.bodies import Fen, Input, Result
from shared.acts.reasons import ReasonShown, reason_shown

# The number that people know a loan by: six digits of the county, the year, a number that never comes again.
LoanNo = Annotated[str, Field(pattern=r"^[0-9]{6}-[0-9]{4}-[0-9]{6,12}$")]


class LoanApplication(Input):
    """A household's wish; `id` is the sender's own, and sending it again is answered the same.

    `borrower` is who of the household signs, by the register's reference; where nobody is named, the head.
    """

    id: UUID
    household_id: UUID
    bank: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    amount_fen: Fen
    term_months: int = Field(ge=0, le=1200, strict=True)
    purpose: str = Field(min_length=1, max_length=40)
    borrower: str | None = Field(default=None, min_length=1, max_length=64)


class ApplicationResult(Result):
    """Of an approved one the number of its loan, whose id is the application's."""

    loan_no: str | None = None


class ApplicationResults(BaseModel):
    results: list[ApplicationResult]


class LoanSummary(BaseModel):
    """A line of a list; no names. `holds`: kinds of what warns or stops, until it is released."""

    id: UUID
    loan_no: str
    household_id: UUID
    division: str
    bank: str
    borrower: str | None
    state: State
    amount_fen: int
    rate_ppm: int
    term_months: int
    disbursed_on: date | None
    due_on: date | None
    principal_fen: int
    overdue_fen: int
    holds: list[str]

    @computed_field
    def why(self) -> list[ReasonShown]:
        return [reason_shown("finance.holds", kind) for kind in self.holds]


class Loan(LoanSummary):
    """`interest_fen` was posted and is not covered yet; of it the household owes `interest_owed_fen`. `refund_fen` of
    what it paid of interest is the county's or not posted yet: the bank settles it, or gives it back.
    """

    approved_on: date
    decided_on: date | None
    settled_on: date | None
    disbursed_fen: int
    interest_fen: int
    interest_owed_fen: int
    refund_fen: int
    penalty_fen: int
    overdue_since: date | None
    reopened_on: date | None
    version: int


class LoanTotals(BaseModel):
    """`loans` counts those paid out; `by_state` all."""

    loans: int
    issued_fen: int
    balance_fen: int
    overdue_fen: int
    by_state: dict[str, int]
