"""All SQL about subscriptions and deliveries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, DateTime, Integer
from sqlalchemy.dialects.postgresql import ARRAY

from gateway.subscriptions.tables import Claimed, Outcome, ShownDelivery, SubscriptionRow, subscription
from shared.data.pages import Place, fetch_page, page, page_of
from shared.data.sql import Connection, execute, fetch, fetch_or_not_found, fetch_row, sql

# More than are sent at once, so that a place on the wire never waits for the database.
TAKEN_AT_ONCE = 64
_NOT_DELETED = "state <> 'deleted'"

_INSERT = sql(
    f"""
    INSERT INTO subscription (id, owner_subject, url, secret_sealed, types, from_position)
    VALUES (:id, :owner_subject, :url, :secret_sealed, :types, :from_position) RETURNING {subscription.columns}
    """,
    SubscriptionRow,
)
_PAGE = page(subscription, where=_NOT_DELETED)
_GET = sql(f"SELECT {subscription.columns} FROM subscription WHERE id = :id AND {_NOT_DELETED}", SubscriptionRow)
_LOCK = sql(
    f"SELECT {subscription.columns} FROM subscription WHERE id = :id AND {_NOT_DELETED} FOR UPDATE", SubscriptionRow
)
_DELETE = sql(f"UPDATE subscription SET state = 'deleted' WHERE id = :id AND {_NOT_DELETED}")
_DISABLE = sql("UPDATE subscription SET state = 'disabled' WHERE id = ANY(:ids) AND state = 'active'")
_SCHEDULE = sql("""
    INSERT INTO delivery (subscription_id, position, owner_subject, key, next_attempt_at)
    SELECT s.id, f.position, s.owner_subject, f.key, f.published_at
    FROM exit_fact f JOIN subscription s ON f.type = ANY(s.types)
    WHERE f.position > :position AND s.state = 'active'
    """)
# What a sender is at this moment about to report is older than the replay: the fence keeps it out.
_REPLAY = sql("""
    INSERT INTO delivery AS d (subscription_id, position, owner_subject, key, next_attempt_at)
    SELECT s.id, f.position, s.owner_subject, f.key, clock_timestamp()
    FROM exit_fact f JOIN subscription s ON f.type = ANY(s.types)
    WHERE s.id = :id AND f.position >= :from_position
    ON CONFLICT (subscription_id, position) DO UPDATE
    SET state = 'pending', attempts = 0, fence = d.fence + 1, next_attempt_at = excluded.next_attempt_at,
        lease_until = NULL, delivered_at = NULL, last_status = NULL, last_error = NULL
    """)
_DELIVERIES = page_of(
    ShownDelivery,
    """
    SELECT d.position, f.event_id AS webhook_id, d.key, f.type, d.state, d.attempts, d.next_attempt_at, d.last_status,
           d.last_error, d.delivered_at
    FROM delivery d JOIN exit_fact f USING (position)
    """,
    "d.subscription_id",
    "d.state",
    key="d.position",
    after=BigInteger,
)
# Of each key only the first that is still pending: the later ones wait behind it.
_CLAIM = sql(
    """
    WITH picked AS MATERIALIZED (
        SELECT due.* FROM subscription s LEFT JOIN unnest(:busy_ids, :counts) AS b (id, sending) ON b.id = s.id
        CROSS JOIN LATERAL (
            SELECT d.subscription_id, d.position FROM delivery d
            WHERE d.subscription_id = s.id AND d.state = 'pending' AND d.next_attempt_at <= :now
            AND (d.lease_until IS NULL OR d.lease_until <= :now)
            AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.subscription_id = d.subscription_id AND e.key = d.key
                            AND e.state = 'pending' AND e.position < d.position)
            ORDER BY d.next_attempt_at, d.position
            LIMIT greatest(:limit - coalesce(b.sending, 0), 0) FOR UPDATE SKIP LOCKED
        ) AS due
        WHERE s.state = 'active'
    )
    UPDATE delivery d SET lease_until = :lease_until, fence = d.fence + 1
    FROM picked p JOIN subscription s ON s.id = p.subscription_id JOIN exit_fact f ON f.position = p.position
    WHERE d.subscription_id = p.subscription_id AND d.position = p.position
    RETURNING d.subscription_id, d.position, d.attempts, d.fence, s.owner_subject, s.url, s.secret_sealed, f.event_id,
              f.event
    """,
    Claimed,
)
_RECORD = sql(
    """
    UPDATE delivery d
    SET attempts = d.attempts + 1, state = CASE WHEN o.delivered THEN 'delivered' ELSE 'pending' END,
        delivered_at = CASE WHEN o.delivered THEN :now END, lease_until = NULL, last_status = o.status,
        next_attempt_at = CASE WHEN o.delivered THEN d.next_attempt_at ELSE o.next_attempt_at END, last_error = o.error
    FROM unnest(:ids, :positions, :fences, :delivered, :next_attempts, :statuses, :errors)
         AS o (id, position, fence, delivered, next_attempt_at, status, error)
    WHERE d.subscription_id = o.id AND d.position = o.position AND d.fence = o.fence AND d.state = 'pending'
    """,
    fences=ARRAY(BigInteger),
    delivered=ARRAY(Boolean),
    next_attempts=ARRAY(DateTime(timezone=True)),
    statuses=ARRAY(Integer),
)


async def insert_subscription(connection: Connection, **row: Any) -> SubscriptionRow:
    """`row`: id, owner_subject, url, secret_sealed, types, from_position."""
    return await fetch_row(connection, _INSERT, **row)


async def list_subscriptions(connection: Connection, at: Place) -> list[SubscriptionRow]:
    """Those of the caller, all of them for the county; by rising id."""
    return await fetch_page(connection, _PAGE, at)


async def get_subscription(connection: Connection, subscription_id: UUID) -> SubscriptionRow:
    """Raises Problem `shared.not_found`, also where it is another's."""
    return await fetch_or_not_found(connection, _GET, id=subscription_id)


