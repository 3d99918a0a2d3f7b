"""The rows of applications and loans; the migrations make their tables."""

from datetime import date
from typing import Any, Literal, NamedTuple
from uuid import UUID

from services.finance.loans.rules import State
from shared.data.relations import Big, table


class ApplicationRow(NamedTuple):
    id: UUID
    household_id: UUID
    division: str
    bank: str
    amount_fen: Big
    term_months: int
    purpose: str
    status: Literal["approved", "refused"]
    missing: dict[str, Any]
    decision_id: UUID
    applied_on: date
    applied_by: str
    borrower: str | None


class LoanRow(NamedTuple):
    """What the last fold of its events says (`services/finance/folds`), and how it was approved.

    `told_to`: the last day of which something was told; `waits`: something of it waits for another event;
    `asks_again`: what was claimed of it is to be looked at again; `reopened_on`: when it came out that it was not over.
    """

    id: UUID
    loan_no: str
    household_id: UUID
    division: str
    bank: str
    state: State
    amount_fen: Big
    term_months: int
    rate_ppm: Big
    approved_on: date
    decided_on: date | None
    disbursed_on: date | None
    due_on: date | None
    settled_on: date | None
    disbursed_fen: Big
    principal_fen: Big
    interest_fen: Big
    interest_owed_fen: Big
    penalty_fen: Big
    overdue_fen: Big
    overdue_since: date | None
    version: Big
    borrower: str | None
    approved_ppm: Big
    interest_repaid_fen: Big
    refund_fen: Big
    told_to: date | None
    waits: bool
    asks_again: bool
    reopened_on: date | None


class BorrowingAge(NamedTuple):
    """The days on which somebody may borrow: until the last of them, which is not one."""

    person: str
    household_id: UUID
    borrower_from: date
    borrower_until: date


class Resident(NamedTuple):
    """Somebody of a household who may be named to sign; without days nothing is known of his age."""

    person: str
    household_id: UUID
    borrower_from: date | None
    borrower_until: date | None


class Applicant(NamedTuple):
    """What an application asks of its household."""

    id: UUID
    division: str
    status: str
    borrower_age_ok: bool


loan_application = table("loan_application", ApplicationRow)
loan = table("loan", LoanRow)
borrowing_age = table("borrowing_age", BorrowingAge)
