"""Ends a process that hangs: whoever keeps it alive starts a new one, and nothing that was acknowledged is lost.

A thread, because what hangs may be the event loop itself.
"""

import asyncio
import faulthandler
import os
import threading
import time
from collections.abc import Callable
from typing import Any

import structlog

log = structlog.get_logger()

HANGS_AFTER_SECONDS = 120.0
LOOK_EVERY_SECONDS = 5.0
EXIT_CODE = 70  # EX_SOFTWARE of sysexits.h


def overdue(beats: dict[str, float], now: float, hangs_after: float = HANGS_AFTER_SECONDS) -> list[str]:
    """The loops whose last beat is too old."""
    return sorted(name for name, at in beats.items() if now - at > hangs_after)


def awaited(coroutine: Any) -> list[str]:
    """Where a task stands, from its own code down to what it waits for; a task's stack shows the first alone."""
    places = []
    while (frame := getattr(coroutine, "cr_frame", None)) is not None:
        places.append(f"{frame.f_code.co_filename.rpartition('/')[2]}:{frame.f_lineno} {frame.f_code.co_name}")
        coroutine = coroutine.cr_await
    return [*places, repr(coroutine)[:120]]


class Watchdog:
    """Loops beat; a loop that has begun and stops beating ends the process."""

    def __init__(self, end: Callable[[int], None] = os._exit, look_every: float = LOOK_EVERY_SECONDS) -> None:
        self._beats: dict[str, float] = {}
        self._end = end
        self._look_every = look_every
        self._over = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def beat(self, name: str) -> None:
        self._beats[name] = time.monotonic()

    def start(self) -> None:
        """From the event loop whose tasks are to be shown, should one hang."""
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        self._over.set()

    def _watch(self) -> None:
        last = time.monotonic()
        while not self._over.wait(self._look_every):
            now = time.monotonic()
            if now - last > 2 * self._look_every:
                # The whole process was frozen, and the loops with it: they have had no chance to beat.
                self._beats = dict.fromkeys(self._beats, now)
            last = now
            hanging = overdue(dict(self._beats), now)
            if hanging:
                log.critical("watchdog", hanging=hanging)
                faulthandler.dump_traceback(all_threads=True)
                for task in asyncio.all_tasks(self._loop):
                    log.critical("hanging_task", task=task.get_name(), awaits=awaited(task.get_coro()))
                self._end(EXIT_CODE)
                return
