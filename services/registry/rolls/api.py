"""Doors to changed figures of places: proposed by one person of the county, confirmed by another."""

from typing import Annotated

from fastapi import APIRouter

from services.registry.rolls import actions, queries
from services.registry.rolls.rules import State
from services.registry.rolls.schemas import DivisionChangeShown, NewDivisionChange
from shared.acts.bodies import Batch, Confirmation, Cursor, Page, Results, page
from shared.doors.http import Paging, Transaction, by
from shared.ground.context import Act
from shared.values.inputs import Area

router = APIRouter(prefix="/divisions/changes", tags=["rolls"])

County = Annotated[Act, by("county")]


@router.post("")
async def propose_changes(body: Batch[NewDivisionChange], connection: Transaction, act: County) -> Results:
    """What papers say of places; nothing changes before another person confirms it."""
    return body.answered(await actions.propose_changes(connection, act, body.sound))


@router.post("/confirmations")
async def confirm_changes(body: Batch[Confirmation], connection: Transaction, act: County) -> Results:
    """Confirmed: the place counts so since that day. Not confirmed: nothing changes."""
    return body.answered(await actions.confirm_changes(connection, act, body.sound))


@router.get("", dependencies=[by("county", "township", "village", "team", "auditor")])
async def list_changes(
    connection: Paging, at: Cursor, state: State | None = None, division: Area | None = None
) -> Page[DivisionChangeShown]:
    """Changes of the caller's area, with their papers, by id."""
    return page(DivisionChangeShown, await queries.list_changes(connection, at, state=state, division=division), at)
