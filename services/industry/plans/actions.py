"""Plans that distribute what a station earned: drafted, approved, filed, each by another person."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from services.industry.payouts.actions import record_dues
from services.industry.payouts.rules import Due
from services.industry.plans import queries
from services.industry.plans.rules import (
    BENEFICIARY,
    TIERS,
    BeneficiaryFacts,
    BeneficiaryPolicy,
    UpkeepPolicy,
    plan_reaches,
    pv_beneficiary,
    upkeep_fen,
)
from services.industry.plans.schemas import Plan, PlanResult, PlanState, Portion
from services.industry.plans.tables import PlannedHousehold, StationPlan, station_plan
from services.industry.stations import queries as stations
from services.industry.stations.tables import Station
from shared.acts.bodies import Case, Result, result
from shared.acts.decisions import record_decisions
from shared.acts.freezes import list_frozen
from shared.acts.procedures import PASSED, Finding, Procedure, Step, log_steps, take_step, taken
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.industry import PvPlanFiled
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.verdicts import Decided

ROOM = "industry.plans"
PLAN = Procedure(ROOM, station_plan, ((
    Step("approved", "drafted", ("township",), ("drafted_by",), "approved",
         zh="乡镇审批收益分配方案", en="The township approves a plan"),
    Step("filed", "approved", ("county",), ("drafted_by", "approved_by"), "filed", sets=("households", "amount_fen"),
         zh="县级备案收益分配方案", en="The county files a plan"),
),))  # fmt: skip


async def draft_plan(connection: Connection, act: Act, policy: Policy, plan: Plan) -> PlanResult:
    """Lay a plan before the rule, household by household; it is taken as a whole or not at all, and may be mended.

    What it distributes is reserved at once, so that no second plan counts on the same money.

    Raises:
        Problem: the station is not of the caller's area (404), not his to plan (403); the id is taken (409) or
            was used for another plan (422).
    """
    station = await stations.lock_station(connection, plan.station_id)
    if act.caller.role != ("village" if station.kind == "village" else "township"):
        raise Problem("industry.plans.wrong_drafter")
    amount_fen = sum(i.amount_fen for i in plan.items)
    known = await queries.find_plan(connection, plan.id)
    if known is not None:
        return await _known_plan(connection, plan, known)
    households = await queries.lock_households(connection, sorted({i.household_id for i in plan.items}))
    decided = await _decide(connection, act, policy, plan, station, households)
    results = _portions(plan.items, decided)
    left_fen = await left_to_plan(connection, act, policy, [station])
    available_fen = max(left_fen[station.id], 0)
    code = None
    if any(r.status == "refused" for r in results):
        code = "industry.plans.portion_refused"
    elif amount_fen > available_fen:
        code = "industry.plans.over_received"
    await record_decisions(connection, act, policy.version, list(decided.values()))
    if code is None:
        await _keep_plan(connection, act, plan, station, decided)
    return PlanResult(
        id=plan.id,
        status="refused" if code else "accepted",
        code=code,
        state=None if code else "drafted",
        amount_fen=amount_fen,
        available_fen=available_fen,
        results=results,
    )


async def _known_plan(connection: Connection, plan: Plan, known: StationPlan) -> PlanResult:
    items = await queries.list_items_as_drafted(connection, plan.id)
    drafted = sorted((i.household_id, i.amount_fen, i.reason) for i in items)
    asked = sorted((i.household_id, i.amount_fen, i.reason) for i in plan.items)
    if (known.station_id, known.year, drafted) != (plan.station_id, plan.year, asked):
        raise Problem("shared.content_differs")
    return PlanResult(
        id=plan.id,
        status="accepted",
        code=None,
        state=known.state,
        amount_fen=known.amount_fen,
        available_fen=0,
        results=[result(ROOM, i.household_id, None) for i in plan.items],
    )


async def left_to_plan(connection: Connection, act: Act, policy: Policy, of: Sequence[Station]) -> dict[UUID, int]:
    """What was received, less the upkeep of the settled quarters, less what stands in plans (domain notes 2.4).

    Below zero where the upkeep has overtaken what came in.
    """
    settled = await stations.list_settlements(connection, [s.id for s in of])
    fen_per_w = policy.on(act.business_date, UpkeepPolicy).pv_upkeep_fen_per_w
    return {
        s.id: int(s.coal_received_fen + s.subsidy_received_fen - s.planned_fen)
        - upkeep_fen(s.capacity_w, len(settled[s.id]), fen_per_w)
        for s in of
    }


async def _decide(
    connection: Connection,
    act: Act,
    policy: Policy,
    plan: Plan,
    station: Station,
    households: dict[UUID, PlannedHousehold],
) -> dict[UUID, Decided]:
    # Statements of their own after the lock, so that they see what the plan before us has committed.
    tier = TIERS[station.kind]
    elsewhere = await queries.list_of_another_tier(connection, list(households), plan.year, tier)
    frozen = await list_frozen(connection, list(households))
    rule_policy = policy.on(act.business_date, BeneficiaryPolicy)
    decided = {}
    for item in plan.items:
        household = households.get(item.household_id)
        if household is None:
            continue
        facts = BeneficiaryFacts(
            kind=station.kind,
            reason=item.reason,
            status=household.status,
            in_place=plan_reaches(station.kind, station.division, household.division),
            has_labour=household.has_labour,
            relocated=household.relocated,
            deep_poverty=household.deep_poverty,
            shares_elsewhere=item.household_id in elsewhere,
            frozen=item.household_id in frozen,
        )
        verdict = pv_beneficiary(facts, rule_policy)
        subject = str(item.household_id)
        decided[item.household_id] = Decided(BENEFICIARY, subject, household.division, facts, rule_policy, verdict)
    return decided


def _portions(items: Sequence[Portion], decided: Mapping[UUID, Decided]) -> list[Result]:
    results, seen = list[Result](), set[UUID]()
    for item in items:
        one = decided.get(item.household_id)
        missing = one.missing if one else []
        reason = None
        if one is None:
            reason = "shared.household_unknown"
        elif item.household_id in seen:
            reason = "twice_in_plan"
        elif missing:
            reason = "not_a_beneficiary"
        seen.add(item.household_id)
        results.append(result(ROOM, item.household_id, reason, missing=missing))
    return results


async def _keep_plan(
    connection: Connection, act: Act, plan: Plan, station: Station, decided: Mapping[UUID, Decided]
) -> None:
    amount_fen = sum(i.amount_fen for i in plan.items)
    drafted = PLAN.opened(
        act,
        "drafted",
        id=plan.id,
        station_id=station.id,
        division=station.division,
        year=plan.year,
        households=len(plan.items),
        amount_fen=amount_fen,
        drafted_by=act.subject,
        drafted_on=act.business_date,
    )
    items = [
        {
            "plan_id": plan.id,
            "household_id": i.household_id,
            "division": decided[i.household_id].division,
            "year": plan.year,
            "tier": TIERS[station.kind],
            "amount_fen": i.amount_fen,
            "reason": i.reason,
            "decision_id": decided[i.household_id].id,
            "active": True,
        }
        for i in plan.items
    ]
    if not await queries.insert_plan(connection, drafted, items):
        raise Problem("shared.id_taken")
    await log_steps(connection, act, PLAN, "drafted", [(drafted, PASSED)])
    await stations.reserve(connection, station.id, amount_fen)


async def approve_plan(connection: Connection, act: Act, plan_id: UUID, *, approved: bool) -> PlanState:
    """The township's word on a plan, by another person than drafted it; refused, its money is free again.

    Raises:
        Problem: not known here (404), drafted by the same person (403), not in that state (409).
    """
    plan = await queries.lock_plan(connection, plan_id)
    found = PASSED if approved else Finding(passed=False)
    await _take(connection, act, "approved", plan, found)
    if not approved:
        items = await queries.list_items_as_drafted(connection, plan_id)
        await queries.drop_items(connection, plan_id, [i.household_id for i in items])
        await stations.reserve(connection, plan.station_id, -plan.amount_fen)
    return PlanState(id=plan_id, state="approved" if approved else "refused")


async def _take(
    connection: Connection,
    act: Act,
    step: str,
    plan: StationPlan,
    found: Finding,
    facts: Callable[[StationPlan, Finding], Payload] | None = None,
) -> None:
    item = Case(id=plan.id)
    rows = {plan.id: plan}
    taken(await take_step(connection, act, PLAN, step, [item], lambda _case, _item: found, rows=rows, facts=facts))


async def file_plan(connection: Connection, act: Act, plan_id: UUID) -> PlanState:
    """The county files a plan: what it distributes is owed from now on, but to nobody who was removed or frozen since.

    Raises:
        Problem: not known here (404), drafted or approved by the same person (403), not in that state, or nobody
            is left to be paid (409).
    """
    plan = await queries.lock_plan(connection, plan_id)
    items = await queries.list_items(connection, plan_id)
    frozen = await list_frozen(connection, [i.household_id for i in items])
    gone = {i.household_id for i in items if i.status == "removed" or i.household_id in frozen}
    stays = [i for i in items if i.household_id not in gone]
    amount_fen = sum(i.amount_fen for i in stays)
    found = Finding(sets={"households": len(stays), "amount_fen": amount_fen}, refusal=None if stays else "nobody_left")

    def filed(case: StationPlan, _found: Finding) -> Payload:
        return PvPlanFiled(
            station_id=case.station_id,
            division=case.division,
            plan_id=plan_id,
            households=len(stays),
            amount_fen=amount_fen,
            filed_on=act.business_date,
        )

    await _take(connection, act, "filed", plan, found, filed)
    if gone:
        await queries.drop_items(connection, plan_id, sorted(gone))
        await stations.reserve(connection, plan.station_id, amount_fen - sum(i.amount_fen for i in items))
    dues = [
        Due(
            f"pv:{plan_id}:{i.household_id}",
            i.household_id,
            i.division,
            "pv_share",
            f"pv:{plan.station_id}",
            "property",
            i.amount_fen,
        )
        for i in stays
    ]
    await record_dues(connection, act, dues)
    return PlanState(id=plan_id, state="filed")
