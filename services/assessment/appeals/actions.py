"""Raising an appeal in time, and deciding it by somebody who had no hand in the score."""

from uuid import UUID

from services.assessment.appeals import queries
from services.assessment.appeals.rules import AppealPolicy, in_time, points_fit
from services.assessment.appeals.schemas import AppealDecision, AppealState, NewAppeal
from services.assessment.scoring import queries as scoring
from services.assessment.scoring.actions import correct_score, published
from shared.acts.tasks import OwnTask
from shared.data.sql import Connection, Row
from shared.events.assessment import AppealDecided, ScorePublished
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem

CONTENT = ("subject_id", "year", "code", "reason")
APPEALS = OwnTask(
    procedure="assessment.appeals",
    step="decided",
    roles=("county",),
    zh="处理考核申诉",
    en="Decide an appeal against a score",
    columns=("a.id", "a.division", "NULL::uuid", "a.raised_on", "a.raised_on + 7"),
    source="""
        FROM appeal a WHERE a.state = 'open' AND :subject NOT IN (a.computed_by, a.published_by, a.raised_by)
    """,
)


async def raise_appeal(connection: Connection, act: Act, policy: Policy, body: NewAppeal) -> AppealState:
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
    if run is None:
        raise Problem("shared.not_found")
    score = await scoring.get_current(connection, run["id"], body.subject_id)
    await _line(connection, score, body.code)
    figures = policy.on(act.business_date, AppealPolicy)
    if not in_time(run["published_on"], act.business_date, figures.appeal_working_days):
        raise Problem("assessment.appeals.too_late")
    row = body.model_dump() | {
        "run_id": run["id"],
        "kind": score["kind"],
        "division": score["division"],
        "raised_on": act.business_date,
        "raised_by": act.subject,
        "computed_by": run["computed_by"],
        "published_by": run["published_by"],
    }
    if not await queries.insert_appeal(connection, row):
        again = await queries.find_appeal(connection, body.id)
        if again is not None:
            return _same(again, body, act)
        taken = await queries.find_of_line(connection, run["id"], body.subject_id, body.code)
        raise Problem("assessment.appeals.already_appealed" if taken else "shared.content_differs")
    return AppealState(**row, state="open", decided_on=None, points_x100=None)


def _same(found: Row, body: NewAppeal, act: Act) -> AppealState:
    if found["raised_by"] != act.subject or any(found[name] != getattr(body, name) for name in CONTENT):
        raise Problem("shared.content_differs")
    return AppealState(**found)


async def _line(connection: Connection, score: Row, code: str) -> Row:
    lines = (await scoring.list_lines(connection, [score["id"]]))[score["id"]]
    for line in lines:
        # A veto brings no points that could be given back: who disputes it disputes the case.
        if line["code"] == code and line["max_x100"] > 0:
            return line
    raise Problem("assessment.appeals.line_unknown")


async def decide_appeal(
    connection: Connection, act: Act, policy: Policy, appeal_id: UUID, body: AppealDecision
) -> AppealState:
    """Upheld: a new version of the score with this line replaced. Not upheld: the score stays.

    Raises:
        Problem: not known here (404), decided by somebody who scored or appealed (403), decided already (409), or
            points that are no more than before or beyond the line's (422).
    """
    found = await queries.lock_appeal(connection, appeal_id)
    if act.subject in (found["computed_by"], found["published_by"], found["raised_by"]):
        raise Problem("shared.same_person")
    if found["state"] != "open":
        raise Problem("assessment.appeals.already_decided")
    await scoring.take_turn(connection, found["year"])
    state, points, corrections = "rejected", None, list[ScorePublished]()
    if body.upheld:
        state, points = "upheld", body.points_x100
        current = await scoring.get_current(connection, found["run_id"], found["subject_id"])
        line = await _line(connection, current, found["code"])
        if points is None or not points_fit(line["points_x100"], points, line["max_x100"]):
            raise Problem("assessment.appeals.points_out_of_range")
        row = await correct_score(connection, act, policy, current, found["code"], points, appeal_id)
        corrections = [published(row, found["year"], act.business_date)]
    await queries.decide_appeal(connection, appeal_id, state, points, act.business_date, act.subject)
    decided = AppealDecided(
        subject_id=found["subject_id"], appeal_id=appeal_id, upheld=body.upheld, decided_on=act.business_date
    )
    await emit(connection, act, "assessment", [decided, *corrections])
    changes = {"state": state, "points_x100": points, "decided_on": act.business_date}
    return AppealState(**(dict(found) | changes))
