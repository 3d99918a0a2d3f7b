"""The exit procedure, step by step; every step takes a list and answers for each.

Proposal and decision ask the rule; the steps between are people's, each dated, each by another person than the one it
checks (domain notes 2.1 and 4).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.registry.exits import queries
from services.registry.exits.rules import EXIT_RULE, ExitFacts, ExitPolicy, exit_decision, meeting_carried
from services.registry.exits.schemas import Case, Check, Confirmation, Consent, NewObjection, ProposalResult, Review
from services.registry.exits.schemas import StepResult as Result
from services.registry.households import queries as households
from shared.acts.decisions import record_decisions
from shared.acts.freezes import list_frozen
from shared.data.sql import Connection, Row
from shared.events.envelope import Payload
from shared.events.registry import HouseholdExited, NoticeObjected, NoticePosted
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.ids import uuid7
from shared.values.verdicts import Decided


@dataclass(frozen=True, slots=True)
class Finding:
    """What a step found of a case. A `refusal` changes nothing; not `passed` ends the case as `ends`."""

    passed: bool = True
    detail: dict[str, Any] = field(default_factory=dict)
    refusal: str | None = None
    ends: str = "refused"
    ended_code: str | None = None
    decision_id: UUID | None = None
    members: int | None = None
    missing: list[str] = field(default_factory=list)


PASSED = Finding()
FROZEN = "registry.exits.frozen"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the procedure: its name is the state it leads to, `after` the state it follows.

    `maker` names the column of who must not take it.
    """

    name: str
    after: str
    maker: str | None = None


REVIEW = Step("reviewed", "proposed", "proposed_by")
CHECK = Step("checked", "reviewed", "proposed_by")
CONSENT = Step("consented", "checked")
NOTICE = Step("noticed", "consented")
TOWNSHIP_CHECK = Step("township_checked", "noticed")
DECISION = Step("approved", "township_checked", "township_checked_by")
ANNOUNCEMENT = Step("announced", "approved", "decided_by")


def policy_on(policy: Policy, on: date) -> ExitPolicy:
    values = policy.on(on)
    return ExitPolicy(
        poverty_line_fen=values["poverty_line_fen"], stable_margin_fen=values["stable_margin_fen"],
        unsafe_house_grades=tuple(values["unsafe_house_grades"]),
    )  # fmt: skip


async def decide(
    connection: Connection, act: Act, policy: Policy, rows: Sequence[Row], *, store: Callable[[Decided], bool]
) -> dict[UUID, Decided]:
    """The rule's verdict on each household (rows of `household`); those that `store` picks are recorded."""
    figures = policy_on(policy, act.business_date)
    facts = await queries.load_facts(connection, rows, act.business_date)
    decided = {
        r["id"]: Decided(
            EXIT_RULE, str(r["id"]), r["division"], facts[r["id"]], figures, exit_decision(facts[r["id"]], figures)
        )
        for r in rows
    }
    kept = [d for d in decided.values() if store(d)]
    await record_decisions(connection, act, policy.version, kept)
    return decided


async def propose_exits(
    connection: Connection, act: Act, policy: Policy, household_ids: Sequence[UUID]
) -> list[ProposalResult]:
    """Open a case for each household that the rule would let go today; of the others the refusal is recorded."""
    rows = await households.lock_households(connection, household_ids)
    open_already = await queries.list_with_open_case(connection, household_ids)
    asked = [row for one, row in rows.items() if one not in open_already]
    decided = await decide(connection, act, policy, asked, store=lambda d: d.verdict.outcome != "approved")
    results, cases, seen = [], [], set[UUID]()
    for one in household_ids:
        code, missing = _proposal_refusal(one, rows, open_already, seen, decided)
        seen.add(one)
        exit_id = None if code else uuid7()
        status = "refused" if code else "accepted"
        results.append(ProposalResult(household_id=one, exit_id=exit_id, status=status, code=code, missing=missing))
        if exit_id:
            facts: ExitFacts = decided[one].facts
            cases.append(
                {
                    "id": exit_id, "household_id": one, "division": rows[one]["division"], "members": facts.members,
                    "outcome": "passed", "detail": {},
                }
            )  # fmt: skip
    if cases:
        await queries.insert_cases(connection, cases, act.business_date.year, act.business_date, act.subject)
        await queries.insert_steps(connection, cases, "proposed", act.business_date, act.subject, act.caller.role)
    return results


