"""All SQL about acknowledgements."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY

from gateway.acknowledgements.tables import AcknowledgementRow, ShownAcknowledgement, UnansweredFact, acknowledgement
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import Connection, fetch, insert_many, sql

_INSERT = insert_many(
    acknowledgement, ("owner_subject", "event_id", "action", "acted_on", "reference"), "ON CONFLICT DO NOTHING"
)
_OWN = sql(
    f"""
    SELECT {acknowledgement.columns} FROM acknowledgement WHERE owner_subject = :subject AND event_id = ANY(:ids)
    """,
    AcknowledgementRow,
    ids=ARRAY(Text),
)
# From the place on in the feed's own order: the first condition is what its index knows.
_SHOWN = """
    SELECT a.owner_subject, a.event_id, f.position, f.key, f.type, a.action, a.acted_on, a.reference, a.acknowledged_at
    FROM acknowledgement a JOIN exit_fact f USING (event_id)
    WHERE f.position >= :position AND (f.position, a.owner_subject, a.action) > (:position, :owner, :action)
    """
_IN_ORDER = "ORDER BY f.position, a.owner_subject, a.action LIMIT :limit"
_PAGE = sql(f"{_SHOWN} {_IN_ORDER}", ShownAcknowledgement)
_PAGE_OF_ONE = sql(f"{_SHOWN} AND a.owner_subject = :subject {_IN_ORDER}", ShownAcknowledgement)
_UNANSWERED = page_of(
    UnansweredFact,
    "SELECT f.position, f.event FROM exit_fact f",
    "f.type",
    key="f.position",
    after=BigInteger,
    subject="""
        NOT EXISTS (SELECT 1 FROM acknowledgement a WHERE a.event_id = f.event_id AND a.owner_subject = :subject)
    """,
)


async def insert_new(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """`rows`: owner_subject, event_id, action, acted_on, reference; what is there already stays as it is."""
    if rows:
        await fetch(connection, _INSERT, **{name: [row[name] for row in rows] for name in _INSERT.names})


async def list_own(
    connection: Connection, subject: str, ids: Sequence[str]
) -> dict[tuple[str, str], AcknowledgementRow]:
    """By event and action."""
    rows = await fetch(connection, _OWN, subject=subject, ids=list(ids))
    return {(row.event_id, row.action): row for row in rows}


async def list_acknowledgements(
    connection: Connection, subject: str | None, after: tuple[int, str, str], limit: int
) -> list[ShownAcknowledgement]:
    """A page by position, subscriber and action; those of one subscriber, or of all whom the caller may see."""
    position, owner, action = after
    place = {"position": position, "owner": owner, "action": action, "limit": limit}
    if subject is None:
        return await fetch(connection, _PAGE, **place)
    return await fetch(connection, _PAGE_OF_ONE, **place, subject=subject)


async def list_unanswered(connection: Connection, subject: str, kind: str | None, at: Place) -> list[UnansweredFact]:
    """Facts that the subscriber acknowledged nothing upon, by position."""
    return await fetch_page(connection, _UNANSWERED, at, subject=subject, type=kind)
