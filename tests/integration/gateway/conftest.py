"""The gateway on a socket before a real registry, and the raw ends of a network for what no client library does."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.conftest import Door, House

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Street:
    """The gateway, the registry behind it, and whatever else a test puts there."""

    def __init__(self, house: House, stack: AsyncExitStack) -> None:
        self.house = house
        self.stack = stack

    async def upstream(self, handler: Handler) -> str:
        """The address of a server that does with its connections what `handler` says."""
        server = await asyncio.start_server(handler, "127.0.0.1", 0)
        self.stack.push_async_callback(server.wait_closed)
        self.stack.callback(server.close)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def gateway(
        self, registry: str = "", finance: str = "", *, others: dict[str, str] | None = None, **changes: Any
    ) -> Door:
        upstreams = {name: url for name, url in (("registry", registry), ("finance", finance)) if url}
        upstreams |= others or {}
        return await self.house.listen("gateway", "api", upstreams=upstreams, **changes)


@pytest.fixture
async def street(house: House) -> Any:
    async with AsyncExitStack() as stack:
        yield Street(house, stack)


async def read_head(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


def lengthy(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0


def answer(body: bytes = b"{}", status: bytes = b"200 OK", *headers: bytes) -> bytes:
    lines = [b"HTTP/1.1 " + status, b"Content-Type: application/json", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


async def raw(door: Door, head: str, body: bytes = b"", *, role: str = "helper", token: str = "") -> tuple[Any, Any]:
    """A connection to the gateway on which a request has been begun; `head` without Host and Authorization."""
    host, port = door.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    bearer = token or door.headers(role)["Authorization"]
    writer.write(f"{head}\r\nHost: {host}\r\nAuthorization: {bearer}\r\n\r\n".encode() + body)
    return reader, writer


async def status_of(reader: asyncio.StreamReader) -> int:
    return int((await reader.readline()).split()[1])
