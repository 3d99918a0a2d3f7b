"""Computing a year's scores, publishing them by a second person, and correcting one after an appeal."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.assessment.scoring import queries
from services.assessment.scoring.queries import Window
from services.assessment.scoring.rules import (
    HELPER_SCORE,
    UNIT_SCORE,
    Grade,
    GradePolicy,
    Kind,
    Line,
    Rated,
    WindowPolicy,
    corrected,
    grades,
    helper_lines,
    ranks,
    rated,
    regrade,
    unit_lines,
)
from services.assessment.scoring.schemas import NewRun
from services.assessment.scoring.tables import LineRow, RunRow, ScoreRow, Standing, Subject, scoring_run
from shared.acts.bodies import Case
from shared.acts.decisions import record_decisions
from shared.acts.procedures import PASSED, Finding, Procedure, Step, log_steps, take_step, taken
from shared.data.sql import Connection
from shared.events.assessment import ScorePublished
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.ids import uuid7
from shared.values.verdicts import Decided, Rule

ROOM = "assessment.scoring"
# Of the runs of a year one is published; the others wait for nobody any more.
RUN = Procedure(ROOM, scoring_run, ((
    Step("published", "computed", ("county",), ("computed_by",), "published",
         asked_where="NOT EXISTS (SELECT FROM scoring_run p WHERE p.year = c.year AND p.state = 'published')",
         zh="公布年度考核结果", en="Publish the year's scores"),
),))  # fmt: skip


def window_of(figures: WindowPolicy, year: int, on: date) -> Window:
    """From New Year to the day itself, or to the year's last."""
    return Window(year, date(year, 1, 1), min(on, date(year, 12, 31)) + timedelta(days=1), **asdict(figures))


async def compute_run(connection: Connection, act: Act, policy: Policy, body: NewRun) -> RunRow:
    """Score everybody by what is recorded today. Runs of a year may be many; one of them will be published.

    Raises:
        Problem: the year has not begun (422), another run has this id, or the year is published already (409).
    """
    if body.year > act.business_date.year:
        raise Problem("assessment.scoring.year_not_begun")
    await queries.take_turn(connection, body.year)
    found = await queries.find_run(connection, body.id)
    if found is not None and found.year == body.year:
        return found
    if await queries.find_published(connection, body.year):
        raise Problem("assessment.scoring.year_published")
    window = window_of(policy.on(act.business_date, WindowPolicy), body.year, act.business_date)
    run = RUN.opened(
        act,
        "computed",
        id=body.id,
        division=act.caller.area,
        year=body.year,
        until_on=window.end_on - timedelta(days=1),
        computed_on=act.business_date,
        computed_by=act.subject,
    )
    if found is not None or not await queries.insert_run(connection, run):
        raise Problem("shared.content_differs")
    await log_steps(connection, act, RUN, "computed", [(run, PASSED)])
    units, helpers = await queries.load_units(connection, window), await queries.load_helpers(connection, window)
    await _score(connection, act, policy, body.id, "unit", UNIT_SCORE, unit_lines, units)
    await _score(connection, act, policy, body.id, "helper", HELPER_SCORE, helper_lines, helpers)
    return run


async def _score(
    connection: Connection,
    act: Act,
    policy: Policy,
    run_id: UUID,
    kind: Kind,
    rule: Rule,
    lines_of: Callable[[Any, Any], tuple[Line, ...]],
    subjects: Sequence[tuple[Subject, Any]],
) -> None:
    """All subjects of a kind: their lines, compared with each other. Of whom nothing can be judged is left out."""
    figures, limits = policy.on(act.business_date, rule.policy), policy.on(act.business_date, GradePolicy)
    lines = {subject.id: lines_of(facts, figures) for subject, facts in subjects}
    ratings = {one: r for one, found in lines.items() if (r := rated(found)).reachable_x100 > 0}
    place = ranks(ratings)
    grade = grades(ratings, limits.grades_x100, limits.excellent_share_ppm)
    scores, rows, decided = list[ScoreRow](), list[LineRow](), list[Decided]()
    for subject, facts in subjects:
        one, division = subject.id, subject.division
        if one in ratings:
            decision = Decided(rule, str(one), division, facts, figures, rule.decide(facts, figures))
            own = score_row(act, run_id, one, kind, division, 1, ratings[one], grade[one], place[one])
            own = own._replace(decision_id=decision.id)
            decided.append(decision)
            scores.append(own)
            rows += line_rows(own, lines[one])
    await queries.insert_scores(connection, scores, rows)
    await queries.insert_standings(
        connection, [Standing(run_id, s.subject_id, kind, s.division, s.id, s.rank) for s in scores]
    )
    await record_decisions(connection, act, policy.version, decided)


