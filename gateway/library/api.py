"""The door to the policy library."""

from fastapi import APIRouter, Depends

from gateway.library import queries
from gateway.library.schemas import NoticeShown
from gateway.limits.api import LIMITED
from shared.acts.bodies import NewestCursor, Page, page
from shared.doors.http import Paging, current_act

router = APIRouter(prefix="/policy-library", tags=["policy"], dependencies=[LIMITED])


@router.get("", dependencies=[Depends(current_act)])
async def show_library(connection: Paging, at: NewestCursor) -> Page[NoticeShown]:
    """Every document that changed a figure of any service, the newest first: for everybody (domain notes 9.13)."""
    return page(NoticeShown, await queries.list_newest(connection, at), at, "position")