async def lock_subscription(connection: Connection, subscription_id: UUID) -> SubscriptionRow:
    """As `get_subscription`, locked to be edited."""
    return await fetch_or_not_found(connection, _LOCK, id=subscription_id)


async def delete_subscription(connection: Connection, subscription_id: UUID) -> None:
    """Ends it; what was sent stays on record."""
    await execute(connection, _DELETE, rows=1, id=subscription_id)


async def disable_subscriptions(connection: Connection, ids: Sequence[UUID]) -> None:
    # One that was deleted or disabled meanwhile stays as it is.
    await execute(connection, _DISABLE, rows=None, ids=list(ids))


async def insert_deliveries(connection: Connection, after: int) -> int:
    """One for each active subscription and each fact of its types beyond `after`."""
    return await execute(connection, _SCHEDULE, rows=None, position=after)


async def replay_deliveries(connection: Connection, subscription_id: UUID, from_position: int) -> int:
    """Make every fact from a position on pending again, or for the first time; returns how many."""
    return await execute(connection, _REPLAY, rows=None, id=subscription_id, from_position=from_position)


async def list_deliveries(
    connection: Connection, subscription_id: UUID, at: Place, state: str | None
) -> list[ShownDelivery]:
    """A page by rising position."""
    return await fetch_page(connection, _DELIVERIES, at, subscription_id=subscription_id, state=state)


async def claim_deliveries(
    connection: Connection, now: datetime, lease_until: datetime, busy: Mapping[UUID, int]
) -> list[Claimed]:
    """Take what is due, for each subscription as many as make up 64 with those taken already."""
    return await fetch(
        connection,
        _CLAIM,
        now=now,
        lease_until=lease_until,
        limit=TAKEN_AT_ONCE,
        busy_ids=list(busy),
        counts=list(busy.values()),
    )


async def record_outcomes(connection: Connection, now: datetime, outcomes: Sequence[Outcome]) -> None:
    # An attempt that a replay or another sender has overtaken touches nothing.
    await execute(
        connection,
        _RECORD,
        rows=None,
        now=now,
        ids=[o.subscription_id for o in outcomes],
        positions=[o.position for o in outcomes],
        fences=[o.fence for o in outcomes],
        delivered=[o.delivered for o in outcomes],
        next_attempts=[now + o.pause for o in outcomes],
        statuses=[o.status for o in outcomes],
        errors=[o.error for o in outcomes],
    )
