"""One household across all services."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from gateway.limits.api import LIMITED
from gateway.passport.actions import compose
from gateway.passport.rules import WHOLE
from gateway.passport.schemas import Passport, WhoseAndWhen
from gateway.proxy.rules import PASSED_ON
from shared.doors.http import current_act
from shared.ground.context import Act

router = APIRouter(tags=["passport"], dependencies=[LIMITED])


@router.get("/passport/{household_id}", response_model=Passport, response_model_exclude_unset=True)
async def get_passport(
    household_id: UUID, request: Request, act: Annotated[Act, Depends(current_act)]
) -> WhoseAndWhen | JSONResponse:
    """The household: its exits, what visits found, measures, loans, its move, what it is paid and by which agreements,
    posts and certificates, who helps it and what he saw and did, and the decisions about it. A service that is away
    leaves its parts `unavailable` with a warning; a household that the registry does not show this caller is a 404.
    """
    state = request.app.state
    headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
    parts, warnings = await compose(state.session, state.settings.upstreams, headers, household_id)
    whole = parts[WHOLE]
    if whole.status is not None and whole.status >= 400:
        return JSONResponse(whole.body, whole.status, media_type="application/problem+json; charset=utf-8")
    return Passport(household_id=household_id, business_date=act.business_date, warnings=warnings, **parts)
