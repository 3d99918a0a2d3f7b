"""The ten lines that docs/county-systems.md shows are run as they stand there, against a gateway on a socket."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.conftest import House
from tests.integration.gateway.receiver import Registry, exit_of, published
from tests.integration.gateway.test_county_exits import returned

DOCUMENT = Path(__file__).resolve().parents[3] / "docs/county-systems.md"


def documented(name: str) -> str:
    """The code block of that name."""
    (code,) = re.findall(rf"```python {name}\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert len([line for line in code.splitlines() if line.strip()]) <= 16
    return str(code)


@asynccontextmanager
async def running(code: str, folder: Path, **environment: str) -> AsyncIterator[list[str]]:
    """A process of the subscriber's own, in its folder; what it prints, line by line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=folder, env=environment, stdout=asyncio.subprocess.PIPE
    )
    lines: list[str] = []

    async def listen() -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            lines.append(line.decode().rstrip())  # noqa: PERF401 - as they come

    listening = asyncio.create_task(listen())
    try:
        yield lines
    finally:
        process.kill()
        await process.wait()
        await listening


async def test_the_documented_feed_consumer(house: House, tmp_path: Path) -> None:
    registry, door = await Registry.open(house), await house.listen("gateway")
    (tmp_path / "token").write_text(door.headers("subscriber")["Authorization"].removeprefix("Bearer "))
    one, two = uuid4(), uuid4()
    seen: list[dict[str, Any]] = []

    async def until(lines: list[str], count: int) -> None:
        async def printed() -> bool:
            return len(lines) >= count

        await house.settled(printed)
        seen.extend(json.loads(line) for line in lines)

    await registry.announce([exit_of(one), exit_of(two)])
    await published(house, 2)
    async with running(documented("feed"), tmp_path, COUNTY=door.address) as lines:
        await until(lines, 2)
        await house.settled(lambda: _is_at(tmp_path, "1.2"))
    # Killed, it goes on where it was; and after a restore where it is told.
    owner = await house.owner("gateway")
    await registry.announce([returned(one)])
    await published(house, 3)
    async with running(documented("feed"), tmp_path, COUNTY=door.address) as lines:
        await until(lines, 1)
        await house.settled(lambda: _is_at(tmp_path, "1.3"))
    await owner.execute("UPDATE source SET epoch = 2")
    await registry.announce([exit_of(one)])
    await published(house, 4)
    async with running(documented("feed"), tmp_path, COUNTY=door.address) as lines:
        await until(lines, 1)
        await house.settled(lambda: _is_at(tmp_path, "2.4"))
    out = "county.household_exited.v1"
    told = [(e["type"], e["partitionkey"]) for e in seen]
    # Two households have no order between them.
    assert sorted(told[:2]) == sorted((out, str(key)) for key in (one, two))
    assert told[2:] == [("county.household_returned.v1", str(one)), (out, str(one))]


async def _is_at(folder: Path, cursor: str) -> bool:
    place = folder / "cursor"
    return place.exists() and place.read_text() == cursor
