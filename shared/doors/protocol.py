"""What stands before the applications: bounds on a request's head, and on the connections of one address."""

import json
from asyncio import TimerHandle, Transport
from collections import Counter
from typing import Any, ClassVar, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from shared.ground import problems
from shared.ground.problems import Problem

MOST_HEADER_BYTES = 32_768
MOST_HEADER_LINES = 100
HEADER_SECONDS = 10.0
# After a refusal what still comes is thrown away this long: cut off while it sends, a client never reads why.
LINGER_SECONDS = 2.0


class Guarded(HttpToolsProtocol):
    """Refuses a head that is too large (431) or never whole (408), and connections over an address's share (429).

    The server itself bounds none of them, and an application hears of a request only when its head is complete.
    A body's size and time are the applications' matter: they know whose it is, and how large it may be.
    """

    most_connections: ClassVar[int]
    held: ClassVar[Counter[str]]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.refused = self.in_head = False
        self.progress = self.unended = self.header_bytes = self.header_lines = 0
        self.head_due: TimerHandle | None = None

    @property
    def address(self) -> str:
        return self.client[0] if self.client else ""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # as the server's own
        super().connection_made(transport)
        self._await_head()
        self.held[self.address] += 1
        if 0 < self.most_connections < self.held[self.address]:
            self.refuse(Problem("shared.too_many_connections"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        self.held[self.address] -= 1
        if not self.held[self.address]:
            del self.held[self.address]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.refused:
            return
        before = self.progress
        super().data_received(data)
        # A line without an end is held by the parser, which never says so.
        self.unended = 0 if self.progress != before else self.unended + len(data)
        if self.unended > MOST_HEADER_BYTES:
            self.refuse(self._too_large())
        # Empty lines between requests, or a body that goes on behind its answer: the server waits for these for ever.
        answered = self.cycle is None or self.cycle.response_complete
        if answered and self.head_due is None and not self.refused:
            self._await_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if not self.refused:
            self.in_head = True
            self.header_bytes = self.header_lines = 0
            self._await_head()

    def on_header(self, name: bytes, value: bytes) -> None:
        self.progress += 1
        self.header_lines += 1
        self.header_bytes += len(name) + len(value)
        if self.header_lines > MOST_HEADER_LINES or self.header_bytes + len(self.url) > MOST_HEADER_BYTES:
            self.refuse(self._too_large())
        if not self.refused:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self.progress += 1
        self.in_head = False
        self._head_came()
        if len(self.url) > MOST_HEADER_BYTES:
            self.refuse(self._too_large())
        if not self.refused:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self.progress += 1
        if not self.refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self.refused:
            super().on_message_complete()

    def send_400_response(self, _msg: str) -> None:
        """What is no HTTP at all; the parser's own word for it stays with us."""
        self.refuse(Problem("shared.not_http"))

    def refuse(self, problem: Problem) -> None:
        """Answer, and hear no more. In the middle of another answer nothing can be said: the connection ends."""
        if self.refused:
            return
        self.refused = True
        self._head_came()
        self._unset_keepalive_if_required()
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.close()
            return
        accepted = dict(self.headers or ()).get(b"accept-language", b"").decode("latin-1")
        document = problems.body(problem, accepted)
        body = json.dumps(document, ensure_ascii=False).encode()
        lines = [
            b"content-type: application/problem+json; charset=utf-8",
            b"content-language: " + problems.preferred_language(accepted).encode(),
            b"content-length: %d" % len(body),
            b"cache-control: no-store",
            b"connection: close",
            *([b"retry-after: 1"] if document["status"] == 429 else []),
        ]
        self.transport.write(STATUS_LINE[document["status"]] + b"\r\n".join(lines) + b"\r\n\r\n" + body)
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _too_large(self) -> Problem:
        return Problem("shared.header_too_large", limit_bytes=MOST_HEADER_BYTES, limit_lines=MOST_HEADER_LINES)

    def _await_head(self) -> None:
        self._head_came()
        self.head_due = self.loop.call_later(HEADER_SECONDS, self._head_is_late)

    def _head_came(self) -> None:
        if self.head_due is not None:
            self.head_due.cancel()
            self.head_due = None

    def _head_is_late(self) -> None:
        if self.in_head:
            self.refuse(Problem("shared.header_too_slow", seconds=int(HEADER_SECONDS)))
        else:
            self.transport.close()


def guarded(most_connections: int) -> type[Guarded]:
    """For one server: at most so many connections of an address at a time; 0 where they are not counted."""
    return cast("type[Guarded]", type("Guarded", (Guarded,), {"most_connections": most_connections, "held": Counter()}))
