"""Recording homesteads, and taking in that houses went and land came back: reported by one, accepted by another."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from services.relocation.applications import queries as applications
from services.relocation.applications.actions import sort_out
from services.relocation.applications.rules import ENDED
from services.relocation.applications.schemas import Result
from services.relocation.homesteads import queries
from services.relocation.homesteads.rules import REWARD, Kind, RewardFacts, RewardPolicy, homestead_reward, reward_fen
from services.relocation.homesteads.schemas import Acceptance, Demolition, NewHomestead, Reclamation
from shared.acts.decisions import record_decisions
from shared.data.sql import Connection, Row
from shared.events.envelope import Payload
from shared.events.relocation import HomesteadReclaimed, OldHouseDemolished, RewardApproved
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.verdicts import Decided

TWICE = "relocation.homesteads.twice_in_batch"
BEFORE: dict[Kind, str] = {"demolition": "standing", "reclamation": "demolished"}
AFTER: dict[Kind, str] = {"demolition": "demolished", "reclamation": "reclaimed"}


def _with_states(results: Sequence[Result], states: Mapping[UUID, str]) -> list[Result]:
    return [r.model_copy(update={"state": states[r.id]}) if r.status == "accepted" else r for r in results]


async def record_homesteads(connection: Connection, act: Act, items: Sequence[NewHomestead]) -> list[Result]:
    """What an applicant leaves behind; again with the same content changes nothing."""
    cases = await applications.lock_applications(connection, [i.application_id for i in items])
    earlier = await queries.list_homesteads_by_id(connection, list(cases))

    def refusal(case: Row, item: NewHomestead) -> str | None:
        if case["id"] in earlier:
            names = ("house_area_m2_x100", "land_mu_x100")
            same = all(earlier[case["id"]][n] == getattr(item, n) for n in names)
            return None if same else "relocation.homesteads.content_differs"
        return "relocation.homesteads.application_ended" if case["state"] in ENDED else None

    results, passed = sort_out(items, lambda i: i.application_id, cases, refusal, TWICE)
    await queries.insert_homesteads(connection, [
        item.model_dump() | {
            "household_id": case["household_id"], "division": case["division"], "state": "standing",
            "recorded_on": act.business_date, "recorded_by": act.subject,
        }
        for case, item in passed if case["id"] not in earlier
    ])  # fmt: skip
    states = {i: row["state"] for i, row in earlier.items()}
    return _with_states(results, {case["id"]: states.get(case["id"], "standing") for case, _ in passed})


async def _report(
    connection: Connection, act: Act, kind: Kind, items: Sequence[Any],
    refusal_of: Callable[[Row, Row, Any], str | None],
) -> list[Result]:  # fmt: skip
    """`refusal_of`: application, homestead and item; the state fits already."""
    done = queries.DONE[kind]
    cases = await applications.lock_applications(connection, [i.application_id for i in items])
    rows = await queries.lock_homesteads(connection, list(cases))

    def refusal(row: Row, item: Any) -> str | None:
        if row["state"] != BEFORE[kind]:
            return "relocation.homesteads.wrong_state"
        if getattr(item, done) > act.business_date:
            return "relocation.homesteads.future_date"
        return refusal_of(cases[row["application_id"]], row, item)

    results, passed = sort_out(items, lambda i: i.application_id, rows, refusal, TWICE)
    found = [(row["application_id"], getattr(item, done), item.photo_sha256) for row, item in passed]
    await queries.set_reported(connection, kind, found, act.subject)
    return _with_states(results, {i: f"{kind}_reported" for i, _, _ in found})


async def report_demolitions(connection: Connection, act: Act, items: Sequence[Demolition]) -> list[Result]:
    """Nobody's roof comes down before there is another over their heads."""

    def refusal(case: Row, _row: Row, item: Demolition) -> str | None:
        moved_in = case["moved_in_on"] is not None and case["moved_in_on"] <= item.demolished_on
        return None if moved_in else "relocation.homesteads.not_moved_in"

    return await _report(connection, act, "demolition", items, refusal)


async def report_reclamations(connection: Connection, act: Act, items: Sequence[Reclamation]) -> list[Result]:
    """After the demolition was accepted."""

    def refusal(_case: Row, row: Row, item: Reclamation) -> str | None:
        early = item.reclaimed_on < row["demolished_on"]
        return "relocation.homesteads.before_demolition" if early else None

    return await _report(connection, act, "reclamation", items, refusal)


async def accept_works(
    connection: Connection, act: Act, policy: Policy, items: Sequence[Acceptance]
) -> list[Result]:  # fmt: skip
    """Another person has seen it: the fact is stated and the rule decides on the reward; or the report falls."""
    cases = await applications.lock_applications(connection, [i.application_id for i in items])
    rows = await queries.lock_homesteads(connection, list(cases))

    def refusal(row: Row, item: Acceptance) -> str | None:
        if row["state"] != f"{item.step}_reported":
            return "relocation.homesteads.wrong_state"
        return "shared.same_person" if row[f"{item.step}_reported_by"] == act.subject else None

    results, passed = sort_out(items, lambda i: i.application_id, rows, refusal, TWICE)
    states = {
        row["application_id"]: (AFTER if item.accepted else BEFORE)[item.step] for row, item in passed
    }  # fmt: skip
    for kind in AFTER:
        found = [
            (row["application_id"], states[row["application_id"]], item.accepted)
            for row, item in passed if item.step == kind
        ]  # fmt: skip
        await queries.set_accepted(connection, kind, found, act.business_date, act.subject)
    done = [(cases[row["application_id"]], row, item.step) for row, item in passed if item.accepted]
    rewards = await _reward(connection, act, policy, done)
    facts = [_done_fact(act, row, kind) for _, row, kind in done]
    await emit(connection, act, "relocation", [*facts, *rewards])
    return _with_states(results, states)


def _done_fact(act: Act, row: Row, kind: Kind) -> Payload:
    of = {name: row[name] for name in ("household_id", "division", "application_id")}
    if kind == "demolition":
        return OldHouseDemolished(**of, demolished_on=row["demolished_on"])
    return HomesteadReclaimed(**of, area_mu_x100=row["land_mu_x100"], accepted_on=act.business_date)


async def _reward(
    connection: Connection, act: Act, policy: Policy, done: Sequence[tuple[Row, Row, Kind]]
) -> list[Payload]:  # fmt: skip
    """Decide on each and keep what is approved, once and for good."""
    figures, facts, rewards, decisions = policy.on(act.business_date, RewardPolicy), list[Payload](), [], []
    for case, row, kind in done:
        about = RewardFacts(
            kind, case["members"], case["agreed_on"] is not None, case["moved_in_on"], row[queries.DONE[kind]]
        )
        verdict = homestead_reward(about, figures)
        one = Decided(REWARD, str(case["household_id"]), case["division"], about, figures, verdict)
        decisions.append(one)
        if verdict.outcome != "approved":
            continue
        of = {"household_id": case["household_id"], "division": case["division"], "application_id": case["id"]}
        amount_fen, on = reward_fen(about, figures), act.business_date
        rewards.append(of | {"kind": kind, "amount_fen": amount_fen, "decision_id": one.id, "approved_on": on})
        facts.append(RewardApproved(**of, kind=kind, amount_fen=amount_fen, approved_on=on))
    await record_decisions(connection, act, policy.version, decisions)
    await queries.insert_rewards(connection, rewards)
    return facts
