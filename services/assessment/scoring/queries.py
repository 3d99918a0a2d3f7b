"""All SQL about scores: facts gathered set by set for all subjects at once, and what was made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Text
from sqlalchemy.dialects.postgresql import ARRAY

from services.assessment.deeds.rules import HELP
from services.assessment.scoring.rules import HelperFacts, Month, UnitFacts
from services.assessment.scoring.tables import (
    Accused,
    Answers,
    Exits,
    FollowUps,
    Graded,
    LineRow,
    Measures,
    Records,
    RunRow,
    Scored,
    ScoreRow,
    Served,
    ShownScore,
    Standing,
    Subject,
    VisitsDue,
    score,
    score_line,
    scoring_run,
    standing,
)
from shared.acts.batches import FREE, insert_free
from shared.data.pages import Place, fetch_page, page, page_of
from shared.data.sql import (
    Connection,
    Statement,
    by_id,
    execute,
    execute_many,
    fetch,
    fetch_one,
    fetch_or_not_found,
    get_by,
    insert_many,
    sql,
)


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


_UNITS = sql(
    """
    SELECT u.id, u.division, (SELECT count(*) FROM cadre c WHERE c.unit_id = u.id AND c.role <> 'helper'
    AND c.starts_on < :end_on) AS team FROM unit u ORDER BY u.id
    """,
    Subject,
)
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
    Served,
)
# Help that was taken back helped nobody.
_MEASURES = sql(
    """
    SELECT id, count(*) AS households, count(*) FILTER (WHERE kinds >= 1) AS helped_once,
    count(*) FILTER (WHERE kinds >= 2) AS helped_twice
    FROM (SELECT c.unit_id AS id, p.household_id, count(DISTINCT d.kind) AS kinds
    FROM pairing p JOIN cadre c ON c.id = p.cadre_id LEFT JOIN deed d ON d.household_id = p.household_id
    AND d.kind = ANY(:help) AND d.happened_on >= :start_on AND d.happened_on < :end_on
    AND NOT EXISTS (SELECT FROM deed r WHERE r.kind = d.kind || '_revoked' AND r.source_key = d.source_key)
    WHERE p.valid @> (:end_on - 1) GROUP BY 1, 2) helped GROUP BY 1
    """,
    Measures,
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
    Exits,
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
_UNIT_RECORDS = sql(_RECORDS.format(subject="c.unit_id"), Records)
_HELPER_RECORDS = sql(_RECORDS.format(subject="c.id"), Records)
# What is still being asked may still change: only rounds that were closed.
_ANSWERS = (
    "SELECT s.{subject} AS id, count(*) AS answered, count(*) FILTER (WHERE a.satisfied) AS satisfied"
    " FROM survey_answer a JOIN survey_sample s ON s.id = a.sample_id JOIN survey_round r ON r.id = s.round_id"
    " WHERE r.year = :year AND r.state = 'closed' GROUP BY 1"
)
_UNIT_ANSWERS = sql(_ANSWERS.format(subject="unit_id"), Answers)
_HELPER_ANSWERS = sql(_ANSWERS.format(subject="cadre_id"), Answers)
# A case stands against the year in which it was opened, however late it was confirmed.
_NAMED = (
    "SELECT DISTINCT ON (s.subject_id) s.subject_id AS id, c.id AS case_id FROM case_subject s"
    " JOIN fraud_case c ON c.id = s.case_id WHERE c.state = 'confirmed' AND extract(year FROM c.opened_on) = :year"
    " ORDER BY s.subject_id, c.id"
)
_CASES = sql(_NAMED, Accused)
_VETOED_SINCE = sql(
    f"SELECT k.* FROM ({_NAMED}) k JOIN score s ON s.subject_id = k.id AND s.run_id = :run_id AND NOT s.vetoed", Accused
)
_HELPERS = sql(
    """
    SELECT c.id, c.division, 0 AS team FROM cadre c WHERE c.role = 'helper' AND EXISTS (SELECT 1 FROM pairing p
    WHERE p.cadre_id = c.id AND p.valid && daterange(:start_on, :end_on)) ORDER BY c.id
    """,
    Subject,
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
    VisitsDue,
    per_quarter=Integer,
)
# Whoever helps the household on the last day answers for it, also for what his predecessor left undone.
_FOLLOW_UPS = sql(
    """
    SELECT p.cadre_id AS id, count(*) AS follow_ups_due, count(*) FILTER (WHERE EXISTS (SELECT 1 FROM visit v
    WHERE v.household_id = d.household_id AND v.counts AND v.visited_on >= d.happened_on
    AND v.visited_on <= d.happened_on + :days)) AS follow_ups_kept
    FROM deed d JOIN pairing p ON p.household_id = d.household_id AND p.valid @> (d.happened_on + :days)
    WHERE d.kind = 'death' AND d.happened_on + :days >= :start_on AND d.happened_on + :days < :end_on AND NOT EXISTS
    (SELECT FROM deed r WHERE r.kind = 'death_revoked' AND r.source_key = d.source_key) GROUP BY 1
    """,
    FollowUps,
    days=Integer,
)
_TAKE_TURN = sql("SELECT pg_advisory_xact_lock(hashtextextended('assessment/scoring/' || :year, 0))", year=Text)
_GET_RUN = get_by(scoring_run)
_RUN_PAGE = page(scoring_run, "year")
_SCORED = sql(
    """
    SELECT run_id AS id, count(*) FILTER (WHERE kind = 'unit') AS units,
           count(*) FILTER (WHERE kind = 'helper') AS helpers
    FROM standing WHERE run_id = ANY(:ids) GROUP BY run_id
    """,
    Scored,
)
_PUBLISHED = sql(f"SELECT {scoring_run.columns} FROM scoring_run WHERE year = :year AND state = 'published'", RunRow)
_INSERT_RUN = insert_many(scoring_run, scoring_run.shape, FREE)
_INSERT_SCORES = insert_many(score, [name for name in score.shape if name != "recorded_at"])
_INSERT_LINES = insert_many(score_line, score_line.shape)
_INSERT_STANDINGS = insert_many(standing, standing.shape)
_SET_STANDINGS = sql("""
    UPDATE standing AS t SET score_id = u.score_id, rank = u.rank
    FROM unnest(:ids, :scores, :ranks) AS u (subject_id, score_id, rank)
    WHERE t.run_id = :run_id AND t.subject_id = u.subject_id
    """)
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
# A later version has a later id.
_VERSIONS = page_of(
    ShownScore,
    f"SELECT {_SHOWN}, r.year, s.rank FROM score s JOIN scoring_run r ON r.id = s.run_id",
    "s.subject_id",
    "r.year",
    key="s.id",
    where="r.state = 'published'",
)
_STANDING = f"""
    SELECT {score.columns_of("s")} FROM standing t JOIN score s ON s.id = t.score_id WHERE t.run_id = :run_id
