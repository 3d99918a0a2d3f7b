"""Databases of a county that ran before: rows that its own doors wrote, at the revision that it had then.

`running/` is commit 08a058f: households on their way out, an open claim, a batch to be checked, an open case.
`suspected/` is commit 0e2c28f, of the registry and of finance: what is suspected at each step, a removal that waits, an
application, a finding, help; loans that run, one of them held. Each was dumped once, table by table, out of databases
that this commit migrated and served, and is never written again.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import asyncpg

from shared.data.migrate import migrate
from tests.conftest import House, find_service

HERE = Path(__file__).parent
# What a migration may add to: facts that it states, and what was done by whom.
GROW = {"outbox", "aggregate", "audit"}
TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    " AND relname <> 'alembic_version' ORDER BY relname"
)
COUNTED_ON = (
    "SELECT setval(pg_get_serial_sequence(c.relname, a.attname), 1000) FROM pg_class c"
    " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attidentity <> '' WHERE c.relnamespace = 'public'::regnamespace"
)
Rows = dict[str, list[dict[str, Any]]]
# Where a table's rows stand now, and under which names: a procedure's own log of steps is one with the others'.
MOVED: dict[str, tuple[str, dict[str, str]]] = {
    "exit_step": ("case_step", {"exit_id": "case_id"}),
    "application_step": ("case_step", {"application_id": "case_id"}),
    "project_acceptance": (
        "project_report",
        {"report_id": "id", "quantity_x100": "accepted_x100", "accepted_by": "measured_by"},
    ),
    "project_participation": ("project_participation", {"accepted_by": "measured_by"}),
    "homestead": (
        "homestead",
        {
            "application_id": "id",
            "demolition_accepted_by": "demolition_checked_by",
            "demolition_accepted_on": "demolition_checked_on",
            "reclamation_accepted_by": "reclamation_checked_by",
            "reclamation_accepted_on": "reclamation_checked_on",
        },
    ),
}


async def read(superuser: asyncpg.Connection) -> Rows:
    found = Rows()
    for (table,) in await superuser.fetch(TABLES):
        row = await superuser.fetchval(f"SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]') FROM {table} t")
        found[table] = json.loads(row)
    return found


def seen(row: dict[str, Any], columns: set[str]) -> str:
    return json.dumps({name: value for name, value in row.items() if name in columns}, sort_keys=True)


def assert_nothing_is_lost(before: Rows, after: Rows) -> None:
    """Every row is there still and says what it said; what is new to it stands in new columns."""
    if "household_version" in after.keys() - before.keys():  # a household's version has a table of its own since
        versions = {row["id"]: row.pop("version") for row in before["household"]}
        assert versions == {row["household_id"]: row["version"] for row in after["household_version"]}
    for table, rows in before.items():
        now, names = MOVED.get(table, (table, {}))
        stated = [{names.get(name, name): value for name, value in row.items()} for row in rows]
        columns = {name for row in stated for name in row}
        old = Counter(seen(row, columns) for row in stated)
        new = Counter(seen(row, columns) for row in after[now])
        assert old - new == Counter(), f"{table} lost rows"
        assert table in GROW or new - old == Counter(), f"{table} has rows that nobody stated"


async def take_over(house: House, service: str, state: str = "running") -> Rows:
    """The test's own database of a service as it ran then, brought to the newest revision: the rows as they were."""
    recorded = json.loads((HERE / state / f"{service}.json").read_text(encoding="utf-8"))
    url, migrations = await house.empty(service), find_service(service).migrations
    await migrate(url, migrations, recorded["revision"])
    superuser = await asyncpg.connect(house.cluster.server.url(), database=await house.database(service))
    house.stack.push_async_callback(superuser.close)
    await superuser.execute("SET session_replication_role = replica")
    for table, rows in recorded["rows"].items():
        await superuser.execute(
            f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM jsonb_populate_recordset(NULL::{table}, $1)"
            " ON CONFLICT DO NOTHING",
            json.dumps(rows),
        )
    await superuser.execute(COUNTED_ON)
    before = await read(superuser)
    assert {t: len(rows) for t, rows in recorded["rows"].items()} == {t: len(before[t]) for t in recorded["rows"]}
    await migrate(url, migrations)
    assert_nothing_is_lost(before, await read(superuser))
    return before
