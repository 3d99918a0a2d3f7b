"""Doors to moves: keys, reports, confirmations."""

from typing import Annotated

from fastapi import APIRouter

from services.relocation.applications.schemas import Results
from services.relocation.moves import actions
from services.relocation.moves.schemas import Cases, Confirmations, Reports
from shared.doors.http import Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/moves", tags=["moves"])

Township = Annotated[Act, by("township")]


@router.post("/keys")
async def hand_keys(body: Cases, connection: Transaction, act: Township) -> Results:
    """After the notice of the draw."""
    return Results(results=await actions.hand_keys(connection, act, body.items))


@router.post("/reports")
async def report_moves(
    body: Reports, connection: Transaction, act: Annotated[Act, by("team", "helper")]
) -> Results:  # fmt: skip
    """A household has moved in, with evidence."""
    return Results(results=await actions.report_moves(connection, act, body.items))


@router.post("/confirmations")
async def confirm_moves(body: Confirmations, connection: Transaction, act: Township) -> Results:
    """By another person than who reported."""
    return Results(results=await actions.confirm_moves(connection, act, body.items))
