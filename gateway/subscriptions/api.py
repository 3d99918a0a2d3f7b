"""Doors to webhooks: subscribe, look, replay, end."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from gateway.limits.api import LIMITED
from gateway.subscriptions import actions, queries
from gateway.subscriptions.schemas import (
    CreatedSubscription,
    Delivery,
    DeliveryPage,
    NewSubscription,
    Replay,
    Replayed,
    Subscription,
    Subscriptions,
)
from shared.doors.http import CurrentDataKeys, Reading, Transaction, by
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

    Refused with `gateway.subscriptions.target_invalid`, `...target_unresolved` or `...private_target` (422).
    """
    return await actions.subscribe(connection, act, data_keys, wanted)


@router.get("", dependencies=[by("subscriber", "county")])
async def list_subscriptions(connection: Reading) -> Subscriptions:
    """The caller's own; the county sees all."""
    return Subscriptions(items=[Subscription(**row) for row in await queries.list_subscriptions(connection)])


@router.delete("/{subscription_id}", status_code=204, dependencies=[by("subscriber", "county")])
async def unsubscribe(subscription_id: UUID, connection: Transaction) -> None:
    """Nothing more is sent, apart from what is on its way."""
    await actions.unsubscribe(connection, subscription_id)


@router.get("/{subscription_id}/deliveries", dependencies=[by("subscriber", "county")])
async def list_deliveries(
    subscription_id: UUID,
    connection: Reading,
    state: Literal["pending", "delivered"] | None = None,
    cursor: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> DeliveryPage:
    """Every webhook of a subscription by rising position, with its attempts."""
    await queries.get_subscription(connection, subscription_id)
    rows = await queries.list_deliveries(connection, subscription_id, cursor, limit, state)
    items = [Delivery(**row) for row in rows]
    return DeliveryPage(items=items, next=str(items[-1].position) if len(items) == limit else None)


@router.post("/{subscription_id}/replay", dependencies=[by("subscriber", "county")])
async def replay(subscription_id: UUID, body: Replay, connection: Transaction) -> Replayed:
    """Send again everything from a position on, in order per household, with the same `webhook-id` as before."""
    return Replayed(deliveries=await actions.replay(connection, subscription_id, body.from_position))
