"""The rows of claims; the migrations make their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.changes.rules import DepartureReason
from services.registry.claims.rules import State
from shared.data.relations import table


class ClaimCase(NamedTuple):
    """`household_id`, `member_id` and `holder_division`: where he belongs. `division`: where he is claimed, by an
    arrival or by a file's household number.
    """

    id: UUID
    household_id: UUID
    member_id: UUID
    reference: str
    holder_division: str
    division: str
    arrival_id: UUID | None
    household_no: str | None
    moved_on: date
    reason: DepartureReason
    state: State
    departure_id: UUID | None
    opened_on: date
    opened_by: str
    decided_on: date | None
    decided_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


claim = table("claim", ClaimCase)
