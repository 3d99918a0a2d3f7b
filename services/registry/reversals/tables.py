"""The rows of reversals; the migrations make their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.reversals.rules import State
from shared.data.relations import table


class ReversalCase(NamedTuple):
    """Of a departure or of a removal. `right_on`: the day on which somebody left indeed; empty, nobody left."""

    id: UUID
    household_id: UUID
    departure_id: UUID | None
    removal_id: UUID | None
    division: str
    right_on: date | None
    evidence: str
    state: State
    proposed_on: date
    proposed_by: str
    decided_on: date | None
    decided_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


reversal = table("reversal", ReversalCase)
