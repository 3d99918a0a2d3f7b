"""Drawing a month's inspections, confirming the list, and what somebody found who was there."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.households import queries as households
from services.registry.inspections import queries
from services.registry.inspections.queries import Standing
from services.registry.inspections.rules import (
    Candidate,
    InspectionPolicy,
    Known,
    best,
    chosen,
    is_rested,
    place_in_draw,
    result_refusal,
    signs_of,
)
from services.registry.inspections.schemas import InspectionResult, NewInspectionList
from services.registry.inspections.tables import Inspection, InspectionList, inspection, inspection_list
from services.registry.screening.actions import Written, said_of, screen_reviewers
from services.registry.screening.queries import list_in_bursts
from services.registry.screening.rules import Said, ScreeningPolicy, alarmed, copied_among, over_line_by, tells
from services.registry.suspicions.actions import suspect
from services.registry.suspicions.schemas import NewSuspicion
from shared.acts.bodies import Confirmation, Result
from shared.acts.procedures import (
    PASSED,
    Finding,
    Procedure,
    Step,
    advance,
    confirmed_or_rejected,
    lock_cases,
    log_steps,
    take_step,
)
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.ids import uuid7

ROOM = "registry.inspections"
ENDED = "shared.household_removed"
LISTING = Procedure(f"{ROOM}.lists", inspection_list, ((
    Step("confirmed", "drawn", ("county",), ("drawn_by",), "decided",
         zh="复核月度抽查名单", en="Confirm a month's list of inspections"),
),))  # fmt: skip
# Who chose the seed does not look; who has to do with a household does not see that it waits. A freeze holds up what it
# receives, not the looking.
NOT_CONCERNED = """NOT EXISTS (SELECT FROM paired p WHERE p.household_id = c.household_id AND p.subject = :subject)
    AND NOT EXISTS (SELECT FROM income_line l WHERE l.household_id = c.household_id AND l.stated_by = :subject)"""
INSPECTION = Procedure(ROOM, inspection, ((
    Step("sound", "open", ("county", "auditor"), ("drawn_by",), "inspected", days=30, sets=("wrong_in", "evidence"),
         asked_where=NOT_CONCERNED, zh="入户抽查", en="Inspect a household"),
),), freezes=False)  # fmt: skip


class Ranked(NamedTuple):
    """The households that may be looked at, by number, and what speaks for each."""

    homes: Mapping[str, Standing]
    candidates: list[Candidate]


async def list_next(connection: Connection, act: Act, policy: Policy, budget: int) -> list[tuple[Standing, Candidate]]:
    """The best next ones under a budget, without a random part, and nothing is kept of it.

    Raises:
        Problem: the caller wrote some of it himself.
    """
    ranked, figures = await _rank(connection, act, policy), policy.on(act.business_date, InspectionPolicy)
    order = sorted(ranked.candidates, key=lambda c: place_in_draw("", c.household_no))
    return [(ranked.homes[c.household_no], c) for c in best([c for c in order if c.rested], budget, figures)]


async def draw_list(connection: Connection, act: Act, policy: Policy, new: NewInspectionList) -> InspectionList:
    """The list of this month: its lines wait for the second person. The same again is answered the same.

    Raises:
        Problem: the month has its list, the budget is larger than the policy's, or nobody is left to be looked at.
    """
    area, on = act.caller.area, act.business_date
    figures = policy.on(on, InspectionPolicy)
    budget = new.budget or figures.inspection_budget
    if budget > figures.inspection_budget:
        raise Problem("registry.inspections.over_budget", most=figures.inspection_budget)
    await queries.hold(connection, area)
    if earlier := await queries.find_list(connection, new.id):
        if (earlier.seed, earlier.budget) != (new.seed, budget):
            raise Problem("shared.content_differs")
        return earlier
    month_on = on.replace(day=1)
    if await queries.is_drawn(connection, area, month_on):
        raise Problem("registry.inspections.month_drawn")
    ranked = await _rank(connection, act, policy)
    drawn = chosen(ranked.candidates, budget, new.seed, figures)
    if not drawn:
        raise Problem("registry.inspections.nobody_left")
    row = LISTING.opened(
        act,
        "drawn",
        id=new.id,
        division=area,
        month_on=month_on,
        seed=new.seed,
        budget=budget,
        population=len(ranked.candidates),
        drawn_on=on,
        drawn_by=act.subject,
    )
    if not await queries.insert_list(connection, row):
        raise Problem("shared.id_taken")
    # In the order of the numbers: what was drawn how is not to be read from the ids.
    lines = [
        INSPECTION.opened(
            act,
            "drawn",
            id=uuid7(),
            list_id=row.id,
            household_id=ranked.homes[one.household_no].id,
            division=ranked.homes[one.household_no].division,
            drawn_as=one.drawn_as,
            score=one.score,
            signs=" ".join(one.signs),
            drawn_on=on,
            drawn_by=act.subject,
        )
        for one in sorted(drawn)
    ]
    await queries.insert_inspections(connection, lines)
    await log_steps(connection, act, LISTING, "drawn", [(row, PASSED)])
    return row


async def confirm_lists(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """Another person's word. Confirmed: its lines are tasks now. Not confirmed: nobody looks, and it is drawn anew."""
    results = await take_step(connection, act, LISTING, "confirmed", items, confirmed_or_rejected)
    states = {r.id: r.state for r in results if r.status == "accepted"}
    lines = await queries.lock_lines(connection, [one for one in states if isinstance(one, UUID)])
    go_on = [(line, "open", PASSED) for line in lines if states[line.list_id] == "confirmed"]
    await advance(connection, act, INSPECTION, "opened", go_on)
    dropped = Finding(passed=False, reason="not_confirmed")
    over = [(line, "ended", dropped) for line in lines if states[line.list_id] == "rejected"]
    await advance(connection, act, INSPECTION, "ended", over)
    return results