def score_row(
    act: Act,
    run_id: UUID,
    subject_id: UUID,
    kind: Kind,
    division: str,
    version: int,
    rating: Rated,
    grade: Grade,
    rank: int,
) -> ScoreRow:
    return ScoreRow(
        id=uuid7(),
        run_id=run_id,
        subject_id=subject_id,
        kind=kind,
        division=division,
        version=version,
        points_x100=rating.points_x100,
        reachable_x100=rating.reachable_x100,
        rated_x100=rating.rated_x100,
        grade=grade,
        rank=rank,
        vetoed=rating.vetoed,
        decision_id=None,
        appeal_id=None,
        scored_on=act.business_date,
        scored_by=act.subject,
    )


def line_rows(score: ScoreRow, lines: Sequence[Line]) -> list[LineRow]:
    return [
        LineRow(
            score_id=score.id,
            position=position,
            code=line.code,
            subject_id=score.subject_id,
            division=score.division,
            points_x100=line.points_x100,
            max_x100=line.max_x100,
            withheld=line.withheld,
            figures=dict(line.figures),
        )
        for position, line in enumerate(lines)
    ]


def published(score: ScoreRow, year: int, on: date) -> ScorePublished:
    return ScorePublished(
        subject_id=score.subject_id,
        subject_kind=score.kind,
        year=year,
        version=score.version,
        points_x100=score.points_x100,
        grade=score.grade,
        rank=score.rank,
        published_on=on,
    )


async def publish_run(connection: Connection, act: Act, run_id: UUID) -> RunRow:
    """A second person lets the scores out; from then on they change by appeals only.

    Raises:
        Problem: not known here (404), computed by the same person (403), published already, this run or another of
            the year, or a case was confirmed since (409).
    """
    run = await queries.get_run(connection, run_id)
    await queries.take_turn(connection, run.year)
    if await queries.find_published(connection, run.year):
        raise Problem("assessment.scoring.year_published")
    stale = await queries.list_vetoed_since(connection, run_id, run.year)
    found = Finding(refusal="run_stale") if stale else PASSED
    taken(await take_step(connection, act, RUN, "published", [Case(id=run_id)], lambda *_: found))
    scores = await queries.list_standing(connection, run_id)
    on = act.business_date
    await emit(connection, act, "assessment", [published(s, run.year, on) for s in scores])
    return await queries.get_run(connection, run_id)


async def correct_score(
    connection: Connection, act: Act, policy: Policy, current: ScoreRow, code: str, points_x100: int, appeal_id: UUID
) -> ScoreRow:
    """A new version of a score with one line replaced, and everybody's rank after it; the row as published.

    The grades of the others were published and stay. `current` is the score that stands; the year's turn is taken.
    """
    run_id, kind, subject_id = current.run_id, current.kind, current.subject_id
    rows = (await queries.list_lines(connection, [current.id]))[current.id]
    known = [Line(r.code, r.points_x100, r.max_x100, r.figures, r.withheld) for r in rows]
    lines = corrected(known, code, points_x100, appeal_id)
    rating, limits = rated(lines), policy.on(act.business_date, GradePolicy)
    others = [s for s in await queries.list_standing_of(connection, run_id, kind) if s.subject_id != subject_id]
    ratings = {s.subject_id: Rated(s.points_x100, s.reachable_x100, s.rated_x100, s.vetoed) for s in others}
    place = ranks(ratings | {subject_id: rating})
    grade = regrade(rating, [s.grade for s in others], limits.grades_x100, limits.excellent_share_ppm)
    version = current.version + 1
    own = score_row(act, run_id, subject_id, kind, current.division, version, rating, grade, place[subject_id])
    own = own._replace(appeal_id=appeal_id)
    await queries.insert_scores(connection, [own], line_rows(own, lines))
    present = {s.subject_id: s.id for s in others} | {subject_id: own.id}
    await queries.set_standings(connection, run_id, {one: (score, place[one]) for one, score in present.items()})
    return own
