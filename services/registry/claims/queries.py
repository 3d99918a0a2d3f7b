"""All SQL about claims."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.registry.claims.tables import ClaimCase, claim
from shared.acts.batches import insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, fetch, insert_many, sql

# Who is claimed for the same household again, by another try of it, is claimed already.
_OPEN = insert_many(claim, ClaimCase._fields, "ORDER BY 1 ON CONFLICT DO NOTHING RETURNING id")
_OPEN_OF = sql(
    f"SELECT {claim.columns} FROM claim WHERE arrival_id = ANY(:ids) AND state = 'open' ORDER BY id FOR UPDATE",
    ClaimCase,
)
_PAGE = page(claim, "state", "household_id")


async def insert_claims(connection: Connection, claims: Sequence[ClaimCase]) -> set[UUID]:
    """The ids of those that were new."""
    return await insert_free(connection, _OPEN, [c._asdict() for c in claims])


async def lock_open_claims(connection: Connection, arrival_ids: Sequence[UUID]) -> list[ClaimCase]:
    """Those that arrivals wait for, locked in id order."""
    return await fetch(connection, _OPEN_OF, ids=list(arrival_ids))


async def list_claims(connection: Connection, at: Place, **filters: Any) -> list[ClaimCase]:
    """By rising id, filtered by state or by the household that holds."""
    return await fetch_page(connection, _PAGE, at, **filters)
