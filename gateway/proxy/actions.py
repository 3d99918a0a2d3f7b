"""Passing a request on: streamed both ways, counted and timed, never held whole."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from starlette.types import Receive, Send
from yarl import URL

from gateway.proxy.rules import answer_headers
from shared.doors import doorstep
from shared.doors.doorstep import BrokenOffError, linger
from shared.ground.problems import Problem

log = structlog.get_logger()

CONNECT_SECONDS = 3.0
MOST_CONNECTIONS = 256
MOST_PER_SERVICE = 128
# A service closes an idle connection after 5 s; ours must be given up before, or a POST meets a closed one.
IDLE_CONNECTION_SECONDS = 3.0
HELD_BYTES = 65_536
LARGEST_COMPOSED_BYTES = 4_194_304

Session = aiohttp.ClientSession


@asynccontextmanager
async def open_session() -> AsyncIterator[Session]:
    """The client of all upstreams. Nothing of its own in what it sends: no cookies, no encodings, no redirects."""
    connector = aiohttp.TCPConnector(
        limit=MOST_CONNECTIONS, limit_per_host=MOST_PER_SERVICE, keepalive_timeout=IDLE_CONNECTION_SECONDS
    )
    async with Session(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
    ) as session:
        yield session


def _patience(seconds: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=CONNECT_SECONDS, sock_read=seconds)


@dataclass(slots=True)
class Upload:
    """The caller's body on its way. `deadline` is the loop's time by which it must be complete."""

    receive: Receive
    limit_bytes: int
    limit_seconds: float
    deadline: float
    taken_bytes: int = 0
    complete: bool = False
    gone: bool = False
    refusal: Problem | None = None


async def read_piece(upload: Upload) -> bytes:
    """The next piece of the body.

    Raises:
        BrokenOffError: it is too large or too slow (`refusal` says so), or the caller is `gone`.
    """
    left = upload.deadline - asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(max(0.0, min(left, doorstep.PAUSE_SECONDS))):
            message = await upload.receive()
    except TimeoutError:
        upload.refusal = Problem(
            "gateway.proxy.too_slow", limit_seconds=int(upload.limit_seconds), pause_seconds=int(doorstep.PAUSE_SECONDS)
        )
        raise BrokenOffError from None
    if message["type"] == "http.disconnect":
        upload.gone = True
        raise BrokenOffError
    piece: bytes = message.get("body", b"")
    upload.taken_bytes += len(piece)
    if upload.taken_bytes > upload.limit_bytes:
        upload.refusal = Problem("shared.too_large", limit_bytes=upload.limit_bytes)
        raise BrokenOffError
    upload.complete = not message.get("more_body", False)
    return piece


async def _pieces(upload: Upload, first: bytes) -> AsyncIterator[bytes]:
    if first:
        yield first
    while not upload.complete:
        piece = await read_piece(upload)
        if piece:
            yield piece


@dataclass(frozen=True, slots=True)
class Passage:
    """One request as it will be sent on."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    timeout_seconds: float


async def pass_on(session: Session, passage: Passage, upload: Upload, send: Send) -> None:
    """Send the request, and its answer back. A repeat of a GET whose connection died is the client library's.

    Raises:
        Problem: before anything was answered.
    """
    try:
        first = b"" if upload.complete else await read_piece(upload)
        if upload.complete:
            body: Any = first or None
            limit = passage.timeout_seconds + CONNECT_SECONDS
        else:
            body = _pieces(upload, first)
            limit = passage.timeout_seconds * 2 + CONNECT_SECONDS
        async with asyncio.timeout(limit):
            answer = await session.request(
                passage.method,
                URL(passage.url, encoded=True),
                headers=passage.headers,
                data=body,
                allow_redirects=False,
                timeout=_patience(passage.timeout_seconds),
            )
    except BrokenOffError:
        if upload.refusal:
            raise upload.refusal from None
        return
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        if upload.gone:
            return
        raise upload.refusal or _failure(error) from error
    try:
        async with asyncio.timeout(passage.timeout_seconds):
            await _send_back(answer, upload, send)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        # Half an answer is out: the server closes the connection, so that nobody takes it for a whole one.
        log.warning("answer_broken_off", error=type(error).__name__)
    finally:
        if upload.complete:
            answer.release()
        else:
            answer.close()


def _failure(error: Exception) -> Problem:
    log.warning("upstream_failed", error=type(error).__name__)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Problem("shared.unavailable")  # nothing was sent
    if isinstance(error, TimeoutError):
        return Problem("gateway.proxy.timeout")
    return Problem("gateway.proxy.broken_off")


async def _send_back(answer: aiohttp.ClientResponse, upload: Upload, send: Send) -> None:
    headers = answer_headers(answer.raw_headers)
    if not upload.complete:
        headers.append((b"connection", b"close"))
    start = {"type": "http.response.start", "status": answer.status, "headers": headers}
    if upload.complete and (answer.content_length or HELD_BYTES) < HELD_BYTES:
        body = await answer.read()
        await send(start)
        await send({"type": "http.response.body", "body": body})
        return
    await send(start)
    async for piece in answer.content.iter_any():
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    if not upload.complete:  # answered before the body was through
        answer.close()
        await asyncio.sleep(0)
        await linger(upload.receive)
    await send({"type": "http.response.body", "body": b""})


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, for what the gateway composes itself."""

    status: int
    body: bytes


async def fetch_answer(
    session: Session, url: str, headers: dict[str, str], timeout_seconds: float = 10.0
) -> Answer | None:
    """GET; None where the service is away, too slow, or answers more than the gateway would hold."""
    try:
        async with (
            asyncio.timeout(timeout_seconds),
            session.get(
                URL(url, encoded=True), headers=headers, allow_redirects=False, timeout=_patience(timeout_seconds)
            ) as answer,
        ):
            body = bytearray()
            async for piece in answer.content.iter_any():
                body += piece
                if len(body) > LARGEST_COMPOSED_BYTES:
                    return None
            return Answer(answer.status, bytes(body))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.warning("upstream_failed", error=type(error).__name__)
        return None
