"""Bodies of the plans' doors."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from shared.acts.bodies import LARGEST_BATCH, Input

Amount = Annotated[int, Field(gt=0, le=10**13, strict=True)]
Status = Literal["accepted", "refused"]


class Portion(Input):
    household_id: UUID
    amount_fen: Amount
    reason: Literal["share", "work", "reward"]


class Plan(Input):
    id: UUID
    station_id: UUID
    year: int = Field(ge=2015, le=2040)
    items: list[Portion] = Field(min_length=1, max_length=LARGEST_BATCH)


class Approval(Input):
    approved: bool = True


class PortionResult(BaseModel):
    """`missing`: the conditions of the rule that do not hold."""

    household_id: UUID
    status: Status
    code: str | None = None
    missing: list[str] = []


class PlanResult(BaseModel):
    """A plan is taken as a whole or not at all; `available_fen` is what could be distributed."""

    id: UUID
    status: Status
    code: str | None
    state: str | None
    amount_fen: int
    available_fen: int
    results: list[PortionResult]


class PlanState(BaseModel):
    id: UUID
    state: str


class PlanShown(BaseModel):
    id: UUID
    station_id: UUID
    year: int
    state: str
    households: int
    amount_fen: int
    drafted_on: date
    approved_on: date | None
    filed_on: date | None


class PlanPage(BaseModel):
    items: list[PlanShown]
    next: str | None
