"""Doors to units, cadres, pairings and leave."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.assessment.teams import actions, queries
from services.assessment.teams.rules import TeamPolicy
from services.assessment.teams.schemas import (
    CadrePage,
    CadreRole,
    Cadres,
    CadreSummary,
    NewLeaves,
    NewPairings,
    OwnHousehold,
    OwnHouseholdPage,
    Pairing,
    PairingPage,
    Places,
    Results,
    TeamSummary,
    Unit,
    UnitPage,
    Units,
)
from shared.doors.http import CurrentPolicy, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/teams", tags=["teams"])

FIRST = UUID(int=0)
READERS = by("county", "township", "village", "team", "helper", "auditor")
SEE_LOGINS = ("county", "auditor")
County = Annotated[Act, by("county")]
Office = Annotated[Act, by("county", "township")]
Limit = Annotated[int, Query(ge=1, le=1000)]


@router.put("/places")
async def set_places(body: Places, connection: Transaction, act: County) -> Results:
    """Where villages are; the last word counts."""
    return Results(results=await actions.set_places(connection, act, body.items))


@router.put("/units")
async def set_units(body: Units, connection: Transaction, act: County) -> Results:
    """Units as they are now; a code belongs to one."""
    return Results(results=await actions.set_units(connection, act, body.items))


@router.put("/cadres")
async def set_cadres(body: Cadres, connection: Transaction, act: County) -> Results:
    """Cadres as they are now; a login belongs to one, and stays his."""
    return Results(results=await actions.set_cadres(connection, act, body.items))


@router.post("/pairings")
async def assign_helpers(body: NewPairings, connection: Transaction, act: Office) -> Results:
    """The first helper of a household, or a handover: the one ends as the other begins, without gap or overlap."""
    return Results(results=await actions.assign_helpers(connection, act, body.items))


@router.post("/leaves")
async def record_leaves(body: NewLeaves, connection: Transaction, act: Office) -> Results:
    """Recorded by another than who takes it."""
    return Results(results=await actions.record_leaves(connection, act, body.items))


@router.get("/units", dependencies=[READERS])
async def list_units(connection: Transaction, cursor: UUID = FIRST, limit: Limit = 100) -> UnitPage:
    """Units stationed in the caller's area, by id."""
    items = [Unit(**row) for row in await queries.list_units(connection, cursor, limit)]
    return UnitPage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/cadres")
async def list_cadres(
    connection: Transaction, act: Annotated[Act, READERS], cursor: UUID = FIRST, unit_id: UUID | None = None,
    role: CadreRole | None = None, limit: Limit = 100,
) -> CadrePage:  # fmt: skip
    """Cadres stationed in the caller's area, by id."""
    rows = await queries.list_cadres(connection, cursor, limit, unit_id, role)
    items = [
        CadreSummary(**(row if act.caller.role in SEE_LOGINS or row["subject"] == act.subject
                        else {**row, "subject": None}))
        for row in rows
    ]  # fmt: skip
    return CadrePage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/pairings", dependencies=[READERS])
async def list_pairings(
    connection: Transaction, cursor: UUID = FIRST, household_id: UUID | None = None, cadre_id: UUID | None = None,
    limit: Limit = 100,
) -> PairingPage:  # fmt: skip
    """Who helps and who helped, by id."""
    rows = await queries.list_pairings(connection, cursor, limit, household_id, cadre_id)
    items = [Pairing(**row) for row in rows]
    return PairingPage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/households")
async def list_own_households(
    connection: Transaction, act: Annotated[Act, by("helper", "team")], cursor: UUID = FIRST, limit: Limit = 100
) -> OwnHouseholdPage:
    """Whom the caller helps now, by household."""
    rows = await queries.list_households_of(connection, act.subject, cursor, limit)
    items = [OwnHousehold(**row) for row in rows]
    return OwnHouseholdPage(items=items, next=str(items[-1].household_id) if len(items) == limit else None)


@router.get("/summary")
async def show_summary(connection: Transaction, policy: CurrentPolicy, act: Annotated[Act, READERS]) -> TeamSummary:
    """Counts over the caller's area on the business date."""
    stationed = policy.on(act.business_date, TeamPolicy).team_size
    return TeamSummary(**await queries.get_summary(connection, act.business_date, stationed))
