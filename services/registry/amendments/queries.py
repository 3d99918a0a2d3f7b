"""All SQL about amendments."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.amendments.tables import amendment
from shared.acts.batches import FREE, insert_free
from shared.data.sql import Connection, Row, execute, fetch, insert_many, sql

_PROPOSED = (
    "id",
    "kind",
    "household_id",
    "exit_id",
    "division",
    "reason",
    "evidence",
    "fell_on",
    "corrected",
    "state",
    "proposed_on",
    "proposed_by",
)
_INSERT = insert_many(amendment, _PROPOSED, FREE)
_BY_ID = sql("SELECT * FROM amendment WHERE id = ANY(:ids)")
_LOCK = sql("SELECT * FROM amendment WHERE id = ANY(:ids) ORDER BY id FOR UPDATE")
_OPEN = sql("SELECT household_id FROM amendment WHERE household_id = ANY(:ids) AND state = 'proposed'")
_DECIDE = sql("""
    UPDATE amendment a SET state = s, decision_id = d, decided_on = :on, decided_by = :subject
    FROM unnest(:ids, :states, :decisions) AS x (i, s, d) WHERE a.id = i AND a.state = 'proposed'
""")
_PAGE = sql("""
    SELECT * FROM amendment WHERE id > :after AND (:kind IS NULL OR kind = :kind)
    AND (:state IS NULL OR state = :state) AND (:household_id IS NULL OR household_id = :household_id)
    ORDER BY id LIMIT :limit
""")
_LAST_EXITS = sql("""
    SELECT DISTINCT ON (household_id) household_id, id FROM exit_case
    WHERE household_id = ANY(:ids) AND state = 'announced' ORDER BY household_id, announced_on DESC, id DESC
""")
# What it was before stands in the facts of the decision by which it exited.
_STATUS_BEFORE = sql("""
    SELECT c.id, d.inputs -> 'facts' ->> 'status' AS status FROM exit_case c JOIN decision d ON d.id = c.decision_id
    WHERE c.id = ANY(:ids)
""")


async def insert_amendments(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT, rows)


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, _BY_ID, ids=list(ids))}


async def lock_amendments(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those the caller may see, locked in id order."""
    return {r["id"]: r for r in await fetch(connection, _LOCK, ids=list(ids))}


async def list_with_open(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    return {r["household_id"] for r in await fetch(connection, _OPEN, ids=list(household_ids))}


async def update_decided(
    connection: Connection, outcomes: Mapping[UUID, tuple[str, UUID | None]], on: date, subject: str
) -> None:
    """`outcomes`: by amendment, its state and the decision it stands on."""
    await execute(
        connection,
        _DECIDE,
        rows=len(outcomes),
        on=on,
        subject=subject,
        ids=list(outcomes),
        states=[state for state, _ in outcomes.values()],
        decisions=[one for _, one in outcomes.values()],
    )


async def list_amendments(
    connection: Connection, after: UUID, limit: int, kind: str | None, state: str | None, household_id: UUID | None
) -> list[Row]:
    """A page by rising id; a filter that is None lets everything pass."""
    return await fetch(connection, _PAGE, after=after, limit=limit, kind=kind, state=state, household_id=household_id)


async def list_last_exits(connection: Connection, household_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """By household, the exit announced last of those that were not taken back."""
    return {r["household_id"]: r["id"] for r in await fetch(connection, _LAST_EXITS, ids=list(household_ids))}


async def list_statuses_before(connection: Connection, exit_ids: Sequence[UUID]) -> dict[UUID, str]:
    """By exit, what the household was when it was decided."""
    return {r["id"]: r["status"] for r in await fetch(connection, _STATUS_BEFORE, ids=list(exit_ids))}
