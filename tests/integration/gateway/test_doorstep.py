"""No body is read of a stranger, and none beyond its size and time, at the gateway's own doors and at a service's."""

import asyncio
from typing import Any

import pytest

from shared.doors import doorstep
from tests.conftest import Door
from tests.integration.gateway.conftest import Street, raw, read_head, status_of

SUBSCRIBE = "POST /subscriptions HTTP/1.1"
IMPORT = "POST /registry/v1/roster/imports?income_year=2016 HTTP/1.1"
MEGABYTES_60 = 60 * 1024 * 1024


@pytest.fixture(params=[SUBSCRIBE, IMPORT], ids=["gateway", "service"])
async def asked(request: Any, street: Street) -> tuple[Door, str]:
    """A door that takes a body, with nothing before it."""
    if request.param == SUBSCRIBE:
        return await street.gateway(), request.param
    return await street.house.listen("registry", "api"), request.param


@pytest.mark.parametrize(
    "length", ["Content-Length: 900", f"Content-Length: {MEGABYTES_60}", "Transfer-Encoding: chunked"]
)
@pytest.mark.parametrize("token", ["Bearer nonsense", "nonsense"])
async def test_a_stranger_is_refused_before_a_byte_of_the_body(
    asked: tuple[Door, str], length: str, token: str
) -> None:
    door, line = asked
    reader, writer = await raw(door, f"{line}\r\n{length}", token=token)
    async with asyncio.timeout(5):
        head = await read_head(reader)
        assert head.startswith(b"HTTP/1.1 401")
        assert b"connection: close" in head.lower()
        assert b"token" in await reader.read()
    writer.close()


async def test_what_is_said_to_be_too_large_is_not_waited_for(asked: tuple[Door, str]) -> None:
    door, line = asked
    reader, writer = await raw(door, f"{line}\r\nContent-Length: {MEGABYTES_60}", role="county")
    async with asyncio.timeout(2):
        assert await status_of(reader) == 413
    writer.close()


async def test_what_becomes_too_large_is_refused_on_its_way(asked: tuple[Door, str]) -> None:
    door, line = asked
    reader, writer = await raw(door, f"{line}\r\nTransfer-Encoding: chunked", role="county")
    piece = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    answered = asyncio.create_task(status_of(reader))
    for _ in range(24):
        writer.write(piece)
        await writer.drain()
    async with asyncio.timeout(5):
        assert await answered == 413
    writer.close()


@pytest.mark.parametrize("pause", [0.05, 60.0])
async def test_a_body_that_stops_is_not_waited_for(
    asked: tuple[Door, str], pause: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A byte now and then, or one and no more."""
    monkeypatch.setattr(doorstep, "LONGEST_SECONDS", 0.6)
    monkeypatch.setattr(doorstep, "PAUSE_SECONDS", 0.3)
    door, line = asked
    reader, writer = await raw(door, f"{line}\r\nContent-Length: 1000", role="county")

    async def drip() -> None:
        while True:
            writer.write(b" ")
            await asyncio.sleep(pause)

    dripping = asyncio.create_task(drip())
    async with asyncio.timeout(5):
        assert await status_of(reader) == 408
        assert b"shared.too_slow" in await reader.readuntil(b"}")
    dripping.cancel()
    writer.close()
