"""Bodies of the deeds' door."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.assessment.deeds.rules import Kind


class DeedItem(BaseModel):
    """`source_key` names what happened: an exit's, a payment's, a loan's id. `amount_fen` where there is one.

    `follow_up_due_on`: the last day of the visit that a death asks for.
    """

    id: UUID
    kind: Kind
    source_key: str
    household_id: UUID
    happened_on: date
    amount_fen: int | None
    follow_up_due_on: date | None
