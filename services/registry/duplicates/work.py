"""What runs by itself: searches, each in a process of its own, and the end of pairs of whom one has left."""

from typing import Any
from uuid import UUID

from services.registry.duplicates import queries
from services.registry.duplicates.actions import end_left, search_people
from services.registry.duplicates.tables import DuplicateSearch
from shared.acts.apart import go_round, run_apart, work_off
from shared.data import db
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy

IDLE_SECONDS = 0.5
LONGEST_SECONDS = 900
LARGEST_MEMORY_BYTES = 2 * 1024**3  # of addresses; measured: of a million people a tenth of it is held
TARGET = f"{__name__}:search_waiting"
PORTION = 1_000


async def run_searches(app: Any) -> None:
    """The service's background work: whenever a search waits, a process for it. Runs for ever."""
    await run_apart(
        app,
        TARGET,
        queries.is_any_waiting,
        idle_seconds=IDLE_SECONDS,
        longest_seconds=LONGEST_SECONDS,
        largest_bytes=LARGEST_MEMORY_BYTES,
    )


async def search_waiting(argument: dict[str, str]) -> None:
    """In a process of its own: one search after the other, until none waits."""
    await work_off(argument, queries.begin_search, queries.lock_search, _search, _give_up)


async def _search(connection: Connection, search: DuplicateSearch, data_keys: DataKeys, policy: Policy) -> None:
    act = Act(db.system_caller("registry"), search.asked_on, correlation_id=search.id)
    await search_people(connection, act, search, policy, data_keys)


async def _give_up(connection: Connection, search: DuplicateSearch) -> None:
    await queries.finish_search(connection, search.id, "failed")


async def end_pairs(app: Any) -> None:
    """The service's background work: whoever has left is asked about no more. Runs for ever."""
    await go_round(app, "duplicates", _end_some)


async def _end_some(connection: Connection, act: Act, after: UUID) -> UUID | None:
    ids = await queries.list_open(connection, after, PORTION)
    if ids:
        await end_left(connection, act, ids)
    return ids[-1] if len(ids) == PORTION else None
