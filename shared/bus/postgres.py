"""The log in PostgreSQL: for a county on one machine, for years.

One writer per topic, and a locked head row per partition, so that offsets become visible in order.
"""

import asyncio
import itertools
import time
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import asyncpg

from shared.bus import FencedError, OffsetLostError, Outgoing, Partition, Record
from shared.bus.partition import partition_of
from shared.bus.topics import TOPICS
from shared.data.db import prepare

FENCED = "SH001"

SCHEMA = """
CREATE TABLE IF NOT EXISTS topic (name text PRIMARY KEY, writer text NOT NULL, partitions integer NOT NULL);
CREATE TABLE IF NOT EXISTS writer (source text PRIMARY KEY, term bigint NOT NULL);
CREATE TABLE IF NOT EXISTS head (
    topic text NOT NULL REFERENCES topic, partition integer NOT NULL, next_offset bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition));
CREATE TABLE IF NOT EXISTS log (
    topic text NOT NULL, partition integer NOT NULL, "offset" bigint NOT NULL,
    key text NOT NULL, headers jsonb NOT NULL, value text NOT NULL,
    appended_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (topic, partition, "offset"));

-- The login decides what may be written: <service>_app writes its own service's topics, nothing else.
CREATE OR REPLACE FUNCTION source_of_login() RETURNS text LANGUAGE sql STABLE
    SET search_path = pg_catalog AS $$ SELECT regexp_replace(session_user, '_app$', '') $$;

CREATE OR REPLACE FUNCTION take_over() RETURNS bigint LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public AS $$
    INSERT INTO writer (source, term) VALUES (source_of_login(), 1)
    ON CONFLICT (source) DO UPDATE SET term = writer.term + 1 RETURNING term $$;

CREATE OR REPLACE FUNCTION append(p_term bigint, topics text[], partitions integer[], keys text[],
                                  headers jsonb[], contents text[])
    RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM 1 FROM writer WHERE source = source_of_login() AND term = p_term FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'term % is over', p_term USING ERRCODE = 'SH001';
    END IF;
    IF EXISTS (SELECT 1 FROM unnest(topics) AS w (name)
               WHERE NOT EXISTS (SELECT 1 FROM topic t WHERE t.name = w.name AND t.writer = source_of_login())) THEN
        RAISE EXCEPTION 'a topic of another writer' USING ERRCODE = 'insufficient_privilege';
    END IF;
    WITH incoming AS (
        SELECT i, t, p, k, h, v, row_number() OVER (PARTITION BY t, p ORDER BY i) - 1 AS nth
        FROM unnest(topics, partitions, keys, headers, contents) WITH ORDINALITY AS w (t, p, k, h, v, i)
    ), moved AS (
        UPDATE head SET next_offset = next_offset + n
        FROM (SELECT t, p, count(*) AS n FROM incoming GROUP BY t, p) c
        WHERE head.topic = c.t AND head.partition = c.p
        RETURNING head.topic, head.partition, next_offset - n AS first_offset
    )
    INSERT INTO log (topic, partition, "offset", key, headers, value)
    SELECT t, p, first_offset + nth, k, h, v FROM incoming JOIN moved ON topic = t AND partition = p;
END $$;

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT SELECT ON log, head TO PUBLIC;
GRANT EXECUTE ON FUNCTION source_of_login(), take_over(),
    append(bigint, text[], integer[], text[], jsonb[], text[]) TO PUBLIC;
"""

_APPEND = "SELECT append($1, $2, $3, $4, $5, $6)"
# Nothing to read is right at the end only: before it the rows are gone, behind it they never came. At the end, where a
# reader mostly is, the log is not looked into: a head moves with its rows.
_FETCH = """
SELECT w.topic, w.partition, w.next_offset AS wanted, l."offset", l.key, l.headers, l.value
FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS w (topic, partition, next_offset)
LEFT JOIN head ON head.topic = w.topic AND head.partition = w.partition
LEFT JOIN LATERAL (
    SELECT * FROM log WHERE head.next_offset IS DISTINCT FROM w.next_offset
    AND log.topic = w.topic AND log.partition = w.partition AND log."offset" >= w.next_offset
    ORDER BY log."offset" LIMIT $4) l ON true
WHERE l."offset" IS NOT NULL OR head.next_offset IS DISTINCT FROM w.next_offset
ORDER BY w.topic, w.partition, l."offset"
"""
_LEAD = "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS leads"
LOOK_SECONDS = (0.01, 0.02, 0.03)
FROZEN_AFTER_SECONDS = 10
_ENDS = "SELECT topic, partition, next_offset FROM head WHERE topic = ANY($1)"


