"""Keeping what others tell, weighing it for whoever got out, and what somebody says who looked."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from services.registry.households import queries as households
from services.registry.households.actions import list_helped_by, require_households
from services.registry.households.rules import income_year_of, is_stated, net_income_fen
from services.registry.incomes.queries import list_incomes, list_stated_on
from services.registry.signals import queries
from services.registry.signals.queries import Weighed
from services.registry.signals.rules import (
    RISK_RULE,
    Heard,
    NearPolicy,
    RiskFacts,
    RiskPolicy,
    Signal,
    in_order,
    income_signal,
    points_of,
    risk_decision,
    told_refusal,
)
from services.registry.signals.schemas import NewMisfortune, RiskCount, RiskLook
from services.registry.signals.tables import RiskWarning, risk_warning
from shared.acts.batches import take_new
from shared.acts.bodies import Result, answers
from shared.acts.decisions import record_decisions
from shared.acts.procedures import PASSED, Finding, Procedure, Step, advance, lock_cases, log_steps, take_step
from shared.acts.tasks import OwnTask
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.dates import add_months
from shared.values.ids import uuid7
from shared.values.verdicts import Decided

ROOM = "registry.signals"
PORTION = 1000
CONTENT = ("household_id", "cause", "since_on", "evidence")
# Who proposed the exit does not say that all is well. A freeze holds up what a household receives, not the looking.
WARNING = Procedure(
    ROOM,
    risk_warning,
    (
        (
            Step(
                "fine",
                "open",
                ("village", "team"),
                ("proposed_by",),
                "looked",
                due="due_on",
                sets=("evidence",),
                zh="核实返贫风险预警",
                en="Look at a household that may fall back",
            ),
        ),
    ),
    freezes=False,
)


def _acting(state: str, there: str, zh: str, en: str) -> OwnTask:
    """What is to be done about a household at which somebody looked, until it is done or under way."""
    return OwnTask(
        procedure=ROOM,
        step=state,
        roles=("village", "team"),
        columns=("c.id", "c.division", "c.household_id", "c.looked_on", "c.looked_on + 15"),
        source=f"FROM risk_warning c WHERE c.state = '{state}' AND NOT EXISTS ({there})",
        zh=zh,
        en=en,
    )


TO_ACT_UPON = (
    _acting(
        "needs_help",
        "SELECT FROM plan_line p WHERE p.household_id = c.household_id AND p.proposed_on >= c.looked_on",
        "为有返贫风险的户补充帮扶计划",
        "Plan help for a household that may fall back",
    ),
    _acting(
        "fallen",
        "SELECT FROM amendment a WHERE a.household_id = c.household_id AND a.kind = 'return'"
        " AND a.proposed_on >= c.looked_on",
        "提请认定返贫",
        "Propose that a household has fallen back",
    ),
)


class _Figures:
    """The policy's figures of a day."""

    def __init__(self, policy: Policy, on: date) -> None:
        self.on = on
        self.risk = policy.on(on, RiskPolicy)
        self.near = policy.on(on, NearPolicy)


async def begin(connection: Connection, kind: Heard, begun: Mapping[str, tuple[UUID, date]]) -> None:
    """`begun`: household and day by source; kept of every household, as who is poor today may be out tomorrow.

    Raises:
        WaitError: a household is not in the register yet.
    """
    await require_households(connection, [household_id for household_id, _ in begun.values()])
    await queries.start_signals(connection, kind, begun)


async def restate(
    connection: Connection, kind: Heard, stated: Mapping[str, tuple[UUID, date, date | None]], never: Sequence[str]
) -> None:
    """`stated`: household, first day and the day from which on it is over by source; of `never` nothing was so.

    Raises:
        WaitError: a household is not in the register yet.
    """
    await require_households(connection, [household_id for household_id, _, _ in stated.values()])
    if stated:
        await queries.restate_signals(connection, kind, stated)
    await queries.withdraw_signals(connection, kind, never)


async def tell(connection: Connection, act: Act, items: Sequence[NewMisfortune]) -> list[Result]:
    """What befell households, by who hears of it there: it proves nothing, and is weighed with the rest."""
    homes = await households.lock_households(connection, [i.household_id for i in items])
    known = await queries.list_signals_by_id(connection, [i.id for i in items])
    helped = await list_helped_by(connection, act, [(i.household_id, i.since_on) for i in items])

    def judge(item: NewMisfortune) -> str | dict[str, Any]:
        home = homes.get(item.household_id)
        if home is None:
            return "not_found"
        if home.status == "removed":
            return "household_removed"
        if helped is not None and (home.id, item.since_on) not in helped:
            return "not_paired"
        if refusal := told_refusal(item.since_on, home.registered_on, act.business_date):
            return refusal if refusal != "before_registration" else f"registry.households.{refusal}"
        told = {"kind": "misfortune", "source": str(item.id), "told_by": act.subject}
        going_on: dict[str, Any] = {"over_on": None, "ends": {}, "again_on": None}
        return item.model_dump() | told | going_on | {"division": home.division}

    reasons, _ = await take_new(items, known, CONTENT, judge, partial(queries.insert_told, connection))
    return answers(ROOM, [i.id for i in items], reasons)


