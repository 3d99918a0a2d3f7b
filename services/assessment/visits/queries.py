"""All SQL about visits and days of presence."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.assessment.visits.tables import checkin, visit
from shared.data.sql import Connection, Row, fetch, fetch_one, sql

# unnest flattens arrays of arrays, so lists of codes travel as one text each.
LISTS = ("findings", "reasons")


def _insert_evidence(table: Any, names: Sequence[str]) -> Any:
    columns = ", ".join(names)
    values = ", ".join(f"string_to_array({n}, ',')" if n in LISTS else n for n in names)
    return sql(
        f"""
        INSERT INTO {table.name} ({columns}) SELECT {values}
        FROM unnest({", ".join(f":{n}" for n in names)}) AS x ({columns}) ORDER BY id
        ON CONFLICT DO NOTHING RETURNING id
    """,
        **{n: ARRAY(Text if n in LISTS else table.c[n].type) for n in names},
    )


_VISIT, _CHECKIN = tuple(visit.c.keys()), tuple(checkin.c.keys())
_BY_ID = sql("SELECT * FROM visit WHERE id = ANY(:ids)")
_COUNTED = sql("""
    SELECT household_id, visited_on FROM visit WHERE counts AND cadre_id = :cadre_id
    AND (household_id, visited_on) IN (SELECT * FROM unnest(:households, :days))
""")
_INSERT = _insert_evidence(visit, _VISIT)
_CHECKINS_BY_ID = sql("SELECT * FROM checkin WHERE id = ANY(:ids)")
_CHECKED_DAYS = sql("SELECT checked_on FROM checkin WHERE counts AND cadre_id = :cadre_id AND checked_on = ANY(:days)")
_INSERT_CHECKINS = _insert_evidence(checkin, _CHECKIN)
SHOWN = """
    id, household_id, division, cadre_id, visited_on, recorded_on, distance_m, findings, photo_sha256, counts, late,
    reasons, CASE WHEN :all_notes OR recorded_by = :subject THEN note END AS note
"""
_PAGE = sql(
    f"""
    SELECT {SHOWN} FROM visit WHERE id > :after
    AND (:household_id IS NULL OR household_id = :household_id) AND (:cadre_id IS NULL OR cadre_id = :cadre_id)
    AND (:since IS NULL OR visited_on >= :since) AND (:until IS NULL OR visited_on <= :until)
    ORDER BY id LIMIT :limit
    """,
    all_notes=Boolean,
)
_SUMMARY = sql("""
    WITH seen AS (SELECT counts, late, reasons, findings FROM visit
    WHERE (:since IS NULL OR visited_on >= :since) AND (:until IS NULL OR visited_on <= :until))
    SELECT count(*) AS visits, count(*) FILTER (WHERE counts) AS counting, count(*) FILTER (WHERE late) AS late,
    count(*) FILTER (WHERE 'too_far' = ANY(reasons)) AS too_far,
    coalesce((SELECT jsonb_object_agg(code, n ORDER BY code) FROM (SELECT code, count(*) AS n
    FROM seen, unnest(findings) AS f (code) GROUP BY code) c), '{}') AS findings,
    (SELECT count(*) FROM checkin WHERE counts AND (:since IS NULL OR checked_on >= :since)
    AND (:until IS NULL OR checked_on <= :until)) AS checkins FROM seen
""")
# A note that says nothing is no copy of another.
_COPIES = sql("""
    SELECT cadre_id, count(*) AS visits, count(DISTINCT note_digest) AS distinct_notes FROM visit
    WHERE note <> '' AND visited_on >= make_date(:year, 1, 1) AND visited_on < make_date(:year + 1, 1, 1)
    GROUP BY cadre_id HAVING count(DISTINCT note_digest) < count(*) ORDER BY cadre_id
""")


async def list_visits_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, _BY_ID, ids=list(ids))}


async def list_counted(
    connection: Connection, cadre_id: UUID, places: Sequence[tuple[UUID, date]]
) -> set[tuple[UUID, date]]:
    """Those of (household, day) where a visit of the cadre counts."""
    rows = await fetch(
        connection, _COUNTED, cadre_id=cadre_id, households=[h for h, _ in places], days=[d for _, d in places]
    )
    return {(r["household_id"], r["visited_on"]) for r in rows}


async def insert_visits(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """`rows`: every column. The ids that were free; the others are somebody else's."""
    return await _insert(connection, _INSERT, _VISIT, rows)


async def list_checkins_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {r["id"]: r for r in await fetch(connection, _CHECKINS_BY_ID, ids=list(ids))}


async def list_checked_days(connection: Connection, cadre_id: UUID, days: Sequence[date]) -> set[date]:
    """Those of the days on which the cadre's presence counts."""
    rows = await fetch(connection, _CHECKED_DAYS, cadre_id=cadre_id, days=list(days))
    return {r["checked_on"] for r in rows}


async def insert_checkins(connection: Connection, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """`rows`: every column. The ids that were free; the others are somebody else's."""
    return await _insert(connection, _INSERT_CHECKINS, _CHECKIN, rows)


async def _insert(
    connection: Connection, query: Any, names: Sequence[str], rows: Sequence[dict[str, Any]]
) -> set[UUID]:
    if not rows:
        return set()
    columns = {n: [",".join(row[n]) if n in LISTS else row[n] for row in rows] for n in names}
    return {r["id"] for r in await fetch(connection, query, **columns)}


async def list_visits(
    connection: Connection,
    after: UUID,
    limit: int,
    household_id: UUID | None,
    cadre_id: UUID | None,
    since: date | None,
    until: date | None,
    subject: str,
    *,
    all_notes: bool,
) -> list[Row]:
    """By rising id; a filter that is None lets everything pass. Notes are the subject's own, or all."""
    return await fetch(
        connection,
        _PAGE,
        after=after,
        limit=limit,
        household_id=household_id,
        cadre_id=cadre_id,
        since=since,
        until=until,
        subject=subject,
        all_notes=all_notes,
    )


async def get_summary(connection: Connection, since: date | None, until: date | None) -> Row:
    row = await fetch_one(connection, _SUMMARY, since=since, until=until)
    assert row is not None
    return row


async def list_copies(connection: Connection, year: int) -> list[Row]:
    return await fetch(connection, _COPIES, year=year)
