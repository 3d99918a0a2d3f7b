"""Doors to divisions: the county declares them, everyone may read them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.registry.divisions import actions, queries
from services.registry.divisions.rules import Level
from services.registry.divisions.schemas import Division
from shared.acts.bodies import Batch, CodeCursor, Page, Results, page
from shared.doors.http import Paging, Transaction, by, current_act
from shared.ground.context import Act

router = APIRouter(prefix="/divisions", tags=["divisions"])

Parent = Annotated[str | None, Query(pattern=r"^[0-9]{2,9}$")]


@router.put("")
async def declare_divisions(
    body: Batch[Division], connection: Transaction, act: Annotated[Act, by("county")]
) -> Results:
    """Up to 1,000 places with their days of validity, a result for each: `id` is the place's code. A place that is
    known already keeps its rural people and whether it is a poor village: two persons change them, by its changes.
    """
    return body.answered(await actions.declare_divisions(connection, act, body.sound))


@router.get("")
async def list_divisions(
    connection: Paging,
    act: Annotated[Act, Depends(current_act)],
    at: CodeCursor,
    level: Level | None = None,
    parent: Parent = None,
) -> Page[Division]:
    """The places of the business date, by code; `parent` narrows to what lies in it."""
    rows = await queries.list_places(connection, act.business_date, at, level=level, parent=parent)
    return page(Division, rows, at, key="code")
