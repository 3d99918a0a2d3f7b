"""Bodies of the measures' door."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.registry.measures.rules import Kind


class MeasureShown(BaseModel):
    """Help that a household receives. `source` is the id of what it stands for: of a `loan` the loan, of a
    `relocation` the application, of a `dividend` the agreement, of a `post` the assignment, of `training` the
    certificate, of a `project` the participation, of `pv` and `forestry` the payment.
    """

    id: UUID
    household_id: UUID
    kind: Kind
    source: str
    started_on: date
    ended_on: date | None
