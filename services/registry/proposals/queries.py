"""All SQL about what files propose."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger

from services.registry.proposals.tables import Listing, Proposal, roster_listing, roster_proposal
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import Connection, execute, execute_many, fetch, insert_many, sql

_INSERT = insert_many(roster_proposal, Proposal._fields)
_CLEAR = sql("DELETE FROM roster_proposal WHERE import_id = :import_id")
_OF_IMPORT = sql(f"SELECT {roster_proposal.columns} FROM roster_proposal WHERE import_id = :import_id", Proposal)
_PAGE = page_of(
    Proposal,
    f"SELECT {roster_proposal.columns} FROM roster_proposal",
    key="position",
    where="import_id = :import_id",
    after=BigInteger,
)
_LISTED = sql(f"SELECT {roster_listing.columns} FROM roster_listing WHERE household_id = ANY(:ids)", Listing)
_KEEP_LISTED = insert_many(
    roster_listing,
    Listing._fields,
    """
    ORDER BY 1 ON CONFLICT (household_id)
    DO UPDATE SET listed_on = greatest(roster_listing.listed_on, excluded.listed_on)
    """,
)


async def insert_proposals(connection: Connection, import_id: UUID, proposals: Sequence[Proposal]) -> None:
    """They take the place of what was proposed when the file was read."""
    await forget_proposals(connection, import_id)
    await execute_many(connection, _INSERT, [p._asdict() for p in proposals])


async def forget_proposals(connection: Connection, import_id: UUID) -> None:
    """Of a file that is thrown away."""
    await execute(connection, _CLEAR, rows=None, import_id=import_id)


async def list_of_import(connection: Connection, import_id: UUID) -> list[Proposal]:
    """All that a file proposes."""
    return await fetch(connection, _OF_IMPORT, import_id=import_id)


async def list_proposals(connection: Connection, import_id: UUID, at: Place) -> list[Proposal]:
    """By position."""
    return await fetch_page(connection, _PAGE, at, import_id=import_id)


async def list_listed(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, date]:
    """By household, the day of the newest file that was taken of it; without one there is none."""
    return {row.household_id: row.listed_on for row in await fetch(connection, _LISTED, ids=list(ids))}


async def keep_listed(connection: Connection, days: Mapping[UUID, date]) -> None:
    """By household, the day of a file that was taken."""
    await execute_many(connection, _KEEP_LISTED, [{"household_id": i, "listed_on": on} for i, on in days.items()])
