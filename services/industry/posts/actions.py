"""Opening posts, bringing households to them in three persons' steps, paying them by attendance, ending it."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from services.industry.payouts import queries as payouts
from services.industry.payouts.actions import record_dues
from services.industry.payouts.rules import Due
from services.industry.posts import queries, schemas
from services.industry.posts.rules import (
    DEATH,
    ELIGIBILITY,
    PostFacts,
    PostPolicy,
    Tenure,
    WagePolicy,
    attendance_refusal,
    days_possible,
    post_eligibility,
    wage_fen,
)
from services.industry.posts.schemas import Attendance, Continuation, Ending, Payroll, Proposal
from services.industry.posts.tables import Attended, Post, PostAssignment, post_assignment
from shared.acts.batches import NewRows, take_new
from shared.acts.bodies import Confirmation, Result, answers, result
from shared.acts.decisions import record_decisions
from shared.acts.freezes import list_frozen
from shared.acts.procedures import (
    PASSED,
    Finding,
    Procedure,
    Step,
    advance,
    by_bureaus,
    log_steps,
    ripe_cases,
    take_step,
)
from shared.acts.projection import Household, list_households, lock_households
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.industry import PostAssigned, PostEnded
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.dates import add_months
from shared.values.verdicts import Decided, Missing

ROOM = "industry.posts"
BEGUN = (
    Step("checked", "proposed", ("township",), ("proposed_by",), "checked", sets=("ended_reason",),
         zh="乡镇审核上岗提名", en="Check of the proposal by the township"),
    Step("assigned", "checked", ("county",), ("proposed_by", "checked_by"), "approved",
         sets=("decision_id", "ended_reason"), zh="批准上岗", en="Approval of the proposal"),
    # Who works on goes back to where the post was held.
    Step("ended", "held", ("village",), sets=("decision_id", "resumed_on", "ended_on", "ended_reason", "person"),
         zh="家庭成员去世：确认是否有人接替上岗", en="Somebody died: say whether somebody works on"),
)  # fmt: skip
# Since the second version the human resources bureau approves.
POSTS = Procedure(ROOM, post_assignment, (BEGUN, by_bureaus(BEGUN, assigned="human_resources")))
POST = ("division", "kind", "monthly_fen", "reserved_for_relocated", "employer_code")
PROPOSAL = ("post_id", "household_id", "starts_on", "person")
ATTENDANCE = ("assignment_id", "month_on", "days")


async def open_posts(connection: Connection, act: Act, items: Sequence[schemas.Post]) -> list[Result]:
    """Keep posts; what one is does not change."""
    known = await queries.list_posts_by_id(connection, [i.id for i in items])

    def judge(item: schemas.Post) -> str | dict[str, Any]:
        if not act.caller.within(item.division):
            return "outside_area"
        return item.model_dump() | {"created_on": act.business_date, "created_by": act.subject}

    reasons, _ = await take_new(items, known, POST, judge, partial(queries.insert_posts, connection))
    return answers(ROOM, [i.id for i in items], reasons)


def _decide(policy: PostPolicy, household: Household, post: Post, *, frozen: bool, holds_post: bool) -> Decided:
    facts = PostFacts(
        status=household.status,
        has_labour=household.has_labour,
        relocated=household.relocated,
        frozen=frozen,
        holds_post=holds_post,
        kind=post.kind,
        reserved_for_relocated=post.reserved_for_relocated,
    )
    verdict = post_eligibility(facts, policy)
    return Decided(ELIGIBILITY, str(household.id), household.division, facts, policy, verdict)


async def propose(connection: Connection, act: Act, policy: Policy, items: Sequence[Proposal]) -> list[Result]:
    """Ask the rule for each; every verdict is stored, and whom it refuses is not kept."""
    households = await lock_households(connection, [i.household_id for i in items])
    posts = await queries.lock_posts(connection, [i.post_id for i in items])
    # Statements of their own after the locks, so that they see what the one before us has committed.
    known = await queries.list_assignments_by_id(connection, [i.id for i in items])
    employed = await queries.list_employed(connection, list(households))
    held = await queries.list_held(connection, list(posts))
    departed = await queries.list_departed(connection, [(i.person, i.household_id) for i in items])
    frozen, figures = await list_frozen(connection, list(households)), policy.on(act.business_date, PostPolicy)
    decided, missing = list[Decided](), dict[UUID, list[Missing]]()

    def judge(item: Proposal) -> str | dict[str, Any]:
        household, post = households.get(item.household_id), posts.get(item.post_id)
        if household is None:
            return "shared.household_unknown"
        if post is None:
            return "shared.not_found"
        if item.post_id in held:
            return "post_taken"
        if (item.person, item.household_id) in departed:
            return "worker_gone"
        one = _decide(
            figures, household, post, frozen=item.household_id in frozen, holds_post=item.household_id in employed
        )
        decided.append(one)
        if one.missing:
            missing[item.id] = one.missing
            return "not_eligible"
        employed.add(item.household_id)
        held.add(item.post_id)
        return POSTS.opened(
            act,
            "proposed",
            **item.model_dump(),
            division=household.division,
            proposed_on=act.business_date,
            proposed_by=act.subject,
            decision_id=one.id,
        )._asdict()

    async def save(rows: NewRows) -> set[UUID]:
        await record_decisions(connection, act, policy.version, decided)
        return await queries.insert_assignments(connection, rows)

    reasons, new = await take_new(items, known, PROPOSAL, judge, save)
    await log_steps(connection, act, POSTS, "proposed", [(PostAssignment(**row), PASSED) for row in new])
    return [
        result(ROOM, item.id, reason, missing=missing.get(item.id, []) if reason == "not_eligible" else [])
        for item, reason in zip(items, reasons, strict=True)
    ]


def _not_carried(reason: str, **more: Any) -> Finding:
    return Finding(passed=False, reason=reason, sets={"ended_reason": reason} | more.pop("sets", {}), **more)


async def check(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """The township confirms a proposal, or ends it."""

    def find(_case: PostAssignment, item: Confirmation) -> Finding:
        return PASSED if item.confirmed else _not_carried("not_confirmed")

    return await take_step(connection, act, POSTS, "checked", items, find)


async def _decide_again(
    connection: Connection, act: Act, policy: Policy, cases: Sequence[PostAssignment]
) -> dict[UUID, Decided]:
    """The rule on what is known today of those who hold a post or are about to, none of them frozen; stored.

    A household that moved to another township may hold a post that its village does not see: nothing is decided of it.
    """
    households = await list_households(connection, [case.household_id for case in cases])
    posts = await queries.list_posts_by_id(connection, {case.post_id for case in cases})
    figures = policy.on(act.business_date, PostPolicy)
    decided = {
        case.id: _decide(figures, households[case.household_id], posts[case.post_id], frozen=False, holds_post=False)
        for case in cases
        if case.post_id in posts
    }
    await record_decisions(connection, act, policy.version, list(decided.values()))
    return decided


async def approve(connection: Connection, act: Act, policy: Policy, items: Sequence[Confirmation]) -> list[Result]:
    """The bureau approves, where the rule still holds on what is known today; else the proposal ends."""
    cases = await queries.lock_assignments(connection, [i.id for i in items])
    posts = await queries.list_posts_by_id(connection, {case.post_id for case in cases.values()})
    asked = {i.id for i in items if i.confirmed}
    ripe = await ripe_cases(connection, act, POSTS, "assigned", cases)
    decided = await _decide_again(connection, act, policy, [case for case in ripe if case.id in asked])

    def find(case: PostAssignment, item: Confirmation) -> Finding:
        if not item.confirmed:
            return _not_carried("not_confirmed")
        one = decided[case.id]
        said = {"decision_id": one.id}
        missing = one.missing
        return _not_carried("not_eligible", missing=missing, sets=said) if missing else Finding(sets=said)

    def told(case: PostAssignment, _found: Finding) -> Payload:
        return assigned(case, posts[case.post_id])

    return await take_step(connection, act, POSTS, "assigned", items, find, rows=cases, facts=told)


def assigned(case: PostAssignment, post: Post) -> PostAssigned:
    """What an assignment makes known when it begins, or goes on after a mistake."""
    return PostAssigned(
        household_id=case.household_id,
        division=case.division,
        assignment_id=case.id,
        kind=post.kind,
        monthly_fen=post.monthly_fen,
        started_on=case.starts_on,
    )


async def record_attendance(connection: Connection, act: Act, items: Sequence[Attendance]) -> list[Result]:
    """Keep the days worked in a month, once; they stay as they were counted."""
    assignments = await queries.lock_assignments(connection, [i.assignment_id for i in items])
    known = await queries.list_attendances_by_id(connection, [i.id for i in items])
    recorded = await queries.list_months(connection, list(assignments))

    def judge(item: Attendance) -> str | dict[str, Any]:
        assignment = assignments.get(item.assignment_id)
        if assignment is None:
            return "shared.not_found"
        if assignment.state not in ("assigned", "held", "ended"):
            return "not_assigned"
        if reason := attendance_refusal(item.month_on, item.days, tenure(assignment), act.business_date):
            return reason
        if (item.assignment_id, item.month_on) in recorded:
            return "month_recorded"
        recorded.add((item.assignment_id, item.month_on))
        return item.model_dump() | {
            "household_id": assignment.household_id,
            "division": assignment.division,
            "recorded_on": act.business_date,
            "recorded_by": act.subject,
        }

    reasons, _ = await take_new(items, known, ATTENDANCE, judge, partial(queries.insert_attendances, connection))
    return answers(ROOM, [i.id for i in items], reasons)


def tenure(of: PostAssignment | Attended) -> Tenure:
    return Tenure(of.starts_on, of.ended_on, of.held_on, of.resumed_on)


async def run_payroll(connection: Connection, act: Act, policy: Policy, month_on: date) -> Payroll:
    """Record what is owed for a month; the dues' own keys keep a second run from owing it twice.

    Raises:
        Problem: the day is no first of a month (422); the month is not over (409).
    """
    if month_on.day != 1:
        raise Problem("industry.posts.not_a_month")
    if act.business_date < add_months(month_on, 1):
        raise Problem("industry.posts.month_open")
    await payouts.take_turn(connection)
    dues = [wage_due(a, act, policy) for a in await queries.list_attended(connection, month_on)]
    owed = [due for due in dues if due.amount_fen]
    new = await record_dues(connection, act, owed)
    return Payroll(
        month_on=month_on, assignments=len(owed), dues=len(new), amount_fen=sum(due.amount_fen for due in new)
    )


def wage_due(of: Attended, act: Act, policy: Policy) -> Due:
    """What a month's days are worth, perhaps nothing."""
    # Days may have been counted before it was known that somebody had left or died.
    days = min(of.days, days_possible(of.month_on, tenure(of), act.business_date))
    amount_fen = wage_fen(of.monthly_fen, days, policy.on(act.business_date, WagePolicy).post_full_pay_days)
    key, payer = f"post:{of.id}:{of.month_on:%Y-%m}", f"post:{of.kind}"
    return Due(key, of.household_id, of.division, "post_wage", payer, "wage", amount_fen)


