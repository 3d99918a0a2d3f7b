"""Between clients and gateway: lets every request through whole, and now and then cuts off the answer.

What was cut has been done and committed; the client cannot know.
"""

import random
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

CUT = 0.03
LARGEST_BODY = 32 * 1024 * 1024
HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "host"})
RESET = struct.pack("ii", 1, 0)


class FaultProxy:
    def __init__(self, upstream: str, rng: random.Random) -> None:
        self._upstream, self._rng = upstream, rng
        self._session: aiohttp.ClientSession | None = None
        self.cutting = False
        self.cuts = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        assert self._session is not None
        headers = {n: v for n, v in request.headers.items() if n.lower() not in HOP}
        try:
            async with self._session.request(
                request.method, self._upstream + request.path_qs, data=await request.read(), headers=headers
            ) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            return self._reset(request)
        if self.cutting and self._rng.random() < CUT:
            self.cuts += 1
            return self._reset(request)
        return web.Response(
            status=answer.status, body=body, headers={n: v for n, v in answer.headers.items() if n.lower() not in HOP}
        )

    def _reset(self, request: web.Request) -> web.Response:
        """A reset, not an orderly end: what was on its way is gone."""
        if request.transport is not None:
            peer = request.transport.get_extra_info("socket")
            if peer is not None:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            request.transport.abort()
        return web.Response(status=502)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        application = web.Application(client_max_size=LARGEST_BODY)
        application.router.add_route("*", "/{path:.*}", self.handle)
        runner = web.AppRunner(application, access_log=None)
        async with aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=60), connector=aiohttp.TCPConnector(limit=0), auto_decompress=False
        ) as self._session:
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            try:
                yield f"http://127.0.0.1:{runner.addresses[0][1]}"
            finally:
                await runner.cleanup()
