"""The business date: read by anyone who is known here, set by the county in a played year."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from gateway.clock import actions
from gateway.clock.schemas import Clock
from gateway.limits.api import LIMITED
from shared.data import db
from shared.doors.http import by, current_caller
from shared.ground.context import Act
from shared.ground.problems import Problem
from shared.values import dates

router = APIRouter(prefix="/clock", tags=["clock"], dependencies=[LIMITED])


@router.get("", dependencies=[Depends(current_caller)])
async def get_clock(request: Request) -> Clock:
    """Today, or the date of the played year."""
    return Clock(business_date=request.app.state.business_date or dates.today())


@router.put("")
async def set_clock(body: Clock, request: Request, act: Annotated[Act, by("county")]) -> Clock:
    """Move the played year on; never back. Another county's clerk moves no clock of this one."""
    state = request.app.state
    if act.caller.area != state.settings.county:
        raise Problem("shared.outside_area")
    # Its own transaction, so that no request is given a date that might still be rolled back.
    async with db.transaction(state.pool, act.caller) as connection:
        await actions.set_clock(connection, state.settings.clock, body.business_date)
    # Of two that committed one after the other, the later date counts, whoever comes back first.
    state.business_date = max(body.business_date, state.business_date or body.business_date)
    return Clock(business_date=state.business_date)
