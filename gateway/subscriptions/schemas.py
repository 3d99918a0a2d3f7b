"""Bodies of the subscriptions' doors."""

from datetime import date, datetime
from typing import Any, Literal, get_args
from uuid import UUID

from pydantic import BaseModel, Field, create_model

from gateway.subscriptions.rules import DeliveryState
from shared.acts.bodies import Input
from shared.events import Payload
from shared.values.inputs import LARGEST

EventType = Literal[
    "county.household_exited.v1",
    "county.household_returned.v1",
    "county.exit_revoked.v1",
    "county.exit_corrected.v1",
    "county.village_exited.v1",
    "county.village_exit_revoked.v1",
    "county.township_exited.v1",
    "county.township_exit_revoked.v1",
]
EVENT_TYPES: list[EventType] = list(get_args(EventType))


class NewSubscription(Input):
    """Where to send, and what: every kind where `types` is left out. Who takes exits takes what takes them back too."""

    url: str = Field(min_length=1, max_length=2000)
    types: list[EventType] = Field(default=EVENT_TYPES, min_length=1, max_length=len(EVENT_TYPES))


class Subscription(BaseModel):
    """Facts at `from_position` of the feed and beyond are sent. `disabled`: the target answered 410 Gone."""

    id: UUID
    owner_subject: str
    url: str
    types: list[str]
    state: Literal["active", "disabled"]
    from_position: int
    created_at: datetime


class CreatedSubscription(Subscription):
    """The `secret` that signs (Standard Webhooks, `whsec_...`) is shown this once."""

    secret: str


class Replay(Input):
    """Send again everything from this position of the feed on."""

    from_position: int = Field(ge=1, le=LARGEST)


class Replayed(BaseModel):
    deliveries: int


class Delivery(BaseModel):
    """One webhook. `webhook_id` stays the same however often it is sent; `last_error` says why it failed last."""

    position: int
    webhook_id: str
    key: str
    type: str
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime
    last_status: int | None
    last_error: str | None
    delivered_at: datetime | None


class Sent(BaseModel):
    """A CloudEvent 1.0 as a webhook bears it; what is empty is left out."""

    specversion: Literal["1.0"]
    id: UUID
    source: str
    time: datetime
    datacontenttype: Literal["application/json"]
    partitionkey: str
    epoch: int = Field(ge=1)
    sequence: int = Field(ge=1)
    businessdate: date
    actor: str = ""
    correlationid: str = ""
    causationid: str = ""
    traceparent: str = ""


def sent(kind: type[Payload]) -> type[Sent]:
    """The event of one kind."""
    fields: dict[str, Any] = {"type": (Literal[kind.TYPE], ...), "data": (kind, ...)}
    return create_model(f"{kind.__name__}Event", __base__=Sent, __doc__=Sent.__doc__, **fields)
