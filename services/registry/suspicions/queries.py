"""All SQL about suspicions."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.suspicions.rules import Code, State
from services.registry.suspicions.tables import Suspicion, suspicion
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page, page_of
from shared.data.sql import Connection, by_id, execute, fetch, fetch_values, insert_many, list_by, sql


class Own(NamedTuple):
    """What a villager is told of a suspicion against his own household."""

    id: UUID
    household_id: UUID
    code: Code
    raised_on: date
    state: State
    since_on: date
    due_on: date | None
    settled_on: date | None


_BY_ID = list_by(suspicion)
_PAGE = page(
    suspicion, "state", "household_id", "code", overdue="(state = 'open' AND lapsed_on IS NOT NULL) = :overdue"
)
# The function knows whose they are.
_OWN_PAGE = page_of(Own, f"SELECT {', '.join(Own._fields)} FROM own_suspicions()")
# Whoever is looking just now ends its waiting himself.
_LOCK_UNLOOKED = sql(
    f"""
    SELECT {suspicion.columns} FROM suspicion WHERE state = 'open' AND lapsed_on IS NULL AND since_on < :before
    ORDER BY since_on, id LIMIT :limit FOR UPDATE SKIP LOCKED
    """,
    Suspicion,
)
_LAPSE = sql("UPDATE suspicion SET lapsed_on = :on WHERE id = ANY(:ids)")
_INSERT = insert_many(suspicion, Suspicion._fields, FREE)
_OPEN = "FROM suspicion WHERE household_id = ANY(:ids) AND state IN ('open', 'looked_into')"
_WAITING = sql(f"SELECT id, household_id, code, person {_OPEN}")
_CONCERNED = sql("SELECT DISTINCT household_id FROM suspicion WHERE household_id = ANY(:ids) AND about = :subject")
_LOCK_OPEN = sql(f"SELECT {suspicion.columns} {_OPEN} ORDER BY id FOR UPDATE", Suspicion)


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Suspicion]:
    return await by_id(connection, _BY_ID, ids)


async def list_waiting(connection: Connection, household_ids: Sequence[UUID]) -> set[tuple[UUID, str, str | None]]:
    """What is being looked into: household, code and whom it is about."""
    return set(await find_waiting(connection, household_ids))


async def find_waiting(
    connection: Connection, household_ids: Sequence[UUID]
) -> dict[tuple[UUID, str, str | None], UUID]:
    """As `list_waiting`, each with its case."""
    rows = await fetch(connection, _WAITING, ids=list(household_ids))
    return {(r["household_id"], r["code"], r["person"]): r["id"] for r in rows}


async def list_suspected(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the households of which something is being looked into."""
    return {one for one, _, _ in await list_waiting(connection, household_ids)}


async def list_concerned(connection: Connection, household_ids: Sequence[UUID], subject: str) -> set[UUID]:
    """Those of the households of which something was suspected that concerns an official, by his login."""
    return set(await fetch_values(connection, _CONCERNED, ids=list(household_ids), subject=subject))


async def insert_suspicions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT, rows)


async def lock_open(connection: Connection, household_ids: Sequence[UUID]) -> list[Suspicion]:
    """Those of the households that are being looked into, locked in id order."""
    return await fetch(connection, _LOCK_OPEN, ids=list(household_ids))


async def lock_unlooked(connection: Connection, before: date, limit: int) -> list[Suspicion]:
    """Those that hold households up and have waited for a look since before a day, the oldest first."""
    return await fetch(connection, _LOCK_UNLOOKED, before=before, limit=limit)


async def lapse(connection: Connection, ids: Sequence[UUID], on: date) -> None:
    """From that day on they hold nobody up."""
    await execute(connection, _LAPSE, rows=len(ids), ids=list(ids), on=on)


async def list_suspicions(connection: Connection, at: Place, **filters: Any) -> list[Suspicion]:
    """By rising id, filtered by state, household, code, or that nobody looked in time."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_own(connection: Connection, at: Place) -> list[Own]:
    """Of the caller's own household, by rising id."""
    return await fetch_page(connection, _OWN_PAGE, at)
