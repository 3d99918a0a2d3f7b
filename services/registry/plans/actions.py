"""Planning what is done for households, and reporting what came of it; what the register knows is a result at once."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from uuid import UUID

from services.registry.catalogue.rules import EntitlementPolicy
from services.registry.entitlements.lists import judge
from services.registry.grievances.queries import list_living
from services.registry.households import queries as households
from services.registry.plans import queries
from services.registry.plans.queries import Given
from services.registry.plans.rules import OFFICES, Line, Suggestion, is_owner, kinds_of, line_refusal, suggestions
from services.registry.plans.schemas import NewPlanLine, PlanReport
from services.registry.plans.tables import PlanLine, plan_line
from shared.acts.bodies import Confirmation, Result
from shared.acts.openings import open_cases
from shared.acts.procedures import (
    Finding,
    Procedure,
    Step,
    advance,
    confirmed_or_rejected,
    lock_cases,
    take_step,
)
from shared.data.revisions import AsOf
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy

ROOM = "registry.plans"
ENDED = "shared.household_removed"
# Whose line it is: the caller's office, of a department its unit; of one that names somebody, his alone.
OWNED = """c.owner = CASE current_setting('app.role', true) WHEN 'department' THEN current_setting('app.unit', true)
    ELSE current_setting('app.role', true) END AND (c.owner_subject IS NULL OR c.owner_subject = :subject)"""
# Who proposes does not confirm, who reports does not check. A line gives a household nothing yet: a freeze does not
# hold it up.
PLAN = Procedure(ROOM, plan_line, ((
    Step("confirmed", "proposed", ("township",), ("proposed_by",), "confirmed", days=15,
         zh="审定帮扶计划", en="Confirm what is planned for a household"),
    Step("reported", "confirmed", (*OFFICES, "department"), ("settled_by",), "stated", due="planned_on",
         sets=("reached", "evidence"), asked_where=OWNED,
         zh="上报帮扶计划完成情况", en="Report what came of a household's plan"),
    Step("done", "reported", ("village", "team", "township"), ("proposed_by", "confirmed_by", "stated_by"), "settled",
         zh="核实帮扶计划完成情况", en="Check what was reported of a household's plan"),
),), freezes=False)  # fmt: skip
CONTENT = ("household_id", "year", "kind", "person", "owner", "owner_subject", "budget_fen", "planned_on")


async def propose_lines(connection: Connection, act: Act, policy: Policy, items: Sequence[NewPlanLine]) -> list[Result]:
    """The same is planned once at a time for a household, or for one of its people."""
    homes = await households.lock_households(connection, [i.household_id for i in items])
    known = await queries.list_by_id(connection, [i.id for i in items])
    planned = await queries.list_planned(connection, list(homes))
    people = await list_living(connection, [i.household_id for i in items if i.person])
    kinds = kinds_of(policy.on(act.business_date, EntitlementPolicy).of(act.business_date))

    def judge_line(item: NewPlanLine) -> str | PlanLine:
        home = homes.get(item.household_id)
        if home is None:
            return "not_found"
        if home.status == "removed":
            return "household_removed"
        line = Line(item.year, item.kind, item.person, item.planned_on)
        if refusal := line_refusal(line, kinds, act.business_date):
            return refusal
        if item.person is not None and (item.person, home.id) not in people:
            return "not_in_household"
        if (key := (home.id, item.year, item.kind, item.person)) in planned:
            return "already_planned"
        planned.add(key)
        return PLAN.opened(
            act,
            "proposed",
            **item.model_dump(),
            division=home.division,
            proposed_on=act.business_date,
            proposed_by=act.subject,
        )

    save = partial(queries.insert_lines, connection)
    return await open_cases(connection, act, PLAN, "proposed", items, known, CONTENT, judge_line, save)


async def confirm_lines(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """Another person agrees. What was given by then is done at once."""
    cases = await _lock(connection, [i.id for i in items])
    done = dict[UUID, Given]()

    def find(case: PlanLine, item: Confirmation) -> Finding:
        found = confirmed_or_rejected(case, item)
        return Finding(sets={"planned_on": case.planned_on}) if found.passed else found

    async def save(passed: list[tuple[PlanLine, Finding]]) -> None:
        done.update(await queries.list_given(connection, [case.id for case, _ in passed]))
        await _fulfil(connection, act, [case for case, _ in passed], done)

    return _told(await take_step(connection, act, PLAN, "confirmed", items, find, rows=cases, save=save), done)


async def report_lines(connection: Connection, act: Act, policy: Policy, items: Sequence[PlanReport]) -> list[Result]:
    """The owner says what came of it, and what shows it. Where the register's own facts show it nobody checks it."""
    caller, cases = act.caller, await _lock(connection, [i.id for i in items])
    if caller.role == "department":  # of the lines of others it reads nothing
        cases = {one: case for one, case in cases.items() if case.owner == caller.unit}
    as_of, covered = AsOf(act.business_date), set[tuple[UUID, str, str | None]]()
    ids = sorted({case.household_id for case in cases.values()})
    async for judged in judge(connection, policy, as_of, ids):
        home = judged.home.id
        covered |= {(home, one.policy, one.person) for one in judged.entitlements if one.coverage == "covered"}
    done = dict[UUID, Given | None]()

    def find(case: PlanLine, item: PlanReport) -> Finding:
        if not is_owner(case.owner, case.owner_subject, caller.role, caller.unit, act.subject):
            return Finding(refusal="not_your_line")
        sets = {"reached": item.reached, "evidence": item.evidence}
        return Finding(detail=sets, sets=sets)

    async def save(passed: list[tuple[PlanLine, Finding]]) -> None:
        known = [case for case, _ in passed if (case.household_id, case.kind, case.person) in covered]
        done.update(dict.fromkeys((case.id for case in known), None))
        await _fulfil(connection, act, known, done)

    return _told(await take_step(connection, act, PLAN, "reported", items, find, rows=cases, save=save), done)


