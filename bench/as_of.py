"""What was so on a day, as known at a moment, beside what is so now: the same lists, households and counts."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg

from bench.ground import Ground, Result, ground, side_by_side
from bench.register import COUNTY, VILLAGE, lay
from services.registry.record import queries
from shared.data import db
from shared.data.pages import Place
from shared.data.revisions import AsOf
from shared.data.sql import fetch, sql
from shared.ground.context import Caller
from shared.values.ids import uuid7

HOUSEHOLDS, PAGES, WHOLES = 10_000, 20, 300
# Each was told of anew since: it left the list, one of its people grew older, its house was seen.
SINCE = """
UPDATE household SET status = 'exited', exited_on = '2016-12-01', exited_year = 2016, stands_since = '2016-12-01';
UPDATE household_fact SET known = tstzrange(lower(known), now());
INSERT INTO household_fact SELECT n.* FROM household_fact f, LATERAL jsonb_populate_record(f, jsonb_build_object(
    'id', uuidv7(), 'known', tstzrange(now(), NULL))) AS n;
ANALYZE
"""
POOR_NOW = sql("""
    SELECT h.status, count(DISTINCT h.id) AS households, count(*) AS people FROM household h
    JOIN member_fact m ON m.household_id = h.id AND upper_inf(m.known) AND m.valid @> :on
    WHERE h.division >= :division AND h.division <= :division || '~' GROUP BY h.status
    """)


async def bench_as_of(ground: Ground) -> list[Result]:
    """Ours is asked as of the year before, as known an hour ago, so that what is read was replaced since."""
    owner = await asyncpg.connect(ground.url("registry_owner", "registry"))
    ids = [uuid7() for _ in range(HOUSEHOLDS)]
    await lay(owner, ids)
    known_at = datetime.now(UTC) + timedelta(seconds=1)
    await owner.execute("SELECT pg_sleep(1.1)")
    await owner.execute(SINCE)
    pool = await db.open_pool(ground.url("registry_app", "registry"), 1, reads=True)
    caller, now = Caller("bench", "county", COUNTY), AsOf(date(2017, 6, 1))
    then = AsOf(date(2016, 6, 1), known_at, asked=True)

    async def page(as_of: AsOf) -> int:
        place = Place(UUID(int=0), 100)
        for _ in range(PAGES):
            async with db.reading(pool, caller, as_of.on, db.EACH_TIME) as connection:
                rows = await queries.list_households(connection, as_of, place, division=VILLAGE)
            place = place._replace(after=rows[-1].id)
        return PAGES

    async def whole(as_of: AsOf) -> int:
        async with db.reading(pool, caller, as_of.on) as connection:
            for one in ids[:WHOLES]:
                await queries.get_whole(connection, one, as_of)
        return WHOLES

    async def counted() -> int:
        async with db.reading(pool, caller, then.on) as connection:
            await queries.count_households(connection, then, VILLAGE)
        return 1

    async def counted_now() -> int:
        async with db.reading(pool, caller, now.on) as connection:
            await fetch(connection, POOR_NOW, division=VILLAGE, on=now.on)
        return 1

    results = [
        await side_by_side(
            "page as of a day, as known", "pages/s", lambda: page(then), "as it is now", lambda: page(now)
        ),
        await side_by_side("household as of a day", "reads/s", lambda: whole(then), "as it is now", lambda: whole(now)),
        await side_by_side(
            "poor of a division as of a day", "counts/s", counted, "as it is now", counted_now, rounds=5
        ),
    ]
    await pool.close()
    await owner.close()
    return results


async def alone_as_of() -> list[Result]:
    """On a ground of its own."""
    async with ground(("registry",)) as place:
        return await bench_as_of(place)
