"""Bodies of the exit procedure's doors."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from shared.acts.bodies import LARGEST_BATCH, Input


class Proposal(Input):
    household_id: UUID


class Proposals(Input):
    items: list[Proposal] = Field(min_length=1, max_length=LARGEST_BATCH)


class Case(Input):
    """Names a case; steps that need no more than that."""

    exit_id: UUID


class Cases(Input):
    items: list[Case] = Field(min_length=1, max_length=LARGEST_BATCH)


class Review(Case):
    """The villagers' representatives' meeting: how many may vote, came, agreed."""

    entitled: int = Field(ge=1, le=10_000)
    attended: int = Field(ge=0, le=10_000)
    in_favour: int = Field(ge=0, le=10_000)


class Reviews(Input):
    items: list[Review] = Field(min_length=1, max_length=LARGEST_BATCH)


class Check(Case):
    """What the task force found on the spot; `evidence` refers to it, and names nobody."""

    confirmed: bool
    evidence: str = Field(min_length=1, max_length=200)


class Checks(Input):
    items: list[Check] = Field(min_length=1, max_length=LARGEST_BATCH)


class Consent(Case):
    """The head of the household signs, or gives a fingerprint where somebody else wrote (S56)."""

    agreed: bool
    signature: Literal["signed", "fingerprint"]


class Consents(Input):
    items: list[Consent] = Field(min_length=1, max_length=LARGEST_BATCH)


class Confirmation(Case):
    confirmed: bool


class Confirmations(Input):
    items: list[Confirmation] = Field(min_length=1, max_length=LARGEST_BATCH)


class NewObjection(Case):
    """`reason` is a word of the list, never a story about people."""

    reason: Literal["income", "house", "assets", "procedure", "other"]


class Objected(BaseModel):
    objection_id: UUID


class Resolution(Input):
    upheld: bool


class ProposalResult(BaseModel):
    """`missing`: the conditions of the exit rule that do not hold."""

    household_id: UUID
    exit_id: UUID | None
    status: Literal["accepted", "refused"]
    code: str | None
    missing: list[str]


class StepResult(BaseModel):
    exit_id: UUID
    status: Literal["accepted", "refused"]
    code: str | None
    state: str | None
    missing: list[str] = []


class ProposalResults(BaseModel):
    results: list[ProposalResult]


class StepResults(BaseModel):
    results: list[StepResult]


class ExitSummary(BaseModel):
    exit_id: UUID
    household_id: UUID
    division: str
    state: str
    members: int
    proposed_on: date
    notice_ends_on: date | None
    decision_id: UUID | None
    announced_on: date | None


class ExitPage(BaseModel):
    items: list[ExitSummary]
    next: str | None


class Step(BaseModel):
    step: str
    outcome: str
    acted_on: date
    acted_by: str
    role: str
    detail: dict[str, Any]
    recorded_at: datetime


class Objection(BaseModel):
    objection_id: UUID
    raised_on: date
    reason: str
    resolved_on: date | None
    upheld: bool | None


class Exit(ExitSummary):
    ended_code: str | None
    steps: list[Step]
    objections: list[Objection]
    decisions: list[dict[str, Any]]


class Preview(BaseModel):
    """What would be decided now: why, and what is missing."""

    household_id: UUID
    outcome: str
    missing: list[str]
    reasons: list[dict[str, Any]]
