"""A server that goes says one last word; whoever uses the connection between that word and its end is told to wait."""

import asyncio

import pytest

from shared.data import db
from tests.conftest import free_port
from tests.integration.shared.conftest import Ground

KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = 'finance_app'"


class Line:
    """To PostgreSQL and back. When the server hangs up, its client has heard the last word but not the end."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._held: list[asyncio.StreamWriter] = []
        self.holds = True
        self.ended = False

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.gather(self._carry(reader, to_server), self._carry(from_server, writer))

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
        self.ended = True
        self._held.append(sink)
        if not self.holds:
            self.let_go()

    def let_go(self) -> None:
        self.holds = False
        for sink in self._held:
            sink.close()


async def test_a_connection_between_its_last_word_and_its_end_is_lost_and_no_fault_of_ours(ground: Ground) -> None:
    line = Line(ground.house.cluster.server.port)
    server = await asyncio.start_server(line.connect, "127.0.0.1", 0)
    ground.house.stack.callback(server.close)
    url = (await ground.house.settings("finance")).database_url
    through = url.replace(f":{ground.house.cluster.server.port}/", f":{server.sockets[0].getsockname()[1]}/")
    finance = await ground.serve(role="api", pool_size=1, database_url=through)
    assert (await finance.call("GET", "/finance/v1/probe/seen", "county")).status_code == 200
    await ground.house.admin.execute(KILL.replace("$1", f"'{await ground.house.database('finance')}'"))

    async def ended() -> bool:
        return line.ended

    await ground.house.settled(ended)
    answer = await finance.call("GET", "/finance/v1/probe/seen", "county")
    assert (answer.status_code, answer.json()["code"]) == (503, "shared.unavailable")
    line.let_go()
    assert (await finance.call("GET", "/finance/v1/probe/seen", "county")).status_code == 200


async def test_who_starts_while_the_database_is_away_waits_for_it(ground: Ground) -> None:
    """As after a crash of PostgreSQL, which lets nobody in while it recovers."""
    port, line = free_port(), Line(ground.house.cluster.server.port)
    settings = await ground.house.settings("finance")
    url = settings.database_url.replace(f":{line._port}/", f":{port}/")
    with pytest.raises(OSError, match=str(port)):
        await db.open_pool(url, 1)
    opening = asyncio.create_task(db.open_pool(url, 1, patience_seconds=20))
    done, _ = await asyncio.wait([opening], timeout=0.3)
    assert not done
    async with await asyncio.start_server(line.connect, "127.0.0.1", port):
        pool = await opening
        assert await pool.fetchval("SELECT 1") == 1
        pool.terminate()
