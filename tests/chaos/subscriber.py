"""A county system that subscribed to exits, in a process of its own: on disk before it says so, sometimes slow.

`python -m tests.chaos.subscriber FOLDER PORT SEED`. It starts anew after a kill and goes on with its journal.
"""

import asyncio
import json
import random
import sys
from pathlib import Path

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from tests.chaos.journal import Journal

JOURNAL = "webhooks.jsonl"
SECRET = "subscriber.secret"
FAILS, FORGETS, SLOW = 0.06, 0.04, 0.03


class Subscriber:
    """Fails before it writes, or forgets to answer after it wrote: the second comes again, and is written again."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self._journal = Journal(folder / JOURNAL)
        self._secret, self._rng = folder / SECRET, rng

    async def receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        try:
            Webhook(self._secret.read_text()).verify(body, dict(request.headers))
        except WebhookVerificationError:
            return web.Response(status=401)
        fate = self._rng.random()
        if fate < FAILS:
            return web.Response(status=500)
        if fate < FAILS + SLOW:
            await asyncio.sleep(self._rng.uniform(0.5, 9))
        event = json.loads(body)
        self._journal.write({"id": event["id"], "key": event["partitionkey"]})
        return web.Response(status=500 if fate > 1 - FORGETS else 204)


if __name__ == "__main__":
    where, port, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    application = web.Application()
    application.router.add_post("/exits", Subscriber(where, random.Random(seed)).receive)
    web.run_app(application, host="127.0.0.1", port=port, print=None, access_log=None)
