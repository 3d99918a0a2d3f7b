"""Opening a round, which draws; taking answers, once each; closing it by another person."""

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from services.assessment.surveys import queries
from services.assessment.surveys.rules import SURVEY_DRAW, DrawFacts, DrawPolicy, draw_decision, drawn, stratum_of
from services.assessment.surveys.schemas import NewAnswer, NewRound
from services.assessment.surveys.tables import (
    AnswerRow,
    Asked,
    CandidateRow,
    Drawn,
    Helped,
    RoundRow,
    SampleRow,
    UnaskedRow,
    survey_round,
)
from services.assessment.teams import queries as teams
from shared.acts.bodies import Case, Result, answers
from shared.acts.decisions import record_decisions
from shared.acts.procedures import PASSED, Procedure, Step, log_steps, take_step, taken
from shared.data.pages import Place
from shared.data.sql import Connection
from shared.events.assessment import SampleClosed, SampleDrawn
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.ids import uuid7
from shared.values.verdicts import Decided

ROOM = "assessment.surveys"
ROUND = Procedure(ROOM, survey_round, ((
    Step("closed", "open", ("county",), ("opened_by",), "closed", days=30,
         zh="结束本轮调查", en="Close the round, once it was asked"),
),))  # fmt: skip
CONTENT = ("year", "seed", "per_unit")
ANSWER = ("satisfied", "aware", "visited_often", "answered_on")


async def open_round(connection: Connection, act: Act, policy: Policy, new: NewRound) -> RoundRow:
    """Freeze who is helped today, and draw of each unit's households; the draw is stored to be replayed.

    Whom a confirmed fraud holds is asked nothing, and not drawn.

    Raises:
        Problem: the id stands for another round or is taken (409), the year lies ahead (422), or nobody is helped
            yet (409).
    """
    earlier = await queries.find_round(connection, new.id)
    if earlier is not None:
        if any(getattr(earlier, name) != getattr(new, name) for name in CONTENT):
            raise Problem("shared.content_differs")
        return earlier
    if new.year > act.business_date.year:
        raise Problem("assessment.surveys.future_year")
    helped_now = await queries.list_population(connection, act.business_date)
    held = await teams.list_held(connection, [one.household_id for one in helped_now])
    population = [one for one in helped_now if one.household_id not in held]
    if not population:
        raise Problem("assessment.surveys.nobody_helped")
    row = ROUND.opened(
        act,
        "open",
        division=act.caller.area,
        opened_on=act.business_date,
        opened_by=act.subject,
        **new.model_dump(),
    )
    if not await queries.insert_round(connection, row):
        raise Problem("shared.id_taken")
    await log_steps(connection, act, ROUND, "open", [(row, PASSED)])
    figures = policy.on(act.business_date, DrawPolicy)
    candidates, samples, decided = list[CandidateRow](), list[SampleRow](), list[Decided]()
    for unit_id, helped in groupby(population, key=lambda one: one.unit_id):
        ours = [_candidate(new.id, one) for one in helped]
        facts = DrawFacts(new.seed, new.per_unit, tuple((c.drawn_by, c.stratum) for c in ours))
        chosen = set(drawn(facts, figures))
        candidates += ours
        samples += [SampleRow(uuid7(), *c[:-1]) for c in ours if c.drawn_by in chosen]
        verdict = draw_decision(facts, figures)
        decided.append(Decided(SURVEY_DRAW, str(unit_id), act.caller.area, facts, figures, verdict))
    await queries.insert_candidates(connection, candidates)
    await queries.insert_samples(connection, samples)
    await record_decisions(connection, act, policy.version, decided)
    await emit(connection, act, "assessment", [_drawn(row, sample) for sample in samples])
    return row


def _drawn(row: RoundRow, sample: SampleRow) -> SampleDrawn:
    assert row.due_on is not None  # it is open
    of_round = {"sample_id": sample.id, "round_id": row.id, "drawn_on": row.opened_on, "until": row.due_on}
    return SampleDrawn(household_id=sample.household_id, division=sample.division, **of_round)


