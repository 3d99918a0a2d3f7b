"""From the application to the agreement, step by step; every step takes a list and answers for each.

Application and verification ask the rule; the other steps are people's, each dated (domain notes 2.2 and 4).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from services.relocation.applications import queries
from services.relocation.applications.rules import (
    ELIGIBILITY,
    ENDED,
    NoticePolicy,
    RelocationFacts,
    RelocationPolicy,
    relocation_eligibility,
)
from services.relocation.applications.schemas import Agreement, Case, NewApplication, Result, Verification
from shared.acts.decisions import record_decisions
from shared.acts.freezes import list_frozen
from shared.data.sql import Connection, Row
from shared.events.envelope import Payload
from shared.events.relocation import ApplicationEnded, RelocationAgreed
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.verdicts import Decided

Item = TypeVar("Item")
CONTENT = ("household_id", "cohort")
NOT_ELIGIBLE = "relocation.applications.not_eligible"


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


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the procedure: its name is the state it leads to, `after` the state it follows.

    `maker` names the column of who must not take it.
    """

    name: str
    after: str
    maker: str | None = None


VERIFICATION = Step("verified", "applied", "applied_by")
NOTICE = Step("noticed", "verified")
AGREEMENT = Step("agreed", "noticed")


async def apply_for_relocation(
    connection: Connection, act: Act, policy: Policy, items: Sequence[NewApplication]
) -> list[Result]:
    """Decide each by the rule on what is known of its household; those refused are kept as well, with what is missing.

    An application of a household that is not known here yet is not kept: it may be sent again.
    """
    households = await queries.lock_households(connection, [i.household_id for i in items])
    earlier = await queries.list_by_ids(connection, [i.id for i in items])
    fresh: dict[UUID, NewApplication] = {}
    for item in items:
        if item.id not in earlier and item.household_id in households:
            fresh.setdefault(item.id, item)
    decided = await _decide(
        connection, policy.on(act.business_date, RelocationPolicy), list(fresh.values()), households
    )
    rows = [_row(act, item, households[item.household_id], decided[item.id]) for item in fresh.values()]
    free = await queries.insert_applications(connection, rows)
    rows = [r for r in rows if r["id"] in free]
    await record_decisions(connection, act, policy.version, [decided[r["id"]] for r in rows])
    steps = [
        {"id": r["id"], "division": r["division"], "outcome": "failed" if r["ended_on"] else "passed", "detail": {}}
        for r in rows
    ]
    await queries.insert_steps(connection, steps, "applied", act.business_date, act.subject, act.caller.role)
    await emit(connection, act, "relocation", [ended(act, r, r["state"]) for r in rows if r["ended_on"]])
    known: dict[UUID, Any] = {**earlier, **{r["id"]: r for r in rows}}
    return [_application_result(item, known.get(item.id), item.household_id in households) for item in items]


async def _decide(
    connection: Connection, policy: RelocationPolicy, items: Sequence[NewApplication], households: dict[UUID, Row]
) -> dict[UUID, Decided]:
    # Statements of their own after the lock, so that they see what the one before us has committed.
    ids = [i.household_id for i in items]
    busy, frozen = await queries.list_with_application(connection, ids), await list_frozen(connection, ids)
    decided = {}
    for item in items:
        one = item.household_id
        decided[item.id] = _judge(households[one], item.cohort, policy, frozen=one in frozen, busy=one in busy)
        if decided[item.id].verdict.outcome == "approved":
            busy.add(one)
    return decided


def _judge(household: Row, cohort: int, policy: RelocationPolicy, *, frozen: bool, busy: bool) -> Decided:
    facts = RelocationFacts(household["status"], household["relocated"], frozen, cohort, busy)
    verdict = relocation_eligibility(facts, policy)
    return Decided(ELIGIBILITY, str(household["id"]), household["division"], facts, policy, verdict)


def _row(act: Act, item: NewApplication, household: Row, decided: Decided) -> dict[str, Any]:
    refused = decided.verdict.outcome != "approved"
    return {
        "id": item.id, "household_id": item.household_id, "cohort": item.cohort, "division": household["division"],
        "state": "refused" if refused else "applied", "members": household["members"],
        "missing": {"codes": decided.verdict.missing}, "decision_id": decided.id, "applied_on": act.business_date,
        "applied_by": act.subject, "ended_on": act.business_date if refused else None,
        "ended_code": NOT_ELIGIBLE if refused else None,
    }  # fmt: skip