"""
_CURRENT = sql(f"{_STANDING} AND t.subject_id = :subject_id", ScoreRow)
_OF_RUN = sql(f"{_STANDING} ORDER BY s.subject_id", ScoreRow)
_OF_KIND = sql(f"{_STANDING} AND t.kind = :kind ORDER BY s.subject_id", ScoreRow)
_LINES = sql(
    f"SELECT {score_line.columns} FROM score_line WHERE score_id = ANY(:ids) ORDER BY score_id, position", LineRow
)
_SUMMARY = sql(
    """
    SELECT t.kind, u.kind AS unit_kind, s.grade, count(*) AS subjects, sum(s.points_x100)::bigint AS points_x100
    FROM standing t JOIN score s ON s.id = t.score_id JOIN scoring_run r ON r.id = t.run_id
    LEFT JOIN unit u ON u.id = t.subject_id
    WHERE r.year = :year AND r.state = 'published' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    """,
    Graded,
)


async def take_turn(connection: Connection, year: int) -> None:
    """Wait until nobody else computes, publishes or corrects this year; held until the end of the transaction."""
    await fetch(connection, _TAKE_TURN, year=str(year))


async def _by_subject(connection: Connection, query: Statement[Any], **parameters: Any) -> dict[UUID, Any]:
    return {row.id: row for row in await fetch(connection, query, **parameters)}


def _facts(kind: type[Any], *found: Any, **own: Any) -> Any:
    """Facts out of the rows that the statements found of a subject; what none of them found is zero."""
    known = {name: value for row in found if row is not None for name, value in row._asdict().items()} | own
    return kind(**{name: known.get(name, 0) for name in kind.__dataclass_fields__})


async def load_units(connection: Connection, window: Window) -> list[tuple[Subject, UnitFacts]]:
    """Every unit with what is known of its year."""
    days = {"start_on": window.start_on, "end_on": window.end_on}
    units = await fetch(connection, _UNITS, end_on=window.end_on)
    months: dict[UUID, list[Month]] = {}
    for r in await fetch(connection, _MONTHS, **days):
        months.setdefault(r.id, []).append(Month(r.days, r.available, r.checked))
    parts = (
        await _by_subject(connection, _MEASURES, **days, help=list(HELP)),
        await _by_subject(connection, _EXITS, **days, needed=window.visits_before_exit),
        await _by_subject(connection, _UNIT_RECORDS, **days),
        await _by_subject(connection, _UNIT_ANSWERS, year=window.year),
    )
    cases = await _by_subject(connection, _CASES, year=window.year)
    facts = []
    for unit in units:
        found, case = (part.get(unit.id) for part in parts), cases.get(unit.id)
        own = {"team": unit.team, "months": tuple(months.get(unit.id, ())), "case_id": case.case_id if case else None}
        facts.append((unit, _facts(UnitFacts, *found, **own)))
    return facts


async def load_helpers(connection: Connection, window: Window) -> list[tuple[Subject, HelperFacts]]:
    """Everybody who was a household's helper in the window, with what is known of his year."""
    days = {"start_on": window.start_on, "end_on": window.end_on}
    helpers = await fetch(connection, _HELPERS, **days)
    parts = (
        await _by_subject(
            connection, _VISITS, **days, held_days=window.quarter_held_days, per_quarter=window.visits_per_quarter
        ),
        await _by_subject(connection, _HELPER_RECORDS, **days),
        await _by_subject(connection, _FOLLOW_UPS, **days, days=window.follow_up_days),
        await _by_subject(connection, _HELPER_ANSWERS, year=window.year),
    )
    cases = await _by_subject(connection, _CASES, year=window.year)
    facts = []
    for helper in helpers:
        found, case = (part.get(helper.id) for part in parts), cases.get(helper.id)
        facts.append((helper, _facts(HelperFacts, *found, case_id=case.case_id if case else None)))
    return facts


