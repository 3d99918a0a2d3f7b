"""The exit procedure, step by step; every step takes a list and answers for each.

Proposal and decision ask the rule; the steps between are people's, each dated, each by another person than the one it
checks (domain notes 2.1 and 4).
"""

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from services.registry.exits import queries
from services.registry.exits.rules import (
    EXIT_RULE,
    ExitPolicy,
    MeetingPolicy,
    NoticePolicy,
    awaited,
    exit_decision,
    meeting_carried,
)
from services.registry.exits.schemas import Check, NewObjection, Proposal, Review
from services.registry.exits.tables import ExitCase, exit_case
from services.registry.findings.queries import count_open, list_found_so
from services.registry.followups.actions import Exited, open_duties
from services.registry.households import queries as households
from services.registry.households.rules import is_of_age
from services.registry.households.tables import Household
from shared.acts.bodies import Case, Confirmation, Result, result
from shared.acts.decisions import record_decisions
from shared.acts.freezes import list_frozen
from shared.acts.papers import PartysStep, Signed
from shared.acts.procedures import (
    PASSED,
    Finding,
    Procedure,
    Step,
    advance,
    confirmed,
    log_steps,
    notice_over_on,
    ripe_cases,
    take_step,
)
from shared.acts.rounds import Entry, entry, list_rounds_of
from shared.acts.tasks import OwnTask
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.registry import HouseholdExited, NoticeObjected, NoticePosted
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.calendar import Days
from shared.values.ids import uuid7
from shared.values.verdicts import Decided, Missing

ROOM = "registry.exits"
BEGUN = (
    # name, after, who may; who must not, what it signs
    Step("reviewed", "proposed", ("village",), ("proposed_by",), "reviewed",
         zh="村民代表会议评议", en="Vote of the villagers' representatives"),
    Step("checked", "reviewed", ("team",), ("proposed_by",), "checked",
         zh="驻村工作队核查", en="Check on the spot by the task force"),
    Step("consented", "checked", ("villager",),
         zh="户主签字确认", en="The head of the household signs"),
    Step("noticed", "consented", ("village",), signs="notice_posted", sets=("notice_ends_on",),
         zh="村内公示", en="Public notice in the village"),
    Step("township_checked", "noticed", ("township",), signs="township_checked", waits_for="notice_ends_on",
         zh="乡镇核查", en="Check by the township"),
    Step("approved", "township_checked", ("county",), ("township_checked_by",), "decided",
         sets=("decision_id", "members"), zh="县级审定", en="Decision of the county"),
    Step("announced", "approved", ("county",), ("decided_by",), "announced",
         zh="公告", en="Announcement"),
)  # fmt: skip
# Since the second version whoever checks is none of those whose word he checks, in whatever office each stood.
CHECKS = {
    "checked": ("proposed_by", "reviewed_by"),
    "township_checked": ("proposed_by", "reviewed_by", "checked_by"),
    "approved": ("proposed_by", "reviewed_by", "checked_by", "township_checked_by"),
}
EXIT = Procedure(ROOM, exit_case, (BEGUN, tuple(s._replace(not_by=CHECKS.get(s.name, s.not_by)) for s in BEGUN)))
OBJECTIONS = OwnTask(
    procedure=ROOM,
    step="objection_resolved",
    roles=("township",),
    zh="处理公示异议",
    en="Resolve an objection",
    columns=("o.id", "o.division", "c.household_id", "o.raised_on", "o.raised_on + 7"),
    source="""
        FROM exit_objection o JOIN exit_case c ON c.id = o.exit_id
        WHERE o.resolved_on IS NULL AND c.state = 'noticed' AND o.raised_by <> :subject
    """,
)


async def decide(
    connection: Connection, act: Act, policy: Policy, homes: Sequence[Household], *, store: Callable[[Decided], bool]
) -> dict[UUID, Decided]:
    """The rule's verdict on each household; those that `store` picks are recorded."""
    figures = policy.on(act.business_date, ExitPolicy)
    facts = await queries.load_facts(connection, homes, act.business_date)
    decided = {
        home.id: Decided(
            EXIT_RULE, str(home.id), home.division, facts[home.id], figures, exit_decision(facts[home.id], figures)
        )
        for home in homes
    }
    kept = [d for d in decided.values() if store(d)]
    await record_decisions(connection, act, policy.version, kept)
    return decided


