"""From the application to the agreement, step by step; every step takes a list and answers for each.

Application and verification ask the rule; the other steps are people's, each dated (domain notes 2.2 and 4). What
follows the agreement is led by the allocation and the moves, which write it down here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
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
from services.relocation.applications.schemas import NewApplication
from services.relocation.applications.tables import Application, relocation_application
from shared.acts.bodies import Case, Confirmation, Result, result
from shared.acts.decisions import list_missing, record_decisions
from shared.acts.freezes import list_frozen
from shared.acts.papers import PartysStep, Signed
from shared.acts.procedures import (
    PASSED,
    Find,
    Finding,
    Procedure,
    Step,
    advance,
    log_steps,
    notice_over_on,
    ripe_cases,
    take_step,
)
from shared.acts.projection import Household, list_households, lock_households, registered
from shared.acts.suspicions import list_suspected
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.registry import HouseholdRevised
from shared.events.relocation import ApplicationEnded, RelocationAgreed
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.calendar import Days
from shared.values.verdicts import Decided, Missing

ROOM = "relocation.applications"
CONTENT = ("household_id", "cohort")
APPLICATION = Procedure(ROOM, relocation_application, ((
    # name, after, who may; who must not, what it signs
    Step("verified", "applied", ("township",), ("applied_by",), "verified", sets=("decision_id", "ended_on"),
         zh="乡镇核实", en="Verification by the township"),
    Step("noticed", "verified", ("village",), signs="notice_posted", sets=("notice_ends_on",),
         zh="村内公示", en="Public notice in the village"),
    Step("agreed", "noticed", ("villager",), waits_for="notice_ends_on",
         sets=("agreed_on", "members", "ended_on"), zh="签订搬迁协议", en="The household signs to move"),
),))  # fmt: skip


async def apply_for_relocation(
    connection: Connection, act: Act, policy: Policy, items: Sequence[NewApplication]
) -> list[Result]:
    """Decide each by the rule on what is known of its household; those refused are kept as well, with what is missing.

    An application of a household that is not known here yet is not kept: it may be sent again.
    """
    households = await lock_households(connection, [i.household_id for i in items])
    known = await queries.list_by_ids(connection, [i.id for i in items])
    fresh: dict[UUID, NewApplication] = {}
    for item in items:
        if item.id not in known and item.household_id in households:
            fresh.setdefault(item.id, item)
    figures = policy.on(act.business_date, RelocationPolicy)
    decided = await _decide(connection, figures, list(fresh.values()), households)
    made = [_made(act, item, households[item.household_id], decided[item.id]) for item in fresh.values()]
    free = await queries.insert_applications(connection, made)
    made = [case for case in made if case.id in free]
    await record_decisions(connection, act, policy.version, [decided[case.id] for case in made])
    await log_steps(connection, act, APPLICATION, "applied", [(c, Finding(passed=c.ended_on is None)) for c in made])
    await emit(connection, act, "relocation", [ended(act, c, c.state) for c in made if c.ended_on])
    known |= {case.id: case for case in made}
    why = await list_missing(connection, [case.decision_id for case in known.values() if case.missing["codes"]])
    return [_answer(item, known.get(item.id), why, household_known=item.household_id in households) for item in items]


async def _decide(
    connection: Connection,
    policy: RelocationPolicy,
    items: Sequence[NewApplication],
    households: Mapping[UUID, Household],
) -> dict[UUID, Decided]:
    # Statements of their own after the lock, so that they see what the one before us has committed.
    ids = [i.household_id for i in items]
    busy, frozen = await queries.list_with_application(connection, ids), await list_frozen(connection, ids)
    suspected = await list_suspected(connection, ids)
    decided = {}
    for item in items:
        one = item.household_id
        decided[item.id] = _judge(
            households[one], item.cohort, policy, frozen=one in frozen, busy=one in busy, suspected=one in suspected
        )
        if decided[item.id].verdict.outcome == "approved":
            busy.add(one)
    return decided


def _judge(
    household: Household,
    cohort: int,
    policy: RelocationPolicy,
    *,
    frozen: bool = False,
    busy: bool = False,
    suspected: bool = False,
) -> Decided:
    facts = RelocationFacts(household.status, household.relocated, frozen, cohort, busy, suspected)
    verdict = relocation_eligibility(facts, policy)
    return Decided(ELIGIBILITY, str(household.id), household.division, facts, policy, verdict)


def _made(act: Act, item: NewApplication, household: Household, decided: Decided) -> Application:
    refused, on = decided.verdict.outcome != "approved", act.business_date
    ended_on, ended_code = (on, f"{ROOM}.not_eligible") if refused else (None, None)
    return APPLICATION.opened(
        act,
        "refused" if refused else "applied",
        **item.model_dump(),
        division=household.division,
        members=household.members,
        missing={"codes": decided.verdict.missing},
        decision_id=decided.id,
        applied_on=on,
        applied_by=act.subject,
        ended_on=ended_on,
        ended_code=ended_code,
    )


def _answer(
    item: NewApplication, found: Application | None, why: dict[UUID, list[Missing]], *, household_known: bool
) -> Result:
    if found is None:
        return result(ROOM, item.id, "id_taken" if household_known else "shared.household_unknown")
    if any(getattr(found, name) != getattr(item, name) for name in CONTENT):
        return result(ROOM, item.id, "content_differs")
    reason = "not_eligible" if found.missing["codes"] else None
    return result(ROOM, item.id, reason, state=found.state, missing=why.get(found.decision_id, []) if reason else [])


def _of(case: Application) -> dict[str, Any]:
    return {"household_id": case.household_id, "division": case.division, "application_id": case.id}


def ended(act: Act, case: Application, reason: str) -> Payload:
    return ApplicationEnded(**_of(case), reason=reason, ended_on=act.business_date)


async def _take(
    connection: Connection,
    act: Act,
    name: str,
    items: Sequence[Case],
    find: Find,
    cases: Mapping[Any, Application],
    facts: Callable[[Application, Finding], Payload] | None = None,
    *,
    on_paper: bool = False,
) -> list[Result]:
    """A step of locked applications; of each that ends by it is said that it has."""
    results = await take_step(
        connection, act, APPLICATION, name, items, find, rows=cases, facts=facts, on_paper=on_paper
    )
    over = [r for r in results if r.status == "accepted" and r.state in ENDED]
    await emit(connection, act, "relocation", [ended(act, cases[r.id], str(r.state)) for r in over])
    return results


async def verify(connection: Connection, act: Act, policy: Policy, items: Sequence[Confirmation]) -> list[Result]:
    """The township has looked; the rule is asked again against the register as it is known now."""
    cases = await queries.lock_applications(connection, [i.id for i in items])
    wanted = {i.id for i in items if i.confirmed}
    ripe = [c for c in await ripe_cases(connection, act, APPLICATION, "verified", cases) if c.id in wanted]
    households = await list_households(connection, [case.household_id for case in ripe])
    figures = policy.on(act.business_date, RelocationPolicy)
    # Its own application is the only one: the database holds no second; and what is frozen is not ripe.
    decided = {
        case.id: _judge(households[case.household_id], case.cohort, figures)
        for case in ripe
        if case.household_id in households
    }
    await record_decisions(connection, act, policy.version, list(decided.values()))

    def find(case: Application, item: Confirmation) -> Finding:
        if not item.confirmed:
            return Finding(passed=False, reason="not_confirmed", sets={"ended_on": act.business_date})
        if case.id not in decided:
            return Finding(refusal="shared.household_unknown")
        # That it was struck is heard of its own: who is back by then goes on.
        if households[case.household_id].status == "removed":
            return Finding(refusal="household_removed")
        one = decided[case.id]
        passed = one.verdict.outcome == "approved"
        reason, ended_on = (None, None) if passed else ("not_eligible", act.business_date)
        sets = {"decision_id": one.id, "ended_on": ended_on}
        detail = {"decision_id": str(one.id)}
        return Finding(passed=passed, detail=detail, reason=reason, missing=one.missing, sets=sets)

    return await _take(connection, act, "verified", items, find, cases)


async def post_notices(connection: Connection, act: Act, policy: Policy, items: Sequence[Case]) -> list[Result]:
    """On public notice in the village from today, for the policy's days."""
    days = Days(policy.on(act.business_date, NoticePolicy).relocation_notice_days)
    finding = Finding(sets={"notice_ends_on": notice_over_on(act, days)})
    return await take_step(connection, act, APPLICATION, "noticed", items, lambda _case, _item: finding)


