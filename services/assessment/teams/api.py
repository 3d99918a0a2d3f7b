"""Doors to units, cadres, pairings and leave."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.assessment.teams import actions, queries
from services.assessment.teams.rules import CadreRole, TeamPolicy
from services.assessment.teams.schemas import (
    Cadre,
    CadreSummary,
    HomePlace,
    NewLeave,
    NewPairing,
    OwnHousehold,
    Pairing,
    Place,
    TeamSummary,
    Unit,
)
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import OF_HOUSEHOLDS, CurrentPolicy, Paging, Reading, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/teams", tags=["teams"])

READERS = by("county", "township", "village", "team", "helper", "auditor")
SEE_LOGINS = ("county", "auditor")
County = Annotated[Act, by("county")]
Office = Annotated[Act, by("county", "township")]


@router.put("/places")
async def set_places(body: Batch[Place], connection: Transaction, act: County) -> Results:
    """Where villages are; the last word counts."""
    return body.answered(await actions.set_places(connection, act, body.sound))


@router.put("/homes")
async def set_home_places(body: Batch[HomePlace], connection: Transaction, act: Office) -> Results:
    """Where relocated households live now, so that visits there count; the last word counts."""
    return body.answered(await actions.set_home_places(connection, act, body.sound))


@router.put("/units")
async def set_units(body: Batch[Unit], connection: Transaction, act: County) -> Results:
    """Units as they are now; a code belongs to one."""
    return body.answered(await actions.set_units(connection, act, body.sound))


@router.put("/cadres")
async def set_cadres(body: Batch[Cadre], connection: Transaction, act: County) -> Results:
    """Cadres as they are now; a login belongs to one, and stays his."""
    return body.answered(await actions.set_cadres(connection, act, body.sound))


@router.post("/pairings")
async def assign_helpers(body: Batch[NewPairing], connection: Transaction, act: Office) -> Results:
    """The first helper of a household, or a handover: the one ends as the other begins, without gap or overlap."""
    return body.answered(await actions.assign_helpers(connection, act, body.sound))


@router.post("/leaves")
async def record_leaves(body: Batch[NewLeave], connection: Transaction, act: Office) -> Results:
    """Recorded by another than who takes it."""
    return body.answered(await actions.record_leaves(connection, act, body.sound))


@router.get("/units", dependencies=[READERS])
async def list_units(connection: Paging, at: Cursor) -> Page[Unit]:
    """Units stationed in the caller's area, by id."""
    return page(Unit, await queries.list_units(connection, at), at)


@router.get("/cadres")
async def list_cadres(
    connection: Paging,
    at: Cursor,
    act: Annotated[Act, READERS],
    unit_id: UUID | None = None,
    role: CadreRole | None = None,
) -> Page[CadreSummary]:
    """Cadres stationed in the caller's area, by id."""
    rows = await queries.list_cadres(connection, at, unit_id=unit_id, role=role)
    shown = page(CadreSummary, rows, at)
    if act.caller.role not in SEE_LOGINS:
        for cadre in shown.items:
            cadre.subject = act.subject if cadre.subject == act.subject else None
    return shown


@router.get("/pairings", dependencies=[OF_HOUSEHOLDS])
async def list_pairings(
    connection: Paging, at: Cursor, household_id: HouseholdAsked, cadre_id: UUID | None = None
) -> Page[Pairing]:
    """Who helps and who helped, by id."""
    rows = await queries.list_pairings(connection, at, household_id=household_id, cadre_id=cadre_id)
    return page(Pairing, rows, at)


@router.get("/households")
async def list_own_households(
    connection: Paging, at: Cursor, act: Annotated[Act, by("helper", "team")]
) -> Page[OwnHousehold]:
    """Whom the caller helps now, by household."""
    return page(OwnHousehold, await queries.list_households_of(connection, act.subject, at), at, "household_id")


@router.get("/summary")
async def show_summary(connection: Reading, policy: CurrentPolicy, act: Annotated[Act, READERS]) -> TeamSummary:
    """Counts over the caller's area on the business date."""
    stationed = policy.on(act.business_date, TeamPolicy).team_size
    return TeamSummary(**(await queries.get_summary(connection, act.business_date, stationed))._asdict())
