"""Recording plots and paying for what stands of them; registering cooperatives, their contracts and paid labour."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from services.industry.forestry import queries
from services.industry.forestry.rules import (
    CoopPolicy,
    InstalmentPolicy,
    Standing,
    acceptance_refusal,
    contract_refusal,
    coop_refusal,
    instalment_fen,
)
from services.industry.forestry.schemas import Acceptance, Contract, Coop, Labour, Membership, Plot
from services.industry.forestry.tables import ForestAcceptance, ForestCoop, ForestLabour
from services.industry.payouts.actions import record_dues
from services.industry.payouts.rules import Due
from shared.acts.batches import take_new
from shared.acts.bodies import Result, answers
from shared.acts.projection import list_households, lock_households, registered
from shared.data.sql import Connection
from shared.ground.context import Act
from shared.ground.policy import Policy

ROOM = "industry.forestry"
PLOT = ("household_id", "area_mu_x100", "planted_on")
ACCEPTANCE = ("plot_id", "year_no", "area_mu_x100", "accepted_on")
MEMBERSHIP = ("coop_id", "household_id", "joined_on")
CONTRACT = ("coop_id", "area_mu_x100", "contract_fen", "labour_fen")
LABOUR = ("contract_id", "household_id", "amount_fen", "worked_on")


async def record_plots(connection: Connection, act: Act, items: Sequence[Plot]) -> list[Result]:
    """Keep plots; what one is does not change."""
    households = await lock_households(connection, [i.household_id for i in items])
    known = await queries.list_plots_by_id(connection, [i.id for i in items])

    def judge(item: Plot) -> str | dict[str, Any]:
        household = registered(households, item.household_id)
        if isinstance(household, str):
            return household
        if item.planted_on > act.business_date:
            return "future_date"
        return item.model_dump() | {
            "division": household.division,
            "recorded_on": act.business_date,
            "recorded_by": act.subject,
        }

    reasons, _ = await take_new(items, known, PLOT, judge, partial(queries.insert_plots, connection))
    return answers(ROOM, [i.id for i in items], reasons)


async def accept_plots(connection: Connection, act: Act, policy: Policy, items: Sequence[Acceptance]) -> list[Result]:
    """Keep what stands of each plot in a year, and owe the year's instalment for it, once."""
    fen_per_mu = policy.on(act.business_date, InstalmentPolicy).forest_instalments_fen
    plots = await queries.lock_plots(connection, [i.plot_id for i in items])
    households = await list_households(connection, {plot.household_id for plot in plots.values()})
    known = await queries.list_acceptances(connection, [i.id for i in items], list(plots))
    years = {(a.plot_id, a.year_no) for a in known.values()}

    def judge(item: Acceptance) -> str | dict[str, Any]:
        plot = plots.get(item.plot_id)
        if plot is None:
            return "shared.not_found"
        if plot.recorded_by == act.subject:
            return "shared.same_person"
        household = registered(households, plot.household_id)
        if isinstance(household, str):
            return household
        found = Standing(plot.area_mu_x100, plot.planted_on, item.year_no, item.area_mu_x100, item.accepted_on)
        if reason := acceptance_refusal(found, act.business_date):
            return reason
        if (item.plot_id, item.year_no) in years:
            return "year_accepted"
        years.add((item.plot_id, item.year_no))
        return item.model_dump() | {
            "household_id": plot.household_id,
            "division": plot.division,
            "accepted_by": act.subject,
            "plot_mu_x100": plot.area_mu_x100,
            "recorded_by": plot.recorded_by,
            "amount_fen": instalment_fen(item.area_mu_x100, item.year_no, fen_per_mu),
        }

    reasons, new = await take_new(items, known, ACCEPTANCE, judge, partial(queries.insert_acceptances, connection))
    dues = [instalment_due(ForestAcceptance(**a), a["amount_fen"]) for a in new if a["amount_fen"]]
    await record_dues(connection, act, dues)
    return answers(ROOM, [i.id for i in items], reasons)


def instalment_due(of: ForestAcceptance, amount_fen: int) -> Due:
    """What a household is owed for a year of its plot, perhaps nothing."""
    return Due(
        source_key=f"forest:{of.plot_id}:{of.year_no}",
        household_id=of.household_id,
        division=of.division,
        purpose="forest_instalment",
        payer="forestry:farmland_to_forest",
        category="transfer",
        amount_fen=amount_fen,
    )


