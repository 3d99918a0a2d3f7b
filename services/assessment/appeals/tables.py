"""The rows of appeals; the migrations make their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.assessment.appeals.rules import Ground, State
from shared.data.relations import table


class AppealRow(NamedTuple):
    """Who computed and who published the score stand here too: neither may decide."""

    id: UUID
    run_id: UUID
    subject_id: UUID
    kind: str
    division: str
    year: int
    code: str
    reason: Ground
    raised_on: date
    raised_by: str
    computed_by: str
    published_by: str
    state: State
    points_x100: int | None
    decided_on: date | None
    decided_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


appeal = table("appeal", AppealRow)


class Spokesman(NamedTuple):
    """A cadre, who may speak for himself and for his unit."""

    id: UUID
    unit_id: UUID
