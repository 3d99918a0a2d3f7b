"""Doors to sites: declared by the county, accepted by the township where they lie, listed as units."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.relocation.sites import actions, queries
from services.relocation.sites.rules import UnitState
from services.relocation.sites.schemas import Acceptance, Building, Flat, Site, SiteSummary, SiteTotals, UnitSummary
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.doors.http import Paging, Reading, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/sites", tags=["sites"])

READERS = by("county", "township", "village", "team", "helper", "auditor")
County = Annotated[Act, by("county")]
Township = Annotated[Act, by("township")]


@router.put("")
async def declare_sites(body: Batch[Site], connection: Transaction, act: County) -> Results:
    """Again with the same content changes nothing; with another it is refused."""
    return body.answered(await actions.declare_sites(connection, act, body.sound))


@router.put("/buildings")
async def declare_buildings(body: Batch[Building], connection: Transaction, act: County) -> Results:
    """Buildings of declared sites; a block stands once at a site."""
    return body.answered(await actions.declare_buildings(connection, act, body.sound))


@router.put("/flats")
async def declare_flats(body: Batch[Flat], connection: Transaction, act: County) -> Results:
    """Flats of buildings that are not accepted yet; a number stands once in a building."""
    return body.answered(await actions.declare_flats(connection, act, body.sound))


@router.post("/acceptances")
async def accept_buildings(body: Batch[Acceptance], connection: Transaction, act: Township) -> Results:
    """Whether a building may be lived in, by another person than who declared it."""
    return body.answered(await actions.accept_buildings(connection, act, body.sound))


@router.get("", dependencies=[READERS])
async def list_sites(connection: Paging, at: Cursor) -> Page[SiteSummary]:
    """Sites that lie in the caller's area, by id."""
    return page(SiteSummary, await queries.list_sites(connection, at), at)


@router.get("/units", dependencies=[READERS])
async def list_units(
    connection: Paging, at: Cursor, site_id: UUID | None = None, state: UnitState | None = None
) -> Page[UnitSummary]:
    """Units anywhere in the county, by id: they name no household."""
    return page(UnitSummary, await queries.list_homes(connection, at, site_id=site_id, state=state), at)


@router.get("/summary", dependencies=[READERS])
async def show_totals(connection: Reading) -> SiteTotals:
    """All the county's flats and units."""
    return SiteTotals(**await queries.get_totals(connection))
