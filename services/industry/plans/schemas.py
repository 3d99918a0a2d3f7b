"""Bodies of the plans' doors."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.industry.plans.rules import Share, State
from shared.acts.bodies import LARGEST_BATCH, Input, Result
from shared.acts.reasons import Telling

Amount = Annotated[int, Field(gt=0, le=10**13, strict=True)]


class Portion(Input):
    household_id: UUID
    amount_fen: Amount
    reason: Share


class Plan(Input):
    id: UUID
    station_id: UUID
    year: int = Field(ge=2015, le=2040)
    items: list[Portion] = Field(min_length=1, max_length=LARGEST_BATCH)


class Approval(Input):
    approved: bool = True


class PlanResult(Telling):
    """A plan is taken as a whole or not at all; `available_fen` is what could be distributed.

    `results` are by household; `missing` are the conditions of the rule that do not hold.
    """

    id: UUID
    status: Literal["accepted", "refused"]
    code: str | None
    state: State | None
    amount_fen: int
    available_fen: int
    results: list[Result]


class PlanState(BaseModel):
    id: UUID
    state: State


class PlanShown(BaseModel):
    id: UUID
    station_id: UUID
    year: int
    state: State
    households: int
    amount_fen: int
    drafted_on: date
    approved_on: date | None
    filed_on: date | None
    since_on: date
    due_on: date | None
