"""Doors to natural changes and removals: reported by one person, confirmed by another."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.registry.changes import actions, queries
from services.registry.changes.schemas import (
    ChangeResults,
    Confirmations,
    DeparturePage,
    Departures,
    DepartureShown,
    RemovalPage,
    Removals,
    RemovalShown,
)
from shared.doors.http import CurrentPolicy, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/households", tags=["changes"])

FIRST = UUID(int=0)
READERS = by("county", "township", "village", "team", "helper", "auditor")
Limit = Annotated[int, Query(ge=1, le=1000)]


@router.post("/departures")
async def report_departures(
    body: Departures, connection: Transaction, act: Annotated[Act, by("village", "helper")]
) -> ChangeResults:
    """People who left their households; nothing changes before another person confirms it."""
    return ChangeResults(results=await actions.report_departures(connection, act, body.items))


@router.post("/departures/confirmations")
async def confirm_departures(
    body: Confirmations, connection: Transaction, policy: CurrentPolicy, act: Annotated[Act, by("township")]
) -> ChangeResults:
    """Confirmed: the household has a member fewer from that day on. Not confirmed: nothing changes."""
    return ChangeResults(results=await actions.confirm_departures(connection, act, policy, body.items))


@router.get("/departures", dependencies=[READERS])
async def list_departures(
    connection: Transaction, cursor: UUID = FIRST, state: str | None = None, household_id: UUID | None = None,
    limit: Limit = 100,
) -> DeparturePage:  # fmt: skip
    """Departures of the caller's area, by id. `next` is the cursor of the following page."""
    rows = await queries.list_departures(connection, cursor, limit, state, household_id)
    items = [DepartureShown(**row) for row in rows]
    return DeparturePage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.post("/removals")
async def propose_removals(
    body: Removals, connection: Transaction, act: Annotated[Act, by("village", "team")]
) -> ChangeResults:
    """Households that do not belong in the register; never automatic, a person lays the proof before another."""
    return ChangeResults(results=await actions.propose_removals(connection, act, body.items))


@router.post("/removals/confirmations")
async def confirm_removals(
    body: Confirmations, connection: Transaction, act: Annotated[Act, by("county")]
) -> ChangeResults:
    """Confirmed: the household is struck, and what is under way for it ends."""
    return ChangeResults(results=await actions.confirm_removals(connection, act, body.items))


@router.get("/removals", dependencies=[READERS])
async def list_removals(
    connection: Transaction, cursor: UUID = FIRST, state: str | None = None, household_id: UUID | None = None,
    limit: Limit = 100,
) -> RemovalPage:  # fmt: skip
    """Removals of the caller's area, by id. `next` is the cursor of the following page."""
    rows = await queries.list_removals(connection, cursor, limit, state, household_id)
    items = [RemovalShown(**row) for row in rows]
    return RemovalPage(items=items, next=str(items[-1].id) if len(items) == limit else None)