async def check_lines(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """Another person agrees that it is so; or it waits for its owner again."""
    cases = await _lock(connection, [i.id for i in items])

    def find(case: PlanLine, item: Confirmation) -> Finding:
        if not item.confirmed:
            return Finding(passed=False, ends="confirmed", sets={"planned_on": case.planned_on})
        return Finding(case.reached is True, ends="missed")

    return await take_step(connection, act, PLAN, "done", items, find, rows=cases)


async def fulfil_by_help(connection: Connection, act: Act, household_ids: Sequence[UUID]) -> None:
    """Help was heard of: the confirmed lines that were planned for it are done."""
    lines = [line for line in await queries.lock_open(connection, household_ids) if line.state != "proposed"]
    await _fulfil(connection, act, lines, await queries.list_given(connection, [line.id for line in lines]))


async def unfulfil(connection: Connection, act: Act, kind: str, sources: Sequence[str]) -> None:
    """What did these lines should not have been given: they wait for their owners again."""
    lines = await queries.lock_done_by(connection, kind, sources)
    if lines:
        await advance(
            connection,
            act,
            PLAN,
            "unfulfilled",
            [(line, "confirmed", Finding(sets={"planned_on": line.planned_on})) for line in lines],
        )
        await queries.forget_help(connection, [line.id for line in lines])


async def end_lines(connection: Connection, act: Act, household_ids: Sequence[UUID]) -> None:
    """The households were struck from the register: nothing more is done by their plans."""
    ended = Finding(passed=False, reason=ENDED)
    lines = await queries.lock_open(connection, household_ids)
    await advance(connection, act, PLAN, "ended", [(line, "ended", ended) for line in lines])


async def end_lines_of(connection: Connection, act: Act, left: Collection[tuple[UUID, str]]) -> None:
    """These people left their households, by id and reference: what was planned for them there ends. What a household
    that they live in lacks is suggested to its plan.
    """
    ended = Finding(passed=False, reason="person_left")
    lines = await queries.lock_open(connection, sorted({one for one, _ in left}))
    gone = [(line, "ended", ended) for line in lines if (line.household_id, line.person) in left]
    await advance(connection, act, PLAN, "ended", gone)


async def suggest(
    connection: Connection, policy: Policy, as_of: AsOf, household_id: UUID, year: int
) -> list[Suggestion]:
    """What a household is entitled to and has not, and no line of the year that is under way sees to."""
    planned = await queries.list_planned(connection, [household_id])
    lines = {(kind, person) for _, of_year, kind, person in planned if of_year == year}
    async for judged in judge(connection, policy, as_of, [household_id]):
        return suggestions(judged.entitlements, lines)
    return []


async def _lock(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, PlanLine]:
    """A household before its lines, as who strikes it."""
    known = await queries.list_by_id(connection, ids)
    await households.lock_households(connection, sorted({line.household_id for line in known.values()}))
    return await lock_cases(connection, PLAN, ids)


async def _fulfil(connection: Connection, act: Act, lines: Sequence[PlanLine], by: Mapping[UUID, Given | None]) -> None:
    """Those of the lines that the register knows to be done: by help, or by its facts."""
    changes = []
    for line in lines:
        if line.id in by:
            given = by[line.id]
            sets = {"counted_on": act.business_date, "measure_source": given.source if given else None}
            changes.append((line, "done", Finding(sets=sets)))
    await advance(connection, act, PLAN, "fulfilled", changes)


def _told(results: list[Result], done: Mapping[UUID, object]) -> list[Result]:
    """Where a line stands that was done in the same act."""
    for result in results:
        if result.id in done and result.status == "accepted":
            result.state = "done"
    return results
