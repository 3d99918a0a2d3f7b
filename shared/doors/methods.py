"""Methods that no door states: HEAD is GET without its body, OPTIONS says which methods a path takes."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from fastapi.routing import RouteContext, iter_route_contexts
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.ground.problems import Problem


class Methods:
    """Answers HEAD and OPTIONS for all doors. Plain ASGI around them; it needs no token to say what documents say."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"] if scope["type"] == "http" else ""
        allowed = methods_at(scope["app"], scope["path"]) if method in ("HEAD", "OPTIONS") else []
        if method == "OPTIONS" and allowed:
            await Response(status_code=204, headers={"Allow": ", ".join(allowed)})(scope, receive, send)
        elif "HEAD" in allowed and method == "HEAD":
            # The server and whoever measures go on seeing HEAD; the latter also by which route it went.
            asked = {**scope, "method": "GET"}
            await self.app(asked, receive, _without_body(send))
            scope.update({name: asked[name] for name in ("route",) if name in asked})
        else:
            await self.app(scope, receive, send)


def _without_body(send: Send) -> Send:
    async def bare(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return bare


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return compile_path(path)[0]


def routes_at(app: Any, path: str) -> Iterator[tuple[RouteContext, dict[str, str]]]:
    """The routes of an application that a path leads to, with the parameters as they stand in it."""
    for route in iter_route_contexts(app.routes):
        found = _pattern(route.path or "").match(path)
        if found:
            yield route, found.groupdict()


def methods_at(app: Any, path: str) -> list[str]:
    """What a path takes; nothing where it leads nowhere."""
    stated = {method for route, _ in routes_at(app, path) for method in route.methods or ()}
    return sorted(stated | ({"HEAD"} if "GET" in stated else set()) | ({"OPTIONS"} if stated else set()))


def not_allowed(request: Request) -> Problem:
    return Problem("shared.method_not_allowed", allowed=", ".join(methods_at(request.app, request.scope["path"])))
