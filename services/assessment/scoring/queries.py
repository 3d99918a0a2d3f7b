"""All SQL about scores: facts gathered set by set for all subjects at once, and what was made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from services.assessment.deeds.rules import HELP
from services.assessment.scoring.rules import HelperFacts, Month, UnitFacts
from services.assessment.scoring.tables import ShownScore, score, score_line, standing
from shared.data.pages import Place, fetch_page, page_of
from shared.data.sql import Connection, Row, execute, execute_many, fetch, fetch_one, insert_many, sql
from shared.ground.problems import Problem


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a year that is looked at, half-open, and the figures by which facts are counted."""

    year: int
    start_on: date
    end_on: date
    visits_before_exit: int
    visits_per_quarter: int
    quarter_held_days: int
    follow_up_days: int


_DAYS = {"start_on": Date, "end_on": Date}
_UNITS = sql("""
    SELECT u.id, u.division, (SELECT count(*) FROM cadre c WHERE c.unit_id = u.id AND c.role <> 'helper'
    AND c.starts_on < :end_on) AS team FROM unit u ORDER BY u.id
""")
# What is counted is joined row by row and grouped after: a grouped set inside a join is counted anew for each row where
# the planner has no statistics yet (61 s instead of 1 after a bulk load).
_MONTHS = sql(
    """
    WITH month AS (SELECT m::date AS first, (m + interval '1 month')::date AS next,
    least((m + interval '1 month')::date, :end_on) AS last
    FROM generate_series(:start_on, :end_on - 1, interval '1 month') m),
    served AS (SELECT c.unit_id, c.id, m.first, m.last, m.next - m.first AS days,
    greatest(m.first, c.starts_on) AS since FROM cadre c JOIN month m ON c.starts_on < m.last
    WHERE c.role <> 'helper')
    SELECT s.unit_id AS id, s.days, count(k.id) AS checked, s.last - s.since - coalesce((SELECT
    sum(least(l.ends_on + 1, s.last) - greatest(l.starts_on, s.since)) FROM leave l
    WHERE l.cadre_id = s.id AND l.starts_on < s.last AND l.ends_on >= s.since), 0)::integer AS available
    FROM served s LEFT JOIN checkin k ON k.cadre_id = s.id AND k.counts AND k.checked_on >= s.first
    AND k.checked_on < s.last GROUP BY s.unit_id, s.id, s.first, s.last, s.days, s.since
    ORDER BY s.unit_id, s.id, s.first
    """,
    **_DAYS,
)
_MEASURES = sql(
    """
    SELECT id, count(*) AS households, count(*) FILTER (WHERE kinds >= 1) AS helped_once,
    count(*) FILTER (WHERE kinds >= 2) AS helped_twice
    FROM (SELECT c.unit_id AS id, p.household_id, count(DISTINCT d.kind) AS kinds
    FROM pairing p JOIN cadre c ON c.id = p.cadre_id LEFT JOIN deed d ON d.household_id = p.household_id
    AND d.kind = ANY(:help) AND d.happened_on >= :start_on AND d.happened_on < :end_on
    WHERE p.valid @> (:end_on - 1) GROUP BY 1, 2) helped GROUP BY 1
    """,
    **_DAYS,
    help=ARRAY(Text),
)
# An exit that was taken back prepared nobody.
_EXITS = sql(
    """
    SELECT id, count(*) FILTER (WHERE kind = 'exit') AS exited,
    count(*) FILTER (WHERE kind = 'exit' AND visits >= :needed) AS prepared,
    count(*) FILTER (WHERE kind = 'objection') AS objections
    FROM (SELECT c.unit_id AS id, d.kind, d.source_key, count(v.id) AS visits FROM deed d
    JOIN pairing p ON p.household_id = d.household_id AND p.valid @> d.happened_on
    JOIN cadre c ON c.id = p.cadre_id LEFT JOIN visit v ON v.household_id = d.household_id
    AND v.counts AND v.visited_on >= :start_on AND v.visited_on < d.happened_on
    WHERE d.kind IN ('exit', 'objection') AND d.happened_on >= :start_on AND d.happened_on < :end_on
    AND NOT EXISTS (SELECT 1 FROM deed r WHERE r.kind = 'exit_revoked' AND r.source_key = d.source_key
    AND d.kind = 'exit')
    GROUP BY 1, 2, 3) told GROUP BY 1
    """,
    **_DAYS,
    needed=Integer,
)
# Evidence that does not count is no record of a visit; the same words twice are a copy.
_RECORDS = (
    "WITH noted AS (SELECT {subject} AS id, v.note_digest, count(*) AS n, count(*) FILTER (WHERE v.late) AS late"
    " FROM visit v JOIN cadre c ON c.id = v.cadre_id"
    " WHERE v.counts AND v.visited_on >= :start_on AND v.visited_on < :end_on GROUP BY 1, 2)"
    " SELECT id, sum(n)::bigint AS visits, sum(late)::bigint AS late, count(*) AS distinct_notes,"
    " count(*) FILTER (WHERE n > 1) AS copied_groups FROM noted GROUP BY 1"
)
_UNIT_RECORDS = sql(_RECORDS.format(subject="c.unit_id"), **_DAYS)
_HELPER_RECORDS = sql(_RECORDS.format(subject="c.id"), **_DAYS)
# What is still being asked may still change: only rounds that were closed.
_ANSWERS = (
    "SELECT s.{subject} AS id, count(*) AS answered, count(*) FILTER (WHERE a.satisfied) AS satisfied"
    " FROM survey_answer a JOIN survey_sample s ON s.id = a.sample_id JOIN survey_round r ON r.id = s.round_id"
    " WHERE r.year = :year AND r.state = 'closed' GROUP BY 1"
)
_UNIT_ANSWERS = sql(_ANSWERS.format(subject="unit_id"), year=Integer)
_HELPER_ANSWERS = sql(_ANSWERS.format(subject="cadre_id"), year=Integer)
# A case stands against the year in which it was opened, however late it was confirmed.
_NAMED = (
    "SELECT DISTINCT ON (s.subject_id) s.subject_id AS id, c.id AS case_id FROM case_subject s"
    " JOIN fraud_case c ON c.id = s.case_id WHERE c.state = 'confirmed' AND extract(year FROM c.opened_on) = :year"
    " ORDER BY s.subject_id, c.id"
)
_CASES = sql(_NAMED, year=Integer)
_VETOED_SINCE = sql(f"""
    SELECT count(*) AS n FROM ({_NAMED}) k JOIN score s ON s.subject_id = k.id AND s.run_id = :run_id
    AND NOT s.vetoed
""")
_HELPERS = sql(
    """
    SELECT c.id, c.division FROM cadre c WHERE c.role = 'helper' AND EXISTS (SELECT 1 FROM pairing p
    WHERE p.cadre_id = c.id AND p.valid && daterange(:start_on, :end_on)) ORDER BY c.id
    """,
    **_DAYS,
)
_VISITS = sql(
    """
    WITH quarter AS (SELECT q::date AS first, daterange(q::date, least((q + interval '3 months')::date, :end_on))
    AS days FROM generate_series(:start_on, :end_on - 1, interval '3 months') q),
    due AS (SELECT p.cadre_id, p.household_id, q.first, upper(q.days) AS last
    FROM pairing p JOIN quarter q ON q.days && p.valid
    GROUP BY 1, 2, 3, 4 HAVING sum(upper(q.days * p.valid) - lower(q.days * p.valid)) >= :held_days),
    made AS (SELECT d.cadre_id, d.household_id, d.first, count(v.id) AS n FROM due d
    LEFT JOIN visit v ON v.household_id = d.household_id AND v.cadre_id = d.cadre_id AND v.counts
    AND v.visited_on >= d.first AND v.visited_on < d.last GROUP BY 1, 2, 3)
    SELECT cadre_id AS id, count(*) * :per_quarter AS visits_due, sum(least(:per_quarter, n))::bigint AS visits_kept
    FROM made GROUP BY 1
    """,
    **_DAYS,
    per_quarter=Integer,
)
# Whoever helps the household on the last day answers for it, also for what his predecessor left undone.
_FOLLOW_UPS = sql(
    """
    SELECT p.cadre_id AS id, count(*) AS follow_ups_due, count(*) FILTER (WHERE EXISTS (SELECT 1 FROM visit v
    WHERE v.household_id = d.household_id AND v.counts AND v.visited_on >= d.happened_on
    AND v.visited_on <= d.happened_on + :days)) AS follow_ups_kept
    FROM deed d JOIN pairing p ON p.household_id = d.household_id AND p.valid @> (d.happened_on + :days)
    WHERE d.kind = 'death' AND d.happened_on + :days >= :start_on AND d.happened_on + :days < :end_on GROUP BY 1
    """,
    **_DAYS,
    days=Integer,
)

