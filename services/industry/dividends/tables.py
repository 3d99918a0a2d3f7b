"""The rows of dividends; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.industry.dividends.rules import Bearer, EntityKind, LoanState, Participation, State
from shared.data.relations import Big, table


class LoanKnown(NamedTuple):
    loan_id: UUID
    household_id: UUID
    division: str
    amount_fen: Big
    state: LoanState


class DividendAgreement(NamedTuple):
    """It ended on the first of what ends it: the county's word, or that its household was struck."""

    id: UUID
    household_id: UUID
    division: str
    loan_id: UUID
    entity_code: str
    entity_kind: EntityKind
    principal_fen: Big
    floor_fen: Big
    years: int
    signed_on: date
    consent: bool
    participation: Participation
    interest_bearer: Bearer
    state: State
    ended_on: date | None
    ended_reason: str | None
    decision_id: UUID
    recorded_by: str
    stated_end_on: date | None = None
    stated_end_reason: str | None = None
    removed_on: date | None = None


class DividendDue(NamedTuple):
    agreement_id: UUID
    due_on: date
    household_id: UUID
    division: str
    owed_fen: Big
    paid_fen: Big
    topped_up_fen: Big
    missed_on: date | None


class DueOfEntity(NamedTuple):
    """A due date, who owes it, and when its agreement ended."""

    agreement_id: UUID
    due_on: date
    household_id: UUID
    division: str
    owed_fen: Big
    paid_fen: Big
    topped_up_fen: Big
    entity_code: str
    ended_on: date | None

    @property
    def open_fen(self) -> int:
        return self.owed_fen - self.paid_fen - self.topped_up_fen


class DividendPayment(NamedTuple):
    """`amount_fen` is what was said, `corrected_fen` what was paid in truth, where that was another."""

    id: UUID
    agreement_id: UUID
    due_on: date
    division: str
    amount_fen: Big
    paid_on: date
    recorded_by: str
    corrected_fen: Big | None = None

    @property
    def stood_fen(self) -> int:
        """What stands of it."""
        return self.amount_fen if self.corrected_fen is None else self.corrected_fen


class DividendTopUp(NamedTuple):
    id: UUID
    year: int
    division: str
    agreements: int
    amount_fen: Big
    made_by: str
    made_on: date


class ToppedUp(NamedTuple):
    """What was added to a due date."""

    agreement_id: UUID
    household_id: UUID
    division: str
    entity_code: str
    amount_fen: Big


class MissedDue(NamedTuple):
    """What was not paid in time of a due date."""

    agreement_id: UUID
    household_id: UUID
    division: str
    loan_id: UUID
    due_on: date
    owed_fen: Big


class DueSums(NamedTuple):
    owed_fen: Big
    paid_fen: Big
    missed: Big


loan_known = table("loan_known", LoanKnown)
dividend_agreement = table("dividend_agreement", DividendAgreement)
dividend_due = table("dividend_due", DividendDue)
dividend_payment = table("dividend_payment", DividendPayment)
dividend_top_up = table("dividend_top_up", DividendTopUp)