async def set_coops(connection: Connection, act: Act, policy: Policy, items: Sequence[Coop]) -> list[Result]:
    """The last count of a cooperative's members counts; its code and place do not change."""
    figures = policy.on(act.business_date, CoopPolicy)
    await queries.take_turn(connection)
    known = await queries.list_coops_by_id(connection, [i.id for i in items])
    owners = await queries.list_codes(connection, [i.code for i in items])
    reasons, rows = list[str | None](), dict[UUID, dict[str, Any]]()
    for item in items:
        earlier = known.get(item.id)
        reason = coop_refusal(item.members, item.poor_members, figures)
        if item.id in rows:
            reason = "twice_in_batch"
        elif not act.caller.within(item.division):
            reason = "outside_area"
        elif earlier is not None and (earlier.code, earlier.division) != (item.code, item.division):
            reason = "content_differs"
        elif reason is None and owners.setdefault(item.code, item.id) != item.id:
            reason = "code_taken"
        if reason is None:
            rows[item.id] = item.model_dump() | {"set_on": act.business_date, "set_by": act.subject}
        reasons.append(reason)
    await queries.set_coops(connection, list(rows.values()))
    return answers(ROOM, [i.id for i in items], reasons)


async def record_memberships(connection: Connection, act: Act, items: Sequence[Membership]) -> list[Result]:
    """Keep members; a household joins a cooperative once."""
    households = await lock_households(connection, [i.household_id for i in items])
    coops = await queries.list_coops_by_id(connection, [i.coop_id for i in items])
    known = await queries.list_memberships(connection, [i.id for i in items], list(households))
    joined = {(m.coop_id, m.household_id) for m in known.values()}

    def judge(item: Membership) -> str | dict[str, Any]:
        household = registered(households, item.household_id)
        if isinstance(household, str):
            return household
        if item.coop_id not in coops:
            return "shared.not_found"
        if item.joined_on > act.business_date:
            return "future_date"
        if (item.coop_id, item.household_id) in joined:
            return "member_already"
        joined.add((item.coop_id, item.household_id))
        return item.model_dump() | {
            "division": household.division,
            "recorded_on": act.business_date,
            "recorded_by": act.subject,
        }

    reasons, _ = await take_new(items, known, MEMBERSHIP, judge, partial(queries.insert_memberships, connection))
    return answers(ROOM, [i.id for i in items], reasons)


async def sign_contracts(connection: Connection, act: Act, policy: Policy, items: Sequence[Contract]) -> list[Result]:
    """Keep contracts of which enough is for labour."""
    figures = policy.on(act.business_date, CoopPolicy)
    coops = await queries.list_coops_by_id(connection, [i.coop_id for i in items])
    known = await queries.list_contracts_by_id(connection, [i.id for i in items])

    def judge(item: Contract) -> str | dict[str, Any]:
        if item.coop_id not in coops:
            return "shared.not_found"
        reason = contract_refusal(item.contract_fen, item.labour_fen, figures)
        return reason or item.model_dump() | {
            "division": coops[item.coop_id].division,
            "signed_on": act.business_date,
            "signed_by": act.subject,
        }

    reasons, _ = await take_new(items, known, CONTRACT, judge, partial(queries.insert_contracts, connection))
    return answers(ROOM, [i.id for i in items], reasons)


async def record_labour(connection: Connection, act: Act, items: Sequence[Labour]) -> list[Result]:
    """Owe member households what they worked for, while the contract's labour lasts; contracts are locked."""
    households = await lock_households(connection, [i.household_id for i in items])
    contracts = await queries.lock_contracts(connection, [i.contract_id for i in items])
    coops = await queries.list_coops_by_id(connection, {c.coop_id for c in contracts.values()})
    known = await queries.list_labours_by_id(connection, [i.id for i in items])
    memberships = await queries.list_memberships(connection, [], list(households))
    joined_on = {(m.coop_id, m.household_id): m.joined_on for m in memberships.values()}
    left = {i: t.labour_fen - t.paid_fen for i, t in contracts.items()}

    def judge(item: Labour) -> str | dict[str, Any]:
        household, contract = registered(households, item.household_id), contracts.get(item.contract_id)
        if isinstance(household, str):
            return household
        if contract is None:
            return "shared.not_found"
        if item.worked_on > act.business_date:
            return "future_date"
        since = joined_on.get((contract.coop_id, item.household_id))
        if since is None or item.worked_on < since:
            return "not_a_member"
        if item.amount_fen > left[item.contract_id]:
            return "over_labour"
        left[item.contract_id] -= item.amount_fen
        return item.model_dump() | {
            "coop_id": contract.coop_id,
            "division": household.division,
            "recorded_on": act.business_date,
            "recorded_by": act.subject,
        }

    reasons, new = await take_new(items, known, LABOUR, judge, partial(queries.insert_labours, connection))
    sums = Counter[UUID]()
    for row in new:
        sums[row["contract_id"]] += row["amount_fen"]
    await queries.add_paid(connection, sums)
    dues = [labour_due(ForestLabour(**x), coops[x["coop_id"]], x["amount_fen"]) for x in new]
    await record_dues(connection, act, dues)
    return answers(ROOM, [i.id for i in items], reasons)


def labour_due(of: ForestLabour, coop: ForestCoop, amount_fen: int) -> Due:
    """What a household is owed for its work, perhaps nothing."""
    return Due(
        source_key=f"forest_labour:{of.id}",
        household_id=of.household_id,
        division=of.division,
        purpose="forest_labour",
        payer=f"coop:{coop.code}",
        category="wage",
        amount_fen=amount_fen,
    )
