"""What never becomes a request: heads without bound or end, and more connections than one address may have."""

import asyncio
from typing import Any

import pytest

from shared.doors import protocol
from tests.integration.gateway.conftest import Street, raw

HEAD = b"GET /openapi.json HTTP/1.1\r\nHost: county\r\n"


async def spoken(address: str, sent: bytes) -> bytes:
    """All that comes back on a connection that sends this and then waits."""
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(sent)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize(
    "sent",
    [
        HEAD + b"X-A: b\r\n" * 20_000 + b"\r\n",
        HEAD + b"X-A: b\r\n" * 101,
        HEAD + b"X-A: " + b"b" * 33_000 + b"\r\n\r\n",
        HEAD + b"X-A: " + b"b" * 2_000_000,
        b"GET /" + b"a" * 33_000 + b" HTTP/1.1\r\nHost: county\r\n\r\n",
        b"GET /" + b"a" * 2_000_000,
        HEAD + b"".join(b"X-%d: " % n + b"b" * 4000 + b"\r\n" for n in range(9)) + b"\r\n",
    ],
    ids=["20,000 lines", "101 lines", "a line", "a line without end", "a target", "a target without end", "together"],
)
async def test_a_head_that_is_too_large_is_refused(street: Street, sent: bytes) -> None:
    door = await street.gateway()
    answer = await spoken(door.address, sent)
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b'"code": "shared.header_too_large"' in answer


async def test_the_largest_head_is_taken(street: Street) -> None:
    door = await street.gateway()
    lines = b"".join(b"X-%02d: " % n + b"b" * 320 + b"\r\n" for n in range(98))
    answer = await spoken(door.address, HEAD + lines + b"Connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_a_head_that_never_ends_is_ended(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEADER_SECONDS", 0.3)
    door = await street.gateway()
    assert (await spoken(door.address, HEAD)).startswith(b"HTTP/1.1 408 ")
    # Said nothing, or nothing but what stands between requests: there is nothing to answer.
    assert await spoken(door.address, b"") == b""
    assert await spoken(door.address, b"\r\n") == b""


async def test_a_head_that_never_ends_behind_an_answer(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEADER_SECONDS", 0.3)
    door = await street.gateway()
    answer = await spoken(door.address, HEAD + b"\r\n" + HEAD)
    assert answer.startswith(b"HTTP/1.1 200 ")
    answer = await spoken(door.address, HEAD + b"\r\n\r\n\r\n")
    assert answer.count(b"HTTP/1.1 ") == 1


async def test_what_is_no_request_is_answered_as_every_refusal(street: Street) -> None:
    door = await street.gateway()
    answer = await spoken(door.address, b"\x16\x03\x01 nonsense\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b'"code": "shared.not_http"' in answer


async def test_an_address_has_so_many_connections_and_no_more(street: Street) -> None:
    door = await street.gateway(connections_per_address=3)
    open_ones: list[Any] = [await raw(door, "GET /whoami HTTP/1.1") for _ in range(3)]
    for reader, _ in open_ones:
        assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
    answer = await spoken(door.address, HEAD + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 429 ")
    assert b"retry-after: 1" in answer
    open_ones[0][1].close()

    async def again() -> bool:
        return (await spoken(door.address, HEAD + b"Connection: close\r\n\r\n")).startswith(b"HTTP/1.1 200 ")

    await street.house.settled(again)
    for _, writer in open_ones:
        writer.close()


async def test_connections_of_the_gateway_are_not_counted(street: Street) -> None:
    finance = await street.house.listen("finance", "api", connections_per_address=1)
    assert [(await spoken(finance.address, HEAD + b"Connection: close\r\n\r\n"))[9:12] for _ in range(2)] == [
        b"200"
    ] * 2
    held = await asyncio.gather(*(raw(finance, "GET /health HTTP/1.1") for _ in range(3)))
    for reader, writer in held:
        assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")
        writer.close()
