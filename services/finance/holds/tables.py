"""The rows of holds; the migrations make their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.finance.holds.rules import Kind, State
from shared.data.relations import table


class LoanHold(NamedTuple):
    id: UUID
    loan_id: UUID
    household_id: UUID
    division: str
    bank: str
    kind: Kind
    source_key: str
    raised_on: date
    raised_by: str
    confirmed_on: date | None
    confirmed_by: str | None
    released_on: date | None
    released_by: str | None
    release_reason: str | None
    state: State
    procedure_version: int
    since_on: date
    due_on: date | None


loan_hold = table("loan_hold", LoanHold)
