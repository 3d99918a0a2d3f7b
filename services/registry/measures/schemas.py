"""Bodies of the measures' door."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel


class Measure(BaseModel):
    """Help that a household receives. `source` names what it stands for: of a `loan`, the loan's id."""

    id: UUID
    household_id: UUID
    kind: str
    source: str
    started_on: date
    ended_on: date | None


class MeasureList(BaseModel):
    items: list[Measure]
