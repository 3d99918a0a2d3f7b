"""The rows of acknowledgements; the migration makes their table."""

from datetime import date, datetime
from typing import NamedTuple

from shared.data.relations import Big, table


class AcknowledgementRow(NamedTuple):
    owner_subject: str
    event_id: str
    action: str
    acted_on: date
    reference: str
    acknowledged_at: datetime


class ShownAcknowledgement(NamedTuple):
    """With the fact that it is about."""

    owner_subject: str
    event_id: str
    position: Big
    key: str
    type: str
    action: str
    acted_on: date
    reference: str
    acknowledged_at: datetime


class UnansweredFact(NamedTuple):
    position: Big
    event: str


acknowledgement = table("acknowledgement", AcknowledgementRow)
