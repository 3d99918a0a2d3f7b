"""What finance states about loans (key: loan), and what it gave a household (key: household)."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.events.benefits import OfBenefits
from shared.events.envelope import Payload
from shared.events.policy import PolicyStated


class _OfLoan(Payload):
    TOPIC: ClassVar[str] = "finance.loan"
    KEY: ClassVar[str] = "loan_id"

    loan_id: UUID
    household_id: UUID
    division: str


class LoanApproved(_OfLoan):
    """The county found the household eligible; the bank decides next. `borrower` is who signs, by the register's
    reference; where nobody is named, the head.
    """

    TYPE: ClassVar[str] = "finance.loan_approved.v1"

    loan_no: str
    amount_fen: int
    term_months: int
    bank: str | None = None
    borrower: str | None = None


class LoanRefused(_OfLoan):
    """By the rules or by the bank, with reason codes. `loan_id` is the application's."""

    TYPE: ClassVar[str] = "finance.loan_refused.v1"

    reasons: list[str]


class LoanDisbursed(_OfLoan):
    TYPE: ClassVar[str] = "finance.loan_disbursed.v1"

    amount_fen: int
    disbursed_on: date


class InterestSettled(_OfLoan):
    """The bank settled a period's interest: half-open [period_start_on, period_end_on)."""

    TYPE: ClassVar[str] = "finance.interest_settled.v1"

    amount_fen: int
    period_start_on: date
    period_end_on: date


class RepaymentPosted(_OfLoan):
    TYPE: ClassVar[str] = "finance.repayment_posted.v1"

    amount_fen: int
    principal_left_fen: int
    repaid_on: date


class LoanOverdue(_OfLoan):
    TYPE: ClassVar[str] = "finance.loan_overdue.v1"

    amount_fen: int
    overdue_on: date


class LoanSettled(_OfLoan):
    TYPE: ClassVar[str] = "finance.loan_settled.v1"

    settled_on: date


class LoanRestated(_OfLoan):
    """What was stated of a loan does not hold in all: an event was told late, or taken back. This is how it stands now,
    whatever was said before.

    `overdue_on`: the last day on which it was told or found overdue; `eased_on`: the last on which something was repaid
    or it was settled; `closed_on`: since when it is settled or declined.
    """

    TYPE: ClassVar[str] = "finance.loan_restated.v1"

    state: str
    disbursed_on: date | None = None
    disbursed_fen: int
    principal_left_fen: int
    overdue_on: date | None = None
    eased_on: date | None = None
    closed_on: date | None = None


class DiscountTakenBack(_OfLoan):
    """The county had paid this much too much of a period's interest: the next claim takes it off."""

    TYPE: ClassVar[str] = "finance.discount_taken_back.v1"

    claim_id: UUID
    amount_fen: int
    taken_back_on: date


class DiscountApproved(_OfLoan):
    """The county's claim was checked: it pays this much of a settled period's interest for the household."""

    TYPE: ClassVar[str] = "finance.discount_approved.v1"

    claim_id: UUID
    amount_fen: int
    approved_on: date


class PolicyChanged(PolicyStated):
    """Two persons confirmed what a document says of finance's figures: it is in force from here on."""

    TYPE: ClassVar[str] = "finance.policy_changed.v1"
    TOPIC: ClassVar[str] = "finance.policy"


class LoanReopened(Payload):
    """A loan that was told to be over is not: a bank took something back. Another may have been approved meanwhile."""

    TYPE: ClassVar[str] = "finance.loan_reopened.v1"
    TOPIC: ClassVar[str] = "finance.household"
    KEY: ClassVar[str] = "household_id"

    household_id: UUID
    loan_id: UUID
    division: str
    reopened_on: date


class BenefitsStated(OfBenefits):
    """What was lent to a household, and what the county paid of its interest, told when the register undoes an exit or
    a registration of it.
    """

    TYPE: ClassVar[str] = "finance.benefits_stated.v1"
    TOPIC: ClassVar[str] = "finance.household"
