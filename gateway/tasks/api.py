"""What waits for the caller in all services."""

from fastapi import APIRouter, Depends, Request

from gateway.limits.api import LIMITED
from gateway.proxy.rules import PASSED_ON
from gateway.tasks.actions import list_all
from gateway.tasks.schemas import Tasks
from shared.acts.bodies import Limit
from shared.data.pages import Place
from shared.doors.cursors import CurrentListing, SealedCursor
from shared.doors.http import current_caller

router = APIRouter(tags=["tasks"], dependencies=[LIMITED])


@router.get("/tasks", dependencies=[Depends(current_caller)])
async def list_tasks(
    request: Request,
    of: CurrentListing,
    cursor: SealedCursor = "",
    limit: Limit = 100,
) -> Tasks:
    """Since when, until when, the most urgent first; a service that is away is named in `warnings`."""
    state = request.app.state
    at = Place(of.open(cursor) if cursor else "", limit, of.seal)
    headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
    return await list_all(state.session, state.settings.upstreams, headers, at)