async def weigh(connection: Connection, act: Act, policy: Policy, division: str) -> RiskCount:
    """Weigh the signals of every household of a division that got out; at whose level somebody must look, waits for it.

    Raises:
        Problem: the division lies outside the caller's area.
    """
    if not act.caller.within(division):
        raise Problem("shared.outside_area")
    figures = _Figures(policy, act.business_date)
    ids = await queries.list_out(connection, division)
    waiting, raised = 0, 0
    for start in range(0, len(ids), PORTION):
        rows = await queries.list_weighed(connection, ids[start : start + PORTION], figures.on)
        before = {row.id for row in rows if row.waiting}
        new = await _warn(connection, act, policy, [row for row in rows if not row.waiting], figures)
        waiting, raised = waiting + len(before) + new, raised + new
    return RiskCount(division=division, on=figures.on, households=len(ids), waiting=waiting, raised=raised)


async def _warn(connection: Connection, act: Act, policy: Policy, rows: Sequence[Weighed], figures: _Figures) -> int:
    """A warning with its decision for each that is at the level; how many there are."""
    facts = await _load_facts(connection, rows, figures)
    verdicts = {one: risk_decision(known, figures.risk) for one, known in facts.items()}
    at_level = [row for row in rows if verdicts[row.id].outcome == "approved"]
    homes = await households.lock_households(connection, [row.id for row in at_level])
    taken = {case.household_id for case in await queries.lock_open(connection, [row.id for row in at_level])}
    decided = {
        row.id: Decided(RISK_RULE, str(row.id), row.division, facts[row.id], figures.risk, verdicts[row.id])
        for row in at_level
        if homes[row.id].status == "exited" and row.id not in taken
    }
    await record_decisions(connection, act, policy.version, list(decided.values()))
    cases = [_opened(act, row, decided[row.id], figures) for row in at_level if row.id in decided]
    await queries.insert_warnings(connection, cases)
    await log_steps(connection, act, WARNING, "raised", [(case, PASSED) for case in cases])
    return len(cases)


def _opened(act: Act, row: Weighed, decided: Decided, figures: _Figures) -> RiskWarning:
    points = points_of(decided.facts, figures.risk)
    return WARNING.opened(
        act,
        "open",
        id=uuid7(),
        household_id=row.id,
        division=row.division,
        points=sum(points.values()),
        kinds=" ".join(kind for kind, of in points.items() if of),
        decision_id=decided.id,
        proposed_by=row.proposed_by,
        raised_on=figures.on,
        due_on=figures.on + timedelta(days=figures.near.risk_look_days),
    )


async def _load_facts(connection: Connection, rows: Sequence[Weighed], figures: _Figures) -> dict[UUID, RiskFacts]:
    """What the rule asks about households, as held for true now about the day."""
    on, ids = figures.on, [row.id for row in rows]
    first_on = add_months(on, -figures.risk.risk_window_months)
    signals = await queries.list_signals(connection, ids, first_on, on, figures.near.unsafe_house_grades)
    incomes, stated_on = await list_incomes(connection, ids), await list_stated_on(connection, ids)
    closed = income_year_of(on) - 1
    found = {}
    for row in rows:
        known, years = signals[row.id], incomes[row.id]
        # The last year that has closed and was stated.
        year = max((y for y, lines in years.items() if y <= closed and is_stated(lines)), default=closed)
        lines = years.get(year, [])
        if since_on := stated_on.get((row.id, year)):
            near = figures.near
            kind = income_signal(net_income_fen(lines), row.members, near.poverty_line_fen, near.risk_near_ppm)
            known += [Signal(kind, since_on)] if kind else []
        found[row.id] = RiskFacts(row.status, on, row.exited_on, row.looked_on, in_order(known))
    return found


async def look(connection: Connection, act: Act, items: Sequence[RiskLook]) -> list[Result]:
    """What somebody found who went there. Whoever has fallen back is proposed as such, by the procedure that there is;
    who needs help gets a line in its plan: both wait as tasks.
    """
    known = await queries.list_by_id(connection, [i.id for i in items])
    # A household before its warnings, as who strikes it.
    await households.lock_households(connection, sorted({case.household_id for case in known.values()}))
    cases = await lock_cases(connection, WARNING, [i.id for i in items])

    def find(_case: RiskWarning, item: RiskLook) -> Finding:
        said = {"evidence": item.evidence}
        return Finding(item.seen == "fine", said, ends=item.seen, sets=said)

    return await take_step(connection, act, WARNING, "fine", items, find, rows=cases)


async def end_warnings(connection: Connection, act: Act, household_ids: Sequence[UUID], reason: str) -> None:
    """The households are out no more, or in the register no more: nobody looks for that any longer."""
    cases = await queries.lock_open(connection, household_ids)
    ended = Finding(passed=False, reason=reason)
    await advance(connection, act, WARNING, "ended", [(case, "ended", ended) for case in cases])
