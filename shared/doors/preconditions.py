"""Conditional requests (RFC 9110, 13): what has not changed is not sent again, what somebody else changed is not
overwritten.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Response
from pydantic import BaseModel
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.ground.problems import Problem

Shown = TypeVar("Shown", bound=BaseModel)
LONGEST = 1000


def tag(content: bytes) -> str:
    """One for a content, packed or not."""
    return f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'


def tag_of(shown: BaseModel) -> str:
    return tag(shown.model_dump_json().encode())


def tagged(response: Response, shown: Shown) -> Shown:
    """What a door shows, under the tag that an edit of it goes by."""
    response.headers["ETag"] = tag_of(shown)
    return shown


@dataclass(frozen=True, slots=True)
class Expected:
    """What the caller of an edit goes by: one of these tags, `*` for whatever is there; or, where `new`, nothing."""

    tags: frozenset[str]
    new: bool

    def check(self, held: BaseModel | None) -> None:
        """Raises Problem `shared.precondition_failed` (412) where something else stands, as a door shows it."""
        stands = held is not None and ("*" in self.tags or tag_of(held) in self.tags)
        if not (held is None if self.new else stands):
            raise Problem("shared.precondition_failed")


async def _expected(
    if_match: Annotated[str, Header(alias="If-Match", max_length=LONGEST)] = "",
    if_none_match: Annotated[str, Header(alias="If-None-Match", max_length=LONGEST)] = "",
) -> Expected:
    new = if_none_match.strip() == "*"
    if not if_match and not new:
        raise Problem("shared.precondition_missing")
    return Expected(_listed(if_match), new)


def _listed(header: str) -> frozenset[str]:
    """Tags as they are written: a weak one, which cannot tell all changes, is none of ours (RFC 9110, 13.1.1)."""
    return frozenset(part.strip() for part in header.split(","))


# Of doors that edit one thing. Last in a door's signature: who may not call hears that first.
Expecting = Annotated[Expected, Depends(_expected)]


class Tags:
    """Marks what GET shows with a tag of its content, and answers 304 to whoever has it already.

    Plain ASGI, inside of what packs: it saves the way, not the reading. Answers in pieces pass as they are.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        held: Message | None = None

        async def marked(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and message["status"] == 200:
                held = message
                return
            if held is not None:
                start, held = held, None
                if not message.get("more_body", False):
                    start, message = _marked(start, message, _asked(scope["headers"]))
                await send(start)
            await send(message)

        await self.app(scope, receive, marked)


def _asked(headers: Iterable[tuple[bytes, bytes]]) -> frozenset[str]:
    """What a caller has; here a weak tag is as good as any (RFC 9110, 13.1.2)."""
    return _listed(", ".join(v.decode("latin-1").replace("W/", "") for n, v in headers if n == b"if-none-match"))


def _marked(start: Message, body: Message, asked: frozenset[str]) -> tuple[Message, Message]:
    headers = list(start["headers"])
    own = next((v for n, v in headers if n.lower() == b"etag"), None)
    mark = own or tag(body.get("body", b"")).encode()
    headers += [] if own else [(b"etag", mark)]
    if not asked & {mark.decode(), "*"}:
        return {**start, "headers": headers}, body
    headers = [(n, v) for n, v in headers if n.lower() not in (b"content-length", b"content-type")]
    return {**start, "status": 304, "headers": headers}, {**body, "body": b""}
