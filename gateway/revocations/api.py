"""Doors to revocations."""

import time
from typing import Annotated

from fastapi import APIRouter, Query, Request

from gateway.limits.api import LIMITED
from gateway.revocations import actions, queries
from gateway.revocations.schemas import NewRevocation, RevocationShown
from shared.acts.bodies import Cursor, Page, page
from shared.acts.revocations import together
from shared.doors.http import Paging, Transaction, by
from shared.ground.context import Act
from shared.ground.problems import Problem

router = APIRouter(prefix="/revocations", tags=["revocations"], dependencies=[LIMITED])


@router.post("", status_code=201)
async def revoke(
    body: NewRevocation, request: Request, connection: Transaction, act: Annotated[Act, by("county")]
) -> RevocationShown:
    """Every token that the subject has now is good no longer: at this gateway at once, everywhere within a second.
    Another county's clerk locks nobody out of this one.
    """
    if act.caller.area != request.app.state.settings.county:
        raise Problem("shared.outside_area")
    row = await actions.revoke(connection, act, body, time.time())
    # Before the commit: where that fails he logs in once more.
    request.app.state.revoked = together(request.app.state.revoked, {row.subject: row.not_before}, time.time())
    return RevocationShown.model_validate(row, from_attributes=True)


@router.get("", dependencies=[by("county", "auditor")])
async def list_revocations(
    connection: Paging, at: Cursor, subject: Annotated[str | None, Query(max_length=200)] = None
) -> Page[RevocationShown]:
    """Whose tokens were taken back, when, by whom and why; by id."""
    return page(RevocationShown, await queries.list_revocations(connection, at, subject), at)
