"""All SQL about amendments."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.registry.amendments.tables import AmendmentCase, amendment
from services.registry.households.rules import Status
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, by_id, fetch, insert_many, list_by, sql

_INSERT = insert_many(amendment, AmendmentCase._fields, FREE)
_BY_ID = list_by(amendment)
_OPEN = sql("SELECT household_id FROM amendment WHERE household_id = ANY(:ids) AND state = 'proposed'")
_PAGE = page(amendment, "kind", "state", "household_id")
# Also those of the village where a household lived then.
_LAST_EXITS = sql("""
    SELECT DISTINCT ON (c.household_id) c.household_id, c.id FROM unnest(:ids) AS u (id), household_exits(u.id) AS c
    WHERE c.state = 'announced' ORDER BY c.household_id, c.announced_on DESC, c.id DESC
    """)
# What it was before stands in the facts of the decision by which it exited.
_STATUS_BEFORE = sql("""
    SELECT c.id, d.inputs -> 'facts' ->> 'status' AS status FROM exit_case c JOIN decision d ON d.id = c.decision_id
    WHERE c.id = ANY(:ids)
    """)


async def insert_amendments(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT, rows)


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, AmendmentCase]:
    return await by_id(connection, _BY_ID, ids)


async def list_with_open(connection: Connection, household_ids: Sequence[UUID]) -> set[UUID]:
    return {r["household_id"] for r in await fetch(connection, _OPEN, ids=list(household_ids))}


async def list_amendments(connection: Connection, at: Place, **filters: Any) -> list[AmendmentCase]:
    """By rising id, filtered by kind, state or household."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_last_exits(connection: Connection, household_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """By household, the exit announced last of those that were not taken back."""
    return {r["household_id"]: r["id"] for r in await fetch(connection, _LAST_EXITS, ids=list(household_ids))}


async def list_statuses_before(connection: Connection, exit_ids: Sequence[UUID]) -> dict[UUID, Status]:
    """By exit, what the household was when it was decided."""
    return {r["id"]: r["status"] for r in await fetch(connection, _STATUS_BEFORE, ids=list(exit_ids))}