async def resume(connection: Connection, act: Act, policy: Policy, items: Sequence[Continuation]) -> list[Result]:
    """The village says whether somebody works on, of whom the rule is asked again; else it ends with the death."""
    cases = await queries.lock_assignments(connection, [i.id for i in items])
    going_on = {i.id for i in items if i.resumed_on is not None}
    ripe = await ripe_cases(connection, act, POSTS, "ended", cases)
    decided = await _decide_again(connection, act, policy, [case for case in ripe if case.id in going_on])
    homes = {c.id: c.household_id for c in ripe}
    asked = [(i.person, homes[i.id]) for i in items if i.id in homes] + [(c.person, c.household_id) for c in ripe]
    departed = await queries.list_departed(connection, asked)

    def find(case: PostAssignment, item: Continuation) -> Finding:
        assert case.held_on is not None
        if item.resumed_on is None:
            return Finding(sets={"ended_on": case.held_on, "ended_reason": DEATH})
        if item.resumed_on > act.business_date:
            return Finding(refusal="future_date")
        if item.resumed_on < case.held_on:
            return Finding(refusal="dates_reversed")
        one, worker = decided.get(case.id), item.person or case.person
        if one is None or (worker, case.household_id) in departed:
            return Finding(refusal="worker_gone" if one else "shared.not_found")
        if one.missing:
            return Finding(refusal="not_eligible", missing=one.missing)
        said = {"resumed_on": item.resumed_on, "decision_id": one.id, "person": worker}
        return Finding(passed=False, ends="assigned", sets=said)

    def ended(case: PostAssignment, found: Finding) -> Payload:
        return _ended(case, found.sets["ended_on"], found.sets["ended_reason"])

    return await take_step(connection, act, POSTS, "ended", items, find, rows=cases, facts=ended)


