"""All SQL about releases of what looks wrong."""

from collections.abc import Sequence
from uuid import UUID

from services.finance.bank.tables import EventRelease, event_release
from services.finance.folds.tables import BankEventRow, bank_event
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, by_id, fetch, insert_many, list_by

_EVENTS = list_by(bank_event)
# Of one event nobody proposes twice while somebody is to look.
_INSERT = insert_many(
    event_release,
    EventRelease._fields,
    "ORDER BY 2 ON CONFLICT (event_id) WHERE state <> 'refused' DO NOTHING RETURNING event_id",
)
_PAGE = page(event_release, "state")


async def list_events(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, BankEventRow]:
    """Those of the events that the caller may see."""
    return await by_id(connection, _EVENTS, ids)


async def insert_releases(connection: Connection, rows: Sequence[EventRelease]) -> set[UUID]:
    """The events of which no release waited or stood."""
    if not rows:
        return set()
    lists = {name: [getattr(row, name) for row in rows] for name in EventRelease._fields}
    return {r["event_id"] for r in await fetch(connection, _INSERT, **lists)}


async def list_releases(connection: Connection, at: Place, state: str | None) -> list[EventRelease]:
    """By rising id, filtered by state."""
    return await fetch_page(connection, _PAGE, at, state=state)
