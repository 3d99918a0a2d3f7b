"""All SQL about plans."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.registry.plans.tables import PlanLine, plan_line
from shared.acts.batches import FREE, insert_free
from shared.acts.dossiers import lists
from shared.data.pages import Place, fetch_page, page
from shared.data.sql import Connection, by_id, execute, fetch, fetch_or_not_found, insert_many, list_by, sql

OF_HOUSEHOLD = "SELECT * FROM plan_line WHERE household_id = :household_id ORDER BY id"


class Given(NamedTuple):
    """Help that a line was planned for: which line, what it stands for, since when."""

    line_id: UUID
    source: str
    started_on: date


class Planned(NamedTuple):
    """A household's lines of a year, as JSON."""

    lines: list[dict[str, Any]]


_BY_ID = list_by(plan_line)
_PAGE = page(plan_line, "state", "household_id", "owner")
_INSERT = insert_many(plan_line, PlanLine._fields, FREE)
_OPEN = "FROM plan_line WHERE household_id = ANY(:ids) AND state IN ('proposed', 'confirmed', 'reported')"
_PLANNED = sql(f"SELECT household_id, year, kind, person {_OPEN}")
_LOCK_OPEN = sql(f"SELECT {plan_line.columns} {_OPEN} ORDER BY id FOR UPDATE", PlanLine)
_OF_YEAR = sql(
    f"""
    SELECT {lists(lines="SELECT * FROM plan_line WHERE household_id = :household_id AND year = :year ORDER BY id")}
    FROM household WHERE id = :household_id
    """,
    Planned,
)
# The first help of the kind that began in the line's year or later.
_GIVEN = sql(
    """
    SELECT DISTINCT ON (p.id) p.id AS line_id, m.source, m.started_on
    FROM plan_line p JOIN measure m ON m.household_id = p.household_id AND p.kind = 'measure_' || m.kind
        AND m.started_on >= make_date(p.year, 1, 1)
    WHERE p.id = ANY(:ids) ORDER BY p.id, m.started_on, m.source
    """,
    Given,
)
_LOCK_DONE_BY = sql(
    f"""
    SELECT {plan_line.columns} FROM plan_line
    WHERE measure_source = ANY(:sources) AND kind = :kind AND state = 'done' ORDER BY id FOR UPDATE
    """,
    PlanLine,
    kind=Text,
    sources=ARRAY(Text),
)
_FORGET = sql("UPDATE plan_line SET measure_source = NULL, counted_on = NULL WHERE id = ANY(:ids)")


async def list_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, PlanLine]:
    return await by_id(connection, _BY_ID, ids)


async def list_planned(connection: Connection, household_ids: Sequence[UUID]) -> set[tuple[UUID, int, str, str | None]]:
    """What is under way: household, year, kind and person."""
    rows = await fetch(connection, _PLANNED, ids=list(household_ids))
    return {(r["household_id"], r["year"], r["kind"], r["person"]) for r in rows}


async def insert_lines(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """The ids that were free."""
    return await insert_free(connection, _INSERT, rows)


async def lock_open(connection: Connection, household_ids: Sequence[UUID]) -> list[PlanLine]:
    """Those of the households that are under way, locked in id order."""
    return await fetch(connection, _LOCK_OPEN, ids=list(household_ids))


async def list_given(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Given]:
    """By line the help that it was planned for, where there is some."""
    return {row.line_id: row for row in await fetch(connection, _GIVEN, ids=list(ids))}


async def lock_done_by(connection: Connection, kind: str, sources: Sequence[str]) -> list[PlanLine]:
    """The lines that are done by such help, locked in id order."""
    return await fetch(connection, _LOCK_DONE_BY, kind=kind, sources=list(sources))


async def forget_help(connection: Connection, ids: Sequence[UUID]) -> None:
    """What did these lines was no help."""
    await execute(connection, _FORGET, rows=len(ids), ids=list(ids))


async def get_lines(connection: Connection, household_id: UUID, year: int) -> list[dict[str, Any]]:
    """Raises Problem `shared.not_found`, also where the household lies outside the caller's area."""
    return (await fetch_or_not_found(connection, _OF_YEAR, household_id=household_id, year=year)).lines


async def list_lines(connection: Connection, at: Place, **filters: Any) -> list[PlanLine]:
    """By rising id, filtered by state, household or owner."""
    return await fetch_page(connection, _PAGE, at, **filters)
