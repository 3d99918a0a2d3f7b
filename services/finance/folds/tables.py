"""The rows of what banks posted and of what it says now; the migrations make their tables."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from services.finance.effects.rules import Kind
from services.finance.folds.rules import EventState
from shared.data.relations import Big, table


class BankEventRow(NamedTuple):
    """`reverses`: the serial that a reversal takes back."""

    id: UUID
    bank: str
    serial: str
    kind: Kind
    loan_id: UUID
    loan_no: str
    division: str
    occurred_on: date
    content: dict[str, Any]
    state: EventState
    code: str | None
    position: int
    received_on: date
    received_at: datetime
    reverses: str | None


class InterestPeriod(NamedTuple):
    id: UUID
    event_id: UUID
    loan_id: UUID
    division: str
    bank: str
    period_start_on: date
    period_end_on: date
    rate_ppm: Big
    posted_fen: Big
    due_fen: Big
    difference_fen: Big


class OverdueSpell(NamedTuple):
    id: UUID
    loan_id: UUID
    division: str
    bank: str
    start_on: date
    end_on: date


class Told(NamedTuple):
    """An event of a loan's history: `released` by two persons of the county, `elsewhere` where the serial that it
    reverses is another loan's.
    """

    id: UUID
    serial: str
    kind: Kind
    loan_id: UUID
    occurred_on: date
    content: dict[str, Any]
    state: EventState
    code: str | None
    reverses: str | None
    released: bool
    elsewhere: bool


class CoveredLine(NamedTuple):
    """A line of a claim that was checked."""

    loan_id: UUID
    checked_on: date
    period_start_on: date
    period_end_on: date
    amount_fen: Big


bank_event = table("bank_event", BankEventRow)
interest_period = table("interest_period", InterestPeriod)
overdue_spell = table("overdue_spell", OverdueSpell)