async def migrate(owner_url: str) -> None:
    """Create the log and declare the topics. A topic's partitions, once declared, stay."""
    connection = await asyncpg.connect(owner_url)
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(20170930)")
        await connection.execute(SCHEMA)
        for topic in TOPICS.values():
            await connection.execute(
                "INSERT INTO topic VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                topic.name,
                topic.writer,
                topic.partitions,
            )
            await connection.execute(
                "INSERT INTO head (topic, partition) SELECT $1, generate_series(0, $2 - 1) ON CONFLICT DO NOTHING",
                topic.name,
                topic.partitions,
            )
    await connection.close()


class PostgresPublisher:
    """Appends a whole batch in one transaction: all of it is durable, or none."""

    def __init__(self, connection: asyncpg.Connection, term: int) -> None:
        self._connection = connection
        self._term = term

    @classmethod
    async def lead(cls, url: str) -> "PostgresPublisher":
        """Begin a new term; every earlier leader of this source is fenced from here on."""
        connection = await asyncpg.connect(url, timeout=10, command_timeout=30)
        await prepare(connection)
        return cls(connection, await connection.fetchval("SELECT take_over()"))

    async def publish(self, rows: Sequence[Outgoing]) -> list[int]:
        try:
            await self._connection.execute(
                _APPEND,
                self._term,
                [r.topic for r in rows],
                [partition_of(r.key, TOPICS[r.topic].partitions) for r in rows],
                [r.key for r in rows],
                [r.headers for r in rows],
                [r.value for r in rows],
            )
        except asyncpg.PostgresError as error:
            if error.sqlstate == FENCED:
                raise FencedError(str(error)) from error
            raise
        return [r.id for r in rows]

    async def close(self) -> None:
        await self._connection.close(timeout=2)


class PostgresReader:
    """With a group, all of the topics while it holds the group's lock, else none; without one, all of them."""

    def __init__(self, url: str, topics: Sequence[str], group: str | None = None) -> None:
        self._url = url
        self._mine = {(t, p) for t in topics for p in range(TOPICS[t].partitions)}
        self._group = group
        self._connection: Any = None
        self._leads: Any = None
        self._turn = asyncio.Lock()

    async def _rows(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        async with self._turn:
            if self._connection is None or self._connection.is_closed():
                self._connection = await asyncpg.connect(self._url, timeout=10, command_timeout=30)
                await prepare(self._connection)
                # A frozen worker keeps its lock no longer than this.
                await self._connection.execute(f"SET idle_session_timeout = '{FROZEN_AFTER_SECONDS}s'")
            rows: list[asyncpg.Record] = await self._connection.fetch(query, *arguments)
            return rows

    async def assigned(self) -> AbstractSet[Partition]:
        held = self._leads
        if self._group is None or (held is not None and held is self._connection and not held.is_closed()):
            return self._mine
        if not (await self._rows(_LEAD, self._group))[0]["leads"]:
            return frozenset()
        self._leads = self._connection
        return self._mine

    async def fetch(
        self, positions: Mapping[Partition, int], limit: int, wait_seconds: float = 0
    ) -> dict[Partition, list[Record]]:
        deadline = time.monotonic() + wait_seconds
        for pause in itertools.chain(LOOK_SECONDS, itertools.repeat(LOOK_SECONDS[-1])):
            found = await self._look(positions, limit)
            left = deadline - time.monotonic()
            if found or left <= 0:
                break
            await asyncio.sleep(min(pause, left))
        return found

    async def _look(self, positions: Mapping[Partition, int], limit: int) -> dict[Partition, list[Record]]:
        places = list(positions)
        rows = await self._rows(
            _FETCH, [t for t, _ in places], [p for _, p in places], [positions[x] for x in places], limit
        )
        found: dict[Partition, list[Record]] = {}
        for row in rows:
            place = row["topic"], row["partition"]
            batch = found.setdefault(place, [])
            if row["offset"] != row["wanted"] + len(batch):
                raise OffsetLostError(place, row["wanted"] + len(batch))
            batch.append(
                Record(row["topic"], row["partition"], row["offset"], row["key"], row["headers"], row["value"])
            )
        return found

    async def ends(self, topics: Sequence[str]) -> dict[Partition, int]:
        rows = await self._rows(_ENDS, list(topics))
        return {(r["topic"], r["partition"]): r["next_offset"] for r in rows}

    async def note(self, positions: Mapping[Partition, int]) -> None:
        """Whoever displays lag reads it from the services."""

    async def close(self) -> None:
        self._leads = None
        if self._connection is not None:
            await self._connection.close(timeout=2)
