"""Several acts at the same row at the same moment, without hoping for it."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from tests.conftest import House

WAITING = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"


async def at_once(house: House, lock: str, *acts: Coroutine[Any, Any, Any]) -> list[Any]:
    """Hold what `lock` locks until every act waits for it, then let them go; their answers."""
    owner = await house.owner("industry")
    async with owner.transaction():
        await owner.fetch(lock)
        tasks = [asyncio.create_task(act) for act in acts]

        async def waiting() -> bool:
            return bool(await house.admin.fetchval(WAITING) == len(tasks))

        await house.settled(waiting)
    return list(await asyncio.gather(*tasks))