async def propose_exits(connection: Connection, act: Act, policy: Policy, items: Sequence[Proposal]) -> list[Result]:
    """Open a case for each household that the rule would let go today; of the others the refusal is recorded.

    Where the county has opened a round over the village's list, the case belongs to it, or says why it does not.
    """
    on = act.business_date
    rows = await households.lock_households(connection, [i.household_id for i in items])
    open_already = await queries.list_with_open_case(connection, list(rows))
    rounds = await list_rounds_of(connection, ROOM, on.year, [home.division for home in rows.values()])
    entries = {
        i.household_id: entry(rounds.get(rows[i.household_id].division), "proposed", on, i.outside_round)
        for i in reversed(items)
        if i.household_id in rows
    }
    asked = [row for one, row in rows.items() if one not in open_already and entries[one].refusal is None]
    decided = await decide(connection, act, policy, asked, store=lambda d: d.verdict.outcome != "approved")
    results, opened, seen = list[Result](), list[tuple[ExitCase, Finding]](), set[UUID]()
    for item in items:
        one = item.household_id
        reason, missing = _proposal_refusal(one, entries, open_already, seen, decided)
        seen.add(one)
        answer = result(ROOM, one, reason, missing=missing)
        if reason is None:
            case = _opened(act, rows[one], decided[one].facts.members, entries[one])
            beside = {"outside_round": item.outside_round} if item.outside_round else {}
            opened.append((case, Finding(detail=beside)))
            answer.case_id, answer.state = case.id, case.state
        results.append(answer)
    await queries.insert_cases(connection, [case._asdict() for case, _ in opened])
    await log_steps(connection, act, EXIT, "proposed", opened)
    return results


def _opened(act: Act, home: Household, members: int, within: Entry) -> ExitCase:
    on = act.business_date
    return EXIT.opened(
        act,
        "proposed",
        within.stages,
        id=uuid7(),
        household_id=home.id,
        division=home.division,
        year=on.year,
        members=members,
        proposed_on=on,
        proposed_by=act.subject,
        case_round_id=within.case_round_id,
    )


def _proposal_refusal(
    one: UUID, entries: dict[UUID, Entry], open_already: set[UUID], seen: set[UUID], decided: dict[UUID, Decided]
) -> tuple[str | None, list[Missing]]:
    if one not in entries:
        return "shared.not_found", []
    if one in open_already:
        return "case_open", []
    if one in seen:
        return "twice_in_batch", []
    if entries[one].refusal:
        return entries[one].refusal, []
    missing = decided[one].missing
    return ("criteria_not_met" if missing else None), missing


async def review(connection: Connection, act: Act, policy: Policy, items: Sequence[Review]) -> list[Result]:
    """The villagers' representatives vote; a proposal that is not carried ends."""
    needed = policy.on(act.business_date, MeetingPolicy).meeting_attendance_ppm

    def find(_case: ExitCase, item: Review) -> Finding:
        detail = {"entitled": item.entitled, "attended": item.attended, "in_favour": item.in_favour}
        if not 0 <= item.in_favour <= item.attended <= item.entitled:
            return Finding(refusal="impossible_count")
        if meeting_carried(item.entitled, item.attended, item.in_favour, needed):
            return Finding(detail=detail)
        return Finding(passed=False, detail=detail, reason="not_carried")

    return await take_step(connection, act, EXIT, "reviewed", items, find)


async def check(connection: Connection, act: Act, items: Sequence[Check]) -> list[Result]:
    def find(_case: ExitCase, item: Check) -> Finding:
        reason = None if item.confirmed else "not_confirmed"
        return Finding(passed=item.confirmed, detail={"evidence": item.evidence}, reason=reason)

    return await take_step(connection, act, EXIT, "checked", items, find)


