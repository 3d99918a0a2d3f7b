"""Bodies of the restatements' doors."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from services.industry.restatements.rules import Kind
from shared.acts.bodies import Fen, Input


class _Restated(Input):
    """`reason` is a code, never a story about people."""

    id: UUID
    record_id: UUID
    reason: str = Field(pattern=r"^[a-z][a-z_]{0,39}$")


class AmountRestated(_Restated):
    """What the amount of the record is in truth; zero where there was none."""

    amount_fen: Fen

    @property
    def figure(self) -> int:
        return self.amount_fen


class DaysRestated(_Restated):
    """How many days of the month were worked in truth."""

    days: int = Field(ge=0, le=31, strict=True)

    @property
    def figure(self) -> int:
        return self.days


class AreaRestated(_Restated):
    """How much of the plot stood in truth."""

    area_mu_x100: int = Field(ge=0, le=1_000_000, strict=True)

    @property
    def figure(self) -> int:
        return self.area_mu_x100


Restated = AmountRestated | DaysRestated | AreaRestated


class RestatementShown(BaseModel):
    """`was` and `figure` are fen; of attendance days, of an acceptance hundredths of a mu.

    `over_fen` had gone to a bank beyond what is owed by it.
    """

    id: UUID
    kind: Kind
    record_id: UUID
    household_id: UUID | None
    was: int
    figure: int
    over_fen: int
    reason: str
    stated_on: date
    stated_by: str
