"""Doors to sites: declared by the county, accepted by the township where they lie, listed as units."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.relocation.applications.schemas import Results
from services.relocation.sites import actions, queries
from services.relocation.sites.schemas import (
    Acceptances,
    Buildings,
    Flats,
    SitePage,
    Sites,
    SiteSummary,
    SiteTotals,
    UnitPage,
    UnitSummary,
)
from shared.doors.http import Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/sites", tags=["sites"])

FIRST = UUID(int=0)
READERS = by("county", "township", "village", "team", "helper", "auditor")
County = Annotated[Act, by("county")]
Limit = Annotated[int, Query(ge=1, le=1000)]


@router.put("")
async def declare_sites(body: Sites, connection: Transaction, act: County) -> Results:
    """Again with the same content changes nothing; with another it is refused."""
    return Results(results=await actions.declare_sites(connection, act, body.items))


@router.put("/buildings")
async def declare_buildings(body: Buildings, connection: Transaction, act: County) -> Results:
    """Buildings of declared sites; a block stands once at a site."""
    return Results(results=await actions.declare_buildings(connection, act, body.items))


@router.put("/flats")
async def declare_flats(body: Flats, connection: Transaction, act: County) -> Results:
    """Flats of buildings that are not accepted yet; a number stands once in a building."""
    return Results(results=await actions.declare_flats(connection, act, body.items))


@router.post("/acceptances")
async def accept_buildings(
    body: Acceptances, connection: Transaction, act: Annotated[Act, by("township")]
) -> Results:  # fmt: skip
    """Whether a building may be lived in, by another person than who declared it."""
    return Results(results=await actions.accept_buildings(connection, act, body.items))


@router.get("", dependencies=[READERS])
async def list_sites(connection: Transaction, cursor: UUID = FIRST, limit: Limit = 100) -> SitePage:
    """Sites that lie in the caller's area, by id. `next` is the cursor of the following page."""
    items = [SiteSummary(**row) for row in await queries.list_sites(connection, cursor, limit)]
    return SitePage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/units", dependencies=[READERS])
async def list_units(
    connection: Transaction, cursor: UUID = FIRST, site_id: UUID | None = None, state: str | None = None,
    limit: Limit = 100,
) -> UnitPage:  # fmt: skip
    """Units anywhere in the county, by id: they name no household."""
    rows = await queries.list_units(connection, cursor, limit, site_id, state)
    items = [UnitSummary(**row) for row in rows]
    return UnitPage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/summary", dependencies=[READERS])
async def show_totals(connection: Transaction) -> SiteTotals:
    """All the county's flats and units."""
    return SiteTotals(**await queries.get_totals(connection))
