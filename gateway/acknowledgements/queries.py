"""All SQL about acknowledgements."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY

from gateway.acknowledgements.tables import acknowledgement
from shared.data.sql import Connection, Row, fetch, insert_many, sql

_EVENTS = sql("SELECT event_id FROM exit_fact WHERE event_id = ANY(:ids)", ids=ARRAY(Text))
_INSERT = insert_many(
    acknowledgement, ("owner_subject", "event_id", "action", "acted_on", "reference"), "ON CONFLICT DO NOTHING"
)
_OWN = sql(
    """
    SELECT event_id, action, acted_on, reference FROM acknowledgement
    WHERE owner_subject = :subject AND event_id = ANY(:ids)
""",
    ids=ARRAY(Text),
)
_PAGE = sql("""
    SELECT a.owner_subject, a.event_id, f.position, f.key, f.type, a.action, a.acted_on, a.reference,
    a.acknowledged_at FROM acknowledgement a JOIN exit_fact f USING (event_id)
    WHERE (:subject IS NULL OR a.owner_subject = :subject)
    AND (f.position, a.owner_subject, a.action) > (:position, :owner, :action)
    ORDER BY f.position, a.owner_subject, a.action LIMIT :limit
""")
_UNANSWERED = sql(
    """
    SELECT f.position, f.event FROM exit_fact f WHERE f.position > :after AND (:type IS NULL OR f.type = :type)
    AND NOT EXISTS (SELECT 1 FROM acknowledgement a WHERE a.event_id = f.event_id AND a.owner_subject = :subject)
    ORDER BY f.position LIMIT :limit
""",
    after=BigInteger,
)


async def find_events(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Which of the events are public."""
    return {r["event_id"] for r in await fetch(connection, _EVENTS, ids=list(ids))}


async def insert_new(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """`rows`: owner_subject, event_id, action, acted_on, reference; what is there already stays as it is."""
    if rows:
        await fetch(connection, _INSERT, **{name: [row[name] for row in rows] for name in _INSERT.names})


async def list_own(connection: Connection, subject: str, ids: Sequence[str]) -> dict[tuple[str, str], Row]:
    """By event and action."""
    rows = await fetch(connection, _OWN, subject=subject, ids=list(ids))
    return {(r["event_id"], r["action"]): r for r in rows}


async def list_acknowledgements(
    connection: Connection, subject: str | None, after: tuple[int, str, str], limit: int
) -> list[Row]:
    """A page by position, subscriber and action; those of one subscriber, or of all whom the caller may see."""
    position, owner, action = after
    return await fetch(connection, _PAGE, subject=subject, position=position, owner=owner, action=action, limit=limit)


async def list_unanswered(connection: Connection, subject: str, kind: str | None, after: int, limit: int) -> list[Row]:
    """Facts that the subscriber acknowledged nothing upon, by position."""
    return await fetch(connection, _UNANSWERED, subject=subject, type=kind, after=after, limit=limit)
