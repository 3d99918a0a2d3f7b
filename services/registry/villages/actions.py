"""Reporting facilities, and bringing a village's exit from proposal to announcement."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from services.registry.villages import queries
from services.registry.villages.rules import (
    VILLAGE_EXIT,
    Case,
    ChecklistPolicy,
    NoticePolicy,
    VillagePolicy,
    step_refusal,
    village_exit_decision,
)
from services.registry.villages.schemas import ExitResult, FacilityReport, FacilityResult
from shared.acts.decisions import record_decisions
from shared.data.sql import Connection, Row
from shared.events.industry import WorksAccepted
from shared.events.registry import VillageExited
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.ids import uuid7
from shared.values.verdicts import Decided

TWICE = "registry.villages.twice_in_batch"
NOT_READY = "registry.villages.not_ready"


async def report_facilities(
    connection: Connection, act: Act, policy: Policy, items: Sequence[FacilityReport]
) -> list[FacilityResult]:
    """From the day of the check on, the village has the item or has it not."""
    codes = sorted({i.division for i in items})
    villages = await queries.lock_villages(connection, act.caller.area, act.business_date, codes)
    checklist = policy.on(act.business_date, ChecklistPolicy).village_facility_items
    results, reports, seen = [], [], set[tuple[str, str]]()
    for item in items:
        code = None
        if item.division not in villages:
            code = "shared.not_found"
        elif item.item not in checklist:
            code = "registry.villages.unknown_item"
        elif item.checked_on > act.business_date:
            code = "registry.villages.future_date"
        elif (item.division, item.item) in seen:
            code = TWICE
        if code is None:
            seen.add((item.division, item.item))
            reports.append(_report(act, item, "visit"))
        status = "refused" if code else "accepted"
        results.append(FacilityResult(division=item.division, item=item.item, status=status, code=code))
    if reports:
        await queries.revise_facilities(connection, reports)
    return results


def _report(act: Act, report: FacilityReport, weight: str) -> dict[str, Any]:
    return {
        "division": report.division, "item": report.item, "since": report.checked_on, "met": report.met,
        "weight": weight, "stated_by": act.subject,
    }  # fmt: skip


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


async def propose_exits(connection: Connection, act: Act, policy: Policy, divisions: Sequence[str]) -> list[ExitResult]:
    """Propose villages. The rule looks ahead; what it refuses is kept as a decision and opens no case."""
    wanted = sorted(set(divisions))
    villages = await queries.lock_villages(connection, act.caller.area, act.business_date, wanted)
    cases = await queries.lock_cases(connection, wanted)
    decided = await _decide(connection, act, policy, sorted(villages - cases.keys()))
    ready = [code for code, d in decided.items() if d.verdict.outcome == "approved"]
    await queries.insert_cases(connection, [
        {
            "id": uuid7(), "division": code, "state": "proposed", "proposed_on": act.business_date,
            "proposed_by": act.subject,
        }
        for code in ready
    ])  # fmt: skip
    await record_decisions(connection, act, policy.version, list(decided.values()))
    results, seen = [], set[str]()
    for code in divisions:
        if code in seen:
            results.append(_refused(code, TWICE, cases))
        elif code in decided:
            results.append(_decided(code, decided[code], {"approved": "proposed"}))
        else:
            results.append(
                _refused(code, "registry.villages.case_open" if code in cases else "shared.not_found", cases)
            )
        seen.add(code)
    return results


async def post_notices(connection: Connection, act: Act, policy: Policy, divisions: Sequence[str]) -> list[ExitResult]:
    """The notice hangs in the township from today for `public_notice_days` whole days."""
    cases, refusals = await _open_step(connection, act, divisions, "proposed")
    ids = [cases[code]["id"] for code in _passed(divisions, refusals)]
    ends_on = act.business_date + timedelta(days=policy.on(act.business_date, NoticePolicy).public_notice_days)
    await queries.update_noticed(connection, ids, act.business_date, ends_on, act.subject)
    return _results(divisions, refusals, cases, "noticed")


async def decide_exits(connection: Connection, act: Act, policy: Policy, divisions: Sequence[str]) -> list[ExitResult]:
    """The county's decision: the rule anew, on what is recorded today."""
    cases, refusals = await _open_step(connection, act, divisions, "noticed")
    passed = _passed(divisions, refusals)
    decided = await _decide(connection, act, policy, passed)
    await queries.update_decided(
        connection,
        [
            {
                "id": cases[code]["id"], "state": d.verdict.outcome, "decision_id": d.id,
                "poor_people": d.facts.poor_people, "rural_people": d.facts.rural_people,
            }
            for code, d in decided.items()
        ],
        act.business_date, act.subject,
    )  # fmt: skip
    await record_decisions(connection, act, policy.version, list(decided.values()))
    # A village that has ceased to exist since its proposal has no facts to decide on.
    refusals = [
        "shared.not_found" if refusal is None and code not in decided else refusal
        for code, refusal in zip(divisions, refusals, strict=True)
    ]
    return [
        _decided(code, decided[code], {"approved": "approved", "refused": "refused"})
        if refusal is None
        else _refused(code, refusal, cases)
        for code, refusal in zip(divisions, refusals, strict=True)
    ]


