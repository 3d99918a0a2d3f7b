"""What runs by itself, the sender: signed, to the checked address, in order per key, again until it is taken."""

import asyncio
import json
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import aiohttp
import structlog
from standardwebhooks import Webhook

from gateway.subscriptions import queries
from gateway.subscriptions.actions import CheckedResolver, PrivateTargetError, checked_socket
from gateway.subscriptions.rules import LONGEST_ASKED, next_attempt_after
from gateway.subscriptions.tables import Claimed, Outcome
from shared.data import db
from shared.data.crypto import DataKeys
from shared.process.crash import crash_point
from shared.values.retry_after import LATER, asked_wait

log = structlog.get_logger()

SENDING_AT_ONCE = 16
TIMEOUT_SECONDS = 8
# What is not on the wire by then is left to whoever takes it after the lease, which no send outlasts: two senders
# never have the same delivery on the wire.
START_WITHIN_SECONDS = 10
LEASE = timedelta(seconds=20)
# Shorter than servers keep an idle connection: one closed under us would cost an attempt.
KEEP_ALIVE_SECONDS = 4
IDLE_SECONDS = (0.01, 0.02, 0.05)
GONE = 410
LONGEST_ANSWER_BYTES = 16 * 1024


@dataclass(slots=True)
class Sender:
    """What one process is sending: kept connections, attempts under way, outcomes not yet written down.

    Each subscription has places of its own on the wire, so that none waits for another's receiver.
    """

    pool: db.Pool
    data_keys: DataKeys
    internal_subscribers: dict[str, str]
    service: str
    sessions: dict[str | None, aiohttp.ClientSession] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    busy: Counter[UUID] = field(default_factory=Counter)
    places: dict[UUID, asyncio.Semaphore] = field(default_factory=dict)
    finished: list[Outcome] = field(default_factory=list)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def of(cls, app: Any) -> "Sender":
        state = app.state
        return cls(state.pool, state.data_keys, state.settings.internal_subscribers, state.service.name)

    def session(self, allowed_network: str | None) -> aiohttp.ClientSession:
        """Connections by network, so that one opened for an internal subscriber serves no other."""
        if allowed_network not in self.sessions:
            connector = aiohttp.TCPConnector(
                resolver=CheckedResolver(allowed_network),
                use_dns_cache=False,
                limit=0,
                socket_factory=checked_socket(allowed_network),
                keepalive_timeout=KEEP_ALIVE_SECONDS,
            )
            self.sessions[allowed_network] = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS),
                headers={"User-Agent": "Shenchi-Webhooks/1"},
            )
        return self.sessions[allowed_network]

    async def close(self) -> None:
        """Drop what is on the wire; its lease runs out and it is sent again."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for session in self.sessions.values():
            await session.close()


async def _post(sender: Sender, row: Claimed) -> tuple[int, timedelta]:
    """One attempt; returns the status, and the wait that it asks for. Signatures bear the wall clock's time."""
    allowed_network = sender.internal_subscribers.get(row.owner_subject)
    secret = sender.data_keys.decrypt(row.secret_sealed, "subscription", "secret_sealed", row.subscription_id)
    sent_at = datetime.now(UTC)
    headers = {
        "Content-Type": "application/cloudevents+json; charset=utf-8",
        "webhook-id": row.event_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": Webhook(secret).sign(row.event_id, sent_at, row.event),
    }
    trace = json.loads(row.event).get("traceparent")
    headers |= {"traceparent": trace} if trace else {}
    session = sender.session(allowed_network)
    body = row.event.encode()
    async with session.post(row.url, data=body, headers=headers, allow_redirects=False) as answer:
        # The status is the answer. A short body is read so that the connection can be used again.
        if (answer.content_length or 0) <= LONGEST_ANSWER_BYTES:
            with suppress(aiohttp.ClientError, TimeoutError):
                await answer.content.read(LONGEST_ANSWER_BYTES)
        later = answer.headers.get("Retry-After", "") if answer.status in LATER else ""
        return answer.status, asked_wait(later, datetime.now(UTC), LONGEST_ASKED)


def _reason(error: Exception) -> str:
    """Why an attempt came to nothing, in one word."""
    if isinstance(getattr(error, "os_error", error), PrivateTargetError):
        return "private_target"
    return "timeout" if isinstance(error, TimeoutError) else "unreachable"


async def _attempt(sender: Sender, row: Claimed) -> Outcome:
    status, asked, error = None, timedelta(), None
    try:
        status, asked = await _post(sender, row)
        error = None if 200 <= status < 300 else "status"
    except (aiohttp.ClientError, OSError) as failed:
        error = _reason(failed)
    except Exception as unexpected:
        log.error("webhook_failed", subscription=str(row.subscription_id), exc_info=unexpected)
        error = "internal"
    return Outcome(
        row.subscription_id,
        row.position,
        row.fence,
        delivered=error is None,
        pause=next_attempt_after(row.attempts + 1, asked),
        status=status,
        error=error,
    )


async def _send(sender: Sender, row: Claimed) -> None:
    """One delivery that was taken, as soon as its subscription has a place for it."""
    taken_at = time.monotonic()
    subscription_id = row.subscription_id
    place = sender.places.setdefault(subscription_id, asyncio.Semaphore(SENDING_AT_ONCE))
    async with place:
        if time.monotonic() - taken_at < START_WITHIN_SECONDS:
            crash_point("webhook.before_send")
            outcome = await _attempt(sender, row)
            crash_point("webhook.after_send")
            sender.finished.append(outcome)
    sender.busy[subscription_id] -= 1
    sender.woken.set()


async def send_step(sender: Sender, now: datetime) -> int:
    """Write down what came back, take what is due and start sending it; returns how many were started."""
    sender.woken.clear()
    finished = list(sender.finished)
    gone = sorted({o.subscription_id for o in finished if o.status == GONE})
    async with db.transaction(sender.pool, db.system_caller(sender.service)) as connection:
        if finished:
            await queries.record_outcomes(connection, now, finished)
        if gone:
            await queries.disable_subscriptions(connection, gone)
        rows = await queries.claim_deliveries(connection, now, now + LEASE, +sender.busy)
    if finished:
        crash_point("webhook.after_commit")
    # Only now are they written down; after a failed commit they are still here.
    del sender.finished[: len(finished)]
    for row in rows:
        sender.busy[row.subscription_id] += 1
        task = asyncio.create_task(_send(sender, row))
        sender.tasks.add(task)
        task.add_done_callback(sender.tasks.discard)
    return len(rows)


async def deliver(app: Any) -> None:
    """Send for ever: whatever fails here is tried again, and a killed process's leases run out."""
    sender = Sender.of(app)
    idle = 0
    try:
        while True:
            pause = 1.0
            try:
                idle = 0 if await send_step(sender, datetime.now(UTC)) else min(idle + 1, len(IDLE_SECONDS) - 1)
                pause = IDLE_SECONDS[idle]
            except db.TRANSIENT as error:
                log.warning("sender_interrupted", error=type(error).__name__)
            except Exception as error:
                log.error("sender_failed", exc_info=error)
            try:
                async with asyncio.timeout(pause):
                    await sender.woken.wait()
            except TimeoutError:
                continue
    finally:
        await sender.close()
