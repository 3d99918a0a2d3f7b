"""Bodies of the doors to statistics."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from services.registry.statistics.rules import Cut, Dimension
from shared.acts.bodies import Input

Month = Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


class MonthToClose(Input):
    """Which month is fixed."""

    month: Month


class CellShown(BaseModel):
    """`households` with at least one such person, or such themselves; `people` that are so."""

    key: Annotated[str, Field(description="The key by which it is counted.")]
    across: Annotated[str | None, Field(description="The key by which it is counted across.")]
    households: int
    people: int


class Statistics(BaseModel):
    """How many stood how on a day, by what was known at a moment."""

    division: str
    on: date
    known_at: datetime | None
    by: Dimension
    across: Dimension | None
    cells: list[CellShown]


class MonthShown(BaseModel):
    month: str
    closed_on: date


class FixedCell(BaseModel):
    """Null where so few are not shown, or would tell of others."""

    division: str
    key: Annotated[str, Field(description="The key by which it is counted.")]
    households: int | None
    people: int | None


class FixedMonth(BaseModel):
    """A cut of a closed month, by township: of who counted as poor; by `status`, of all households."""

    month: str
    cut: Cut
    cells: list[FixedCell]
