"""A list costs at thirty thousand rows what it costs at a thousand: pages of memory touched are compared, never time.

Every `page` of every room is asked, without a filter and with each of them, as the county and as a village.
"""

import importlib
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from shared.acts.tasks import tasks_query, units_in
from shared.data import db
from shared.data.db import AUTO, EACH_TIME
from shared.data.pages import Pages
from shared.data.relations import Relation
from shared.data.sql import Statement
from shared.ground.context import NEEDED, Caller
from tests.conftest import SERVICES, House

ROOT = Path(__file__).parents[3]
FEW, MANY, A_VILLAGE = 1_000, 30_000, 25
# A page holds so many rows; what it takes to find them may grow by an index's height, not with the table. Where a
# thousand rows lie in fewer pages of memory than a list has lines, each line may have one to itself.
LIMIT, MOST_TIMES, SPARE = 100, 2, 40
# PostgreSQL plans five times for the arguments at hand, and then for all if that seems no dearer; for lists it is told
# to go on planning each time (`Paging`).
SETTLED_AFTER = 6
ROLES = ("county", "township", "village", "team", "helper", "villager", "department", "bank")
# What is few in every county, or what no door asks.
FEW_ANYWHERE = {
    "services.registry.divisions.queries._PAGE(level)",  # a county has some hundred places
    "services.registry.disclosures.queries._LOOKS()",  # for who may not see all of them its door names the household
    "services.registry.resolutions.queries._GRANTS()",  # a county gives dozens of grants
    "services.registry.resolutions.queries._PAGE()",  # for who may not see all of them its door names him
    "services.relocation.sites.queries._SITE_PAGE()",  # a county has dozens of sites
    "services.relocation.allocation.queries._LOT_PAGE()",  # its door names the round
}
# Of which a county has dozens, however many rows lie beside them.
FEW_OF = {
    "registry": ("UPDATE match_file SET kind = 'payroll' WHERE kind = 'superior' AND id >= lpad('3e8', 32, '0')::uuid",)
}  # fmt: skip
COLUMNS = (
    "SELECT c.relname AS relation, a.attname AS name, format_type(a.atttypid, NULL) AS type FROM pg_attribute a"
    " JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
    " AND c.relname <> 'alembic_version' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''"
    " ORDER BY c.relname, a.attnum"
)
CHECKS = (
    "SELECT conrelid::regclass::text AS relation, conname AS name FROM pg_constraint"
    " WHERE contype IN ('c', 'x') AND connamespace = 'public'::regnamespace"
)
VALUES = {
    "uuid": "lpad(to_hex(k), 32, '0')::uuid", "text": "'x' || k", "bytea": "'x'", "jsonb": "'{}'", "text[]": "'{}'",
    "boolean": "k % 2 = 0", "date": "date '2017-01-01' + k % 700", "timestamp with time zone": "now()",
    "daterange": "'[2017-01-01,)'", "tstzrange": "'[2017-01-01,)'", "bigint": "k", "integer": "k", "smallint": "1",
    "numeric": "k", "uuid[]": "ARRAY[lpad(to_hex(k), 32, '0')::uuid]",
}  # fmt: skip
DIVISION = f"'140927' || lpad((k / {A_VILLAGE})::text, 6, '0')"


def module_of(path: Path) -> Any:
    return importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def rooms(service: str, name: str) -> Iterator[Any]:
    folder = service if service == "gateway" else f"services/{service}"
    for path in sorted(ROOT.glob(f"{folder}/*/{name}.py")):
        yield module_of(path)