def _application_result(item: NewApplication, found: Any, known: bool) -> Result:
    if found is None:
        code = "relocation.applications.id_taken" if known else "shared.household_unknown"
        return Result(id=item.id, status="refused", code=code)
    if any(found[name] != getattr(item, name) for name in CONTENT):
        return Result(id=item.id, status="refused", code="relocation.applications.content_differs")
    missing = found["missing"]["codes"]
    return Result(
        id=item.id, status="refused" if missing else "accepted", code=NOT_ELIGIBLE if missing else None,
        state=found["state"], missing=missing,
    )  # fmt: skip


def sort_out(
    items: Sequence[Item], key: Callable[[Item], UUID], rows: Mapping[UUID, Row],
    refusal: Callable[[Row, Item], str | None], twice: str,
) -> tuple[list[Result], list[tuple[Row, Item]]]:  # fmt: skip
    """A result for each item, and the pairs of row and item that nothing speaks against, in the order given.

    The rows are locked already. Each of them is taken once; `twice` is the code for the second time.
    """
    results, passed, seen = list[Result](), list[tuple[Row, Item]](), set[UUID]()
    for item in items:
        one = key(item)
        row = rows.get(one)
        code = "shared.not_found" if row is None else twice if one in seen else refusal(row, item)
        seen.add(one)
        if row is None or code:
            results.append(Result(id=one, status="refused", code=code, state=row["state"] if row else None))
            continue
        passed.append((row, item))
        results.append(Result(id=one, status="accepted"))
    return results, passed


def change(row: Row, state: str, **changes: Any) -> dict[str, Any]:
    """A change of an application as `advance` takes it: `detail`, `ended_code`, `members`, `moved_in_on`, ..."""
    keep: dict[str, Any] = {"ended_code": None, "decision_id": None, "members": None, "moved_in_on": None, "detail": {}}
    return keep | {"id": row["id"], "division": row["division"], "state": state, "outcome": "passed"} | changes


async def advance(
    connection: Connection, act: Act, step: str, changes: Sequence[Mapping[str, Any]], ends_on: date | None = None
) -> None:
    """Write a step of locked applications and the state it leads to."""
    if changes:
        on = act.business_date
        await queries.insert_steps(connection, changes, step, on, act.subject, act.caller.role)
        await queries.update_applications(connection, changes, step, act.subject, on, ends_on)


def ended(act: Act, row: Mapping[str, Any], reason: str) -> Payload:
    return ApplicationEnded(
        household_id=row["household_id"], division=row["division"], application_id=row["id"], reason=reason,
        ended_on=act.business_date,
    )  # fmt: skip


async def take_step(
    connection: Connection, act: Act, step: Step, items: Sequence[Case], find: Callable[[Row, Any], Finding],
    *, rows: dict[UUID, Row] | None = None, ends_on: date | None = None,
    fact: Callable[[Row, Finding], Payload] | None = None,
) -> list[Result]:  # fmt: skip
    """Take one step in many cases: check state and persons, let `find` say what was found, save, emit the facts."""
    rows = await queries.lock_applications(connection, [i.id for i in items]) if rows is None else rows
    found: dict[UUID, Finding] = {}

    def refusal(row: Row, item: Case) -> str | None:
        if row["state"] != step.after:
            return "relocation.applications.wrong_state"
        if step.maker and row[step.maker] == act.subject:
            return "shared.same_person"
        found[item.id] = find(row, item)
        return found[item.id].refusal

    results, taken = sort_out(items, lambda i: i.id, rows, refusal, "relocation.applications.twice_in_batch")
    changes, facts = [], list[Payload]()
    for row, item in taken:
        finding = found[item.id]
        state = step.name if finding.passed else finding.ends
        changes.append(change(
            row, state, outcome="passed" if finding.passed else "failed", detail=finding.detail,
            ended_code=finding.ended_code, decision_id=finding.decision_id, members=finding.members,
        ))  # fmt: skip
        if state in ENDED:
            facts.append(ended(act, row, state))
        elif fact:
            facts.append(fact(row, finding))
    await advance(connection, act, step.name, changes, ends_on)
    await emit(connection, act, "relocation", facts)
    after = {c["id"]: c["state"] for c in changes}
    return [_step_result(r, after, found) if r.status == "accepted" else r for r in results]


