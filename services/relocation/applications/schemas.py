"""Bodies of the applications' doors, and the results that all batches of this service answer with."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from shared.acts.bodies import LARGEST_BATCH, Input


class Result(BaseModel):
    """What became of one item; `state` is that of what the item names. `missing`: conditions that do not hold."""

    id: UUID
    status: Literal["accepted", "refused"]
    code: str | None = None
    state: str | None = None
    missing: list[str] = []


class Results(BaseModel):
    results: list[Result]


class NewApplication(Input):
    id: UUID
    household_id: UUID
    cohort: int = Field(ge=2000, le=2100)


class NewApplications(Input):
    items: list[NewApplication] = Field(min_length=1, max_length=LARGEST_BATCH)


class Case(Input):
    """Names an application; steps that need no more than that."""

    id: UUID


class Cases(Input):
    items: list[Case] = Field(min_length=1, max_length=LARGEST_BATCH)


class Verification(Case):
    confirmed: bool


class Verifications(Input):
    items: list[Verification] = Field(min_length=1, max_length=LARGEST_BATCH)


class Agreement(Case):
    """The head of the household signs, or gives a fingerprint where somebody else wrote (S56)."""

    agreed: bool
    signature: Literal["signed", "fingerprint"]


class Agreements(Input):
    items: list[Agreement] = Field(min_length=1, max_length=LARGEST_BATCH)


class ApplicationSummary(BaseModel):
    id: UUID
    household_id: UUID
    division: str
    cohort: int
    state: str
    members: int
    applied_on: date
    notice_ends_on: date | None
    agreed_on: date | None
    moved_in_on: date | None
    ended_on: date | None


class ApplicationPage(BaseModel):
    items: list[ApplicationSummary]
    next: str | None


class Step(BaseModel):
    step: str
    outcome: str
    acted_on: date
    acted_by: str
    role: str
    detail: dict[str, Any]
    recorded_at: datetime


class Application(ApplicationSummary):
    ended_code: str | None
    steps: list[Step]
    decisions: list[dict[str, Any]]


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