def _proposal_refusal(
    one: UUID, rows: dict[UUID, Row], open_already: set[UUID], seen: set[UUID], decided: dict[UUID, Decided]
) -> tuple[str | None, list[str]]:
    if one not in rows:
        return "shared.not_found", []
    if one in open_already:
        return "registry.exits.case_open", []
    if one in seen:
        return "registry.exits.twice_in_batch", []
    missing = decided[one].verdict.missing
    return ("registry.exits.criteria_not_met" if missing else None), missing


async def take_step(
    connection: Connection, act: Act, step: Step, items: Sequence[Case], find: Callable[[Row, Any], Finding],
    *, ends_on: date | None = None, facts: Callable[[Row], Payload] | None = None,
    save: Callable[[list[Row]], Awaitable[None]] | None = None,
) -> list[Result]:  # fmt: skip
    """Take one step in many cases: check state and persons, let `find` say what was found, save, emit `facts`.

    `save` is given the cases that passed, for what a step changes beyond them. A frozen household takes no step.
    """
    cases = await queries.lock_cases(connection, [i.exit_id for i in items])
    frozen = await list_frozen(connection, [c["household_id"] for c in cases.values()])
    results, changes, passed, seen = [], [], list[Row](), set[UUID]()
    for item in items:
        case = cases.get(item.exit_id)
        code = _step_refusal(case, step, act, item.exit_id, seen, frozen)
        seen.add(item.exit_id)
        if case is None or code:
            results.append(_result(item, "refused", code, case))
            continue
        finding = find(case, item)
        if finding.refusal:
            results.append(_result(item, "refused", finding.refusal, case, finding.missing))
            continue
        state = step.name if finding.passed else finding.ends
        changes.append(_change(case, state, finding))
        results.append(Result(
            exit_id=item.exit_id, status="accepted", code=finding.ended_code, state=state, missing=finding.missing,
        ))  # fmt: skip
        if finding.passed:
            passed.append(case)
    if changes:
        on, role = act.business_date, act.caller.role
        await queries.insert_steps(connection, changes, step.name, on, act.subject, role)
        await queries.update_cases(connection, changes, step.name, act.subject, on, ends_on)
    if save and passed:
        await save(passed)
    await emit(connection, act, "registry", [facts(case) for case in passed] if facts else [])
    return results


def _change(case: Row, state: str, finding: Finding) -> dict[str, Any]:
    return {
        "id": case["id"], "division": case["division"], "state": state, "ended_code": finding.ended_code,
        "decision_id": finding.decision_id, "members": finding.members,
        "outcome": "passed" if finding.passed else "failed", "detail": finding.detail,
    }  # fmt: skip


def _result(item: Case, status: Any, code: str | None, case: Row | None, missing: Sequence[str] = ()) -> Result:
    state = case["state"] if case else None
    return Result(exit_id=item.exit_id, status=status, code=code, state=state, missing=list(missing))


def _step_refusal(
    case: Row | None, step: Step, act: Act, exit_id: UUID, seen: set[UUID], frozen: set[UUID]
) -> str | None:
    if case is None:
        return "shared.not_found"
    if exit_id in seen:
        return "registry.exits.twice_in_batch"
    if case["state"] != step.after:
        return "registry.exits.wrong_state"
    if case["household_id"] in frozen:
        return FROZEN
    if step.maker and case[step.maker] == act.subject:
        return "shared.same_person"
    return None


