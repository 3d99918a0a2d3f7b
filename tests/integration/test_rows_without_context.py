"""Whoever forgets to say who he is sees nothing: every table and view of every service, on a used connection."""

from typing import Any

import asyncpg
import pytest

from tests.conftest import SERVICES, House

RELATIONS = (
    "SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS closed, c.relkind::text AS kind,"
    " has_table_privilege($1, c.oid, 'SELECT') AS app, has_table_privilege('system', c.oid, 'SELECT') AS system"
    " FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')"
    " AND c.relname <> 'alembic_version' ORDER BY c.relname"
)
COLUMNS = (
    "SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type FROM pg_attribute a"
    " WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = ''"
    " AND a.attgenerated = ''"
)
CHECKS = (
    "SELECT conrelid::regclass::text AS relation, conname AS name FROM pg_constraint"
    " WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
)
# A text is a village of the area, so that a division column would show its row to whoever is let in.
AREA, VILLAGE = "140927", "140927200201"
VALUES = {
    "text": f"'{VILLAGE}'", "uuid": "uuidv7()", "bytea": "'x'", "jsonb": "'{}'", "boolean": "true",
    "text[]": "'{}'", "uuid[]": "'{}'", "date": "'2017-06-01'", "timestamp with time zone": "now()",
    "daterange": "'[2017-01-01,)'", "tstzrange": "'[2017-01-01,)'", "bigint": "1", "integer": "1", "smallint": "1",
    "numeric": "1",
}  # fmt: skip


async def fill(house: House, service: str) -> asyncpg.Connection:
    """A row in every table of the test's own copy, whatever its checks, keys and triggers would say."""
    database = await house.database(service)
    connection = await asyncpg.connect(house.cluster.server.url(), database=database)
    house.stack.push_async_callback(connection.close)
    await connection.execute("SET session_replication_role = replica")
    for check in await connection.fetch(CHECKS):
        await connection.execute(f'ALTER TABLE {check["relation"]} DROP CONSTRAINT "{check["name"]}"')
    for relation in await relations(connection, service):
        if relation["kind"] in ("r", "p"):
            columns = await connection.fetch(COLUMNS, relation["name"])
            names = ", ".join(f'"{c["name"]}"' for c in columns)
            values = ", ".join(VALUES[c["type"]] for c in columns)
            await connection.execute(
                f"INSERT INTO {relation['name']} ({names}) VALUES ({values}) ON CONFLICT DO NOTHING"
            )
            assert await connection.fetchval(f"SELECT count(*) FROM {relation['name']}") > 0
    return connection


async def relations(connection: asyncpg.Connection, service: str) -> list[Any]:
    found: list[Any] = await connection.fetch(RELATIONS, f"{service}_app")
    return found


@pytest.mark.parametrize("service", SERVICES)
async def test_no_row_without_a_context(house: House, service: str) -> None:
    everything = await relations(await fill(house, service), service)
    assert len(everything) > 12
    assert [r["name"] for r in everything if r["kind"] in ("r", "p") and not r["closed"]] == []
    connection = await asyncpg.connect((await house.settings(service)).database_url)
    house.stack.push_async_callback(connection.close)
    context = ", ".join(
        f"set_config('app.{name}', '{value}', true)"
        for name, value in (("role", "county"), ("area", AREA), ("subject", "x"), ("bank", VILLAGE))
    )
    await connection.execute(f"BEGIN; SELECT {context}")
    shown = [r["name"] for r in everything if r["app"] and await connection.fetch(f"SELECT 1 FROM {r['name']} LIMIT 1")]
    await connection.execute("COMMIT")
    assert len(shown) > 12, "the rows are there for a caller, so that what follows says something"
    for relation in everything:
        if relation["app"]:
            assert await connection.fetch(f"SELECT 1 FROM {relation['name']} LIMIT 1") == [], relation["name"]
    await connection.execute("SET ROLE system")
    for relation in everything:
        if relation["system"]:
            assert await connection.fetch(f"SELECT 1 FROM {relation['name']} LIMIT 1") == [], relation["name"]