def _step_result(result: Result, after: Mapping[UUID, str], found: Mapping[UUID, Finding]) -> Result:
    finding = found[result.id]
    changes = {"state": after[result.id], "code": finding.ended_code, "missing": finding.missing}
    return result.model_copy(update=changes)


async def verify(
    connection: Connection, act: Act, policy: Policy, items: Sequence[Verification]
) -> list[Result]:  # fmt: skip
    """The township has looked; the rule is asked again against the register as it is known now."""
    rows = await queries.lock_applications(connection, [i.id for i in items])
    ripe = [r for r in rows.values() if r["state"] == VERIFICATION.after and r["applied_by"] != act.subject]
    wanted = {i.id for i in items if i.confirmed}
    households = await queries.list_households(connection, [r["household_id"] for r in ripe])
    frozen, figures = await list_frozen(connection, list(households)), policy.on(act.business_date, RelocationPolicy)
    # Its own application is the only one: the database holds no second.
    decided = {
        r["id"]: _judge(
            households[r["household_id"]], r["cohort"], figures, frozen=r["household_id"] in frozen,
            busy=False,
        )
        for r in ripe if r["id"] in wanted and r["household_id"] in households
    }  # fmt: skip
    await record_decisions(connection, act, policy.version, list(decided.values()))

    def find(row: Row, item: Verification) -> Finding:
        if not item.confirmed:
            return Finding(passed=False, ended_code="relocation.applications.not_confirmed")
        if row["id"] not in decided:
            return Finding(refusal="shared.household_unknown")
        one = decided[row["id"]]
        passed = one.verdict.outcome == "approved"
        return Finding(
            passed=passed, detail={"decision_id": str(one.id)}, ended_code=None if passed else NOT_ELIGIBLE,
            decision_id=one.id, missing=one.verdict.missing,
        )  # fmt: skip

    return await take_step(connection, act, VERIFICATION, items, find, rows=rows)


async def post_notices(connection: Connection, act: Act, policy: Policy, items: Sequence[Case]) -> list[Result]:
    """On public notice in the village from today, for the policy's days."""
    ends_on = act.business_date + timedelta(days=policy.on(act.business_date, NoticePolicy).relocation_notice_days)
    return await take_step(connection, act, NOTICE, items, lambda _row, _item: Finding(), ends_on=ends_on)


async def agree(connection: Connection, act: Act, items: Sequence[Agreement]) -> list[Result]:
    """A household that does not agree stays where it is: its application is withdrawn."""
    rows = await queries.lock_applications(connection, [i.id for i in items])
    households = await queries.list_households(connection, [r["household_id"] for r in rows.values()])

    def find(row: Row, item: Agreement) -> Finding:
        if act.business_date < row["notice_ends_on"]:
            return Finding(refusal="relocation.applications.notice_running")
        detail = {"signature": item.signature}
        if item.agreed:
            return Finding(detail=detail, members=households[row["household_id"]]["members"])
        code = "relocation.applications.not_agreed"
        return Finding(passed=False, detail=detail, ends="withdrawn", ended_code=code)

    def agreed(row: Row, finding: Finding) -> Payload:
        assert finding.members is not None
        return RelocationAgreed(
            household_id=row["household_id"], division=row["division"], application_id=row["id"],
            cohort=row["cohort"], members=finding.members, agreed_on=act.business_date,
        )  # fmt: skip

    return await take_step(connection, act, AGREEMENT, items, find, rows=rows, fact=agreed)


async def end_of_removed(
    connection: Connection, act: Act, rows: Sequence[Row], reasons: Mapping[UUID, str]
) -> list[Payload]:
    """The register struck these locked applications' households: they end. Returns the facts, not emitted yet.

    `reasons`: by household, `deceased` or `struck`.
    """
    changes = [change(r, reasons[r["household_id"]], outcome="failed") for r in rows]
    await advance(connection, act, "removed", changes)
    return [ended(act, r, reasons[r["household_id"]]) for r in rows]
