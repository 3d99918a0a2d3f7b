"""Bodies of the appeals' doors."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.assessment.appeals.rules import Ground, State
from shared.acts.bodies import Input
from shared.acts.reasons import Telling


class NewAppeal(Input):
    """Against one line of one's own score, or one's unit's. `reason` is a word of the list, never a story."""

    id: UUID
    subject_id: UUID
    year: int = Field(ge=2014, le=2100)
    code: str = Field(min_length=1, max_length=40)
    reason: Ground


class AppealDecision(Input):
    """`points_x100`: what the line brings from now on, more than before; only where the appeal is upheld."""

    upheld: bool
    points_x100: int | None = Field(default=None, ge=0, le=10_000)


class AppealState(Telling):
    TEXT = "assessment.appeal.{reason}"

    id: UUID
    subject_id: UUID
    kind: str
    year: int
    code: str
    reason: Ground
    state: State
    raised_on: date
    decided_on: date | None
    points_x100: int | None
    since_on: date
    due_on: date | None
