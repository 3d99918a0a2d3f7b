"""The rows of the exit procedure; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.exits.rules import ObjectionReason, State
from shared.data.relations import Big, table


class ExitCase(NamedTuple):
    id: UUID
    household_id: UUID
    division: str
    year: int
    state: State
    members: int
    proposed_on: date
    proposed_by: str
    reviewed_by: str | None
    checked_by: str | None
    notice_posted_on: date | None
    notice_ends_on: date | None
    township_checked_by: str | None
    decided_by: str | None
    decision_id: UUID | None
    announced_by: str | None
    announced_on: date | None
    ended_code: str | None
    version: Big
    procedure_version: int
    since_on: date
    due_on: date | None
    case_round_id: UUID | None


class ExitObjection(NamedTuple):
    id: UUID
    exit_id: UUID
    division: str
    raised_on: date
    raised_by: str
    reason: ObjectionReason
    resolved_on: date | None
    resolved_by: str | None
    upheld: bool | None


exit_case = table("exit_case", ExitCase)
exit_objection = table("exit_objection", ExitObjection)
