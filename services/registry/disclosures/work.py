"""What runs beside the doors: looks are written down together, and names are read aloud."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from services.registry.disclosures import queries
from services.registry.disclosures.actions import Looks
from services.registry.disclosures.rules import readings
from shared.data import db
from shared.values.sounds import sounds_of

log = structlog.get_logger()

PORTION = 1000
IDLE_SECONDS = 0.5
# So much of what was looked at is lost with a process that is killed.
GATHER_SECONDS = 0.1


@asynccontextmanager
async def keep_looks(app: Any) -> AsyncIterator[None]:
    """One book for an application; what still waits when it stops is written then."""
    looks = app.state.looks = Looks(app.state.pool)
    stopping = asyncio.Event()
    writing = asyncio.create_task(_write(looks, stopping))
    try:
        yield
    finally:
        stopping.set()
        await writing
        await looks.write()


async def _write(looks: Looks, stopping: asyncio.Event) -> None:
    while not stopping.is_set():
        try:
            await looks.write()
        except db.TRANSIENT as error:
            log.warning("looks_wait", error=type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), GATHER_SECONDS)


async def read_names(app: Any) -> None:
    """The service's background work: whoever was given a name can be found by how it sounds. Runs for ever."""
    while True:
        read = 0
        try:
            async with db.transaction(app.state.pool, db.system_caller("registry")) as connection:
                names = await queries.take_unread(connection, PORTION)
                found = await asyncio.to_thread(_read_all, names)
                await queries.insert_readings(connection, found)
                read = len(names)
        except db.TRANSIENT as error:
            log.warning("name_reader_waits", error=type(error).__name__)
        if not read:
            await asyncio.sleep(IDLE_SECONDS)


def _read_all(names: set[str]) -> dict[str, set[str]]:
    return {name: readings([sounds_of(character) for character in name]) for name in names}