_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('assessment/scoring/' || :year, 0))", year=Text)
_COUNTS = (
    " (SELECT count(*) FROM standing t WHERE t.run_id = r.id AND t.kind = 'unit') AS units,"
    " (SELECT count(*) FROM standing t WHERE t.run_id = r.id AND t.kind = 'helper') AS helpers"
)
_FIND_RUN = sql(f"SELECT r.*,{_COUNTS} FROM scoring_run r WHERE r.id = :id")
_LOCK_RUN = sql("SELECT * FROM scoring_run WHERE id = :id FOR UPDATE")
_RUNS = sql(f"SELECT r.*,{_COUNTS} FROM scoring_run r WHERE r.year = :year ORDER BY r.computed_on, r.id")
_PUBLISHED = sql("SELECT * FROM scoring_run WHERE year = :year AND state = 'published'")
_INSERT_RUN = sql("""
    INSERT INTO scoring_run (id, division, year, until_on, computed_on, computed_by)
    VALUES (:id, :division, :year, :until_on, :computed_on, :computed_by) ON CONFLICT (id) DO NOTHING
""")
_PUBLISH = sql("""
    UPDATE scoring_run SET state = 'published', published_on = :published_on, published_by = :published_by
    WHERE id = :id AND state = 'computed'
""")
_INSERT_SCORES = insert_many(score, [c.name for c in score.c if c.name != "recorded_at"])
_INSERT_LINES = insert_many(score_line, score_line.c.keys())
_INSERT_STANDINGS = insert_many(standing, standing.c.keys())
_SET_STANDINGS = sql(
    """
    UPDATE standing t SET score_id = n.score_id, rank = n.rank FROM unnest(:subjects, :scores, :ranks)
    AS n (subject_id, score_id, rank) WHERE t.run_id = :run_id AND t.subject_id = n.subject_id
    """,
    subjects=ARRAY(Uuid),
)
_SHOWN = ", ".join(f"s.{name}" for name in ShownScore._fields[:-2])
# The score that stands, with its present rank.
_PAGE = page_of(
    ShownScore,
    f"""
    SELECT {_SHOWN}, r.year, t.rank
    FROM standing t JOIN score s ON s.id = t.score_id JOIN scoring_run r ON r.id = t.run_id
    """,
    "t.run_id",
    "t.kind",
    key="t.subject_id",
)
_VERSIONS = sql(
    f"""
    SELECT {_SHOWN}, r.year, s.rank FROM score s JOIN scoring_run r ON r.id = s.run_id
    WHERE s.subject_id = :subject_id AND r.year = :year AND r.state = 'published' ORDER BY s.version
    """,
    ShownScore,
)
_CURRENT = sql("""
    SELECT s.* FROM standing t JOIN score s ON s.id = t.score_id WHERE t.run_id = :run_id
    AND t.subject_id = :subject_id
""")
_STANDING = sql("""
    SELECT s.* FROM standing t JOIN score s ON s.id = t.score_id
    WHERE t.run_id = :run_id AND (:kind IS NULL OR t.kind = :kind) ORDER BY s.subject_id
""")
_LINES = sql("SELECT * FROM score_line WHERE score_id = ANY(:ids) ORDER BY score_id, position")
_SUMMARY = sql("""
    SELECT t.kind, u.kind AS unit_kind, s.grade, count(*) AS n, sum(s.points_x100)::bigint AS points_x100
    FROM standing t JOIN score s ON s.id = t.score_id JOIN scoring_run r ON r.id = t.run_id
    LEFT JOIN unit u ON u.id = t.subject_id
    WHERE r.year = :year AND r.state = 'published' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
""")


