"""The rows of withdrawals on paper; the migrations make their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.withdrawals.rules import State, WithdrawalReason
from shared.acts.papers import Signature
from shared.data.relations import table


class Withdrawal(NamedTuple):
    """A sheet by which an application is taken back: its scan, where, when and before whom it was signed."""

    id: UUID
    identification_id: UUID
    division: str
    reason: WithdrawalReason
    signature: Signature
    scan_sha256: str
    place: str
    signed_on: date
    witness: str
    state: State
    recorded_on: date
    recorded_by: str
    confirmed_on: date | None
    confirmed_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


withdrawal = table("withdrawal", Withdrawal)
