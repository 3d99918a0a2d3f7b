"""What statements believe a table to be is what the migrations made of it, in every room of every service."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, Table
from sqlalchemy.dialects import postgresql

from shared.data.relations import Relation
from tests.conftest import House

ROOT = Path(__file__).parents[3]
ROOMS = sorted([*ROOT.glob("services/*/*/tables.py"), *ROOT.glob("gateway/*/tables.py")])
SERVICES = sorted(p.parent.name for p in ROOT.glob("services/*/service.py"))
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
# information_schema has no word for a range or an array; format_type says every type as DDL does.
COLUMNS = (
    "SELECT a.attname, format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable FROM pg_attribute a"
    " JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'public'::regnamespace AND c.relname = $1"
    " AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
)


def relations_of(path: Path) -> list[Table | Relation[Any]]:
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    metadata: MetaData | None = getattr(module, "METADATA", None)
    described = [value for value in vars(module).values() if isinstance(value, Relation)]
    return [*described, *(metadata.sorted_tables if metadata is not None else ())]


def service_of(path: Path) -> str:
    first, second, *_ = path.relative_to(ROOT).parts
    return second if first == "services" else first


def declared(table: Table | Relation[Any]) -> list[tuple[str, str, bool]]:
    """Name, type, whether it may be empty, in order. An old description says nothing of emptiness and order."""
    if isinstance(table, Relation):
        return [(n, str(c.kind.compile(DIALECT)).lower(), c.nullable) for n, c in table.shape.items()]
    return [(c.name, str(c.type.compile(DIALECT)).lower(), False) for c in table.columns]


def test_every_service_has_rooms_with_tables() -> None:
    assert {service_of(p) for p in ROOMS} >= {"registry", "finance", "gateway"}
    assert all(relations_of(p) for p in ROOMS)


@pytest.mark.parametrize("service", sorted({service_of(p) for p in ROOMS}))
async def test_tables_are_what_the_migrations_made(house: House, service: str) -> None:
    seen, made = {}, {}
    for path in ROOMS:
        if service_of(path) == service:
            for table in relations_of(path):
                assert table.name not in seen, f"{table.name} is declared in two rooms"
                rows = [tuple(r) for r in await house.rows(service, COLUMNS, table.name)]
                if not isinstance(table, Relation):
                    rows = sorted((name, kind, False) for name, kind, _ in rows)
                seen[table.name] = declared(table) if isinstance(table, Relation) else sorted(declared(table))
                made[table.name] = rows
    assert seen == made


CHECKS = (
    "SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conrelid = $1::text::regclass AND contype = 'c'"
)


@pytest.mark.parametrize("service", sorted({service_of(p) for p in ROOMS}))
async def test_the_words_of_a_row_are_those_that_the_database_lets_in(house: House, service: str) -> None:
    """A `Literal` in a row is a CHECK on its column, word for word."""
    for path in ROOMS:
        for table in relations_of(path) if service_of(path) == service else ():
            if isinstance(table, Relation):
                texts = [r["text"] for r in await house.rows(service, CHECKS, table.name)]
                for name, column in table.shape.items():
                    if column.words:
                        lists = [t for t in texts if re.match(rf"CHECK \(\(\(?{name} = ANY", t)]
                        assert len(lists) == 1, f"{table.name}.{name} has {len(lists)} lists of words"
                        assert set(re.findall(r"'([^']+)'::text", lists[0])) == set(column.words), (
                            f"{table.name}.{name}"
                        )


@pytest.mark.parametrize("service", SERVICES)
async def test_who_must_not_take_a_step_is_kept_from_it_by_the_database_too(house: House, service: str) -> None:
    """Maker and checker twice: by the procedure's table, and by a CHECK on the two columns."""
    module = importlib.import_module(f"services.{service}.service")
    for procedure in module.SERVICE.procedures:
        texts = [r["text"] for r in await house.rows(service, CHECKS, procedure.case.name)]
        for step in {s for steps in procedure.versions for s in steps}:
            for maker in step.not_by:
                pair = {maker, f"{step.signs}_by"}
                assert any(pair <= set(re.findall(r"\w+_by", t)) for t in texts), f"{procedure.name}: {pair}"
