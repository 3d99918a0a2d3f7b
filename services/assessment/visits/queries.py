"""All SQL about visits and days of presence."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.assessment.visits.tables import (
    CheckinRow,
    PresentOn,
    Repeated,
    VisitRow,
    VisitTotals,
    checkin,
    visit,
)
from shared.data.pages import Place, fetch_page, page
from shared.data.relations import Relation
from shared.data.sql import Connection, Row, Statement, by_id, fetch, fetch_row, list_by, sql

# unnest flattens arrays of arrays, so lists of codes travel as one text each.
LISTS = ("findings", "reasons")


def _insert_evidence(table: Relation[Any]) -> Statement[Row]:
    columns = ", ".join(table.shape)
    values = ", ".join(f"string_to_array({n}, ',')" if n in LISTS else n for n in table.shape)
    return sql(
        f"""
        INSERT INTO {table.name} ({columns}) SELECT {values}
        FROM unnest({", ".join(f":{n}" for n in table.shape)}) AS u ({columns}) ORDER BY id
        ON CONFLICT DO NOTHING RETURNING id
        """,
        **{n: ARRAY(Text if n in LISTS else kind) for n, kind in table.types.items()},
    )


_EARLIER = sql(
    f"""
    SELECT {visit.columns} FROM visit WHERE id = ANY(:ids)
    UNION ALL SELECT {visit.columns} FROM visit WHERE counts AND cadre_id = :cadre_id
    AND (household_id, visited_on) IN (SELECT * FROM unnest(:households, :days))
    """,
    VisitRow,
)
_INSERT = _insert_evidence(visit)
_CHECKINS_BY_ID = list_by(checkin)
_CHECKED_DAYS = sql(
    "SELECT checked_on FROM checkin WHERE counts AND cadre_id = :cadre_id AND checked_on = ANY(:days)", PresentOn
)
_INSERT_CHECKINS = _insert_evidence(checkin)
_PAGE = page(visit, "household_id", "cadre_id", since="visited_on >= :since", until="visited_on <= :until")
_SUMMARY = sql(
    """
    WITH seen AS (SELECT counts, late, reasons, findings FROM visit WHERE visited_on BETWEEN :since AND :until)
    SELECT count(*) AS visits, count(*) FILTER (WHERE counts) AS counting, count(*) FILTER (WHERE late) AS late,
           count(*) FILTER (WHERE 'too_far' = ANY(reasons)) AS too_far,
           coalesce((
               SELECT jsonb_object_agg(code, times ORDER BY code)
               FROM (SELECT code, count(*) AS times FROM seen, unnest(findings) AS f (code) GROUP BY code) c
           ), '{}') AS findings,
           (SELECT count(*) FROM checkin WHERE counts AND checked_on BETWEEN :since AND :until) AS checkins
    FROM seen
    """,
    VisitTotals,
)
# A note that says nothing is no copy of another.
_COPIES = sql(
    """
    SELECT cadre_id, count(*) AS visits, count(DISTINCT note_digest) AS distinct_notes FROM visit
    WHERE note <> '' AND visited_on >= make_date(:year, 1, 1) AND visited_on < make_date(:year + 1, 1, 1)
    GROUP BY cadre_id HAVING count(DISTINCT note_digest) < count(*) ORDER BY cadre_id
    """,
    Repeated,
)


async def list_earlier(
    connection: Connection, cadre_id: UUID, ids: Sequence[UUID], places: Sequence[tuple[UUID, date]]
) -> list[VisitRow]:
    """Visits with these ids, and those of the cadre that count on one of (household, day); one may be both."""
    households, days = [household_id for household_id, _ in places], [day for _, day in places]
    return await fetch(connection, _EARLIER, cadre_id=cadre_id, ids=list(ids), households=households, days=days)


async def insert_visits(connection: Connection, rows: Sequence[VisitRow]) -> set[UUID]:
    """The ids that were free; the others are somebody else's."""
    return await _insert(connection, _INSERT, visit, rows)


async def list_checkins_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, CheckinRow]:
    return await by_id(connection, _CHECKINS_BY_ID, ids)


async def list_checked_days(connection: Connection, cadre_id: UUID, days: Sequence[date]) -> set[date]:
    """Those of the days on which the cadre's presence counts."""
    return {row.checked_on for row in await fetch(connection, _CHECKED_DAYS, cadre_id=cadre_id, days=list(days))}


async def insert_checkins(connection: Connection, rows: Sequence[CheckinRow]) -> set[UUID]:
    """The ids that were free; the others are somebody else's."""
    return await _insert(connection, _INSERT_CHECKINS, checkin, rows)


async def _insert(
    connection: Connection, query: Statement[Row], table: Relation[Any], rows: Sequence[Any]
) -> set[UUID]:
    if not rows:
        return set()
    columns = {n: [",".join(v) if n in LISTS else v for v in (getattr(r, n) for r in rows)] for n in table.shape}
    return {r["id"] for r in await fetch(connection, query, **columns)}


async def list_visits(connection: Connection, at: Place, **filters: Any) -> list[VisitRow]:
    """By rising id, filtered by household, cadre, or days: since, until."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def get_summary(connection: Connection, since: date | None, until: date | None) -> VisitTotals:
    return await fetch_row(connection, _SUMMARY, since=since or date.min, until=until or date.max)


async def list_copies(connection: Connection, year: int) -> list[Repeated]:
    return await fetch(connection, _COPIES, year=year)
