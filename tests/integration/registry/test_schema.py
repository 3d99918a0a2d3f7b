"""What statements believe a table to be is what the migrations made of it, in every room of every service."""

import importlib
from pathlib import Path

import pytest
from sqlalchemy import MetaData, Table
from sqlalchemy.dialects import postgresql

from tests.conftest import House

ROOT = Path(__file__).parents[3]
ROOMS = sorted([*ROOT.glob("services/*/*/tables.py"), *ROOT.glob("gateway/*/tables.py")])
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
# information_schema has no word for a range or an array; format_type says every type as DDL does.
COLUMNS = (
    "SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type FROM pg_attribute a"
    " JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'public'::regnamespace AND c.relname = $1"
    " AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped"
)


def tables_of(path: Path) -> list[Table]:
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    metadata: MetaData = module.METADATA
    return list(metadata.sorted_tables)


def service_of(path: Path) -> str:
    first, second, *_ = path.relative_to(ROOT).parts
    return second if first == "services" else first


def declared(table: Table) -> dict[str, str]:
    return {c.name: str(c.type.compile(DIALECT)).lower() for c in table.columns}


def test_every_service_has_rooms_with_tables() -> None:
    assert {service_of(p) for p in ROOMS} >= {"registry", "finance", "gateway"}
    assert all(tables_of(p) for p in ROOMS)


@pytest.mark.parametrize("service", sorted({service_of(p) for p in ROOMS}))
async def test_tables_are_what_the_migrations_made(house: House, service: str) -> None:
    seen, made = {}, {}
    for path in ROOMS:
        if service_of(path) == service:
            for table in tables_of(path):
                assert table.name not in seen, f"{table.name} is declared in two rooms"
                seen[table.name] = declared(table)
                rows = await house.rows(service, COLUMNS, table.name)
                made[table.name] = {r["attname"]: r["type"] for r in rows}
    assert seen == made
