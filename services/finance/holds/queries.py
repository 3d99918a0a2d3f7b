"""All SQL about holds."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.finance.holds.rules import Kind
from services.finance.holds.tables import LoanHold, loan_hold
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, fetch, insert_many, sql

# What raised one before raises none again.
_RAISE = insert_many(loan_hold, LoanHold._fields, "ORDER BY 7 ON CONFLICT (source_key) DO NOTHING RETURNING id")
_MISUSED = sql("""
    SELECT DISTINCT loan_id FROM loan_hold WHERE loan_id = ANY(:ids) AND kind = 'misuse_suspected'
        AND state = 'confirmed'
""")
_UNSEEN = sql("""
    SELECT DISTINCT loan_id FROM loan_hold WHERE loan_id = ANY(:ids) AND kind = 'household_removed'
        AND released_on IS NULL
""")
_LOCK_STANDING = sql(
    f"""
    SELECT {loan_hold.columns} FROM loan_hold
    WHERE household_id = ANY(:ids) AND kind = ANY(:kinds) AND released_on IS NULL ORDER BY id FOR UPDATE
    """,
    LoanHold,
)
_PAGE = page(loan_hold, "loan_id", "kind", open="(released_on IS NULL) = :open")


async def insert_holds(connection: Connection, holds: Sequence[LoanHold]) -> list[LoanHold]:
    """Those that nothing had raised before."""
    if not holds:
        return []
    lists = {name: [getattr(hold, name) for hold in holds] for name in LoanHold._fields}
    new = {r["id"] for r in await fetch(connection, _RAISE, **lists)}
    return [hold for hold in holds if hold.id in new]


async def list_misused(connection: Connection, loan_ids: Sequence[UUID]) -> set[UUID]:
    """Loans whose misuse was confirmed, and not released since."""
    return {r["loan_id"] for r in await fetch(connection, _MISUSED, ids=list(loan_ids))}


async def list_unseen_removals(connection: Connection, loan_ids: Sequence[UUID]) -> set[UUID]:
    """Loans of households that were struck, at which nobody has looked since."""
    return {r["loan_id"] for r in await fetch(connection, _UNSEEN, ids=list(loan_ids))}


async def lock_standing(connection: Connection, kinds: Sequence[Kind], household_ids: Sequence[UUID]) -> list[LoanHold]:
    """The households' holds of these kinds that nobody has released, locked in id order."""
    return await fetch(connection, _LOCK_STANDING, ids=list(household_ids), kinds=list(kinds))


async def list_holds(connection: Connection, at: Place, **filters: Any) -> list[LoanHold]:
    """By rising id, filtered by loan, kind, or whether it is open."""
    return await fetch_page(connection, _PAGE, at, **filters)
