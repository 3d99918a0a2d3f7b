"""Bodies of the applications' doors."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.relocation.applications.rules import State
from shared.acts.bodies import Case
from shared.acts.decisions import DecisionShown
from shared.acts.papers import Signed
from shared.acts.reasons import Ending


class NewApplication(Case):
    household_id: UUID
    cohort: int = Field(ge=2000, le=2100)


class Agreement(Signed):
    """The household's own word: it moves, and gives up the old house."""


class ApplicationSummary(BaseModel):
    id: UUID
    household_id: UUID
    division: str
    cohort: int
    state: State
    members: int
    applied_on: date
    notice_ends_on: date | None
    agreed_on: date | None
    moved_in_on: date | None
    ended_on: date | None
    since_on: date
    due_on: date | None


class Step(BaseModel):
    step: str
    outcome: Literal["passed", "failed"]
    acted_on: date
    acted_by: str
    role: str
    detail: dict[str, Any]
    recorded_at: datetime


class Application(ApplicationSummary, Ending):
    steps: list[Step]
    decisions: list[DecisionShown]


class CohortTotals(BaseModel):
    """A cohort's households by state, and its people who have agreed, who have a flat, and who live in it."""

    cohort: int
    households_by_state: dict[str, int]
    people_agreed: int
    people_allocated: int
    people_moved_in: int
    households_moved_in: int


class ApplicationTotals(BaseModel):
    cohorts: list[CohortTotals]