async def agree(connection: Connection, act: Act, items: Sequence[Signed], *, on_paper: bool = False) -> list[Result]:
    """A household that does not agree stays where it is: its application is withdrawn."""
    on = act.business_date
    cases = await queries.lock_applications(connection, [i.id for i in items])
    households = await list_households(connection, [c.household_id for c in cases.values()])

    def find(case: Application, item: Signed) -> Finding:
        detail = {"signature": item.signature}
        if registered(households, case.household_id) == "household_removed":
            return Finding(refusal="household_removed")
        if item.agreed:
            return Finding(detail=detail, sets={"agreed_on": on, "members": households[case.household_id].members})
        return Finding(passed=False, detail=detail, ends="withdrawn", reason="not_agreed", sets={"ended_on": on})

    def agreed(case: Application, finding: Finding) -> Payload:
        return RelocationAgreed(**_of(case), cohort=case.cohort, members=finding.sets["members"], agreed_on=on)

    return await _take(connection, act, "agreed", items, find, cases, agreed, on_paper=on_paper)


async def end_of_removed(connection: Connection, act: Act, cases: Sequence[Application], reason: str) -> list[Payload]:
    """The register struck these locked applications' household: they end. Returns the facts, not emitted yet.

    `reason`: `deceased` or `struck`.
    """
    finding = Finding(passed=False, sets={"ended_on": act.business_date})
    await advance(connection, act, APPLICATION, "removed", [(case, reason, finding) for case in cases])
    return [ended(act, case, reason) for case in cases]


