"""Bodies of the doors to benefits that something undone touches."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.touched.rules import Cause, Giver, Outcome, State
from shared.acts.bodies import Case, Input
from shared.acts.reasons import Telling
from shared.values.inputs import Text


class BenefitSaid(Input):
    """What becomes of one benefit: it goes on, stops, or what was given is recovered. `reason` names nobody."""

    id: UUID
    outcome: Outcome
    reason: Text = Field(min_length=1, max_length=200)


class Said(Case):
    """Every benefit of the case."""

    benefits: list[BenefitSaid] = Field(min_length=1, max_length=1000)


class TouchedShown(Telling):
    """`benefits`: how many are known; `unanswered`: the services whose word is missing."""

    TEXT = "registry.touched_case.{state}"

    id: UUID
    household_id: UUID
    division: str
    cause: Cause
    source_id: UUID
    opened_on: date
    state: State
    benefits: int
    unanswered: list[Giver]
    said_on: date | None
    confirmed_on: date | None
    since_on: date
    due_on: date | None


class BenefitShown(BaseModel):
    id: UUID
    service: Giver
    kind: str
    source: str
    standing: str
    amount_fen: int | None
    times: int
    first_on: date | None
    last_on: date | None
    outcome: Outcome | None
    reason: str | None


class TouchedWhole(BaseModel):
    """A case with each benefit that it touches."""

    case: TouchedShown
    items: list[BenefitShown]


class BenefitSumShown(BaseModel):
    """`outcome` is null as long as nobody's word is confirmed."""

    service: Giver
    kind: str
    outcome: Outcome | None
    benefits: int
    households: int
    amount_fen: int


class CaseCountShown(BaseModel):
    cause: Cause
    state: State
    cases: int


class TouchedFigures(BaseModel):
    """Of cases that did not end: their benefits; of all cases how many stand where."""

    cases: list[CaseCountShown]
    benefits: list[BenefitSumShown]