async def take_turn(connection: Connection, year: int) -> None:
    """Wait until nobody else computes, publishes or corrects this year; held until the end of the transaction."""
    await fetch(connection, _TAKE_TURN, year=str(year))


async def _by_id(connection: Connection, query: Any, **parameters: Any) -> dict[UUID, dict[str, Any]]:
    rows = [dict(r) for r in await fetch(connection, query, **parameters)]
    return {r.pop("id"): r for r in rows}


def _facts(kind: type[Any], *found: Mapping[str, Any], **own: Any) -> Any:
    """Facts out of what the statements found of a subject; what none of them found is zero."""
    known = {name: value for part in found for name, value in part.items()} | own
    return kind(**{name: known.get(name, 0) for name in kind.__dataclass_fields__})


async def load_units(connection: Connection, window: Window) -> list[tuple[Row, UnitFacts]]:
    """Every unit (id, division) with what is known of its year."""
    days = {"start_on": window.start_on, "end_on": window.end_on}
    units = await fetch(connection, _UNITS, end_on=window.end_on)
    months: dict[UUID, list[Month]] = {}
    for r in await fetch(connection, _MONTHS, **days):
        months.setdefault(r["id"], []).append(Month(r["days"], r["available"], r["checked"]))
    parts = (
        await _by_id(connection, _MEASURES, **days, help=list(HELP)),
        await _by_id(connection, _EXITS, **days, needed=window.visits_before_exit),
        await _by_id(connection, _UNIT_RECORDS, **days),
        await _by_id(connection, _UNIT_ANSWERS, year=window.year),
    )
    cases = await _by_id(connection, _CASES, year=window.year)
    return [
        (
            u,
            _facts(
                UnitFacts, *(p.get(u["id"], {}) for p in parts), team=u["team"],
                months=tuple(months.get(u["id"], [])), case_id=cases.get(u["id"], {}).get("case_id"),
            ),
        )
        for u in units
    ]  # fmt: skip


