"""Two tiny services for the supervisor, and waiting for a condition instead of for luck."""

import asyncio
import time
from collections.abc import Callable

from deploy.local.supervisor import Process

SERVER = """
import http.server, json, os
STATUS = {"outbox_rows": 3, "outbox_age_seconds": 1.5, "lag": {"registry.household": 7}, "parked_keys": 2}
class Door(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(STATUS) if self.path == "/status" else str(os.getpid())
        self.send_response(200); self.end_headers(); self.wfile.write(body.encode())
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["SHENCHI_PORT"])), Door).serve_forever()
"""
MIGRATION = """
import asyncio, asyncpg, os
async def main():
    connection = await asyncpg.connect(os.environ["SHENCHI_OWNER_URL"])
    await connection.execute("CREATE TABLE IF NOT EXISTS migrated (id bigint PRIMARY KEY)")
    await connection.close()
asyncio.run(main())
"""
TINY = tuple(Process(name, migrate=("-c", MIGRATION), run=("-c", SERVER)) for name in ("alpha", "beta"))


async def until(holds: Callable[[], bool], within_s: float = 30) -> None:
    deadline = time.monotonic() + within_s
    while not await asyncio.to_thread(holds):
        assert time.monotonic() < deadline, "the condition did not come to hold"
        await asyncio.sleep(0.05)