def words_of(service: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """By (table, column), what it may hold."""
    relations = [v for module in rooms(service, "tables") for v in vars(module).values() if isinstance(v, Relation)]
    return {(r.name, n): c.words for r in relations for n, c in r.shape.items() if c.words}


def expression(column: Any, words: dict[tuple[str, str], tuple[str, ...]]) -> str:
    named = words.get((column["relation"], column["name"]))
    if named:
        listed = ", ".join(f"'{word}'" for word in named)
        return f"(ARRAY[{listed}])[1 + k % {len(named)}]"
    if column["name"] == "procedure_version":
        return "1"
    if column["name"] == "month_on":  # of which many rows are
        return "date '2018-05-16' - (k % 8)::int"
    return DIVISION if column["name"].endswith("division") else VALUES[column["type"]]


async def grow(superuser: asyncpg.Connection, service: str, first: int, last: int) -> None:
    """Rows `first` to `last` in every table; row k of one fits row k of the others."""
    tables: dict[str, list[Any]] = {}
    for column in await superuser.fetch(COLUMNS):
        tables.setdefault(column["relation"], []).append(column)
    words = words_of(service)
    for name, columns in tables.items():
        target, source = ", ".join(f'"{c["name"]}"' for c in columns), ", ".join(expression(c, words) for c in columns)
        await superuser.execute(
            f"INSERT INTO {name} ({target}) OVERRIDING SYSTEM VALUE SELECT {source}"
            f" FROM generate_series({first}, {last}) AS k ON CONFLICT DO NOTHING"
        )
    for few in FEW_OF.get(service, ()):
        await superuser.execute(few)
    # A hundred, the default, takes 30,000 rows of a table: all there are, so that a plan is the same at every run.
    await superuser.execute("VACUUM (ANALYZE)")


def planned_for(name: str) -> str:
    return AUTO if " tasks of " in name else EACH_TIME


def callers_of(name: str) -> list[Caller]:
    """Who asks: what waits for a role is asked by it, every other list by a county and by a village."""
    village = f"140927{500 // A_VILLAGE:06}"
    areas = {
        "county": village[:6],
        "department": village[:6],
        "auditor": village[:6],
        "township": village[:9],
        "bank": "",
    }
    role: Any = name.partition(" tasks of ")[2].partition(" ")[0]
    asking: list[Any] = [role] if role else ["county", "village"]
    claims = {r: {NEEDED[r]: "x"} if r in NEEDED else {} for r in asking}
    return [Caller("c", r, areas.get(r, village), **claims[r]) for r in asking]


def lists_of(service: str) -> Iterator[tuple[str, Statement[Any]]]:
    """Every page with each of its filters, and what waits for each role."""
    for module in rooms(service, "queries"):
        for name, value in vars(module).items():
            if isinstance(value, Pages) and module.__name__.startswith("services"):
                for asked in ((), *((one,) for one in value.conditions)):
                    yield f"{module.__name__}.{name}({', '.join(asked)})", value.statement(asked)
    house = importlib.import_module(f"services.{service}.service").SERVICE
    for role in ROLES:
        for unit in (*sorted(units_in(tuple(house.procedures))), "") if role == "department" else ("",):
            if query := tasks_query(role, unit, tuple(house.procedures), tuple(house.own_tasks)):
                yield f"{service} tasks of {role} {unit}".strip(), query


def arguments(query: Statement[Any], words: dict[str, str]) -> list[Any]:
    """One household's, one village's: row 500 of every table."""
    kinds = {int(n): kind for n, kind in re.findall(r"\$(\d+)::([A-Z]+)", query.text)}
    k, village = 500, f"140927{500 // A_VILLAGE:06}"
    by_kind = {
        "UUID": UUID(int=k), "TEXT": "x500", "VARCHAR": "x500", "INTEGER": k, "BIGINT": k, "BOOLEAN": True,
        "DATE": date(2018, 5, 16), "TIMESTAMP": "infinity",
    }  # fmt: skip
    # A page of tasks goes on behind (day, id) and is asked on a day of many.
    first_task = {"due_on": date.min, "id": UUID(int=0)} if "due_on" in query.names else {}
    known: dict[str, Any] = {"limit": LIMIT, "division": village, **words, **first_task}
    given = [known.get(name, by_kind[kinds[i]]) for i, name in enumerate(query.names, 1)]
    first = {"UUID": UUID(int=0), "TEXT": "", "VARCHAR": "", "BIGINT": 0, "INTEGER": 0}
    return [first[kinds[i]] if n == "after" else v for i, (n, v) in enumerate(zip(query.names, given, strict=True), 1)]


async def touched(pool: Any, caller: Caller, query: Statement[Any], given: list[Any], planned: str) -> int:
    """Pages of memory, in shared buffers or not, once PostgreSQL has made up its mind how to plan."""
    kinds = {int(n): kind for n, kind in re.findall(r"\$(\d+)::([A-Z]+(?:\[\])?)", query.text)}
    types = ", ".join(kinds[i] for i in range(1, len(given) + 1))
    values = ", ".join(f"'{value}'" for value in given)
    async with db.transaction(pool, caller) as connection:
        await connection.execute(f"SET LOCAL plan_cache_mode = {planned}; PREPARE list ({types}) AS {query.text}")
        for _ in range(SETTLED_AFTER):
            await connection.execute(f"EXECUTE list ({values})")
        plan = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) EXECUTE list ({values})")
        await connection.execute("DEALLOCATE list")
    return int(plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"])


@pytest.mark.parametrize("service", [s for s in SERVICES if s != "gateway"])
async def test_every_list_is_flat(house: House, service: str) -> None:
    superuser = await asyncpg.connect(house.cluster.server.url(), database=await house.database(service))
    house.stack.push_async_callback(superuser.close)
    await superuser.execute("SET session_replication_role = replica")
    for check in await superuser.fetch(CHECKS):
        await superuser.execute(f'ALTER TABLE {check["relation"]} DROP CONSTRAINT "{check["name"]}"')
    pool = await db.open_pool((await house.settings(service)).database_url, 1)
    house.stack.push_async_callback(pool.close)
    words = {column: listed[0] for (_, column), listed in words_of(service).items()}
    cost: list[dict[tuple[str, str], int]] = []
    for first, last in ((0, FEW - 1), (FEW, MANY - 1)):
        await grow(superuser, service, first, last)
        cost.append(
            {
                (name, caller.role): await touched(pool, caller, query, arguments(query, words), planned_for(name))
                for name, query in lists_of(service)
                if name not in FEW_ANYWHERE
                for caller in callers_of(name)
            }
        )
    few, many = cost
    most = {place: max(MOST_TIMES * n, LIMIT) + SPARE for place, n in few.items()}
    steep = {place: (few[place], n) for place, n in many.items() if n > most[place]}
    assert steep == {}, "no index leads there; a new version of a procedure needs one with `procedure_version`"
