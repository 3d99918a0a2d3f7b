"""The county archive: another county system, which subscribes to exits and keeps a journal of what it was told."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from scenario.api import Api, Who

ARCHIVE = Who("county-archive", "subscriber", "140927")


class Archive:
    """Receives webhooks, verifies them, writes each once, in the order it came, and says so."""

    def __init__(self, folder: Path) -> None:
        self.journal = folder / "subscriber.jsonl"
        self._secret_file = folder / "subscriber.secret"
        self._seen: set[str] = set()
        self.delays_ms: list[float] = []
        self.rejected = 0
        if self.journal.exists():
            self._seen = {json.loads(line)["id"] for line in self.journal.read_text().splitlines()}

    async def receive(self, request: web.Request) -> web.Response:
        body, arrived = await request.read(), time.time()
        try:
            Webhook(self._secret_file.read_text()).verify(body, dict(request.headers))
        except (WebhookVerificationError, OSError):
            self.rejected += 1
            return web.Response(status=401)
        event: dict[str, Any] = json.loads(body)
        if event["id"] not in self._seen:
            self._seen.add(event["id"])
            self.delays_ms.append((arrived - datetime.fromisoformat(event["time"]).timestamp()) * 1000)
            line = {"id": event["id"], "type": event["type"], "data": event["data"]}
            with self.journal.open("a") as journal:
                journal.write(json.dumps(line, ensure_ascii=False) + "\n")
        return web.Response(status=204)

    async def subscribe(self, api: Api, url: str) -> None:
        """Once; the secret is shown once too, and kept."""
        if self._secret_file.exists():
            return
        answer = await api.post(ARCHIVE, "/subscriptions", {"url": url})
        self._secret_file.touch(mode=0o600)
        self._secret_file.write_text(answer["secret"])


@asynccontextmanager
async def listening(archive: Archive, port: int) -> AsyncIterator[str]:
    """The archive's own door, on this machine."""
    application = web.Application()
    application.router.add_post("/exits", archive.receive)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    try:
        yield f"http://127.0.0.1:{port}/exits"
    finally:
        await runner.cleanup()
