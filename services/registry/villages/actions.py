"""Reporting facilities, and bringing a village's exit from proposal to announcement."""

from collections.abc import Sequence
from typing import Any

from services.registry.villages import queries
from services.registry.villages.rules import (
    VILLAGE_EXIT,
    ChecklistPolicy,
    NoticePolicy,
    TradePolicy,
    VillagePolicy,
    village_exit_decision,
)
from services.registry.villages.schemas import FacilityReport, Village
from services.registry.villages.tables import VillageExit, village_exit
from shared.acts.bodies import Result, answers, result
from shared.acts.decisions import record_decisions
from shared.acts.procedures import (
    PASSED,
    Finding,
    Procedure,
    Step,
    lock_cases,
    log_steps,
    notice_over_on,
    ripe_cases,
    take_step,
)
from shared.data.revisions import AsOf
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.industry import WorksAccepted
from shared.events.registry import VillageExited
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.calendar import Days
from shared.values.ids import uuid7
from shared.values.verdicts import Decided

ROOM = "registry.villages"
EXIT = Procedure(
    ROOM,
    village_exit,
    (
        (
            Step(
                "noticed",
                "proposed",
                ("township",),
                signs="noticed",
                sets=("notice_ends_on",),
                zh="乡镇内公示",
                en="Public notice in the township",
            ),
            Step(
                "approved",
                "noticed",
                ("county",),
                ("proposed_by", "noticed_by"),
                "decided",
                "notice_ends_on",
                sets=("decision_id", "poor_people", "rural_people"),
                zh="县级审定",
                en="Decision of the county",
            ),
            Step("announced", "approved", ("county",), ("decided_by",), "announced", zh="公告", en="Announcement"),
        ),
    ),
    key="division",
)


async def report_facilities(
    connection: Connection, act: Act, policy: Policy, items: Sequence[FacilityReport]
) -> list[Result]:
    """From the day of the check on, the village has the item or has it not."""
    codes = sorted({i.division for i in items})
    villages = await queries.lock_villages(connection, act.caller.area, act.business_date, codes)
    checklist = policy.on(act.business_date, ChecklistPolicy).village_facility_items
    trades = policy.on(act.business_date, TradePolicy).department_facilities
    own = trades.get(act.caller.unit, []) if act.caller.role == "department" else checklist
    reasons, reports = list[str | None](), dict[tuple[str, str], dict[str, Any]]()
    for item in items:
        reason = None
        if item.division not in villages:
            reason = "not_found"
        elif item.item not in checklist:
            reason = "unknown_item"
        elif item.item not in own:
            reason = "other_trade"
        elif item.checked_on > act.business_date:
            reason = "future_date"
        elif (item.division, item.item) in reports:
            reason = "twice_in_batch"
        else:
            reports[item.division, item.item] = _report(act, item, "visit")
        reasons.append(reason)
    if reports:
        await queries.revise_facilities(connection, list(reports.values()))
    return answers(ROOM, [i.division for i in items], reasons)


def _report(act: Act, report: FacilityReport, weight: str) -> dict[str, Any]:
    said = report.model_dump(include={"division", "item", "met"})
    return said | {"since": report.checked_on, "weight": weight, "stated_by": act.subject}


async def record_works(connection: Connection, act: Act, works: Sequence[WorksAccepted]) -> None:
    """From the day of their acceptance on, the village has the item; of several works for one the first counts."""
    first = {(w.division, w.item): w for w in sorted(works, key=lambda w: w.accepted_on, reverse=True)}
    reports = [
        FacilityReport(division=division, item=item, met=True, checked_on=w.accepted_on)
        for (division, item), w in sorted(first.items())
    ]
    # Behind whoever reports of the same village this moment.
    await queries.lock_divisions(connection, sorted({r.division for r in reports}))
    await queries.revise_facilities(connection, [_report(act, r, "attestation") for r in reports])