def _candidate(round_id: UUID, one: Helped) -> CandidateRow:
    stratum = stratum_of(one.status, has_labour=one.has_labour)
    return CandidateRow(round_id, one.household_id, one.unit_id, one.cadre_id, one.division, stratum, one.drawn_by)


async def list_samples(connection: Connection, at: Place, round_id: UUID | None) -> list[Drawn]:
    """A page of those drawn. In a round that goes on, who is not asked is who stands still now."""
    rows = await queries.list_samples(connection, at, round_id=round_id)
    waiting = [row.household_id for row in rows if row.state == "open" and not row.answered]
    held = await teams.list_held(connection, waiting)
    return [
        row._replace(not_asked=held.get(row.household_id)) if row.state == "open" and not row.answered else row
        for row in rows
    ]


async def record_answers(connection: Connection, act: Act, items: Sequence[NewAnswer]) -> list[Result]:
    """Each household drawn answers once, while its round is open."""
    asked = await queries.list_asked(connection, [i.id for i in items])
    known = await queries.list_answers(connection, [i.id for i in items])
    held = await teams.list_held(connection, sorted({one.household_id for one in asked.values()}))
    reasons, fresh = list[str | None](), dict[UUID, AnswerRow]()
    for item in items:
        reason = _answer_reason(act, item, asked.get(item.id), known.get(item.id))
        if reason is None and item.id not in known:
            reason = held.get(asked[item.id].household_id)
        reasons.append(reason)
        if reasons[-1] is None and item.id not in known:
            fresh[item.id] = known[item.id] = AnswerRow(
                sample_id=item.id,
                division=asked[item.id].division,
                satisfied=item.satisfied,
                aware=item.aware,
                visited_often=item.visited_often,
                answered_on=item.answered_on,
                recorded_on=act.business_date,
                recorded_by=act.subject,
            )
    late = set(fresh) - await queries.insert_answers(connection, list(fresh.values()))
    found = ["answered" if item.id in late else reason for item, reason in zip(items, reasons, strict=True)]
    return answers(ROOM, [i.id for i in items], found)


def _answer_reason(act: Act, item: NewAnswer, asked: Asked | None, earlier: AnswerRow | None) -> str | None:
    if asked is None:
        return "shared.not_found"
    if earlier is not None:
        same = earlier.recorded_by == act.subject and all(getattr(earlier, n) == getattr(item, n) for n in ANSWER)
        return None if same else "answered"
    if asked.state == "closed":
        return "closed"
    if item.answered_on > act.business_date:
        return "future_date"
    return "before_draw" if item.answered_on < asked.opened_on else None


async def close_round(connection: Connection, act: Act, round_id: UUID) -> RoundRow:
    """Nothing is answered any more; who could not be asked is written down. By another person than who opened it.

    Raises:
        Problem: not known here (404), the same person (403), or closed before (409).
    """
    taken(await take_step(connection, act, ROUND, "closed", [Case(id=round_id)]))
    samples = await queries.list_drawn(connection, round_id)
    answered = await queries.list_answers(connection, [sample.id for sample in samples])
    left = [sample for sample in samples if sample.id not in answered]
    held = await teams.list_held(connection, [sample.household_id for sample in left])
    unasked = [
        UnaskedRow(s.id, s.household_id, s.division, held[s.household_id], act.business_date)
        for s in left
        if s.household_id in held
    ]
    await queries.insert_unasked(connection, unasked)
    await emit(connection, act, "assessment", [_closed(act, sample) for sample in samples])
    return await queries.get_round(connection, round_id)


def _closed(act: Act, sample: SampleRow) -> SampleClosed:
    about = {"sample_id": sample.id, "round_id": sample.round_id, "closed_on": act.business_date}
    return SampleClosed(household_id=sample.household_id, division=sample.division, **about)