async def find_run(connection: Connection, run_id: UUID) -> RunRow | None:
    return await fetch_one(connection, _GET_RUN, id=run_id)


async def get_run(connection: Connection, run_id: UUID) -> RunRow:
    """Raises Problem `shared.not_found`."""
    return await fetch_or_not_found(connection, _GET_RUN, id=run_id)


async def list_runs(connection: Connection, at: Place, **filters: Any) -> list[RunRow]:
    """By rising id, filtered by year."""
    return await fetch_page(connection, _RUN_PAGE, at, **filters)


async def count_scored(connection: Connection, run_ids: Sequence[UUID]) -> dict[UUID, Scored]:
    """How many units and helpers the runs scored; one that scored nobody is left out."""
    return await by_id(connection, _SCORED, run_ids)


async def find_published(connection: Connection, year: int) -> RunRow | None:
    """The one run of the year that was published."""
    return await fetch_one(connection, _PUBLISHED, year=year)


async def insert_run(connection: Connection, run: RunRow) -> bool:
    """False where the id is taken."""
    return bool(await insert_free(connection, _INSERT_RUN, [run._asdict()]))


async def list_vetoed_since(connection: Connection, run_id: UUID, year: int) -> list[Accused]:
    """Subjects of a run whom a case names that was not confirmed yet when the run was computed."""
    return await fetch(connection, _VETOED_SINCE, run_id=run_id, year=year)


async def insert_scores(connection: Connection, scores: Sequence[ScoreRow], lines: Sequence[LineRow]) -> None:
    """Together: at commit the database adds the lines up."""
    await execute_many(connection, _INSERT_SCORES, [row._asdict() for row in scores])
    await execute_many(connection, _INSERT_LINES, [row._asdict() for row in lines])


async def insert_standings(connection: Connection, rows: Sequence[Standing]) -> None:
    await execute_many(connection, _INSERT_STANDINGS, [row._asdict() for row in rows])


async def set_standings(connection: Connection, run_id: UUID, standings: Mapping[UUID, tuple[UUID, int]]) -> None:
    """By subject: the score that stands, and its rank."""
    await execute(
        connection,
        _SET_STANDINGS,
        rows=len(standings),
        run_id=run_id,
        ids=list(standings),
        scores=[s for s, _ in standings.values()],
        ranks=[r for _, r in standings.values()],
    )


async def list_scores(connection: Connection, at: Place, **filters: Any) -> list[ShownScore]:
    """The scores that stand by rising subject, filtered by run or kind; who is assessed sees his own."""
    return await fetch_page(connection, _PAGE, at, **filters)


async def list_versions(connection: Connection, at: Place, **filters: Any) -> list[ShownScore]:
    """Published scores, the oldest first, filtered by subject or year."""
    return await fetch_page(connection, _VERSIONS, at, **filters)


async def get_current(connection: Connection, run_id: UUID, subject_id: UUID) -> ScoreRow:
    """The subject's score that stands. Raises Problem `shared.not_found`, also where it is not the caller's to see."""
    return await fetch_or_not_found(connection, _CURRENT, run_id=run_id, subject_id=subject_id)


async def list_standing(connection: Connection, run_id: UUID) -> list[ScoreRow]:
    """All scores of a run that stand now."""
    return await fetch(connection, _OF_RUN, run_id=run_id)


async def list_standing_of(connection: Connection, run_id: UUID, kind: str) -> list[ScoreRow]:
    """Those of one kind."""
    return await fetch(connection, _OF_KIND, run_id=run_id, kind=kind)


async def list_lines(connection: Connection, score_ids: Sequence[UUID]) -> dict[UUID, list[LineRow]]:
    """Lines in their order, by score."""
    found: dict[UUID, list[LineRow]] = {one: [] for one in score_ids}
    for row in await fetch(connection, _LINES, ids=list(score_ids)):
        found[row.score_id].append(row)
    return found


async def list_grades(connection: Connection, year: int) -> list[Graded]:
    """Of the published year: how many and how many points, by kind (of units: which) and grade."""
    return await fetch(connection, _SUMMARY, year=year)
