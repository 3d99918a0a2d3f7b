"""All SQL about the feed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY

from gateway.feed.rules import Cursor
from gateway.feed.tables import ExitFact, exit_fact
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, execute_many, fetch, fetch_one, fetch_row, insert_many, sql

_FEED_LOCK = 7_406_541

_HOLD = sql(f"""
    SELECT CASE WHEN :shared THEN pg_advisory_xact_lock_shared({_FEED_LOCK})
    ELSE pg_advisory_xact_lock({_FEED_LOCK}) END
    """)
_HEAD = sql("SELECT (SELECT epoch FROM source) AS epoch, coalesce(max(position), 0) AS position FROM exit_fact", Cursor)
_LAST_OF_EPOCH = sql(
    """
    SELECT :epoch AS epoch, coalesce(max(position), 0) AS position FROM exit_fact
    WHERE epoch <= :epoch AND EXISTS (SELECT 1 FROM exit_fact WHERE epoch = :epoch)
    """,
    Cursor,
)
_PAGE = page(exit_fact, key="position")
# How a key stands is what was said of it last.
_LAST = sql(
    f"""
    SELECT {exit_fact.columns} FROM (
        SELECT DISTINCT ON (key) * FROM exit_fact WHERE position <= :at AND key > :key ORDER BY key, position DESC
    ) AS last
    WHERE type = ANY(:types) ORDER BY key LIMIT :limit
    """,
    ExitFact,
)
_KNOWN = sql("SELECT event_id FROM exit_fact WHERE event_id = ANY(:ids)", ids=ARRAY(Text))
_APPEND = insert_many(exit_fact, ("position", "epoch", "event_id", "key", "type", "event"))


async def hold_feed(connection: Connection, *, shared: bool = False) -> None:
    """Until the end of the transaction nobody else appends; with `shared`, others may hold it so too.

    Positions thus become visible in order: whoever reads up to one will never miss a lower one that commits late.
    """
    await fetch_one(connection, _HOLD, shared=shared)


async def get_head(connection: Connection) -> Cursor:
    """The present epoch and the last position."""
    return await fetch_row(connection, _HEAD)


async def get_last_of_epoch(connection: Connection, epoch: int) -> int:
    """The last position written in an epoch or before it; 0 where nothing of that epoch is left.

    An epoch without a trace here may have been left behind by a later restore to before it: how far it saw the same
    is not known.
    """
    return (await fetch_row(connection, _LAST_OF_EPOCH, epoch=epoch)).position


async def list_facts(connection: Connection, after: int, limit: int) -> list[ExitFact]:
    """Facts beyond a position, in order."""
    return await fetch_page(connection, _PAGE, Place(after, limit))


async def list_last_facts(
    connection: Connection, at: int, after: str, types: Sequence[str], limit: int
) -> list[ExitFact]:
    """The last fact up to a position of each key beyond `after`, where it is one of the types; by key."""
    return await fetch(connection, _LAST, at=at, key=after, types=list(types), limit=limit)


async def find_known(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Which of the event ids the feed has already."""
    return {r["event_id"] for r in await fetch(connection, _KNOWN, ids=list(ids))}


async def insert_facts(connection: Connection, facts: Sequence[dict[str, Any]]) -> None:
    """`facts`: position, epoch, event_id, key, type, event."""
    await execute_many(connection, _APPEND, facts)