async def consent(connection: Connection, act: Act, items: Sequence[Signed], *, on_paper: bool = False) -> list[Result]:
    """A household that does not agree stays what it is: the case is withdrawn. It is spoken for by one of age."""
    born_on = None if on_paper else await households.find_birth(connection, act.caller.person or "", act.business_date)
    of_age = on_paper or (born_on is not None and is_of_age(born_on, act.business_date))

    def find(_case: ExitCase, item: Signed) -> Finding:
        if not of_age:
            return Finding(refusal="not_of_age")
        reason, detail = None if item.agreed else "not_agreed", {"signature": item.signature}
        return Finding(passed=item.agreed, detail=detail, ends="withdrawn", reason=reason)

    return await take_step(connection, act, EXIT, "consented", items, find, on_paper=on_paper)


def _notice_ends_on(act: Act, policy: Policy) -> date:
    return notice_over_on(act, Days(policy.on(act.business_date, NoticePolicy).public_notice_days))


def _posted(act: Act, ends_on: date) -> Callable[[ExitCase, Finding], Payload]:
    return lambda case, _found: NoticePosted(
        household_id=case.household_id,
        division=case.division,
        exit_id=case.id,
        posted_on=act.business_date,
        ends_on=ends_on,
    )


async def post_notice(connection: Connection, act: Act, policy: Policy, items: Sequence[Case]) -> list[Result]:
    """On public notice in the village from today, for at least the policy's days."""
    ends_on = _notice_ends_on(act, policy)
    finding = Finding(sets={"notice_ends_on": ends_on})
    facts = _posted(act, ends_on)
    return await take_step(connection, act, EXIT, "noticed", items, lambda _case, _item: finding, facts=facts)


async def object_to(connection: Connection, act: Act, objection: NewObjection) -> UUID:
    """Anybody of the area may object while the notice stands; nothing moves on until it is resolved.

    Who says the same again while it is open, as his answer was lost, has objected once.
    """
    case = (await queries.lock_cases(connection, [objection.id])).get(objection.id)
    if case is None:
        raise Problem("shared.not_found")
    if case.state != "noticed":
        raise Problem("registry.exits.not_on_notice")
    for known in await queries.list_objections(connection, case.id):
        if (known.raised_by, known.reason, known.resolved_on) == (act.subject, objection.reason, None):
            return known.id
    objection_id = uuid7()
    await queries.insert_objection(
        connection,
        id=objection_id,
        exit_id=case.id,
        division=case.division,
        raised_on=act.business_date,
        raised_by=act.subject,
        reason=objection.reason,
    )
    about = {"household_id": case.household_id, "division": case.division, "exit_id": case.id}
    await emit(connection, act, "registry", [NoticeObjected(**about, objected_on=act.business_date)])
    return objection_id


async def resolve(connection: Connection, act: Act, policy: Policy, objection_id: UUID, *, upheld: bool) -> None:
    """Upheld: the case is refused. Not upheld: the notice begins anew, because an objection reopens the step; which
    a frozen household does not take.
    """
    found = await queries.get_objection(connection, objection_id)
    case = (await queries.lock_cases(connection, [found.exit_id]))[found.exit_id]
    if found.raised_by == act.subject:
        raise Problem("shared.same_person")
    if not upheld and await list_frozen(connection, [case.household_id]):
        raise Problem("shared.frozen")
    await queries.resolve_objection(connection, objection_id, act.business_date, act.subject, upheld=upheld)
    if case.state != "noticed":
        return
    ends_on, detail = _notice_ends_on(act, policy), {"objection": str(objection_id)}
    if upheld:
        ended = Finding(passed=False, detail=detail, reason="objection_upheld")
        await advance(connection, act, EXIT, "objection_resolved", [(case, "refused", ended)])
        return
    again = Finding(detail=detail, sets={"notice_ends_on": ends_on})
    await advance(connection, act, EXIT, "noticed", [(case, "noticed", again)])
    await emit(connection, act, "registry", [_posted(act, ends_on)(case, again)])


