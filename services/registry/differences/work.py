"""What runs by itself: lists, each compared in a process of its own, and the end of what was put right."""

from typing import Any
from uuid import UUID

from services.registry.differences import queries
from services.registry.differences.actions import compare_list, end_agreed, fail
from shared.acts.apart import go_round, run_apart, work_off
from shared.data.sql import Connection
from shared.ground.context import Act

IDLE_SECONDS = 0.5
LONGEST_SECONDS = 300
LARGEST_MEMORY_BYTES = 2 * 1024**3  # of addresses, as for a roster of the same size
TARGET = f"{__name__}:compare_waiting"
PORTION = 200


async def run_lists(app: Any) -> None:
    """The service's background work: whenever a list waits, a process for it. Runs for ever."""
    await run_apart(
        app,
        TARGET,
        queries.is_any_waiting,
        idle_seconds=IDLE_SECONDS,
        longest_seconds=LONGEST_SECONDS,
        largest_bytes=LARGEST_MEMORY_BYTES,
    )


async def compare_waiting(argument: dict[str, str]) -> None:
    """In a process of its own: one list after the other, until none waits."""
    await work_off(argument, queries.begin_list, queries.lock_list, compare_list, fail)


async def end_corrected(app: Any) -> None:
    """The service's background work: a difference of which ours was wrong ends once it is right. Runs for ever."""

    async def end_some(connection: Connection, act: Act, after: UUID) -> UUID | None:
        return await end_agreed(connection, act, app.state.data_keys, after, PORTION)

    await go_round(app, "differences", end_some)