async def announce_exits(connection: Connection, act: Act, divisions: Sequence[str]) -> list[ExitResult]:
    """Made public by another person than the one who decided: from today the village is out."""
    cases, refusals = await _open_step(connection, act, divisions, "approved")
    announced = [cases[code] for code in _passed(divisions, refusals)]
    await queries.update_announced(connection, [c["id"] for c in announced], act.business_date, act.subject)
    events = [
        VillageExited(
            division=case["division"], exited_on=act.business_date, poor_people=case["poor_people"],
            rural_people=case["rural_people"], decision_id=case["decision_id"],
        )
        for case in announced
    ]  # fmt: skip
    await emit(connection, act, "registry", events)
    return _results(divisions, refusals, cases, "announced")


async def _decide(connection: Connection, act: Act, policy: Policy, divisions: Sequence[str]) -> dict[str, Decided]:
    rule_policy = policy.on(act.business_date, VillagePolicy)
    found = await queries.list_village_facts(connection, act.business_date, divisions)
    return {
        code: Decided(VILLAGE_EXIT, code, code, facts, rule_policy, village_exit_decision(facts, rule_policy))
        for code, facts in found.items()
    }


async def _open_step(
    connection: Connection, act: Act, divisions: Sequence[str], needed: str
) -> tuple[dict[str, Row], list[str | None]]:
    """The villages' cases, and for each item why it does not take the step, or None."""
    cases, refusals, seen = (
        await queries.lock_cases(connection, sorted(set(divisions))),
        list[str | None](),
        set[str](),
    )
    for code in divisions:
        row = cases.get(code)
        case = Case(**{name: row[name] for name in Case.__slots__}) if row else None
        refusals.append(TWICE if code in seen else step_refusal(case, needed, act.subject, act.business_date))
        seen.add(code)
    return cases, refusals


def _passed(divisions: Sequence[str], refusals: Sequence[str | None]) -> list[str]:
    return [code for code, refusal in zip(divisions, refusals, strict=True) if refusal is None]


def _results(
    divisions: Sequence[str], refusals: Sequence[str | None], cases: Mapping[str, Row], reached: str
) -> list[ExitResult]:
    return [
        ExitResult(division=code, status="accepted", state=reached)
        if refusal is None
        else _refused(code, refusal, cases)
        for code, refusal in zip(divisions, refusals, strict=True)
    ]


def _refused(division: str, code: str, cases: Mapping[str, Row]) -> ExitResult:
    state = cases[division]["state"] if division in cases else None
    return ExitResult(division=division, status="refused", code=code, state=state)


def _decided(division: str, decided: Decided, states: Mapping[str, str]) -> ExitResult:
    """Accepted means that the step was taken, also where it ended the case; `code` then says why."""
    verdict = decided.verdict
    state, code = states.get(verdict.outcome), None if verdict.outcome == "approved" else NOT_READY
    return ExitResult(
        division=division, status="accepted" if state else "refused", code=code, state=state, missing=verdict.missing
    )
