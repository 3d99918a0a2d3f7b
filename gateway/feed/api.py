"""The door to the feed of exits."""

import json
from typing import Annotated

from fastapi import APIRouter, Query, Request

from gateway.feed.actions import Tail, read_facts
from gateway.feed.schemas import FeedItem, FeedPage
from gateway.limits.api import LIMITED
from shared.context import Act
from shared.http import by

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
    request: Request, act: Reader, cursor: Annotated[str, Query(max_length=40)] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100, wait_seconds: Annotated[int, Query(ge=0, le=30)] = 0,
) -> FeedPage:  # fmt: skip
    """Announced exits in the feed's order, from `cursor` on, or from the beginning.

    Where nothing is new the answer waits up to `wait_seconds` for it. A cursor from before a restore is answered
    410 with `resync`, the cursor to go on from; facts met again carry the same event id.
    """
    pool = request.app.state.pool
    rows, place = await read_facts(pool, act.caller, cursor, limit)
    if not rows and wait_seconds:
        await _tail(request).wait_beyond(place.position, wait_seconds)
        rows, place = await read_facts(pool, act.caller, str(place), limit)
    items = [FeedItem(position=r["position"], epoch=r["epoch"], event=json.loads(r["event"])) for r in rows]
    return FeedPage(items=items, next=str(place))
