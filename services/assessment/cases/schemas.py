"""Bodies of the cases' doors."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from services.assessment.cases.rules import Kind, State
from services.assessment.teams.schemas import DivisionCode
from shared.acts.bodies import LARGEST_BATCH, Input
from shared.values.inputs import Text


class NewCase(Input):
    """`subject_ids` are units' or cadres'; every household lives in `division`: who sees the case sees all of it.

    `evidence` refers to what was found, and names nobody.
    """

    id: UUID
    division: DivisionCode
    kind: Kind
    subject_ids: list[UUID] = Field(min_length=1, max_length=100)
    household_ids: list[UUID] = Field(max_length=LARGEST_BATCH)
    evidence: Text = Field(min_length=1, max_length=2000)


class Reviewed(Input):
    """Looked at on the spot."""

    household_id: UUID


class CaseSummary(BaseModel):
    id: UUID
    division: str
    kind: Kind
    state: State
    opened_on: date
    decided_on: date | None
    since_on: date
    due_on: date | None


class Touched(BaseModel):
    """A household that a case names."""

    household_id: UUID
    reviewed_on: date | None


class FraudCase(CaseSummary):
    evidence: str
    subject_ids: list[UUID]
    households: list[Touched]