async def review(connection: Connection, act: Act, policy: Policy, items: Sequence[Review]) -> list[Result]:
    """The villagers' representatives vote; a proposal that is not carried ends."""
    needed = policy.on(act.business_date)["meeting_attendance_ppm"]

    def find(_case: Row, item: Review) -> Finding:
        detail = {"entitled": item.entitled, "attended": item.attended, "in_favour": item.in_favour}
        if not 0 <= item.in_favour <= item.attended <= item.entitled:
            return Finding(refusal="registry.exits.impossible_count")
        if meeting_carried(item.entitled, item.attended, item.in_favour, needed):
            return Finding(detail=detail)
        return Finding(passed=False, detail=detail, ended_code="registry.exits.not_carried")

    return await take_step(connection, act, REVIEW, items, find)


async def check(connection: Connection, act: Act, items: Sequence[Check]) -> list[Result]:
    def find(_case: Row, item: Check) -> Finding:
        code = None if item.confirmed else "registry.exits.not_confirmed"
        return Finding(passed=item.confirmed, detail={"evidence": item.evidence}, ended_code=code)

    return await take_step(connection, act, CHECK, items, find)


async def consent(connection: Connection, act: Act, items: Sequence[Consent]) -> list[Result]:
    """A household that does not agree stays what it is: the case is withdrawn."""

    def find(_case: Row, item: Consent) -> Finding:
        code = None if item.agreed else "registry.exits.not_agreed"
        detail = {"signature": item.signature}
        return Finding(passed=item.agreed, detail=detail, ends="withdrawn", ended_code=code)

    return await take_step(connection, act, CONSENT, items, find)


def _notice(act: Act, ends_on: date) -> Callable[[Row], Payload]:
    return lambda case: NoticePosted(
        household_id=case["household_id"], division=case["division"], exit_id=case["id"],
        posted_on=act.business_date, ends_on=ends_on,
    )  # fmt: skip


async def post_notice(connection: Connection, act: Act, policy: Policy, items: Sequence[Case]) -> list[Result]:
    """On public notice in the village from today, for at least the policy's days."""
    ends_on = act.business_date + timedelta(days=policy.on(act.business_date)["public_notice_days"])
    return await take_step(
        connection, act, NOTICE, items, lambda _case, _item: PASSED, ends_on=ends_on, facts=_notice(act, ends_on)
    )


async def object_to(connection: Connection, act: Act, objection: NewObjection) -> UUID:
    """Anybody of the area may object while the notice stands; nothing moves on until it is resolved."""
    cases = await queries.lock_cases(connection, [objection.exit_id])
    if objection.exit_id not in cases:
        raise Problem("shared.not_found")
    case = cases[objection.exit_id]
    if case["state"] != "noticed":
        raise Problem("registry.exits.not_on_notice")
    objection_id = uuid7()
    await queries.insert_objection(
        connection, id=objection_id, exit_id=case["id"], division=case["division"], raised_on=act.business_date,
        raised_by=act.subject, reason=objection.reason,
    )  # fmt: skip
    raised = NoticeObjected(
        household_id=case["household_id"], division=case["division"], exit_id=case["id"],
        objected_on=act.business_date,
    )  # fmt: skip
    await emit(connection, act, "registry", [raised])
    return objection_id


async def resolve(connection: Connection, act: Act, policy: Policy, objection_id: UUID, *, upheld: bool) -> None:
    """Upheld: the case is refused. Not upheld: the notice begins anew, because an objection reopens the step; which
    a frozen household does not take.
    """
    found = await queries.get_objection(connection, objection_id)
    case = (await queries.lock_cases(connection, [found["exit_id"]]))[found["exit_id"]]
    if found["raised_by"] == act.subject:
        raise Problem("shared.same_person")
    if not upheld and await list_frozen(connection, [case["household_id"]]):
        raise Problem(FROZEN)
    await queries.resolve_objection(connection, objection_id, act.business_date, act.subject, upheld=upheld)
    if case["state"] != "noticed":
        return
    ends_on = act.business_date + timedelta(days=policy.on(act.business_date)["public_notice_days"])
    finding = Finding(
        passed=not upheld, detail={"objection": str(objection_id)},
        ended_code="registry.exits.objection_upheld" if upheld else None,
    )  # fmt: skip
    change = _change(case, "refused" if upheld else "noticed", finding)
    on, role = act.business_date, act.caller.role
    await queries.insert_steps(connection, [change], "noticed", on, act.subject, role)
    await queries.update_cases(connection, [change], "noticed", act.subject, on, ends_on)
    if not upheld:
        await emit(connection, act, "registry", [_notice(act, ends_on)(case)])


