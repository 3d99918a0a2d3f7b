"""Recording homesteads, and taking in that houses went and land came back: reported by one, accepted by another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from services.relocation.applications import queries as applications
from services.relocation.applications.rules import ENDED
from services.relocation.applications.tables import Application
from services.relocation.homesteads import queries
from services.relocation.homesteads.rules import REWARD, Kind, RewardFacts, RewardPolicy, homestead_reward, reward_fen
from services.relocation.homesteads.schemas import Acceptance, Demolition, NewHomestead, Reclamation
from services.relocation.homesteads.tables import Homestead, HomesteadReward, homestead
from shared.acts.batches import take_new
from shared.acts.bodies import Result, result
from shared.acts.decisions import record_decisions
from shared.acts.procedures import PASSED, Finding, Procedure, Step, log_steps, take_step
from shared.acts.projection import Household, lock_households, registered
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.registry import HouseholdReinstated
from shared.events.relocation import HomesteadReclaimed, OldHouseDemolished, RewardApproved
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.verdicts import Decided

ROOM = "relocation.homesteads"
CONTENT = ("house_area_m2_x100", "land_mu_x100")
LIVES_ELSEWHERE = "EXISTS (SELECT FROM relocation_application a WHERE a.id = c.id AND a.state = 'moved_in')"
HOMESTEAD = Procedure(ROOM, homestead, ((
    # name, after, who may; who must not, what it signs
    Step("demolition_reported", "standing", ("village",), ("demolition_checked_by",), "demolition_reported", days=365,
         sets=("demolished_on", "demolition_photo_sha256"), asked_where=LIVES_ELSEWHERE,
         zh="上报旧房拆除", en="The old house is reported as taken down"),
    Step("demolished", "demolition_reported", ("township",), ("demolition_reported_by",), "demolition_checked",
         zh="验收旧房拆除", en="Acceptance of the demolition"),
    Step("reclamation_reported", "demolished", ("village",), ("reclamation_checked_by",), "reclamation_reported",
         days=180, sets=("reclaimed_on", "reclamation_photo_sha256"),
         zh="上报宅基地复垦", en="The land is reported as reclaimed"),
    Step("reclaimed", "reclamation_reported", ("township",), ("reclamation_reported_by",), "reclamation_checked",
         zh="验收宅基地复垦", en="Acceptance of the reclamation"),
),))  # fmt: skip
# Of each work: the state before it, the one after it, the day on which it was finished.
WORKS: dict[Kind, tuple[str, str, str]] = {
    "demolition": ("standing", "demolished", "demolished_on"),
    "reclamation": ("demolished", "reclaimed", "reclaimed_on"),
}


async def record_homesteads(connection: Connection, act: Act, items: Sequence[NewHomestead]) -> list[Result]:
    """What an applicant leaves behind; again with the same content changes nothing."""
    cases = await applications.lock_applications(connection, [i.id for i in items])
    known = await queries.list_homesteads_by_id(connection, list(cases))

    def judge(item: NewHomestead) -> str | dict[str, Any]:
        case = cases.get(item.id)
        if case is None:
            return "shared.not_found"
        if case.state in ENDED:
            return "application_ended"
        of_household = {"household_id": case.household_id, "division": case.division}
        recorded = {"recorded_on": act.business_date, "recorded_by": act.subject}
        return HOMESTEAD.opened(act, "standing", **item.model_dump(), **of_household, **recorded)._asdict()

    save = partial(queries.insert_homesteads, connection)
    reasons, new = await take_new(items, known, CONTENT, judge, save)
    made = [Homestead(**row) for row in new]
    await log_steps(connection, act, HOMESTEAD, "recorded", [(home, PASSED) for home in made])
    states = {home.id: home.state for home in (*known.values(), *made)}
    return [
        result(ROOM, item.id, reason, state=states.get(item.id)) for item, reason in zip(items, reasons, strict=True)
    ]


async def _report(
    connection: Connection,
    act: Act,
    kind: Kind,
    items: Sequence[Any],
    refusal: Callable[[Application, Homestead, Any], str | None],
) -> list[Result]:
    _, _, done = WORKS[kind]
    cases = await applications.lock_applications(connection, [i.id for i in items])
    homes = await queries.lock_homesteads(connection, list(cases))

    def find(home: Homestead, item: Any) -> Finding:
        on = getattr(item, done)
        reason = "future_date" if on > act.business_date else refusal(cases[home.id], home, item)
        return Finding(refusal=reason, sets={done: on, f"{kind}_photo_sha256": item.photo_sha256})

    return await take_step(connection, act, HOMESTEAD, f"{kind}_reported", items, find, rows=homes)


async def report_demolitions(connection: Connection, act: Act, items: Sequence[Demolition]) -> list[Result]:
    """Nobody's roof comes down before there is another over their heads."""

    def refusal(case: Application, _home: Homestead, item: Demolition) -> str | None:
        moved_in = case.moved_in_on is not None and case.moved_in_on <= item.demolished_on
        return None if moved_in else "not_moved_in"

    return await _report(connection, act, "demolition", items, refusal)


