"""What stands before every application: the last resort, and what every answer says of itself."""

import structlog
from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.doors.http import problem_response
from shared.ground.problems import Problem

log = structlog.get_logger()

_ALWAYS = [(b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer")]
_HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")
_NOT_KEPT = (b"cache-control", b"no-store")


class Front:
    """Answers an unhandled error once, and adds the headers that an answer does not have of its own.

    The framework's last resort raises the error again behind its answer: the server then prints it in clear and
    closes a connection that the gateway still counts on. Plain ASGI, for it runs for each request.
    """

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.public = [*_ALWAYS, _HTTPS_ONLY] if https else _ALWAYS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        personal = any(name == b"authorization" for name, _ in scope["headers"])
        wanted = [*self.public, _NOT_KEPT] if personal else self.public
        begun = False

        async def marked(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                own = list(message.get("headers", ()))
                names = {name.lower() for name, _ in own}
                message["headers"] = own + [header for header in wanted if header[0] not in names]
            await send(message)

        try:
            await self.app(scope, receive, marked)
        except Exception as error:
            log.error("unexpected", error=type(error).__name__, exc_info=error)
            # What has begun cannot be answered again: the server cuts off an answer that does not end.
            if not begun:
                await problem_response(Request(scope), Problem("shared.internal"))(scope, receive, marked)
