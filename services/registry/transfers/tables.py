"""The rows of moves to other villages; the migrations make their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.households.rules import Status
from services.registry.transfers.rules import Hindrance, State, TransferReason
from shared.data.relations import table


class TransferCase(NamedTuple):
    """From `from_division` to `division`, whose township takes it, or says why it does not (`refusal`)."""

    id: UUID
    household_id: UUID
    from_division: str
    division: str
    moved_on: date
    reason: TransferReason
    refusal: str | None
    state: State
    reported_on: date
    reported_by: str
    decided_on: date | None
    decided_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class Moving(NamedTuple):
    """A household that either side looks at; `hindrance` is the code of what is under way for it."""

    household_id: UUID
    division: str
    status: Status
    hindrance: Hindrance | None


transfer = table("transfer", TransferCase)
