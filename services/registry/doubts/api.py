"""Doors to doubts about applications."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registry.doubts import actions
from services.registry.doubts.schemas import Answer, NewObjection, NewSuspicion
from services.registry.exits.schemas import Objected
from shared.acts.bodies import Batch, Results
from shared.doors.http import OF_HOUSEHOLDS, CurrentPolicy, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/identifications", tags=["doubts"])


@router.post("/objections", status_code=201)
async def object_to(body: NewObjection, connection: Transaction, act: Annotated[Act, OF_HOUSEHOLDS]) -> Objected:
    """Stops an application that is on notice until it is resolved."""
    return Objected(id=await actions.object_to(connection, act, body))


@router.post("/suspicions")
async def suspect(body: Batch[NewSuspicion], connection: Transaction, act: Annotated[Act, by("county")]) -> Results:
    """What a comparison with other registers found; nothing follows from it before a person has looked into it."""
    return body.answered(await actions.suspect(connection, act, body.sound))


@router.post("/doubts/{doubt_id}/resolution", status_code=204)
async def resolve(
    doubt_id: UUID,
    body: Answer,
    connection: Transaction,
    policy: CurrentPolicy,
    act: Annotated[Act, by("village", "team", "township")],
) -> None:
    """Upheld, it ends the application: an objection by the township, a suspicion by whoever looked into it."""
    await actions.resolve(connection, act, policy, doubt_id, body)