async def record_results(connection: Connection, act: Act, items: Sequence[InspectionResult]) -> list[Result]:
    """What was found by somebody who has nothing to do with the household. What is wrong is suspected, under the id of
    the inspection; the same that is looked into already is asked about once.
    """
    known = await queries.list_by_id(connection, [i.id for i in items])
    await households.lock_households(connection, sorted({line.household_id for line in known.values()}))
    cases = await lock_cases(connection, INSPECTION, [i.id for i in items])
    concerned = await queries.list_concerned(connection, act.subject, {c.household_id for c in cases.values()})

    def find(case: Inspection, item: InspectionResult) -> Finding:
        refusal = result_refusal(item.wrong_in, sound=item.sound, concerned=case.household_id in concerned)
        sets = {"wrong_in": item.wrong_in, "evidence": item.evidence}
        return Finding(item.sound, {"wrong_in": item.wrong_in}, ends="wrong", refusal=refusal, sets=sets)

    results = await take_step(connection, act, INSPECTION, "sound", items, find, rows=cases)
    wrong = [
        (cases[item.id], item)
        for item, result in zip(items, results, strict=True)
        if result.status == "accepted" and result.state == "wrong"
    ]
    by_list = defaultdict[UUID, list[NewSuspicion]](list)
    for case, item in wrong:
        said = {"id": case.id, "household_id": case.household_id, "code": "inspected"}
        by_list[case.list_id].append(NewSuspicion(**said, evidence=f"{item.wrong_in}: {item.evidence}"))
    for list_id, raised in by_list.items():
        await suspect(connection, act, raised, "inspection", list_id)
    return results


async def end_inspections(connection: Connection, act: Act, household_ids: Sequence[UUID]) -> None:
    """The households were struck from the register: nobody looks any more."""
    ended = Finding(passed=False, reason=ENDED)
    cases = await queries.lock_open(connection, household_ids)
    await advance(connection, act, INSPECTION, "ended", [(case, "ended", ended) for case in cases])


async def _rank(connection: Connection, act: Act, policy: Policy) -> Ranked:
    """All that are in the register of the caller's county and stand in no list that goes on."""
    on, area = act.business_date, act.caller.area
    figures, screening = policy.on(on, InspectionPolicy), policy.on(on, ScreeningPolicy)
    written = await screen_reviewers(connection, act, policy)
    most = screening.screening_day_households
    bursts = await list_in_bursts(connection, area, written.window.since, on, most)
    alarms = _Alarms(written, bursts, screening)
    standing = await queries.list_standing(connection, area, written.window.income_year, on)
    free = {one.household_no: one for one in standing if not one.waiting}
    candidates = []
    for number, one in free.items():
        known = alarms.known(one)
        candidates.append(Candidate(number, signs_of(known, on, figures), is_rested(known, on, figures)))
    return Ranked(free, candidates)


class _Alarms:
    """What screening says of each household."""

    def __init__(self, written: Written, bursts: set[UUID], policy: ScreeningPolicy) -> None:
        self.written, self.bursts, self.policy = written, bursts, policy
        self.incomes = {income.household_id: income for income in written.incomes}
        said = defaultdict[str, list[Said]](list)
        for income in written.incomes:
            said[income.division].append(said_of(income))
        self.copied: dict[str, Any] = {division: copied_among(those) for division, those in said.items()}

    def known(self, one: Standing) -> Known:
        income = self.incomes.get(one.id)
        said, found = said_of(income) if income else None, self.written.villages.get(one.division, ())
        over = over_line_by(said, self.policy) if said else None
        of = self.copied.get(one.division, ())
        return Known(
            of_alarm=tells(said, found, of, self.policy, in_burst=one.id in self.bursts),
            village_alarm=alarmed(found),
            reviewer_alarm=income is not None and alarmed(self.written.reviewers[income.stated_by]),
            suspected=one.suspected,
            finding=one.finding,
            near_line=over is not None and over > 0,
            sources=one.sources,
            helper_alone=one.sources == 1 and one.helper_alone,
            seen_on=one.seen_on,
            inspected_on=one.inspected_on,
        )
