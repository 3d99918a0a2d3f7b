"""Subscribing, and where webhooks may go: an address is checked when it is named, and again at each connection."""

import asyncio
import base64
import secrets
import socket
from collections.abc import Sequence
from ipaddress import ip_address
from uuid import UUID

from aiohttp.abc import ResolveResult
from aiohttp.connector import AddrInfoType, SocketFactoryType
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from gateway.feed.actions import append_facts
from gateway.feed.queries import get_head, hold_feed
from gateway.subscriptions import queries
from gateway.subscriptions.rules import PORTS, address_allowed, port_allowed
from gateway.subscriptions.schemas import CreatedSubscription, NewSubscription, Subscription
from gateway.subscriptions.tables import SubscriptionRow
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.doors.preconditions import Expected
from shared.events import Payload
from shared.ground.context import Act
from shared.ground.problems import Problem
from shared.values.ids import uuid7

RESOLVE_SECONDS = 3
SECRET_BYTES = 32


class PrivateTargetError(OSError):
    """The target's address is not one that this subscriber's webhooks may go to."""


class CheckedResolver(ThreadedResolver):
    """Resolves once for each connection, which then goes to the very addresses that were checked."""

    def __init__(self, allowed_network: str | None) -> None:
        super().__init__()
        self._allowed_network = allowed_network

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        if not found or not all(address_allowed(r["host"], self._allowed_network) for r in found):
            raise PrivateTargetError(host)
        return found


def checked_socket(allowed_network: str | None) -> SocketFactoryType:
    """The last gate before a connection, which sees also the address that was written out in the URL."""

    def make(info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        if not (address_allowed(str(address[0]), allowed_network) and port_allowed(int(address[1]), allowed_network)):
            raise PrivateTargetError(address[0])
        return socket.socket(family, kind, protocol)

    return make


async def check_target(target: str, allowed_network: str | None) -> None:
    """Raises Problem `gateway.subscriptions.target_invalid`, `...target_unresolved` or `...private_target`."""
    try:
        url = URL(target)
        sound = url.scheme in ("http", "https") and url.raw_host and not (url.user or url.password) and url.port
    except ValueError:
        sound = False
    if not sound:
        raise Problem("gateway.subscriptions.target_invalid")
    host = url.raw_host or ""
    try:
        if _is_address(host) and not address_allowed(host, allowed_network):
            raise PrivateTargetError(host)
        async with asyncio.timeout(RESOLVE_SECONDS):
            await CheckedResolver(allowed_network).resolve(host, url.port or 0)
    except PrivateTargetError as error:
        raise Problem("gateway.subscriptions.private_target") from error
    except (OSError, TimeoutError, ValueError) as error:
        raise Problem("gateway.subscriptions.target_unresolved") from error
    if not port_allowed(url.port or 0, allowed_network):
        raise Problem("gateway.subscriptions.port_refused", allowed=", ".join(map(str, sorted(PORTS))))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


async def subscribe(
    connection: Connection, act: Act, data_keys: DataKeys, wanted: NewSubscription
) -> CreatedSubscription:
    """Everything that enters the feed from now on is sent; what is being appended this moment is not."""
    await hold_feed(connection, shared=True)
    head = await get_head(connection)
    subscription_id = uuid7()
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    row = await queries.insert_subscription(
        connection,
        id=subscription_id,
        owner_subject=act.subject,
        url=wanted.url,
        types=sorted(set(wanted.types)),
        secret_sealed=data_keys.encrypt(secret, "subscription", "secret_sealed", subscription_id),
        from_position=head.position + 1,
    )
    return CreatedSubscription(**row._asdict(), secret=secret)


def shown(row: SubscriptionRow) -> Subscription:
    return Subscription.model_validate(row, from_attributes=True)


async def unsubscribe(connection: Connection, subscription_id: UUID, expected: Expected) -> None:
    """Raises Problem `shared.not_found`, or `shared.precondition_failed` where it is another than was read."""
    expected.check(shown(await queries.lock_subscription(connection, subscription_id)))
    await queries.delete_subscription(connection, subscription_id)


async def replay(connection: Connection, subscription_id: UUID, from_position: int) -> int:
    """Raises Problem `gateway.subscriptions.not_active` where nothing would be sent."""
    row = await queries.get_subscription(connection, subscription_id)
    if row.state != "active":
        raise Problem("gateway.subscriptions.not_active")
    return await queries.replay_deliveries(connection, subscription_id, from_position)


async def publish_exits(connection: Connection, facts: Sequence[tuple[Act, Payload]]) -> None:
    """Into the feed, and one delivery for each who subscribed, in one transaction."""
    before = await append_facts(connection, facts)
    await queries.insert_deliveries(connection, before.position)
