"""Bodies of the doors to acknowledgements."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from gateway.feed.schemas import Event
from shared.acts.bodies import Input, Page
from shared.values.inputs import Day


class Acknowledgement(Input):
    """Upon this event this was done on a day. `action` is the subscriber's own word, `reference` a number of its own
    files, which names nobody.
    """

    event_id: UUID
    action: str = Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")
    acted_on: Day
    reference: str = Field(default="", pattern=r"^[A-Za-z0-9:_./-]{0,80}$")


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


class Unanswered(BaseModel):
    """A public fact upon which the subscriber has not said that it acted."""

    position: int
    event: Event


class UnansweredPage(Page[Unanswered]):
    subscriber: str
