"""A page of the register's households costs the same in a small county and in a province: blocks that are read for it.

No time is taken: what a page costs on any machine is how many blocks of 8 KiB PostgreSQL looks at.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from bench.ground import Ground, Result, ground
from bench.register import lay
from services.registry.record import queries
from shared.data import db
from shared.data.pages import Place
from shared.data.revisions import AsOf
from shared.ground.context import Caller
from shared.values.ids import uuid7

FEW, PAGE, SETTLED_AFTER, A_VILLAGE = 10_000, 100, 6, 60
COUNTY, VILLAGE, ON = "140927", "140927000010", date(2017, 6, 1)
SOME_OUT = """
UPDATE household SET status = 'exited', exited_on = '2016-12-01', exited_year = 2016 WHERE id = ANY($1::uuid[])
"""


class Asked(NamedTuple):
    name: str
    caller: Caller
    as_of: AsOf
    at: Place
    filters: dict[str, Any]


def asked(middle: UUID) -> Iterator[Asked]:
    """Who asks for which page."""
    county, village = Caller("bench", "county", COUNTY), Caller("bench", "village", VILLAGE)
    now, then = AsOf(ON), AsOf(date(2016, 6, 1), datetime.now(UTC), asked=True)
    first, later = Place(UUID(int=0), PAGE), Place(middle, PAGE)
    yield Asked("county's first page", county, now, first, {})
    yield Asked("county's page in the middle", county, now, later, {})
    yield Asked("county's page of those out", county, now, first, {"status": "exited"})
    yield Asked("county's page of a village", county, now, first, {"division": VILLAGE})
    yield Asked("village's page", village, now, first, {})
    yield Asked("county's page as of a day", county, then, first, {})
    yield Asked("county's page in the middle as of a day", county, then, later, {})


async def _blocks(pool: db.Pool, page: Asked) -> int:
    """Of every statement of the page, once PostgreSQL has made up its mind how to plan."""
    told = list[tuple[str, tuple[Any, ...]]]()
    async with db.reading(pool, page.caller, page.as_of.on, db.EACH_TIME) as connection:
        connection.add_query_logger(seen := lambda query: told.append((query.query, tuple(query.args or ()))))
        for _ in range(SETTLED_AFTER):
            told.clear()
            await queries.list_households(connection, page.as_of, page.at, **page.filters)
        connection.remove_query_logger(seen)
        plans = [await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {q}", *args) for q, args in told]
    found = [plan[0]["Plan"] for plan in plans]
    return sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for plan in found)


async def _costs(place: Ground, count: int) -> dict[str, int]:
    owner = await asyncpg.connect(place.url("registry_owner", "registry"))
    ids = sorted(uuid7() for _ in range(count))  # of one millisecond they come in any order
    await lay(owner, ids, village=lambda n: f"{COUNTY}{n // A_VILLAGE:06}")
    await owner.execute(SOME_OUT, ids[::50])
    await owner.execute("VACUUM (ANALYZE)")
    await owner.close()
    pool = await db.open_pool(place.url("registry_app", "registry"), 1, reads=True)
    costs = {page.name: await _blocks(pool, page) for page in asked(ids[count // 2])}
    await pool.close()
    return costs


async def bench_lists(many: int = 100_000) -> list[Result]:
    """`many`: how many are registered in the large county."""
    async with ground(("registry",)) as place:
        few = await _costs(place, FEW)
    async with ground(("registry",)) as place:
        costs = await _costs(place, many)
    return [
        Result(f"{name}, of {many:,}", "blocks, less is better", costs[name], f"of {FEW:,}", few[name]) for name in few
    ]
