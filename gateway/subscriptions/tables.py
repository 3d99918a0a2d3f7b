"""The rows of subscriptions and deliveries; the migrations make their tables."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from gateway.subscriptions.rules import DeliveryState, State
from shared.data.relations import Big, table


class SubscriptionRow(NamedTuple):
    id: UUID
    owner_subject: str
    url: str
    secret_sealed: bytes
    types: list[str]
    state: State
    from_position: Big
    created_at: datetime


class DeliveryRow(NamedTuple):
    subscription_id: UUID
    position: Big
    owner_subject: str
    key: str
    state: DeliveryState
    attempts: int
    fence: Big
    next_attempt_at: datetime
    lease_until: datetime | None
    last_status: int | None
    last_error: str | None
    delivered_at: datetime | None


class ShownDelivery(NamedTuple):
    """With the fact that it carries."""

    position: Big
    webhook_id: str
    key: str
    type: str
    state: DeliveryState
    attempts: int
    next_attempt_at: datetime
    last_status: int | None
    last_error: str | None
    delivered_at: datetime | None


class Claimed(NamedTuple):
    """A delivery that was taken to be sent now: what goes where, signed with what."""

    subscription_id: UUID
    position: Big
    attempts: int
    fence: Big
    owner_subject: str
    url: str
    secret_sealed: bytes
    event_id: str
    event: str


class Outcome(NamedTuple):
    """What came of one attempt; `pause` is until the next one, where it was not delivered."""

    subscription_id: UUID
    position: int
    fence: int
    delivered: bool
    pause: timedelta
    status: int | None
    error: str | None


subscription = table("subscription", SubscriptionRow)
delivery = table("delivery", DeliveryRow)