async def check_by_township(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """After the notice has run its days without an open objection."""
    cases = await queries.lock_cases(connection, [i.id for i in items])
    objections = await queries.list_open_objections(connection, [c.household_id for c in cases.values()])

    def find(case: ExitCase, item: Confirmation) -> Finding:
        objected = objections.get(case.household_id)
        return Finding(refusal="objection_open") if objected else confirmed(case, item)

    return await take_step(connection, act, EXIT, "township_checked", items, find, rows=cases)


async def decide_exits(connection: Connection, act: Act, policy: Policy, items: Sequence[Case]) -> list[Result]:
    """The county lays the cases before the rule once more, on what is recorded today; every verdict is stored.

    Those who exit are as many as the decision counted, whatever their number was at the proposal. Nothing is decided
    about a household that is frozen; where nothing else stands against it than what a visit found, the case waits.
    """
    cases = await queries.lock_cases(connection, [i.id for i in items])
    ripe = await ripe_cases(connection, act, EXIT, "approved", cases)
    rows = await households.lock_households(connection, [case.household_id for case in ripe])
    decided = await decide(connection, act, policy, list(rows.values()), store=lambda _: True)

    def find(case: ExitCase, _item: Case) -> Finding:
        one = decided[case.household_id]
        if refusal := awaited(one.verdict.missing):
            return Finding(refusal=refusal, missing=one.missing)
        passed = one.verdict.outcome == "approved"
        return Finding(
            passed=passed,
            detail={"decision_id": str(one.id)},
            reason=None if passed else "criteria_not_met",
            missing=one.missing,
            sets={"decision_id": one.id, "members": one.facts.members if passed else None},
        )

    return await take_step(connection, act, EXIT, "approved", items, find, rows=cases)


async def announce(connection: Connection, act: Act, policy: Policy, items: Sequence[Case]) -> list[Result]:
    """From here on the household is no longer counted as poor; its support stays, and it is seen again at stated times
    (domain notes 2.1 "After exit").

    Where a visit's finding was answered to be so since the decision, the rule is asked again: what the county approved
    on other facts is not announced.
    """
    on = act.business_date
    cases = await queries.lock_cases(connection, [i.id for i in items])
    rows = await households.lock_households(connection, [c.household_id for c in cases.values()])
    found = await count_open(connection, list(rows))
    ripe = await ripe_cases(connection, act, EXIT, "announced", cases)
    otherwise = await list_found_so(connection, {case.household_id: case.since_on for case in ripe})
    again = [rows[one] for one in otherwise]
    decided = await decide(connection, act, policy, again, store=lambda d: d.verdict.outcome != "approved")

    def find(case: ExitCase, _item: Case) -> Finding:
        if rows[case.household_id].status not in ("poor", "returned"):
            return Finding(refusal="not_poor")
        if case.household_id in found:
            return Finding(refusal="findings_open")
        anew = decided.get(case.household_id)
        if anew is None or anew.verdict.outcome == "approved":
            return PASSED
        detail, missing = {"decision_id": str(anew.id)}, anew.missing
        if refusal := awaited(anew.verdict.missing):
            return Finding(refusal=refusal, missing=missing)
        return Finding(passed=False, detail=detail, reason="criteria_not_met", missing=missing)

    def exited(case: ExitCase, _found: Finding) -> Payload:
        assert case.decision_id is not None
        return HouseholdExited(
            household_id=case.household_id,
            division=case.division,
            exit_id=case.id,
            members=case.members,
            exited_on=on,
            decision_id=case.decision_id,
        )

    async def save(passed: list[tuple[ExitCase, Finding]]) -> None:
        out = dict.fromkeys((case.household_id for case, _ in passed), households.Standing("exited", on, on.year, on))
        await households.set_status(connection, out, before=("poor", "returned"))
        exits = [Exited(c.id, c.household_id, rows[c.household_id].division, c.proposed_by) for c, _ in passed]
        await open_duties(connection, act, policy, exits)

    return await take_step(connection, act, EXIT, "announced", items, find, rows=cases, facts=exited, save=save)


async def end_cases(connection: Connection, act: Act, household_ids: Sequence[UUID]) -> None:
    """The households were struck from the register: what was under way for them ends."""
    ended = Finding(passed=False, reason="shared.household_removed")
    cases = await queries.lock_open_cases(connection, household_ids)
    await advance(connection, act, EXIT, "withdrawn", [(case, "withdrawn", ended) for case in cases])


async def _consent_on_paper(connection: Connection, act: Act, _policy: Policy, items: Sequence[Signed]) -> list[Result]:
    return await consent(connection, act, items, on_paper=True)


CONSENT = PartysStep(EXIT, lambda _case, _sheet: "consented", _consent_on_paper, ("proposed_by",))
