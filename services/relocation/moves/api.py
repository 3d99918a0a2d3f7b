"""Doors to moves: keys, reports, confirmations."""

from typing import Annotated

from fastapi import APIRouter

from services.relocation.moves import actions
from services.relocation.moves.schemas import Report
from shared.acts.bodies import Batch, Case, Confirmation, Results
from shared.doors.http import Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/moves", tags=["moves"])

Township = Annotated[Act, by("township")]


@router.post("/keys")
async def hand_keys(body: Batch[Case], connection: Transaction, act: Township) -> Results:
    """After the notice of the draw."""
    return body.answered(await actions.hand_keys(connection, act, body.sound))


@router.post("/reports")
async def report_moves(
    body: Batch[Report], connection: Transaction, act: Annotated[Act, by("team", "helper")]
) -> Results:
    """A household has moved in, with evidence."""
    return body.answered(await actions.report_moves(connection, act, body.sound))


@router.post("/confirmations")
async def confirm_moves(body: Batch[Confirmation], connection: Transaction, act: Township) -> Results:
    """By another person than who reported."""
    return body.answered(await actions.confirm_moves(connection, act, body.sound))
