"""Opening posts, bringing households to them in three persons' steps, paying them by attendance, ending it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.industry.payouts.actions import record_dues
from services.industry.payouts.rules import Due
from services.industry.posts import queries
from services.industry.posts.rules import (
    ELIGIBILITY,
    PostFacts,
    PostPolicy,
    Tenure,
    WagePolicy,
    attendance_refusal,
    post_eligibility,
    wage_fen,
)
from services.industry.posts.schemas import Approval, Attendance, Check, Ending, Payroll, Post, Proposal, Result
from shared.acts.batches import NewRows, take_new
from shared.acts.decisions import record_decisions
from shared.acts.freezes import list_frozen
from shared.data.sql import Connection, Row
from shared.events.industry import PostAssigned, PostEnded
from shared.events.registry import HouseholdRemoved
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.dates import add_months
from shared.values.verdicts import Decided

POST = ("division", "kind", "monthly_fen", "reserved_for_relocated", "employer_code")
PROPOSAL = ("post_id", "household_id", "starts_on")
ATTENDANCE = ("assignment_id", "month_on", "days")
REMOVED = "removed"


def _code(reason: str | None) -> str | None:
    return reason if reason is None or "." in reason else f"industry.posts.{reason}"


def _result(item_id: UUID, reason: str | None, missing: Sequence[str] = ()) -> Result:
    return Result(id=item_id, status="refused" if reason else "accepted", code=_code(reason), missing=list(missing))


async def open_posts(connection: Connection, act: Act, items: Sequence[Post]) -> list[Result]:
    """Keep posts; what one is does not change."""
    known = await queries.list_posts_by_id(connection, [i.id for i in items])

    def judge(item: Post) -> str | dict[str, Any]:
        if not act.caller.within(item.division):
            return "outside_area"
        return item.model_dump() | {"created_on": act.business_date, "created_by": act.subject}

    async def save(rows: NewRows) -> set[UUID]:
        return await queries.insert_posts(connection, rows)

    reasons, _ = await take_new(items, known, POST, judge, save)
    return [_result(item.id, reason) for item, reason in zip(items, reasons, strict=True)]


def _decide(policy: PostPolicy, household: Row, post: Row, *, frozen: bool, holds_post: bool) -> Decided:
    facts = PostFacts(
        status=household["status"], has_labour=household["has_labour"], relocated=household["relocated"],
        frozen=frozen, holds_post=holds_post, kind=post["kind"],
        reserved_for_relocated=post["reserved_for_relocated"],
    )  # fmt: skip
    verdict = post_eligibility(facts, policy)
    return Decided(ELIGIBILITY, str(household["id"]), household["division"], facts, policy, verdict)


async def propose(connection: Connection, act: Act, policy: Policy, items: Sequence[Proposal]) -> list[Result]:
    """Ask the rule for each; every verdict is stored, and whom it refuses is not kept."""
    households = await queries.lock_households(connection, [i.household_id for i in items])
    posts = await queries.lock_posts(connection, [i.post_id for i in items])
    # Statements of their own after the locks, so that they see what the one before us has committed.
    known = await queries.list_assignments_by_id(connection, [i.id for i in items])
    employed, held = (
        await queries.list_employed(connection, list(households)),
        await queries.list_held(connection, list(posts)),
    )
    frozen, figures = await list_frozen(connection, list(households)), policy.on(act.business_date, PostPolicy)
    decided, missing = list[Decided](), dict[UUID, list[str]]()

    def judge(item: Proposal) -> str | dict[str, Any]:
        household, post = households.get(item.household_id), posts.get(item.post_id)
        if household is None:
            return "shared.household_unknown"
        if post is None:
            return "shared.not_found"
        if item.post_id in held:
            return "post_taken"
        one = _decide(
            figures, household, post, frozen=item.household_id in frozen, holds_post=item.household_id in employed
        )
        decided.append(one)
        if one.verdict.missing:
            missing[item.id] = one.verdict.missing
            return "not_eligible"
        employed.add(item.household_id)
        held.add(item.post_id)
        return item.model_dump() | {
            "division": household["division"], "state": "proposed", "proposed_on": act.business_date,
            "proposed_by": act.subject, "decision_id": one.id,
        }  # fmt: skip

    async def save(rows: NewRows) -> set[UUID]:
        await record_decisions(connection, act, policy.version, decided)
        return await queries.insert_assignments(connection, rows)

    reasons, _ = await take_new(items, known, PROPOSAL, judge, save)
    return [
        _result(item.id, reason, missing.get(item.id, []) if reason == "not_eligible" else [])
        for item, reason in zip(items, reasons, strict=True)
    ]


def _step_refusal(
    act: Act, assignment: Row | None, after: str, makers: Sequence[str], frozen: set[UUID], seen: set[UUID]
) -> str | None:
    """Why a step is not taken: `after` is the state it follows, `makers` name the columns of who must not take it."""
    if assignment is None:
        return "shared.not_found"
    if assignment["id"] in seen:
        return "twice_in_batch"
    if assignment["state"] != after:
        return "wrong_state"
    if act.subject in [assignment[name] for name in makers]:
        return "shared.same_person"
    return "household_frozen" if assignment["household_id"] in frozen else None


async def check(connection: Connection, act: Act, items: Sequence[Check]) -> list[Result]:
    """The township confirms a proposal, or ends it."""
    assignments = await queries.lock_assignments(connection, [i.id for i in items])
    frozen = await list_frozen(connection, [a["household_id"] for a in assignments.values()])
    results, rows, seen = [], NewRows(), set[UUID]()
    for item in items:
        reason = _step_refusal(act, assignments.get(item.id), "proposed", ["proposed_by"], frozen, seen)
        results.append(_result(item.id, reason))
        if reason is None:
            seen.add(item.id)
            state, ended = ("checked", None) if item.confirmed else ("refused", "not_confirmed")
            rows.append({"id": item.id, "state": state, "ended_reason": ended})
    await queries.set_checked(connection, rows, act.business_date, act.subject)
    return results


async def approve(connection: Connection, act: Act, policy: Policy, items: Sequence[Approval]) -> list[Result]:
    """The county approves, where the rule still holds on what is known today; else the proposal ends."""
    assignments = await queries.lock_assignments(connection, [i.id for i in items])
    owners = [a["household_id"] for a in assignments.values()]
    households, frozen = await queries.list_households(connection, owners), await list_frozen(connection, owners)
    figures, decided, results = policy.on(act.business_date, PostPolicy), list[Decided](), []
    rows, seen, facts = NewRows(), set[UUID](), list[PostAssigned]()
    for item in items:
        assignment = assignments.get(item.id)
        reason = _step_refusal(act, assignment, "checked", ["proposed_by", "checked_by"], frozen, seen)
        if assignment is None or reason:
            results.append(_result(item.id, reason))
            continue
        seen.add(item.id)
        row = {"id": item.id, "state": "refused", "ended_reason": "not_approved", "decision_id": None}
        if item.approved:
            household = households[assignment["household_id"]]
            one = _decide(figures, household, assignment, frozen=False, holds_post=False)
            decided.append(one)
            row["decision_id"] = one.id
            row |= (
                {"ended_reason": "not_eligible"} if one.verdict.missing else {"state": "assigned", "ended_reason": None}
            )
            results.append(_result(item.id, "not_eligible" if one.verdict.missing else None, one.verdict.missing))
            facts += [] if one.verdict.missing else [_assigned(assignment)]
        else:
            results.append(_result(item.id, None))
        rows.append(row)
    await record_decisions(connection, act, policy.version, decided)
    await queries.set_approved(connection, rows, act.business_date, act.subject)
    await emit(connection, act, "industry", facts)
    return results


def _assigned(assignment: Row) -> PostAssigned:
    return PostAssigned(
        household_id=assignment["household_id"], division=assignment["division"], assignment_id=assignment["id"],
        kind=assignment["kind"], monthly_fen=assignment["monthly_fen"], started_on=assignment["starts_on"],
    )  # fmt: skip


async def record_attendance(connection: Connection, act: Act, items: Sequence[Attendance]) -> list[Result]:
    """Keep the days worked in a month, once; they stay as they were counted."""
    assignments = await queries.lock_assignments(connection, [i.assignment_id for i in items])
    known = await queries.list_attendances_by_id(connection, [i.id for i in items])
    recorded = await queries.list_months(connection, list(assignments))

    def judge(item: Attendance) -> str | dict[str, Any]:
        assignment = assignments.get(item.assignment_id)
        if assignment is None:
            return "shared.not_found"
        if assignment["state"] not in ("assigned", "ended"):
            return "not_assigned"
        tenure = Tenure(assignment["starts_on"], assignment["ended_on"])
        if reason := attendance_refusal(item.month_on, item.days, tenure, act.business_date):
            return reason
        if (item.assignment_id, item.month_on) in recorded:
            return "month_recorded"
        recorded.add((item.assignment_id, item.month_on))
        return item.model_dump() | {
            "household_id": assignment["household_id"], "division": assignment["division"],
            "recorded_on": act.business_date, "recorded_by": act.subject,
        }  # fmt: skip

    async def save(rows: NewRows) -> set[UUID]:
        return await queries.insert_attendances(connection, rows)

    reasons, _ = await take_new(items, known, ATTENDANCE, judge, save)
    return [_result(item.id, reason) for item, reason in zip(items, reasons, strict=True)]


async def run_payroll(connection: Connection, act: Act, policy: Policy, month_on: date) -> Payroll:
    """Record what is owed for a month; the dues' own keys keep a second run from owing it twice.

    Raises:
        Problem: the day is no first of a month (422); the month is not over (409).
    """
    if month_on.day != 1:
        raise Problem("industry.posts.not_a_month")
    if act.business_date < add_months(month_on, 1):
        raise Problem("industry.posts.month_open")
    full_pay_days = policy.on(act.business_date, WagePolicy).post_full_pay_days
    owed = [
        Due(
            source_key=f"post:{a['id']}:{month_on:%Y-%m}", household_id=a["household_id"], division=a["division"],
            purpose="post_wage", payer=f"post:{a['kind']}", category="wage",
            amount_fen=wage_fen(a["monthly_fen"], a["days"], full_pay_days),
        )
        for a in await queries.list_attended(connection, month_on)
    ]  # fmt: skip
    owed = [due for due in owed if due.amount_fen]
    new = await record_dues(connection, act, owed)
    return Payroll(
        month_on=month_on, assignments=len(owed), dues=len(new), amount_fen=sum(due.amount_fen for due in new)
    )


async def end_assignments(connection: Connection, act: Act, items: Sequence[Ending]) -> list[Result]:
    """The last day of each; an ending that was told before is answered the same."""
    assignments: dict[UUID, Any] = dict(await queries.lock_assignments(connection, [i.assignment_id for i in items]))
    results, rows = [], NewRows()
    for item in items:
        assignment = assignments.get(item.assignment_id)
        reason = _ending_refusal(act, item, assignment)
        results.append(_result(item.assignment_id, reason))
        if assignment is not None and reason is None and assignment["state"] == "assigned":
            row = {"id": item.assignment_id, "ended_reason": item.reason, "ended_on": item.ended_on}
            rows.append(row)
            assignments[item.assignment_id] = dict(assignment) | row | {"state": "ended"}
    await queries.end_assignments(connection, rows)
    await emit(connection, act, "industry", [_ended(assignments[r["id"]]) for r in rows])
    return results


def _ending_refusal(act: Act, item: Ending, assignment: Any) -> str | None:
    if assignment is None:
        return "shared.not_found"
    if assignment["state"] == "ended":
        same = (assignment["ended_on"], assignment["ended_reason"]) == (item.ended_on, item.reason)
        return None if same else "already_ended"
    if assignment["state"] != "assigned":
        return "not_assigned"
    if item.ended_on > act.business_date:
        return "future_date"
    return "dates_reversed" if item.ended_on < assignment["starts_on"] else None


def _ended(assignment: Any) -> PostEnded:
    return PostEnded(
        household_id=assignment["household_id"], division=assignment["division"], assignment_id=assignment["id"],
        reason=assignment["ended_reason"], ended_on=assignment["ended_on"],
    )  # fmt: skip


async def end_of_removed(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    """The households left the register: they hold no post any more, and are proposed for none."""
    removed = {fact.household_id: (act, fact.removed_on) for act, fact in facts}
    rows: list[Any] = [
        dict(a) | {"ended_reason": REMOVED, "ended_on": max(a["starts_on"], removed[a["household_id"]][1])}
        for a in await queries.lock_open_of(connection, sorted(removed))
    ]
    await queries.end_assignments(connection, rows)
    for row in rows:
        if row["state"] == "assigned":
            await emit(connection, removed[row["household_id"]][0], "industry", [_ended(row)])
