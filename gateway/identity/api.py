"""Who am I, and whose keys are trusted here."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from gateway.identity.schemas import Identity, KeySet
from gateway.limits.api import LIMITED
from shared.doors.http import current_caller
from shared.doors.keys import keys_for
from shared.ground.context import Caller

router = APIRouter(tags=["identity"])


@router.get("/whoami", dependencies=[LIMITED])
async def whoami(caller: Annotated[Caller, Depends(current_caller)]) -> Identity:
    """The caller as the token names it."""
    return Identity(
        subject=caller.subject,
        role=caller.role,
        area=caller.area,
        bank=caller.bank,
        unit=caller.unit,
        person=caller.person,
    )


@router.get("/.well-known/jwks.json")
async def get_keys(request: Request, response: Response) -> KeySet:
    """The public keys of the issuer whose tokens are taken here (RFC 7517)."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return KeySet.model_validate((await keys_for(request.app.state.keys, "")).as_dict(private=False))
