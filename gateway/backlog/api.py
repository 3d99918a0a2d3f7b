"""How far behind the county's services are."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from gateway.backlog.actions import look
from gateway.backlog.schemas import Backlog
from gateway.limits.api import LIMITED
from gateway.proxy.rules import PASSED_ON
from gateway.tasks.schemas import absent
from shared.doors.http import by
from shared.serve.operations import status

router = APIRouter(tags=["operations"], dependencies=[LIMITED])


@router.get("/backlog", dependencies=[by("county", "auditor")])
async def show_backlog(request: Request, wait_seconds: Annotated[int, Query(ge=0, le=30)] = 0) -> Backlog:
    """What is on its way between services: of each what it has not published and not read yet. Waits up to
    `wait_seconds` for nothing to be; a service that is away is named in `warnings`.
    """
    state = request.app.state
    headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}

    async def own() -> dict[str, Any]:
        return await status(request.app, state.service)

    looked = await look(state.session, state.settings.upstreams, headers, own, wait_seconds)
    return Backlog(at_rest=looked.at_rest, services=looked.states, warnings=[absent(name) for name in looked.away])
