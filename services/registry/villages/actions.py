"""Reporting facilities, bringing an exit from proposal to announcement, and taking it back; of villages, and of
townships as `services/registry/townships` says.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from services.registry.villages import queries
from services.registry.villages.rules import (
    OVER,
    VILLAGE_EXIT,
    ChecklistPolicy,
    NoticePolicy,
    TradePolicy,
    VillagePolicy,
)
from services.registry.villages.schemas import ExitRevocation, FacilityReport, Place
from services.registry.villages.tables import PlaceExit, PlaceRevocation, village_exit, village_revocation
from shared.acts.bodies import Confirmation, Result, answers, result
from shared.acts.decisions import record_decisions
from shared.acts.openings import open_cases
from shared.acts.procedures import (
    PASSED,
    Finding,
    Procedure,
    Step,
    advance,
    confirmed_or_rejected,
    lock_cases,
    log_steps,
    notice_over_on,
    ripe_cases,
    take_step,
)
from shared.acts.tasks import OwnTask
from shared.data.revisions import AsOf
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.industry import WorksAccepted
from shared.events.registry import VillageExited, VillageExitRevoked
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.calendar import Days
from shared.values.ids import uuid7
from shared.values.verdicts import Decided, Rule

ROOM = "registry.villages"
# How a place leaves the list: the same for villages and whole townships.
EXIT_STEPS = (
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
)
EXIT = Procedure(ROOM, village_exit, (EXIT_STEPS,), key="division")
# Of an announced exit the county alone says that it was wrong, by two persons.
REVOCATION_STEPS = (
    Step(
        "confirmed",
        "proposed",
        ("county",),
        ("proposed_by",),
        "decided",
        zh="确认撤销退出",
        en="Take back the exit of a village or a township",
    ),
)
REVOCATION = Procedure("registry.village_revocations", village_revocation, (REVOCATION_STEPS,))
OF_EXIT = ("exit_id", "reason", "evidence")
# No service gives anything because a village is out, so none is asked what it gave. But who got out while it counted as
# out did so on a word that was wrong of the village: of each somebody sees how it fares, until somebody has.
TO_SEE = OwnTask(
    procedure="registry.village_revocations",
    step="seen",
    roles=("village", "team"),
    columns=("c.household_id", "c.division", "c.household_id", "c.decided_on", "c.decided_on + 15"),
    source="""FROM (SELECT h.id AS household_id, r.division, r.decided_on FROM village_revocation r
        JOIN household h ON h.division = r.division AND h.status = 'exited'
        WHERE r.state = 'confirmed' AND coalesce(h.exited_on <= r.decided_on, true) AND NOT EXISTS (
            SELECT FROM village_revocation n WHERE n.division = r.division AND n.state = 'confirmed'
                AND (n.decided_on, n.id) > (r.decided_on, r.id))) c
    WHERE NOT EXISTS (SELECT FROM home_visit s WHERE s.household_id = c.household_id AND s.visited_on >= c.decided_on)
        AND NOT EXISTS (SELECT FROM follow_up s WHERE s.household_id = c.household_id AND s.looked_on >= c.decided_on)
        AND NOT EXISTS (
            SELECT FROM risk_warning s WHERE s.household_id = c.household_id AND s.looked_on >= c.decided_on)""",
    zh="走访退出已撤销村的脱贫户",
    en="See a household that got out in a village whose exit was taken back",
)


class Leaving(NamedTuple):
    """What kind of place leaves the list: by which procedure, rule and figures, and what is told of it.

    `lock_places`: those of some codes that are such places of an area on a day; `list_facts`: what the rule is asked
    of, by code, on a day; `insert_cases` saves what is opened.
    """

    procedure: Procedure[PlaceExit]
    revocation: Procedure[PlaceRevocation]
    rule: Rule
    policy: type[Any]
    lock_places: Callable[[Connection, str, date, Sequence[str]], Awaitable[set[str]]]
    list_facts: Callable[[Connection, AsOf, Sequence[str]], Awaitable[Mapping[str, Any]]]
    insert_cases: Callable[[Connection, Sequence[Mapping[str, Any]]], Awaitable[None]]
    out: type[Payload]
    revoked: type[Payload]


VILLAGES = Leaving(
    EXIT,
    REVOCATION,
    VILLAGE_EXIT,
    VillagePolicy,
    queries.lock_villages,
    queries.list_village_facts,
    queries.insert_cases,
    VillageExited,
    VillageExitRevoked,
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


async def _decide(
    connection: Connection, act: Act, policy: Policy, leaving: Leaving, divisions: Sequence[str]
) -> dict[str, Decided]:
    """The rule's verdict on each place of that day, recorded."""
    figures = policy.on(act.business_date, leaving.policy)
    found = await leaving.list_facts(connection, AsOf(act.business_date), divisions)
    decided = {
        code: Decided(leaving.rule, code, code, facts, figures, leaving.rule.decide(facts, figures))
        for code, facts in found.items()
    }
    await record_decisions(connection, act, policy.version, list(decided.values()))
    return decided


