"""The few lines that docs/county-systems.md shows are run as they stand there, against a gateway on a socket."""

import asyncio
import json
import re
import sys
import time
from collections.abc import AsyncIterator, Sized
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
from aiohttp import web

from shared.doors.tokens import sign_token
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
    async with running(documented("feed"), tmp_path, COUNTY=door.address, TOKEN="cat token") as lines:
        await until(lines, 2)
        await house.settled(lambda: _is_at(tmp_path, "1.2"))
    # Killed, it goes on where it was; and after a restore where it is told.
    owner = await house.owner("gateway")
    await registry.announce([returned(one)])
    await published(house, 3)
    async with running(documented("feed"), tmp_path, COUNTY=door.address, TOKEN="cat token") as lines:
        await until(lines, 1)
        await house.settled(lambda: _is_at(tmp_path, "1.3"))
    await owner.execute("UPDATE source SET epoch = 2")
    await registry.announce([exit_of(one)])
    await published(house, 4)
    async with running(documented("feed"), tmp_path, COUNTY=door.address, TOKEN="cat token") as lines:
        await until(lines, 1)
        await house.settled(lambda: _is_at(tmp_path, "2.4"))
    out = "county.household_exited.v1"
    told = [(e["type"], e["partitionkey"]) for e in seen]
    # Two households have no order between them.
    assert sorted(told[:2]) == sorted((out, str(key)) for key in (one, two))
    assert told[2:] == [("county.household_returned.v1", str(one)), (out, str(one))]


async def test_the_documented_feed_consumer_waits_and_renews_its_token(house: House, tmp_path: Path) -> None:
    """Tokens come as a command prints them, on a line; the first has ended, and what stands in between is busy."""
    registry, door = await Registry.open(house), await house.listen("gateway")
    one, token = uuid4(), tmp_path / "token"
    await registry.announce([exit_of(one)])
    await published(house, 1)
    signed = partial(sign_token, door.keys.private, subject="test-subscriber", role="subscriber", area="140927")
    token.write_text(f"{signed(minutes=-1)}\n")
    async with busy_way(door.address, [(429, "2"), (503, "1"), (502, "")]) as (address, answers):
        async with running(documented("feed"), tmp_path, COUNTY=address, TOKEN="cat token") as lines:
            await house.settled(partial(_are, answers, 2))
            token.write_text(f"{signed()}\n")
            await house.settled(partial(_are, lines, 1))
        statuses, moments = zip(*answers, strict=True)
        assert statuses[:2] == (401, 401)
        assert [status for status in statuses if status != 401] == [429, 503, 502, 200]
        gap = {status: after - at for (status, at), after in zip(answers, moments[1:], strict=False)}
        assert gap[429] >= 2
        assert min(gap.values()) >= 1
    assert [json.loads(line)["partitionkey"] for line in lines] == [str(one)]


@asynccontextmanager
async def busy_way(address: str, faults: list[tuple[int, str]]) -> AsyncIterator[tuple[str, list[tuple[int, float]]]]:
    """What stands between a subscriber and the gateway: for each of `faults` it withholds one good answer.

    Yields its address, and what it has answered: status and moment, in seconds.
    """
    answers: list[tuple[int, float]] = []

    async def pass_on(request: web.Request) -> web.Response:
        async with session.get(address + request.path_qs, headers=request.headers) as answer:
            status, body, later = answer.status, await answer.read(), ""
        if status == 200 and faults:
            (status, later), body = faults.pop(0), b""
        answers.append((status, time.monotonic()))
        return web.Response(status=status, body=body, headers={"Retry-After": later} if later else {})

    app = web.Application()
    app.router.add_get("/{path:.*}", pass_on)
    runner = web.AppRunner(app, shutdown_timeout=1)
    async with aiohttp.ClientSession() as session:
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            yield f"http://127.0.0.1:{runner.addresses[0][1]}", answers
        finally:
            await runner.cleanup()


async def _are(told: Sized, count: int) -> bool:
    return len(told) >= count


async def _is_at(folder: Path, cursor: str) -> bool:
    place = folder / "cursor"
    return place.exists() and place.read_text() == cursor