async def report_reclamations(connection: Connection, act: Act, items: Sequence[Reclamation]) -> list[Result]:
    """After the demolition was accepted."""

    def refusal(_case: Application, home: Homestead, item: Reclamation) -> str | None:
        early = home.demolished_on is not None and item.reclaimed_on < home.demolished_on
        return "before_demolition" if early else None

    return await _report(connection, act, "reclamation", items, refusal)


async def accept_works(connection: Connection, act: Act, policy: Policy, items: Sequence[Acceptance]) -> list[Result]:
    """Another person has seen it: the fact is stated and the rule decides on the reward; or the report falls."""
    known = await queries.list_homesteads_by_id(connection, [i.id for i in items])
    # Households first, as everywhere: whether one is struck stays as it is until the end.
    households = await lock_households(connection, [home.household_id for home in known.values()])
    cases = await applications.lock_applications(connection, [i.id for i in items])
    homes: dict[Any, Homestead] = {**await queries.lock_homesteads(connection, list(cases))}
    results, done = dict[Kind, list[Result]](), list[tuple[Application, Homestead, Kind]]()
    for kind, (_, after, _) in WORKS.items():
        results[kind] = await _accept(connection, act, kind, [i for i in items if i.step == kind], homes)
        passed = [homes[r.id] for r in results[kind] if r.status == "accepted" and r.state == after]
        done += [(cases[home.id], home, kind) for home in passed]
    await _reward(connection, act, policy, done, households)
    answers = {kind: iter(of_kind) for kind, of_kind in results.items()}
    return [next(answers[item.step]) for item in items]


async def _accept(
    connection: Connection, act: Act, kind: Kind, items: Sequence[Acceptance], homes: Mapping[Any, Homestead]
) -> list[Result]:
    before, after, _ = WORKS[kind]

    def find(_home: Homestead, item: Acceptance) -> Finding:
        return PASSED if item.accepted else Finding(passed=False, ends=before, reason="not_confirmed")

    def done(home: Homestead, _found: Finding) -> Payload:
        return _done_fact(act, home, kind)

    return await take_step(connection, act, HOMESTEAD, after, items, find, rows=homes, facts=done)


def _done_fact(act: Act, home: Homestead, kind: Kind) -> Payload:
    of = {"household_id": home.household_id, "division": home.division, "application_id": home.id}
    if kind == "demolition":
        assert home.demolished_on is not None
        return OldHouseDemolished(**of, demolished_on=home.demolished_on)
    return HomesteadReclaimed(**of, area_mu_x100=home.land_mu_x100, accepted_on=act.business_date)


async def _reward(
    connection: Connection,
    act: Act,
    policy: Policy,
    done: Sequence[tuple[Application, Homestead, Kind]],
    households: Mapping[UUID, Household],
) -> None:
    """Decide on each and keep what is approved, once and for good."""
    figures, on = policy.on(act.business_date, RewardPolicy), act.business_date
    decisions, rewards = list[Decided](), list[HomesteadReward]()
    for case, home, kind in done:
        finished_on = getattr(home, WORKS[kind][2])
        # No work is reported before the household has moved in.
        assert case.moved_in_on is not None
        removed = registered(households, case.household_id) == "household_removed"
        about = RewardFacts(kind, case.members, case.agreed_on is not None, case.moved_in_on, finished_on, removed)
        verdict = homestead_reward(about, figures)
        one = Decided(REWARD, str(case.household_id), case.division, about, figures, verdict)
        decisions.append(one)
        if verdict.outcome == "approved":
            amount_fen = reward_fen(about, figures)
            rewards.append(HomesteadReward(case.id, kind, case.household_id, case.division, amount_fen, one.id, on))
    await record_decisions(connection, act, policy.version, decisions)
    await _approve(connection, act, rewards)


async def _approve(connection: Connection, act: Act, rewards: Sequence[HomesteadReward]) -> None:
    await queries.insert_rewards(connection, rewards)
    told = [{n: v for n, v in reward._asdict().items() if n != "decision_id"} for reward in rewards]
    await emit(connection, act, "relocation", [RewardApproved(**reward) for reward in told])


async def reward_reinstated(connection: Connection, facts: Sequence[tuple[Act, HouseholdReinstated]]) -> None:
    """Households were struck by mistake: what was refused to them for that alone is theirs, by the numbers of its day.

    They are locked: the projection has just written that they are back.
    """
    for act, fact in facts:
        for one in await queries.list_refused(connection, fact.household_id):
            about, figures = REWARD.read(one.inputs)
            about = replace(about, removed=False)
            verdict = homestead_reward(about, figures)
            if verdict.outcome != "approved":
                continue
            decided = Decided(REWARD, str(fact.household_id), one.division, about, figures, verdict)
            await record_decisions(connection, act, one.policy_version, [decided])
            of_work = (one.application_id, one.kind, fact.household_id, one.division)
            amount_fen = reward_fen(about, figures)
            await _approve(connection, act, [HomesteadReward(*of_work, amount_fen, decided.id, act.business_date)])