async def propose_exits(
    connection: Connection, act: Act, policy: Policy, divisions: Sequence[str], leaving: Leaving = VILLAGES
) -> list[Result]:
    """Propose places. The rule looks ahead; what it refuses is kept as a decision and opens no case.

    One that was refused, or whose exit was taken back, may be proposed again.
    """
    wanted = sorted(set(divisions))
    places = await leaving.lock_places(connection, act.caller.area, act.business_date, wanted)
    cases = await lock_cases(connection, leaving.procedure, wanted)
    standing = {code: case for code, case in cases.items() if case.state not in OVER}
    decided = await _decide(connection, act, policy, leaving, sorted(places - standing.keys()))
    results, opened = list[Result](), dict[str, PlaceExit]()
    for code in divisions:
        missing = decided[code].missing if code in decided else []
        if code in standing or code not in decided:
            reason = "case_open" if code in standing else "not_found"
        else:
            reason = "twice_in_batch" if code in opened else "not_ready" if missing else ""
        answer = result(ROOM, code, reason or None, state=_state(standing.get(code)), missing=missing)
        if not reason:
            opened[code] = case = _opened(act, leaving, code)
            answer.case_id, answer.state = case.id, case.state
        results.append(answer)
    await leaving.insert_cases(connection, [case._asdict() for case in opened.values()])
    proposed = [(case, PASSED) for case in opened.values()]
    await log_steps(connection, act, leaving.procedure, "proposed", proposed)
    return results


def _state(case: PlaceExit | None) -> str | None:
    return case.state if case else None


def _opened(act: Act, leaving: Leaving, division: str) -> PlaceExit:
    on, by = act.business_date, act.subject
    return leaving.procedure.opened(act, "proposed", id=uuid7(), division=division, proposed_on=on, proposed_by=by)


async def post_notices(
    connection: Connection, act: Act, policy: Policy, items: Sequence[Place], leaving: Leaving = VILLAGES
) -> list[Result]:
    """The notice hangs in the township from today for `public_notice_days` whole days."""
    ends_on = notice_over_on(act, Days(policy.on(act.business_date, NoticePolicy).public_notice_days))
    finding = Finding(sets={"notice_ends_on": ends_on})
    return await take_step(connection, act, leaving.procedure, "noticed", items, lambda _case, _item: finding)


async def decide_exits(
    connection: Connection, act: Act, policy: Policy, items: Sequence[Place], leaving: Leaving = VILLAGES
) -> list[Result]:
    """The county's decision: the rule anew, on what is recorded today."""
    cases = await lock_cases(connection, leaving.procedure, [i.division for i in items])
    ripe = await ripe_cases(connection, act, leaving.procedure, "approved", cases)
    decided = await _decide(connection, act, policy, leaving, sorted(case.division for case in ripe))

    def find(case: PlaceExit, _item: Place) -> Finding:
        # A place that has ceased to exist since its proposal has no facts to decide on.
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

    return await take_step(connection, act, leaving.procedure, "approved", items, find, rows=cases)


async def announce_exits(
    connection: Connection, act: Act, items: Sequence[Place], leaving: Leaving = VILLAGES
) -> list[Result]:
    """Made public by another person than the one who decided: from today the place is out."""

    def out(case: PlaceExit, _found: Finding) -> Payload:
        counted = {name: getattr(case, name) for name in ("division", "poor_people", "rural_people", "decision_id")}
        return leaving.out.model_validate({"exited_on": act.business_date, **counted})

    return await take_step(connection, act, leaving.procedure, "announced", items, facts=out)


async def propose_revocations(
    connection: Connection, act: Act, items: Sequence[ExitRevocation], leaving: Leaving = VILLAGES
) -> list[Result]:
    """An announced exit was wrong; nothing changes before another person agrees. The same is answered the same."""
    exits = await queries.list_exits(connection, leaving.procedure.case, [i.exit_id for i in items])
    known = await queries.list_revocations_by_id(connection, leaving.revocation.case, [i.id for i in items])
    waiting = await queries.list_doubted(connection, leaving.revocation.case, list(exits))

    def judge(item: ExitRevocation) -> str | PlaceRevocation:
        case = exits.get(item.exit_id)
        if case is None:
            return "not_found"
        if case.state != "announced":
            return "not_announced"
        if case.id in waiting:
            return "already_open"
        waiting.add(case.id)
        return leaving.revocation.opened(
            act,
            "proposed",
            **item.model_dump(),
            division=case.division,
            proposed_on=act.business_date,
            proposed_by=act.subject,
        )

    save = partial(queries.insert_revocations, connection, leaving.revocation.case)
    return await open_cases(
        connection, act, leaving.revocation, "proposed", items, known, OF_EXIT, judge, save, room=ROOM
    )


async def confirm_revocations(
    connection: Connection, act: Act, items: Sequence[Confirmation], leaving: Leaving = VILLAGES
) -> list[Result]:
    """Another person agrees: the exit counts as never made, and the place may be proposed again."""
    cases = await lock_cases(connection, leaving.revocation, [i.id for i in items])
    divisions = [case.division for case in cases.values()]
    exits = {case.id: case for case in (await lock_cases(connection, leaving.procedure, divisions)).values()}

    def find(case: PlaceRevocation, item: Confirmation) -> Finding:
        gone = case.exit_id not in exits or exits[case.exit_id].state != "announced"
        return Finding(refusal=f"{ROOM}.not_announced") if gone else confirmed_or_rejected(case, item)

    async def save(passed: list[tuple[PlaceRevocation, Finding]]) -> None:
        revoked = [
            (exits[case.exit_id], "revoked", Finding(detail={"revocation_id": str(case.id), "reason": case.reason}))
            for case, _ in passed
        ]
        await advance(connection, act, leaving.procedure, "revoked", revoked)

    def told(case: PlaceRevocation, _found: Finding) -> Payload:
        about = {"division": case.division, "exit_id": case.exit_id, "reason": case.reason}
        return leaving.revoked.model_validate({**about, "revoked_on": act.business_date})

    return await take_step(
        connection, act, leaving.revocation, "confirmed", items, find, rows=cases, save=save, facts=told
    )
