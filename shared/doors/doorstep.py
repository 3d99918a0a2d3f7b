"""How much of a request's body is taken, for how long, and from whom: judged before any door reads it."""

import asyncio
import time
from collections.abc import Iterable
from typing import Any

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.doors.callers import identify
from shared.doors.http import problem_response
from shared.ground.problems import Problem

LONGEST_SECONDS = 60.0
PAUSE_SECONDS = 10.0
# After a refusal the rest of a body is taken and thrown away this far: a client that is cut off while it sends
# would see a reset connection and never read why.
LINGER_SECONDS = 3.0
LINGER_BYTES = 33_554_432


class BrokenOffError(Exception):
    """The body will not come to its end, and why has been said."""


class Doorstep:
    """Takes a body only of who is known here, up to its size and time. No door takes one of a stranger.

    Plain ASGI: a door would find out who calls only after it has read.
    """

    def __init__(self, app: ASGIApp, *, largest_bytes: int) -> None:
        self.app = app
        self.largest_bytes = largest_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not brings_body(scope["headers"]):
            await self.app(scope, receive, send)
            return
        known, refusal = False, None
        try:
            await _known(scope)
            known = True
            if _declared(scope["headers"]) > self.largest_bytes:
                raise Problem("shared.too_large", limit_bytes=self.largest_bytes)
            refusal = await self._let_in(scope, receive, send)
        except Problem as problem:
            refusal = problem
        if refusal is not None:
            await say_no(scope, refusal, receive if known else None, send, unread=True)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> Problem | None:
        """Why the body was not read to its end, where nothing has been answered yet."""
        refusal: Problem | None = None
        begun, taken, complete = False, 0, False
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LONGEST_SECONDS

        async def bounded() -> Message:
            nonlocal refusal, taken, complete
            if complete:
                return await receive()  # the caller going away, which has no time
            try:
                async with asyncio.timeout_at(min(deadline, loop.time() + PAUSE_SECONDS)):
                    message = await receive()
            except TimeoutError:
                refusal = Problem("shared.too_slow", seconds=int(LONGEST_SECONDS))
                raise BrokenOffError from None
            taken += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if taken > self.largest_bytes:
                refusal = Problem("shared.too_large", limit_bytes=self.largest_bytes)
                raise BrokenOffError
            return message

        async def heard(message: Message) -> None:
            nonlocal begun
            # What a door makes of a body that broke off is not the reason.
            if refusal is None or begun:
                begun = True
                await send(message)

        try:
            await self.app(scope, bounded, heard)
        except BrokenOffError:
            if begun:
                raise
        return None if begun else refusal


async def _known(scope: Scope) -> None:
    authorization = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    state: Any = scope["app"].state
    await identify(
        authorization.decode("latin-1"), state.keys, state.settings, state.verified, state.revoked, time.time()
    )


def brings_body(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a body follows these headers of a request."""
    return any(name == b"transfer-encoding" or (name == b"content-length" and value != b"0") for name, value in headers)


def _declared(headers: Iterable[tuple[bytes, bytes]]) -> int:
    """The server has seen to it that a length is a number."""
    return max((int(value) for name, value in headers if name == b"content-length"), default=0)


async def say_no(scope: Scope, problem: Problem, receive: Receive | None, send: Send, *, unread: bool) -> None:
    """As problem+json. Whose body has not been read whole loses the connection: with `receive` the rest is taken
    first, a stranger's is not read at all.
    """
    response = problem_response(Request(scope), problem)
    headers = list(response.raw_headers)
    unread = unread and brings_body(scope["headers"])
    if unread:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    body = bytes(response.body)
    if unread and receive is not None:
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await linger(receive)
        body = b""
    await send({"type": "http.response.body", "body": body})


async def linger(receive: Receive) -> None:
    """Throw away what still comes, for a while."""
    taken = 0
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while taken < LINGER_BYTES:
                message = await receive()
                taken += len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return
    except TimeoutError:
        return
