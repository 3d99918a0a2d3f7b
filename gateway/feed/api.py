"""The door to the feed of exits."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gateway.feed import actions
from gateway.feed.actions import Tail, read_facts
from gateway.feed.schemas import FeedItem, FeedPage, SnapshotPage
from gateway.feed.tables import ExitFact
from gateway.limits.api import LIMITED
from shared.acts.bodies import Limit
from shared.doors.cursors import link_next
from shared.doors.http import by
from shared.ground.context import Act

router = APIRouter(prefix="/feed", tags=["feed"], dependencies=[LIMITED])

Reader = Annotated[Act, by("subscriber", "county")]


def _tail(request: Request) -> Tail:
    state = request.app.state
    if not hasattr(state, "feed_tail"):
        state.feed_tail = Tail(state.pool, state.service.name)
    tail: Tail = state.feed_tail
    return tail


@router.get("/exits")
async def read_exits(
    request: Request,
    response: Response,
    act: Reader,
    cursor: Annotated[str, Query(max_length=40)] = "",
    limit: Limit = 100,
    wait_seconds: Annotated[int, Query(ge=0, le=30)] = 0,
) -> FeedPage:
    """Exits and what became of them in the feed's order, from `cursor` on, or from the beginning.

    Where nothing is new the answer waits up to `wait_seconds` for it. A cursor from before a restore is answered
    410 with `resync`, the cursor to go on from; facts met again carry the same event id.
    """
    pool = request.app.state.pool
    rows, place = await read_facts(pool, act.caller, cursor, limit)
    if not rows and wait_seconds:
        await _tail(request).wait_beyond(place.position, wait_seconds)
        rows, place = await read_facts(pool, act.caller, str(place), limit)
    link_next(request, response, str(place))
    return FeedPage(items=_items(rows), next=str(place))


@router.get("/exits/snapshot")
async def read_snapshot(
    request: Request,
    response: Response,
    act: Reader,
    cursor: Annotated[str, Query(max_length=80)] = "",
    limit: Limit = 100,
) -> SnapshotPage:
    """Who stands out of poverty now, for a subscriber that begins, or begins anew. All pages show one moment.

    Where the system was restored meanwhile the answer is 410: the snapshot begins anew.
    """
    rows, page, more = await actions.read_snapshot(request.app.state.pool, act.caller, cursor, limit)
    if more:
        link_next(request, response, str(page))
    return SnapshotPage(items=_items(rows), feed_cursor=str(page.at), next=str(page) if more else None)


def _items(rows: list[ExitFact]) -> list[FeedItem]:
    return [FeedItem.model_validate(row, from_attributes=True) for row in rows]
