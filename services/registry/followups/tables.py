"""The rows of follow-ups; the migrations make their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.followups.rules import Standing, State
from shared.data.relations import table


class FollowUp(NamedTuple):
    """Somebody sees a household so many months after its exit. `proposed_by`: who proposed the exit; `month_on`: the
    first day of the month in which it falls due; `troubles`, `measures`: words with a blank between, the measures those
    that went on by what the register knew.
    """

    id: UUID
    household_id: UUID
    division: str
    exit_id: UUID
    months: int
    exited_on: date
    proposed_by: str
    opens_on: date
    month_on: date
    state: State
    income: Standing | None
    troubles: str | None
    measures: str | None
    evidence: str | None
    looked_on: date | None
    looked_by: str | None
    ended_code: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


follow_up = table("follow_up", FollowUp)
