"""Bodies of the doors to acknowledgements."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from shared.acts.bodies import LARGEST_BATCH, Input


class Acknowledgement(Input):
    """Upon this event this was done on a day. `action` is the subscriber's own word, `reference` a number of its own
    files, which names nobody.
    """

    event_id: UUID
    action: str = Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")
    acted_on: date
    reference: str = Field(default="", pattern=r"^[A-Za-z0-9:_./-]{0,80}$")


class Acknowledgements(Input):
    items: list[Acknowledgement] = Field(min_length=1, max_length=LARGEST_BATCH)


class AcknowledgementResult(BaseModel):
    event_id: UUID
    action: str
    status: Literal["accepted", "refused"]
    code: str | None = None


class AcknowledgementResults(BaseModel):
    results: list[AcknowledgementResult]


class Acknowledged(BaseModel):
    owner_subject: str
    event_id: str
    position: int
    key: str
    type: str
    action: str
    acted_on: date
    reference: str
    acknowledged_at: datetime


class AcknowledgedPage(BaseModel):
    items: list[Acknowledged]
    next: str | None


class Unanswered(BaseModel):
    """A public fact upon which the subscriber has not said that it acted."""

    position: int
    event: dict[str, Any]


class UnansweredPage(BaseModel):
    subscriber: str
    items: list[Unanswered]
    next: str | None