async def check_by_township(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """After the notice has run its days without an open objection."""
    cases = await queries.lock_cases(connection, [i.exit_id for i in items])
    objections = await queries.list_open_objections(connection, [c["household_id"] for c in cases.values()])

    def find(case: Row, item: Confirmation) -> Finding:
        if act.business_date < case["notice_ends_on"]:
            return Finding(refusal="registry.exits.notice_running")
        if objections.get(case["household_id"]):
            return Finding(refusal="registry.exits.objection_open")
        code = None if item.confirmed else "registry.exits.not_confirmed"
        return Finding(passed=item.confirmed, ended_code=code)

    return await take_step(connection, act, TOWNSHIP_CHECK, items, find)


async def decide_exits(connection: Connection, act: Act, policy: Policy, items: Sequence[Case]) -> list[Result]:
    """The county lays the cases before the rule once more, on what is recorded today; every verdict is stored.

    Those who exit are as many as the decision counted, whatever their number was at the proposal. Nothing is decided
    about a household that is frozen.
    """
    cases = await queries.lock_cases(connection, [i.exit_id for i in items])
    frozen = await list_frozen(connection, [c["household_id"] for c in cases.values()])
    ripe = [
        c["household_id"]
        for c in cases.values()
        if c["state"] == DECISION.after and c["township_checked_by"] != act.subject and c["household_id"] not in frozen
    ]
    rows = await households.lock_households(connection, ripe)
    decided = await decide(connection, act, policy, list(rows.values()), store=lambda _: True)

    def find(case: Row, _item: Case) -> Finding:
        one = decided.get(case["household_id"])
        if one is None:
            return Finding(refusal=FROZEN)
        passed = one.verdict.outcome == "approved"
        code = None if passed else "registry.exits.criteria_not_met"
        return Finding(
            passed=passed, detail={"decision_id": str(one.id)}, ended_code=code, decision_id=one.id,
            members=one.facts.members if passed else None, missing=one.verdict.missing,
        )  # fmt: skip

    return await take_step(connection, act, DECISION, items, find)


async def announce(connection: Connection, act: Act, items: Sequence[Case]) -> list[Result]:
    """From here on the household is no longer counted as poor; its support stays (domain notes 2.1 "After exit")."""
    on = act.business_date
    cases = await queries.lock_cases(connection, [i.exit_id for i in items])
    rows = await households.lock_households(connection, [c["household_id"] for c in cases.values()])

    def find(case: Row, _item: Case) -> Finding:
        still_poor = rows[case["household_id"]]["status"] in ("poor", "returned")
        return PASSED if still_poor else Finding(refusal="registry.exits.not_poor")

    def exited(case: Row) -> Payload:
        return HouseholdExited(
            household_id=case["household_id"], division=case["division"], exit_id=case["id"],
            members=case["members"], exited_on=on, decision_id=case["decision_id"],
        )  # fmt: skip

    async def save(passed: list[Row]) -> None:
        out = dict.fromkeys((c["household_id"] for c in passed), households.Standing("exited", on, on.year))
        await households.set_status(connection, out, before=("poor", "returned"))

    return await take_step(connection, act, ANNOUNCEMENT, items, find, facts=exited, save=save)


async def end_cases(connection: Connection, act: Act, household_ids: Sequence[UUID]) -> None:
    """The households were struck from the register: what was under way for them ends."""
    finding = Finding(passed=False, ended_code="registry.exits.household_removed")
    changes = [_change(c, "withdrawn", finding) for c in await queries.lock_open_cases(connection, household_ids)]
    if changes:
        on, role = act.business_date, act.caller.role
        await queries.insert_steps(connection, changes, "withdrawn", on, act.subject, role)
        await queries.update_cases(connection, changes, "withdrawn", act.subject, on, None)
