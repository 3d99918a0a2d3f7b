"""Bodies of the dividends' doors."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.industry.dividends.rules import Bearer, EntityKind, Participation, State
from shared.acts.bodies import Case, Input
from shared.values.inputs import Day

Amount = Annotated[int, Field(gt=0, le=10**13, strict=True)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]
Year = Annotated[int, Field(ge=2015, le=2040)]


class Agreement(Input):
    """A household's loan used by an entity. `floor_fen` is guaranteed for each of the years.

    `interest_bearer` says who pays the loan's interest, so that nobody pays it twice.
    """

    id: UUID
    household_id: UUID
    loan_id: UUID
    entity_code: Code
    entity_kind: EntityKind
    principal_fen: Amount
    floor_fen: Amount
    years: int = Field(ge=1, le=20, strict=True)
    signed_on: Day
    consent: bool = Field(strict=True)
    participation: Participation
    interest_bearer: Bearer


class Payment(Input):
    """Money that the entity handed over for one due date; in parts where it likes."""

    id: UUID
    agreement_id: UUID
    due_on: Day
    amount_fen: Amount
    paid_on: Day


class TopUpOrder(Input):
    id: UUID
    year: Year


class OverdueCheck(Input):
    """Nothing needs to be said: what is overdue today."""


class Ending(Case):
    """`reason` is a code, never a story about people."""

    reason: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    ended_on: Day


class TopUp(BaseModel):
    """What the guarantee adds to reach the year's floors, and for how many agreements."""

    id: UUID
    year: int
    agreements: int
    amount_fen: int


class Missed(BaseModel):
    missed: int


class AgreementShown(BaseModel):
    id: UUID
    household_id: UUID
    division: str
    loan_id: UUID
    entity_code: str
    entity_kind: EntityKind
    principal_fen: int
    floor_fen: int
    years: int
    signed_on: date
    participation: Participation
    interest_bearer: Bearer
    state: State
    ended_on: date | None
    ended_reason: str | None


class DividendTotals(BaseModel):
    """Of one year. `paid_fen` was handed over or topped up; what counts for the floor is what banks confirmed."""

    year: int
    agreements: int
    households: int
    principal_fen: int
    owed_fen: int
    paid_fen: int
    missed: int
    households_at_floor: int
    median_yuan_per_household: int
