"""The rows of what banks posted; the migrations make their tables."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from services.finance.bank.rules import Kind, State
from shared.data.relations import Big, table


class BankEventRow(NamedTuple):
    id: UUID
    bank: str
    serial: str
    kind: Kind
    loan_id: UUID
    loan_no: str
    division: str
    occurred_on: date
    content: dict[str, Any]
    state: State
    code: str | None
    position: int
    received_on: date
    received_at: datetime


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


bank_event = table("bank_event", BankEventRow)
interest_period = table("interest_period", InterestPeriod)
overdue_spell = table("overdue_spell", OverdueSpell)
