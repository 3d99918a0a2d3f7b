"""Doors to divisions: the county declares them, everyone may read them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.registry.divisions import actions, queries
from services.registry.divisions.schemas import Division, DivisionList, DivisionResults, Divisions, Level
from shared.doors.http import Reading, Transaction, by, current_act
from shared.ground.context import Act

router = APIRouter(prefix="/divisions", tags=["divisions"])

Parent = Annotated[str | None, Query(pattern=r"^[0-9]{2,9}$")]


@router.put("")
async def declare_divisions(
    body: Divisions, connection: Transaction, act: Annotated[Act, by("county")]
) -> DivisionResults:
    """Up to 1,000 places with their days of validity, a result for each."""
    return DivisionResults(results=await actions.declare_divisions(connection, act, body.items))


@router.get("")
async def list_divisions(
    connection: Reading,
    act: Annotated[Act, Depends(current_act)],
    level: Level | None = None,
    parent: Parent = None,
) -> DivisionList:
    """The places of the business date, by code; `parent` narrows to what lies in it."""
    rows = await queries.list_places(connection, act.business_date, level, parent)
    return DivisionList(items=[Division(**row) for row in rows])