async def count_late(connection: Connection, facts: Sequence[tuple[Act, HouseholdRevised]]) -> None:
    """Members of a day no later than that on which an application was counted, heard behind it: they are its own."""
    counted = [(fact.household_id, fact.members, act.business_date) for act, fact in facts]
    recounted = await queries.list_recounted(connection, counted)
    cases = await queries.lock_applications(connection, sorted(recounted))
    changed = {one: recounted[one] for one, case in cases.items() if case.members != recounted[one]}
    await queries.count_members(connection, changed)


async def reopen(connection: Connection, act: Act, household_id: UUID) -> tuple[dict[UUID, Application], list[Payload]]:
    """The household was struck by mistake: what ended by it goes on. Returns the facts, not emitted yet."""
    cases = await queries.reopen(connection, household_id, act.business_date)
    await log_steps(connection, act, APPLICATION, "reinstated", [(case, PASSED) for case in cases])
    agreed = [case for case in cases if case.agreed_on]
    figures = [{n: getattr(case, n) for n in ("cohort", "members", "agreed_on")} for case in agreed]
    again: list[Payload] = [RelocationAgreed(**_of(case), **f) for case, f in zip(agreed, figures, strict=True)]
    return {case.id: case for case in cases}, again


async def _agree_on_paper(connection: Connection, act: Act, _policy: Policy, items: Sequence[Signed]) -> list[Result]:
    return await agree(connection, act, items, on_paper=True)


AGREEMENT = PartysStep(APPLICATION, lambda _case, _sheet: "agreed", _agree_on_paper)