async def end_assignments(connection: Connection, act: Act, items: Sequence[Ending]) -> list[Result]:
    """The last day of each; an ending that was told before is answered the same."""
    cases = await queries.lock_assignments(connection, [i.id for i in items])
    told = {i: (case.ended_on, case.ended_reason) for i, case in cases.items() if case.state == "ended"}
    ended, reasons = list[tuple[PostAssignment, date, str]](), list[str | None]()
    for item in items:
        reasons.append(_ending_refusal(act, item, cases.get(item.id), told.get(item.id)))
        if reasons[-1] is None and item.id not in told:
            told[item.id] = item.ended_on, item.reason
            ended.append((cases[item.id], item.ended_on, item.reason))
    await end(connection, act, ended)
    return answers(ROOM, [i.id for i in items], reasons)


def _ending_refusal(
    act: Act, item: Ending, case: PostAssignment | None, told: tuple[date | None, str | None] | None
) -> str | None:
    if case is None:
        return "shared.not_found"
    if told is not None:
        return None if told == (item.ended_on, item.reason) else "already_ended"
    if case.state not in ("assigned", "held"):
        return "not_assigned"
    if item.ended_on > act.business_date:
        return "future_date"
    return "dates_reversed" if item.ended_on < case.starts_on else None


async def end(connection: Connection, act: Act, ended: Sequence[tuple[PostAssignment, date, str]]) -> None:
    """The last day and the reason of each, from outside the procedure's steps."""
    changes = [
        (case, "ended", Finding(detail={"reason": reason}, sets={"ended_on": on, "ended_reason": reason}))
        for case, on, reason in ended
    ]
    await advance(connection, act, POSTS, "ended", changes)
    await emit(connection, act, "industry", [_ended(case, on, reason) for case, on, reason in ended])


def _ended(case: PostAssignment, on: date, reason: str) -> PostEnded:
    return PostEnded(
        household_id=case.household_id, division=case.division, assignment_id=case.id, reason=reason, ended_on=on
    )
