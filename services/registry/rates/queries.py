"""All SQL about the samples that the error rates stand on."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.rates.rules import Kind
from services.registry.rates.tables import RateLine, RateSample, rate_line, rate_sample
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page
from shared.data.revisions import AsOf, held
from shared.data.sql import (
    Connection,
    execute_many,
    fetch,
    fetch_one,
    fetch_or_not_found,
    get_by,
    insert_many,
    sql,
)


class VillagePeople(NamedTuple):
    """A village's people: who counts as poor, who has exited in a year, who is in the register at all."""

    code: str
    rural: int
    poor: int
    exited: int
    registered: int


class Exited(NamedTuple):
    id: UUID
    household_no: str
    division: str


class Found(NamedTuple):
    kind: Kind
    found: int
    wrong: int


_PEOPLE = sql(
    f"""
    SELECT d.code, d.rural_people AS rural, coalesce(n.poor, 0)::int AS poor,
           coalesce(n.exited, 0)::int AS exited, coalesce(n.registered, 0)::int AS registered
    FROM division d LEFT JOIN (
        SELECT h.division, count(*) FILTER (WHERE h.status IN ('poor', 'returned')) AS poor,
               count(*) FILTER (WHERE h.status = 'exited' AND h.exited_year = :year) AS exited,
               count(*) FILTER (WHERE h.status <> 'removed') AS registered
        FROM household h JOIN member_fact m ON m.household_id = h.id AND {held("m")}
        WHERE h.division >= :area AND h.division <= :area || '~' GROUP BY h.division
    ) n ON n.division = d.code
    WHERE d.level = 'village' AND d.valid @> CAST(:on AS date) AND d.code >= :area AND d.code <= :area || '~'
    ORDER BY d.code
    """,
    VillagePeople,
)
_EXITED = sql(
    """
    SELECT id, household_no, division FROM household
    WHERE status = 'exited' AND exited_year = :year AND division >= :area AND division <= :area || '~' ORDER BY id
    """,
    Exited,
)
_FOUND = sql(
    """
    SELECT kind, count(*)::int AS found, (count(*) FILTER (WHERE state = 'wrong'))::int AS wrong
    FROM rate_line WHERE sample_id = :sample_id AND state <> 'open' GROUP BY kind
    """,
    Found,
)
_HOMES = sql("SELECT household_id FROM rate_line WHERE id = ANY(:ids) AND household_id IS NOT NULL")
_GET = get_by(rate_sample)
_INSERT = insert_many(rate_sample, RateSample._fields, FREE)
_INSERT_LINES = insert_many(rate_line, RateLine._fields)
_SAMPLES = page(rate_sample)
_LINES = page(rate_line, "sample_id", "state", "household_id")


async def list_people(connection: Connection, area: str, on: date) -> list[VillagePeople]:
    """By village of an area, in their order; the exited are those of the day's year."""
    return await fetch(connection, _PEOPLE, area=area, year=on.year, **AsOf(on).parameters)


async def list_exited(connection: Connection, area: str, year: int) -> list[Exited]:
    """The households of an area that have exited in a year, by id."""
    return await fetch(connection, _EXITED, area=area, year=year)


async def list_homes(connection: Connection, line_ids: Collection[UUID]) -> list[UUID]:
    """The households of lines, in their order."""
    return sorted({r["household_id"] for r in await fetch(connection, _HOMES, ids=list(line_ids))})


async def count_found(connection: Connection, sample_id: UUID) -> Mapping[Kind, Found]:
    """Of the lines at which somebody was, by kind."""
    return {row.kind: row for row in await fetch(connection, _FOUND, sample_id=sample_id)}


async def find_sample(connection: Connection, sample_id: UUID) -> RateSample | None:
    return await fetch_one(connection, _GET, id=sample_id)


async def get_sample(connection: Connection, sample_id: UUID) -> RateSample:
    """Raises Problem `shared.not_found`, also where it lies outside the caller's area."""
    return await fetch_or_not_found(connection, _GET, id=sample_id)


async def insert_sample(connection: Connection, row: RateSample) -> bool:
    """False where the id is taken."""
    return bool(await insert_free(connection, _INSERT, [row._asdict()]))


async def insert_lines(connection: Connection, lines: Sequence[RateLine]) -> None:
    await execute_many(connection, _INSERT_LINES, [line._asdict() for line in lines])


async def list_samples(connection: Connection, at: Place) -> list[RateSample]:
    """By rising id."""
    return await fetch_page(connection, _SAMPLES, at)


async def list_lines(connection: Connection, at: Place, **filters: Any) -> list[RateLine]:
    """By rising id, filtered by sample, state or household."""
    return await fetch_page(connection, _LINES, at, **filters)
