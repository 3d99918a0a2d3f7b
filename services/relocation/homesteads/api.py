"""Doors to old homesteads: recorded, taken down, reclaimed, accepted, counted."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.relocation.applications.schemas import Results
from services.relocation.homesteads import actions, queries
from services.relocation.homesteads.schemas import (
    Acceptances,
    Demolitions,
    Homestead,
    HomesteadPage,
    HomesteadTotals,
    NewHomesteads,
    Reclamations,
    Rewards,
)
from shared.doors.http import CurrentPolicy, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/homesteads", tags=["homesteads"])

FIRST = UUID(int=0)
READERS = by("county", "township", "village", "team", "helper", "auditor")
Village = Annotated[Act, by("village")]


@router.put("")
async def record_homesteads(body: NewHomesteads, connection: Transaction, act: Village) -> Results:
    """House and land that an applicant leaves."""
    return Results(results=await actions.record_homesteads(connection, act, body.items))


@router.post("/demolitions")
async def report_demolitions(body: Demolitions, connection: Transaction, act: Village) -> Results:
    """Old houses taken down, after their household has moved in."""
    return Results(results=await actions.report_demolitions(connection, act, body.items))


@router.post("/reclamations")
async def report_reclamations(body: Reclamations, connection: Transaction, act: Village) -> Results:
    """Land that is a field again."""
    return Results(results=await actions.report_reclamations(connection, act, body.items))


@router.post("/acceptances")
async def accept_works(
    body: Acceptances, connection: Transaction, policy: CurrentPolicy, act: Annotated[Act, by("township")]
) -> Results:
    """By another person than who reported; the rule decides on the reward."""
    return Results(results=await actions.accept_works(connection, act, policy, body.items))


@router.get("", dependencies=[READERS])
async def list_homesteads(
    connection: Transaction, cursor: UUID = FIRST, state: str | None = None,
    household_id: UUID | None = None, limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> HomesteadPage:  # fmt: skip
    """Homesteads of the caller's area, by application. `next` is the cursor of the following page."""
    rows = await queries.list_homesteads(connection, cursor, limit, state, household_id)
    items = [Homestead(**row) for row in rows]
    return HomesteadPage(items=items, next=str(items[-1].application_id) if len(items) == limit else None)


@router.get("/summary", dependencies=[READERS])
async def show_totals(connection: Transaction) -> HomesteadTotals:
    """Within the caller's area; fen."""
    shown: dict[str, Any] = dict(await queries.get_totals(connection))
    rewards = Rewards(**{"demolition": 0, "reclamation": 0} | shown.pop("rewards_fen"))
    return HomesteadTotals(**shown, rewards_fen=rewards)
