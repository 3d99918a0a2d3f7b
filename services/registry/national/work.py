"""What runs by itself: exports that wait are written one after the other, by a process of its own."""

from typing import Any

from services.registry.national import queries
from services.registry.national.actions import export_changes, give_up
from shared.acts.apart import run_apart, work_off

IDLE_SECONDS = 0.5
LONGEST_SECONDS = 300
LARGEST_MEMORY_BYTES = 2 * 1024**3  # of addresses
TARGET = f"{__name__}:export_waiting"


async def run_exports(app: Any) -> None:
    """The service's background work: whenever an export waits, a process for it. Runs for ever."""
    await run_apart(
        app,
        TARGET,
        queries.is_any_waiting,
        idle_seconds=IDLE_SECONDS,
        longest_seconds=LONGEST_SECONDS,
        largest_bytes=LARGEST_MEMORY_BYTES,
    )


async def export_waiting(argument: dict[str, str]) -> None:
    """In a process of its own: one export after the other, until none waits."""
    await work_off(argument, queries.begin_export, queries.lock_export, export_changes, give_up)
