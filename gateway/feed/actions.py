"""Making exits public: each fact a place in the feed and a record of the topic `county.exits`; and reading on."""

import asyncio
import json
import time
from collections.abc import Sequence

from gateway.feed import queries
from gateway.feed.rules import Cursor, Page, read_cursor, read_page, resync_point
from gateway.feed.tables import ExitFact
from shared.data import db
from shared.data.sql import Connection
from shared.events import Payload, county, registry
from shared.facts.outbox import pass_on
from shared.ground.context import Act, Caller
from shared.ground.problems import Problem

LOOK_SECONDS = 0.05
SOURCE = "gateway"
# What the registry states, and what of it is public: the fields that the public contract names, and no others.
PUBLIC: dict[type[Payload], type[Payload]] = {
    registry.HouseholdExited: county.HouseholdExited,
    registry.HouseholdReturned: county.HouseholdReturned,
    registry.ExitRevoked: county.ExitRevoked,
    registry.ExitCorrected: county.ExitCorrected,
    registry.VillageExited: county.VillageExited,
    registry.VillageExitRevoked: county.VillageExitRevoked,
    registry.TownshipExited: county.TownshipExited,
    registry.TownshipExitRevoked: county.TownshipExitRevoked,
}
OUT = [kind.TYPE for kind in county.KINDS if kind.OUT]


def public_form(fact: Payload) -> Payload:
    return PUBLIC[type(fact)].model_validate(fact.model_dump())


async def append_facts(connection: Connection, facts: Sequence[tuple[Act, Payload]]) -> Cursor:
    """Give the facts the next positions, in order, and lay the same events into the outbox for `county.exits`; one
    that is public already is left out.

    Returns the head as it was before: what is new lies beyond it.
    """
    await queries.hold_feed(connection)
    head = await queries.get_head(connection)
    known = await queries.find_known(connection, [act.causation_id for act, _ in facts])
    fresh = [(act, public_form(fact)) for act, fact in facts if act.causation_id not in known]
    events = await pass_on(connection, SOURCE, fresh)
    await queries.insert_facts(
        connection,
        [
            {
                "position": position,
                "epoch": head.epoch,
                "event_id": event.id,
                "key": event.key,
                "type": event.type,
                "event": json.dumps(event.structured(), ensure_ascii=False, separators=(",", ":")),
            }
            for position, event in enumerate(events, head.position + 1)
        ],
    )
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


async def read_facts(pool: db.Pool, caller: Caller, cursor: str, limit: int) -> tuple[list[ExitFact], Cursor]:
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
    return rows, Cursor(head.epoch, rows[-1].position if rows else place.position)


async def read_snapshot(pool: db.Pool, caller: Caller, cursor: str, limit: int) -> tuple[list[ExitFact], Page, bool]:
    """A page of the last facts of all that stand out of poverty, by key, at the position where the first page began;
    the place behind it, and whether there may be more.

    Raises:
        Problem: `shared.cursor_invalid`, or `gateway.feed.snapshot_epoch` where the feed was restored meanwhile.
    """
    async with db.transaction(pool, caller) as connection:
        head = await queries.get_head(connection)
        page = read_page(cursor) if cursor else Page(head, "")
        if page is None:
            raise Problem("shared.cursor_invalid")
        if page.at.epoch != head.epoch or page.at.position > head.position:
            raise Problem("gateway.feed.snapshot_epoch")
        rows = await queries.list_last_facts(connection, page.at.position, page.after, OUT, limit)
    return rows, Page(page.at, rows[-1].key if rows else page.after), len(rows) == limit
