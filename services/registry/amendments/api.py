"""Doors to what comes after an exit: proposed by one person, confirmed by another of the county."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.registry.amendments import actions, queries
from services.registry.amendments.schemas import (
    Amendment,
    AmendmentPage,
    AmendmentResults,
    Confirmations,
    Corrections,
    Kind,
    Returns,
    Revocations,
)
from shared.doors.http import CurrentPolicy, Reading, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/amendments", tags=["amendments"])

FIRST = UUID(int=0)


@router.post("/returns")
async def propose_returns(
    body: Returns, connection: Transaction, act: Annotated[Act, by("village", "team")]
) -> AmendmentResults:
    """Exited households that are poor again, stated by those who see them; nothing changes before the county agrees."""
    return AmendmentResults(results=await actions.propose_returns(connection, act, body.items))


@router.post("/revocations")
async def propose_revocations(
    body: Revocations, connection: Transaction, act: Annotated[Act, by("township", "county", "auditor")]
) -> AmendmentResults:
    """Announced exits that a cross-check, an appeal or an audit found wrong."""
    return AmendmentResults(results=await actions.propose_revocations(connection, act, body.items))


@router.post("/corrections")
async def propose_corrections(
    body: Corrections, connection: Transaction, act: Annotated[Act, by("township", "county")]
) -> AmendmentResults:
    """Announced exits that stand, with a day, a number of members or a village that was wrong."""
    return AmendmentResults(results=await actions.propose_corrections(connection, act, body.items))


@router.post("/confirmations")
async def confirm(
    body: Confirmations, connection: Transaction, policy: CurrentPolicy, act: Annotated[Act, by("county")]
) -> AmendmentResults:
    """Confirmed: the rule decides on what is recorded, and the register and the public follow. Else nothing changes."""
    return AmendmentResults(results=await actions.confirm_amendments(connection, act, policy, body.items))


@router.get("", dependencies=[by("county", "township", "village", "team", "helper", "auditor")])
async def list_amendments(
    connection: Reading,
    cursor: UUID = FIRST,
    kind: Kind | None = None,
    state: str | None = None,
    household_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> AmendmentPage:
    """Those of the caller's area, by id. `next` is the cursor of the following page."""
    rows = await queries.list_amendments(connection, cursor, limit, kind, state, household_id)
    items = [Amendment(**row) for row in rows]
    return AmendmentPage(items=items, next=str(items[-1].id) if len(items) == limit else None)
