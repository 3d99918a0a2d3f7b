"""The rows of what comes after an exit; the migrations make their table."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.amendments.rules import Kind, State
from shared.data.relations import table


class AmendmentCase(NamedTuple):
    """`exit_id`: of which announced exit; empty where the household was out before there was a procedure."""

    id: UUID
    kind: Kind
    household_id: UUID
    exit_id: UUID | None
    division: str
    reason: str
    evidence: str
    fell_on: date | None
    corrected: dict[str, Any]
    state: State
    proposed_on: date
    proposed_by: str
    decided_on: date | None
    decided_by: str | None
    decision_id: UUID | None
    procedure_version: int
    since_on: date
    due_on: date | None


amendment = table("amendment", AmendmentCase)