async def load_helpers(connection: Connection, window: Window) -> list[tuple[Row, HelperFacts]]:
    """Everybody (id, division) who was a household's helper in the window, with what is known of his year."""
    days = {"start_on": window.start_on, "end_on": window.end_on}
    helpers = await fetch(connection, _HELPERS, **days)
    parts = (
        await _by_id(
            connection, _VISITS, **days, held_days=window.quarter_held_days, per_quarter=window.visits_per_quarter
        ),
        await _by_id(connection, _HELPER_RECORDS, **days),
        await _by_id(connection, _FOLLOW_UPS, **days, days=window.follow_up_days),
        await _by_id(connection, _HELPER_ANSWERS, year=window.year),
    )
    cases = await _by_id(connection, _CASES, year=window.year)
    return [
        (
            h,
            _facts(
                HelperFacts, *(p.get(h["id"], {}) for p in parts), case_id=cases.get(h["id"], {}).get("case_id")
            ),
        )
        for h in helpers
    ]  # fmt: skip


async def find_run(connection: Connection, run_id: UUID) -> Row | None:
    """With how many units and helpers it scored."""
    return await fetch_one(connection, _FIND_RUN, id=run_id)


async def get_run(connection: Connection, run_id: UUID) -> Row:
    """Raises Problem `shared.not_found`."""
    row = await find_run(connection, run_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def lock_run(connection: Connection, run_id: UUID) -> Row:
    """Raises Problem `shared.not_found`."""
    row = await fetch_one(connection, _LOCK_RUN, id=run_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def list_runs(connection: Connection, year: int) -> list[Row]:
    return await fetch(connection, _RUNS, year=year)


async def find_published(connection: Connection, year: int) -> Row | None:
    """The one run of the year that was published."""
    return await fetch_one(connection, _PUBLISHED, year=year)


async def insert_run(connection: Connection, **run: Any) -> bool:
    """False where the id is taken."""
    return await execute(connection, _INSERT_RUN, rows=None, **run) == 1


async def publish_run(connection: Connection, run_id: UUID, on: date, by: str) -> None:
    await execute(connection, _PUBLISH, rows=1, id=run_id, published_on=on, published_by=by)


async def count_vetoed_since(connection: Connection, run_id: UUID, year: int) -> int:
    """Subjects of a run whom a case names that was not confirmed yet when the run was computed."""
    row = await fetch_one(connection, _VETOED_SINCE, run_id=run_id, year=year)
    assert row is not None
    return int(row["n"])


async def insert_scores(
    connection: Connection, scores: Sequence[dict[str, Any]], lines: Sequence[dict[str, Any]]
) -> None:
    """Together: at commit the database adds the lines up."""
    await execute_many(connection, _INSERT_SCORES, scores)
    await execute_many(connection, _INSERT_LINES, lines)


async def insert_standings(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    await execute_many(connection, _INSERT_STANDINGS, rows)


async def set_standings(connection: Connection, run_id: UUID, standings: Mapping[UUID, tuple[UUID, int]]) -> None:
    """By subject: the score that stands, and its rank."""
    await execute(
        connection,
        _SET_STANDINGS,
        rows=len(standings),
        run_id=run_id,
        subjects=list(standings),
        scores=[s for s, _ in standings.values()],
        ranks=[r for _, r in standings.values()],
    )


async def list_scores(connection: Connection, at: Place, **filters: Any) -> list[ShownScore]:
    """The scores that stand by rising subject, filtered by run or kind; who is assessed sees his own."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_versions(connection: Connection, subject_id: UUID, year: int) -> list[ShownScore]:
    """A subject's published scores of a year, the oldest first."""
    return await fetch(connection, _VERSIONS, subject_id=subject_id, year=year)


async def get_current(connection: Connection, run_id: UUID, subject_id: UUID) -> Row:
    """The subject's score that stands. Raises Problem `shared.not_found`, also where it is not the caller's to see."""
    row = await fetch_one(connection, _CURRENT, run_id=run_id, subject_id=subject_id)
    if row is None:
        raise Problem("shared.not_found")
    return row


async def list_standing(connection: Connection, run_id: UUID, kind: str | None = None) -> list[Row]:
    """All scores of a run that stand now."""
    return await fetch(connection, _STANDING, run_id=run_id, kind=kind)


async def list_lines(connection: Connection, score_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """Lines in their order, by score."""
    found: dict[UUID, list[Row]] = {one: [] for one in score_ids}
    for row in await fetch(connection, _LINES, ids=list(score_ids)):
        found[row["score_id"]].append(row)
    return found


async def list_grades(connection: Connection, year: int) -> list[Row]:
    """Of the published year: how many and how many points, by kind (of units: which) and grade."""
    return await fetch(connection, _SUMMARY, year=year)
