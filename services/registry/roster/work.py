"""What runs by itself: roster files that wait are read one after the other, by a process of its own."""

from functools import partial
from typing import Any

from services.registry.roster import queries
from services.registry.roster.actions import fail, import_roster
from shared.acts.apart import run_apart, work_off

IDLE_SECONDS = 0.2
LONGEST_SECONDS = 300
LARGEST_MEMORY_BYTES = 2 * 1024**3  # of addresses; measured: 50,000 people take well under half of it
TARGET = f"{__name__}:import_waiting"


async def run_imports(app: Any) -> None:
    """The service's background work: whenever an import waits, a process for it. Runs for ever."""
    await run_apart(
        app,
        TARGET,
        queries.is_any_waiting,
        idle_seconds=IDLE_SECONDS,
        longest_seconds=LONGEST_SECONDS,
        largest_bytes=LARGEST_MEMORY_BYTES,
    )


async def import_waiting(argument: dict[str, str]) -> None:
    """In a process of its own: one import after the other, until none waits."""
    give_up = partial(fail, reason="gave_up")
    await work_off(argument, queries.begin_import, queries.lock_import, import_roster, give_up)
