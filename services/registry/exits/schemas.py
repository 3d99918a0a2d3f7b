"""Bodies of the exit procedure's doors."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.exits.rules import ObjectionReason, State
from shared.acts.bodies import Case, Input
from shared.acts.decisions import DecisionShown
from shared.acts.papers import Signed
from shared.acts.reasons import Ending, ReasonShown, Telling
from shared.acts.rounds import OutsideRound
from shared.values.inputs import Text


class Proposal(Input):
    """`outside_round` says why a household is proposed while its village's round of the year is not open for it."""

    household_id: UUID
    outside_round: OutsideRound | None = None


class Review(Case):
    """The villagers' representatives' meeting: how many may vote, came, agreed."""

    entitled: int = Field(ge=1, le=10_000)
    attended: int = Field(ge=0, le=10_000)
    in_favour: int = Field(ge=0, le=10_000)


class Check(Case):
    """What the task force found on the spot; `evidence` refers to it, and names nobody."""

    confirmed: bool
    evidence: Text = Field(min_length=1, max_length=200)


class Consent(Signed):
    """The household's own word, before a witness."""


class NewObjection(Case):
    """Against the case `id`; `reason` is a word of the list, never a story about people."""

    reason: ObjectionReason


class Objected(BaseModel):
    id: UUID


class Resolution(Input):
    upheld: bool


class ExitSummary(BaseModel):
    id: UUID
    household_id: UUID
    division: str
    state: State
    members: int
    proposed_on: date
    notice_ends_on: date | None
    decision_id: UUID | None
    announced_on: date | None
    since_on: date
    due_on: date | None
    case_round_id: UUID | None


class Step(BaseModel):
    step: str
    outcome: Literal["passed", "failed"]
    acted_on: date
    acted_by: str
    role: str
    detail: dict[str, Any]
    recorded_at: datetime


class Objection(Telling):
    TEXT = "registry.objection.{reason}"

    id: UUID
    raised_on: date
    reason: ObjectionReason
    resolved_on: date | None
    upheld: bool | None


class Exit(ExitSummary, Ending):
    steps: list[Step]
    objections: list[Objection]
    decisions: list[DecisionShown]


class Preview(BaseModel):
    """What would be decided now: why, and what is missing."""

    household_id: UUID
    outcome: Literal["approved", "refused"]
    missing: list[str]
    reasons: list[ReasonShown]
