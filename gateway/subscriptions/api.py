"""Doors to webhooks: subscribe, look, replay, end."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Header, Request, Response

from gateway.limits.api import LIMITED
from gateway.subscriptions import actions, queries
from gateway.subscriptions.rules import DeliveryState
from gateway.subscriptions.schemas import (
    CreatedSubscription,
    Delivery,
    NewSubscription,
    Replay,
    Replayed,
    Subscription,
    sent,
)
from shared.acts.bodies import Cursor, NumberCursor, Page, page
from shared.doors.http import CurrentDataKeys, Paging, Reading, Transaction, by
from shared.doors.preconditions import Expecting, tagged
from shared.events import Payload, county
from shared.ground.context import Act

router = APIRouter(prefix="/subscriptions", tags=["subscriptions"], dependencies=[LIMITED])

Owner = Annotated[Act, by("subscriber", "county")]


async def _checked_target(request: Request, body: NewSubscription, act: Owner) -> NewSubscription:
    # Before the transaction begins: a name may take seconds to resolve.
    await actions.check_target(body.url, request.app.state.settings.internal_subscribers.get(act.subject))
    return body


@router.post("", status_code=201)
async def subscribe(
    wanted: Annotated[NewSubscription, Depends(_checked_target)],
    connection: Transaction,
    act: Owner,
    data_keys: CurrentDataKeys,
) -> CreatedSubscription:
    """Have announced exits sent to a URL from now on. The secret is shown this once.

    Refused with `gateway.subscriptions.target_invalid`, `...target_unresolved`, `...private_target` or
    `...port_refused` (422).
    """
    return await actions.subscribe(connection, act, data_keys, wanted)


@router.get("", dependencies=[by("subscriber", "county")])
async def list_subscriptions(connection: Paging, at: Cursor) -> Page[Subscription]:
    """The caller's own; the county sees all."""
    return page(Subscription, await queries.list_subscriptions(connection, at), at)


@router.get("/{subscription_id}", dependencies=[by("subscriber", "county")])
async def get_subscription(subscription_id: UUID, connection: Reading, response: Response) -> Subscription:
    """As its end goes by; the caller's own."""
    return tagged(response, actions.shown(await queries.get_subscription(connection, subscription_id)))


@router.delete("/{subscription_id}", status_code=204, dependencies=[by("subscriber", "county")])
async def unsubscribe(subscription_id: UUID, connection: Transaction, expected: Expecting) -> None:
    """Nothing more is sent, apart from what is on its way."""
    await actions.unsubscribe(connection, subscription_id, expected)


@router.get("/{subscription_id}/deliveries", dependencies=[by("subscriber", "county")])
async def list_deliveries(
    subscription_id: UUID, connection: Paging, at: NumberCursor, state: DeliveryState | None = None
) -> Page[Delivery]:
    """Every webhook of a subscription by rising position, with its attempts."""
    await queries.get_subscription(connection, subscription_id)
    return page(Delivery, await queries.list_deliveries(connection, subscription_id, at, state), at, "position")


@router.post("/{subscription_id}/replay", dependencies=[by("subscriber", "county")])
async def replay(subscription_id: UUID, body: Replay, connection: Transaction) -> Replayed:
    """Send again everything from a position on, in order per household, with the same `webhook-id` as before."""
    return Replayed(deliveries=await actions.replay(connection, subscription_id, body.from_position))


# What is posted to a subscription's URL, told as doors of whoever takes it (Standard Webhooks).
webhooks = APIRouter(tags=["subscriptions"])


def _tell_webhook(kind: type[Payload]) -> None:
    event: Any = Annotated[sent(kind), Body(media_type="application/cloudevents+json")]

    async def take(
        body: event,
        webhook_id: Annotated[str, Header()],
        webhook_timestamp: Annotated[str, Header()],
        webhook_signature: Annotated[str, Header()],
    ) -> None: ...

    webhooks.post(kind.TYPE, status_code=204, name=kind.TYPE.split(".")[1], description=kind.__doc__)(take)


for _kind in county.KINDS:
    _tell_webhook(_kind)