async def _decide(connection: Connection, act: Act, policy: Policy, divisions: Sequence[str]) -> dict[str, Decided]:
    """The rule's verdict on each village of that day, recorded."""
    figures = policy.on(act.business_date, VillagePolicy)
    found = await queries.list_village_facts(connection, AsOf(act.business_date), divisions)
    decided = {
        code: Decided(VILLAGE_EXIT, code, code, facts, figures, village_exit_decision(facts, figures))
        for code, facts in found.items()
    }
    await record_decisions(connection, act, policy.version, list(decided.values()))
    return decided


async def propose_exits(connection: Connection, act: Act, policy: Policy, divisions: Sequence[str]) -> list[Result]:
    """Propose villages. The rule looks ahead; what it refuses is kept as a decision and opens no case."""
    wanted = sorted(set(divisions))
    villages = await queries.lock_villages(connection, act.caller.area, act.business_date, wanted)
    cases = await lock_cases(connection, EXIT, wanted)
    standing = {code: case for code, case in cases.items() if case.state != "refused"}
    decided = await _decide(connection, act, policy, sorted(villages - standing.keys()))
    results, opened = list[Result](), dict[str, VillageExit]()
    for code in divisions:
        missing = decided[code].missing if code in decided else []
        if code in standing or code not in decided:
            reason = "case_open" if code in standing else "not_found"
        else:
            reason = "twice_in_batch" if code in opened else "not_ready" if missing else ""
        answer = result(ROOM, code, reason or None, state=_state(standing.get(code)), missing=missing)
        if not reason:
            opened[code] = case = _opened(act, code)
            answer.case_id, answer.state = case.id, case.state
        results.append(answer)
    await queries.insert_cases(connection, [case._asdict() for case in opened.values()])
    await log_steps(connection, act, EXIT, "proposed", [(case, PASSED) for case in opened.values()])
    return results


def _state(case: VillageExit | None) -> str | None:
    return case.state if case else None


def _opened(act: Act, division: str) -> VillageExit:
    on, by = act.business_date, act.subject
    return EXIT.opened(act, "proposed", id=uuid7(), division=division, proposed_on=on, proposed_by=by)


async def post_notices(connection: Connection, act: Act, policy: Policy, items: Sequence[Village]) -> list[Result]:
    """The notice hangs in the township from today for `public_notice_days` whole days."""
    ends_on = notice_over_on(act, Days(policy.on(act.business_date, NoticePolicy).public_notice_days))
    finding = Finding(sets={"notice_ends_on": ends_on})
    return await take_step(connection, act, EXIT, "noticed", items, lambda _case, _item: finding)


async def decide_exits(connection: Connection, act: Act, policy: Policy, items: Sequence[Village]) -> list[Result]:
    """The county's decision: the rule anew, on what is recorded today."""
    cases = await lock_cases(connection, EXIT, [i.division for i in items])
    ripe = await ripe_cases(connection, act, EXIT, "approved", cases)
    decided = await _decide(connection, act, policy, sorted(case.division for case in ripe))

    def find(case: VillageExit, _item: Village) -> Finding:
        # A village that has ceased to exist since its proposal has no facts to decide on.
        if case.division not in decided:
            return Finding(refusal="not_found")
        one = decided[case.division]
        passed = one.verdict.outcome == "approved"
        counted = {"poor_people": one.facts.poor_people, "rural_people": one.facts.rural_people}
        return Finding(
            passed=passed,
            detail={"decision_id": str(one.id)},
            reason=None if passed else "not_ready",
            missing=one.missing,
            sets={"decision_id": one.id, **counted},
        )

    return await take_step(connection, act, EXIT, "approved", items, find, rows=cases)


async def announce_exits(connection: Connection, act: Act, items: Sequence[Village]) -> list[Result]:
    """Made public by another person than the one who decided: from today the village is out."""

    def out(case: VillageExit, _found: Finding) -> Payload:
        counted = {name: getattr(case, name) for name in ("division", "poor_people", "rural_people", "decision_id")}
        return VillageExited(exited_on=act.business_date, **counted)

    return await take_step(connection, act, EXIT, "announced", items, facts=out)
