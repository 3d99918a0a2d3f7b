"""Raising an appeal in time, and deciding it by somebody who had no hand in the score."""

from uuid import UUID

from services.assessment.appeals import queries
from services.assessment.appeals.rules import AppealPolicy, in_time, points_fit
from services.assessment.appeals.schemas import AppealDecision, NewAppeal
from services.assessment.appeals.tables import AppealRow, appeal
from services.assessment.scoring import queries as scoring
from services.assessment.scoring.actions import correct_score, published
from services.assessment.scoring.tables import LineRow, ScoreRow
from shared.acts.bodies import Case
from shared.acts.procedures import Finding, Procedure, Step, lock_cases, ripe_cases, take_step, taken
from shared.data.sql import Connection
from shared.events.assessment import AppealDecided
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem

ROOM = "assessment.appeals"
# That it was raised stands with the appeal; a cadre may raise it for a unit outside his area, where he logs nothing.
APPEAL = Procedure(ROOM, appeal, ((
    # Who decides upholds or rejects: the one step leads to either.
    Step("upheld", "open", ("county",), ("computed_by", "published_by", "raised_by"), "decided",
         sets=("points_x100",), zh="处理考核申诉", en="Decide an appeal against a score"),
),))  # fmt: skip
CONTENT = ("subject_id", "year", "code", "reason")


async def raise_appeal(connection: Connection, act: Act, policy: Policy, body: NewAppeal) -> AppealRow:
    """Against a line of a published score, once. The same again answers the same.

    Raises:
        Problem: not the caller's own score (403), nothing published (404), too late or appealed before, or the
            id stands for another appeal (409), no such line (422).
    """
    found = await queries.find_appeal(connection, body.id)
    if found is not None:
        return _same(found, body, act)
    if body.subject_id not in await queries.list_subjects_of(connection, act.subject):
        raise Problem("assessment.appeals.not_the_subject")
    run = await scoring.find_published(connection, body.year)
    if run is None or run.published_on is None:
        raise Problem("shared.not_found")
    score = await scoring.get_current(connection, run.id, body.subject_id)
    await _line(connection, score, body.code)
    figures = policy.on(act.business_date, AppealPolicy)
    if not in_time(run.published_on, act.business_date, figures.appeal_working_days):
        raise Problem("assessment.appeals.too_late")
    row = APPEAL.opened(
        act,
        "open",
        run_id=run.id,
        kind=score.kind,
        division=score.division,
        raised_on=act.business_date,
        raised_by=act.subject,
        computed_by=run.computed_by,
        published_by=run.published_by,
        **body.model_dump(),
    )
    if not await queries.insert_appeal(connection, row):
        again = await queries.find_appeal(connection, body.id)
        if again is not None:
            return _same(again, body, act)
        of_line = await queries.find_of_line(connection, run.id, body.subject_id, body.code)
        raise Problem("assessment.appeals.already_appealed" if of_line else "shared.content_differs")
    return row


def _same(found: AppealRow, body: NewAppeal, act: Act) -> AppealRow:
    if found.raised_by != act.subject or any(getattr(found, name) != getattr(body, name) for name in CONTENT):
        raise Problem("shared.content_differs")
    return found


async def _line(connection: Connection, score: ScoreRow, code: str) -> LineRow:
    for line in (await scoring.list_lines(connection, [score.id]))[score.id]:
        # A veto brings no points that could be given back: who disputes it disputes the case.
        if line.code == code and line.max_x100 > 0:
            return line
    raise Problem("assessment.appeals.line_unknown")


async def decide_appeal(
    connection: Connection, act: Act, policy: Policy, appeal_id: UUID, body: AppealDecision
) -> AppealRow:
    """Upheld: a new version of the score with this line replaced. Not upheld: the score stays.

    Raises:
        Problem: not known here (404), decided by somebody who scored or appealed (403), decided already (409), or
            points that are no more than before or beyond the line's (422).
    """
    cases = await lock_cases(connection, APPEAL, [appeal_id])
    found = Finding(passed=False, ends="rejected")
    corrections = list[tuple[ScoreRow, int]]()
    for case in await ripe_cases(connection, act, APPEAL, "upheld", cases) if body.upheld else ():
        await scoring.take_turn(connection, case.year)
        current, points = await scoring.get_current(connection, case.run_id, case.subject_id), body.points_x100
        line = await _line(connection, current, case.code)
        if points is None or not points_fit(line.points_x100, points, line.max_x100):
            raise Problem("assessment.appeals.points_out_of_range")
        found = Finding(sets={"points_x100": points})
        corrections.append((current, points))
    taken(await take_step(connection, act, APPEAL, "upheld", [Case(id=appeal_id)], lambda *_: found, rows=cases))
    case, on = cases[appeal_id], act.business_date
    told = AppealDecided(subject_id=case.subject_id, appeal_id=appeal_id, upheld=body.upheld, decided_on=on)
    anew = [await correct_score(connection, act, policy, s, case.code, points, appeal_id) for s, points in corrections]
    await emit(connection, act, "assessment", [told, *(published(score, case.year, on) for score in anew)])
    return await queries.get_appeal(connection, appeal_id)
