"""Appending announced exits to the feed, and reading on from a cursor."""

import asyncio
import json
import time
from collections.abc import Sequence

from gateway.feed import queries
from gateway.feed.rules import Cursor, read_cursor, resync_point
from shared import db
from shared.context import Act, Caller
from shared.events import Payload
from shared.problems import Problem
from shared.sql import Connection, Row

LOOK_SECONDS = 0.05
# Who acted and what led to it is the county's own business.
_INTERNAL = ("actor", "causationid")


def public_event(act: Act, fact: Payload) -> str:
    """The fact as a CloudEvent in JSON: only the fields of its contract, nothing of who acted."""
    assert act.cause is not None
    event = act.cause.with_data(fact.model_dump(mode="json")).structured()
    shown = {name: value for name, value in event.items() if name not in _INTERNAL}
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


async def append_facts(connection: Connection, facts: Sequence[tuple[Act, Payload]]) -> Cursor:
    """Give the facts the next positions, in order; one that is there already is left out.

    Returns the head as it was before: what is new lies beyond it.
    """
    await queries.hold_feed(connection)
    head = await queries.get_head(connection)
    known = await queries.find_known(connection, [act.causation_id for act, _ in facts])
    fresh = [(act, fact) for act, fact in facts if act.causation_id not in known]
    await queries.insert_facts(
        connection,
        [
            {
                "position": position, "epoch": head.epoch, "event_id": act.causation_id, "key": fact.key,
                "type": fact.TYPE, "event": public_event(act, fact),
            }
            for position, (act, fact) in enumerate(fresh, head.position + 1)
        ],
    )  # fmt: skip
    return head


class Tail:
    """The feed's head as all who wait see it: one look at the database for all of them, every 50 ms."""

    def __init__(self, pool: db.Pool, service: str) -> None:
        self._pool = pool
        self._caller = db.system_caller(service)
        self._turn = asyncio.Lock()
        self._looked_at = 0.0
        self._head = Cursor(0, 0)

    async def _look(self) -> Cursor:
        async with self._turn:
            if time.monotonic() - self._looked_at >= LOOK_SECONDS:
                async with db.transaction(self._pool, self._caller) as connection:
                    self._head = await queries.get_head(connection)
                self._looked_at = time.monotonic()
            return self._head

    async def wait_beyond(self, position: int, seconds: float) -> None:
        """Until the feed has something beyond a position, or the time is up. No transaction is held."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and (await self._look()).position <= position:
            await asyncio.sleep(LOOK_SECONDS)


async def read_facts(pool: db.Pool, caller: Caller, cursor: str, limit: int) -> tuple[list[Row], Cursor]:
    """What lies beyond the cursor, and the cursor behind that.

    Raises:
        Problem: `shared.cursor_invalid`, or `gateway.feed.cursor_epoch` with the cursor to go on from.
    """
    async with db.transaction(pool, caller) as connection:
        head = await queries.get_head(connection)
        place = read_cursor(cursor) if cursor else Cursor(head.epoch, 0)
        if place is None:
            raise Problem("shared.cursor_invalid")
        resync = resync_point(place, head, await queries.get_last_of_epoch(connection, place.epoch))
        if resync is not None:
            raise Problem("gateway.feed.cursor_epoch", resync=str(resync))
        rows = await queries.list_facts(connection, place.position, limit)
    return rows, Cursor(head.epoch, rows[-1]["position"] if rows else place.position)
