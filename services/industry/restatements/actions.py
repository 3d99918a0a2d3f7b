"""Stating figures anew: what was paid, received, attended, accepted and worked for; dues and sums follow."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from services.industry.dividends import queries as dividends
from services.industry.dividends.actions import due_of
from services.industry.dividends.rules import payment_key, top_up_key
from services.industry.dividends.tables import DividendPayment, DueOfEntity
from services.industry.forestry import queries as forestry
from services.industry.forestry.actions import instalment_due, labour_due
from services.industry.forestry.rules import InstalmentPolicy, instalment_fen
from services.industry.payouts import queries as payouts
from services.industry.payouts.actions import list_owed, owe_anew
from services.industry.payouts.rules import Due, Part, over_fen
from services.industry.plans.actions import left_to_plan
from services.industry.posts import queries as posts
from services.industry.posts.actions import tenure, wage_due
from services.industry.posts.rules import attendance_refusal
from services.industry.restatements import queries
from services.industry.restatements.rules import DueDate, Kind, paid_anew, receipt_refusal
from services.industry.restatements.schemas import AmountRestated, AreaRestated, DaysRestated, Restated
from services.industry.stations import queries as stations
from services.industry.stations.rules import LEGS, Leg
from services.industry.stations.tables import Station
from shared.acts.batches import take_new
from shared.acts.bodies import Result, answers
from shared.data.sql import Connection
from shared.events.industry import PvRevenueCorrected
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy

ROOM = "industry.restatements"
CONTENT = ("record_id", "figure", "reason")
Place = tuple[UUID, date]


def _row(act: Act, kind: Kind, item: Restated, was: int, division: str, **more: Any) -> dict[str, Any]:
    stated = {"figure": item.figure, "was": was, "stated_on": act.business_date, "stated_by": act.subject}
    said = {"id": item.id, "kind": kind, "record_id": item.record_id, "reason": item.reason, "division": division}
    return said | stated | {"household_id": None, "over_fen": 0} | more


async def restate_dividends(connection: Connection, act: Act, items: Sequence[AmountRestated]) -> list[Result]:
    """What an entity paid in truth, by its own agreements where it says so itself.

    What was owed to the household by it, and by the guarantee where that filled the year up, is owed anew; what has
    gone to a bank stays, and is told.
    """
    await dividends.take_turn(connection)
    await payouts.take_turn(connection)
    payments = await dividends.list_payments(connection, [i.record_id for i in items])
    places = await dividends.lock_dues(connection, sorted({p.agreement_id for p in payments.values()}))
    dues = {p: d for p, d in places.items() if act.caller.role != "entity" or d.entity_code == act.caller.unit}
    # Statements of their own after the lock, so that they see what the one before us has committed.
    payments = {i: p for i, p in (await dividends.list_payments(connection, list(payments))).items() if _of(p) in dues}
    known = await queries.list_by_id(connection, [i.id for i in items])
    filled = await dividends.list_years_topped_up(connection, sorted({on.year for _, on in dues}))
    owed = await list_owed(connection, _sources(payments, dues))
    stand = {one: row.stood_fen for one, row in payments.items()}
    anew = {place: _due_date(due, filled) for place, due in dues.items()}

    def judge(item: AmountRestated) -> str | dict[str, Any]:
        payment = payments.get(item.record_id)
        if payment is None:
            return "shared.not_found"
        place, was = _of(payment), stand[payment.id]
        if item.figure == was:
            return "nothing_changes"
        # The guarantee pays by nobody's word but the county's.
        if anew[place].filled and act.caller.role == "entity":
            return "year_topped_up"
        due = paid_anew(anew[place], item.figure - was)
        if due is None:
            return "over_owed"
        anew[place], stand[payment.id] = due, item.figure
        over = over_fen(owed[payment_key(*place, payment.id)], item.figure)
        if due.filled:
            over += over_fen(owed[top_up_key(place[0], place[1].year)], _topped_up(anew, place))
        more = {"household_id": dues[place].household_id, "over_fen": over}
        return _row(act, "dividend", item, was, dues[place].division, **more)

    reasons, new = await take_new(items, known, CONTENT, judge, partial(queries.insert, connection))
    truly = dict[str, Due]()
    for row in new:
        place = _of(payments[row["record_id"]])
        key, guarantee = payment_key(*place, row["record_id"]), top_up_key(place[0], place[1].year)
        truly[key] = due_of(f"{key}:{row['id']}", dues[place], "dividend", stand[row["record_id"]])
        if anew[place].topped_up_fen != dues[place].topped_up_fen:
            fen = _topped_up(anew, place)
            truly[guarantee] = due_of(f"{guarantee}:{row['id']}", dues[place], "dividend_top_up", fen)
    await dividends.restate_payments(connection, {row["record_id"]: stand[row["record_id"]] for row in new})
    changed = {_of(payments[row["record_id"]]) for row in new}
    await dividends.restate_dues(
        connection, {p: (d.owed_fen, d.paid_fen, d.topped_up_fen) for p, d in anew.items() if p in changed}
    )
    await owe_anew(connection, act, owed, truly)
    return answers(ROOM, [i.id for i in items], reasons)


def _of(payment: DividendPayment) -> Place:
    return payment.agreement_id, payment.due_on


def _sources(payments: Mapping[UUID, DividendPayment], dues: Mapping[Place, DueOfEntity]) -> dict[str, UUID]:
    """For what a household is owed by the payments, and by the guarantee of their years."""
    households = {payment_key(*_of(p), p.id): dues[_of(p)].household_id for p in payments.values()}
    return households | {top_up_key(one, on.year): due.household_id for (one, on), due in dues.items()}


def _due_date(due: DueOfEntity, filled: set[int]) -> DueDate:
    ended = due.ended_on is not None and due.due_on > due.ended_on
    full = due.due_on.year in filled and not due.open_fen
    return DueDate(due.owed_fen, due.paid_fen, due.topped_up_fen, ended, full)


def _topped_up(dues: Mapping[Place, DueDate], of: Place) -> int:
    """What the guarantee adds to an agreement in the year of a due date."""
    return sum(d.topped_up_fen for (one, on), d in dues.items() if (one, on.year) == (of[0], of[1].year))


async def restate_receipts(
    connection: Connection, act: Act, policy: Policy, items: Sequence[AmountRestated]
) -> list[Result]:
    """What came in for a leg in truth: no more than is receivable, no less than stands in plans."""
    receipts = await stations.list_receipts(connection, [i.record_id for i in items])
    places = await stations.lock_stations(connection, sorted({r.station_id for r in receipts.values()}))
    # Statements of their own after the lock, so that they see what the one before us has committed.
    receipts = await stations.list_receipts(connection, list(receipts))
    known = await queries.list_by_id(connection, [i.id for i in items])
    left = await left_to_plan(connection, act, policy, list(places.values()))
    stand = {one: row.stood_fen for one, row in receipts.items()}
    receivable = {(one, leg): place.receivable_fen(leg) for one, place in places.items() for leg in LEGS}

    def judge(item: AmountRestated) -> str | dict[str, Any]:
        receipt = receipts.get(item.record_id)
        if receipt is None or receipt.station_id not in places:
            return "shared.not_found"
        one, was = receipt.station_id, stand[receipt.id]
        if item.figure == was:
            return "nothing_changes"
        more_fen = item.figure - was
        if reason := receipt_refusal(more_fen, receivable[one, receipt.leg], left[one]):
            return reason
        receivable[one, receipt.leg] -= more_fen
        left[one] += more_fen
        stand[receipt.id] = item.figure
        return _row(act, "receipt", item, was, receipt.division)

    reasons, new = await take_new(items, known, CONTENT, judge, partial(queries.insert, connection))
    more = Counter[tuple[UUID, Leg]]()
    for row in new:
        receipt = receipts[row["record_id"]]
        more[receipt.station_id, receipt.leg] += row["figure"] - row["was"]
    await stations.restate_receipts(connection, {row["record_id"]: stand[row["record_id"]] for row in new})
    sums = {one: {str(leg): more[one, leg] for leg in LEGS} for one in sorted({one for one, _ in more})}
    await stations.add_received(connection, sums)
    facts = [_corrected(act, places[one], leg, fen) for (one, leg), fen in more.items() if fen]
    await emit(connection, act, "industry", facts)
    return answers(ROOM, [i.id for i in items], reasons)


def _corrected(act: Act, station: Station, leg: Leg, more_fen: int) -> PvRevenueCorrected:
    return PvRevenueCorrected(
        station_id=station.id, division=station.division, leg=leg, more_fen=more_fen, corrected_on=act.business_date
    )


async def restate_attendances(
    connection: Connection, act: Act, policy: Policy, items: Sequence[DaysRestated]
) -> list[Result]:
    """How many days of a month were worked in truth. What no payroll has paid yet, the next one pays."""
    await payouts.take_turn(connection)
    recorded = await posts.list_attendances_by_id(connection, [i.record_id for i in items])
    assignments = await posts.lock_assignments(connection, sorted({a.assignment_id for a in recorded.values()}))
    # A statement of its own after the lock, so that it sees what the one before us has committed.
    worked = await posts.list_attended_by_id(connection, recorded)
    known = await queries.list_by_id(connection, [i.id for i in items])

    def due(one: UUID, days: int) -> Due:
        return wage_due(worked[one]._replace(days=days), act, policy)

    owed = await list_owed(connection, {due(one, 0).source_key: a.household_id for one, a in worked.items()})

    def judge(item: DaysRestated) -> str | dict[str, Any]:
        month = worked.get(item.record_id)
        if month is None or month.id not in assignments:
            return "shared.not_found"
        if item.figure == month.days:
            return "nothing_changes"
        if reason := attendance_refusal(month.month_on, item.figure, tenure(month), act.business_date):
            return f"industry.posts.{reason}"
        worked[item.record_id] = month._replace(days=item.figure)
        more = {"household_id": month.household_id, "over_fen": _over(owed, due(item.record_id, item.figure))}
        return _row(act, "attendance", item, month.days, month.division, **more)

    reasons, new = await take_new(items, known, CONTENT, judge, partial(queries.insert, connection))
    await posts.restate_attendances(connection, {row["record_id"]: row["figure"] for row in new})
    truly = {key: one for key, one in _truly(new, due).items() if owed[key]}
    await owe_anew(connection, act, owed, truly)
    return answers(ROOM, [i.id for i in items], reasons)


def _over(owed: Mapping[str, Sequence[Part]], truly: Due) -> int:
    return over_fen(owed[truly.source_key], truly.amount_fen)


def _truly(rows: Sequence[Mapping[str, Any]], due: Callable[[UUID, int], Due]) -> dict[str, Due]:
    """What is owed in truth by source, under keys of their own; of what was stated twice the last counts."""
    found = dict[str, Due]()
    for row in rows:
        of = due(row["record_id"], row["figure"])
        found[of.source_key] = replace(of, source_key=f"{of.source_key}:{row['id']}")
    return found


async def restate_acceptances(
    connection: Connection, act: Act, policy: Policy, items: Sequence[AreaRestated]
) -> list[Result]:
    """How much of a plot stood in truth, by the instalments of the day of its acceptance."""
    await payouts.take_turn(connection)
    accepted = await forestry.list_acceptances(connection, [i.record_id for i in items], [])
    plots = await forestry.lock_plots(connection, sorted({a.plot_id for a in accepted.values()}))
    # A statement of its own after the lock, so that it sees what the one before us has committed.
    accepted = await forestry.list_acceptances(connection, list(accepted), [])
    known = await queries.list_by_id(connection, [i.id for i in items])
    stand = {one: a.stood_mu_x100 for one, a in accepted.items()}

    def due(one: UUID, area_mu_x100: int) -> Due:
        of = accepted[one]
        fen_per_mu = policy.on(of.accepted_on, InstalmentPolicy).forest_instalments_fen
        return instalment_due(of, instalment_fen(area_mu_x100, of.year_no, fen_per_mu))

    owed = await list_owed(connection, {due(one, 0).source_key: a.household_id for one, a in accepted.items()})

    def judge(item: AreaRestated) -> str | dict[str, Any]:
        found = accepted.get(item.record_id)
        plot = plots.get(found.plot_id) if found else None
        if found is None or plot is None:
            return "shared.not_found"
        if plot.recorded_by == act.subject:
            return "shared.same_person"
        was = stand[found.id]
        if item.figure == was:
            return "nothing_changes"
        if item.figure > plot.area_mu_x100:
            return "industry.forestry.over_plot"
        stand[found.id] = item.figure
        more = {"household_id": found.household_id, "over_fen": _over(owed, due(found.id, item.figure))}
        return _row(act, "acceptance", item, was, found.division, **more)

    reasons, new = await take_new(items, known, CONTENT, judge, partial(queries.insert, connection))
    await forestry.restate_acceptances(connection, {row["record_id"]: row["figure"] for row in new})
    await owe_anew(connection, act, owed, _truly(new, due))
    return answers(ROOM, [i.id for i in items], reasons)


async def restate_labours(connection: Connection, act: Act, items: Sequence[AmountRestated]) -> list[Result]:
    """What a household worked for in truth, while the contract's labour lasts; the rest of it is free again."""
    await payouts.take_turn(connection)
    worked = await forestry.list_labours_by_id(connection, [i.record_id for i in items])
    contracts = await forestry.lock_contracts(connection, sorted({w.contract_id for w in worked.values()}))
    coops = await forestry.list_coops_by_id(connection, {c.coop_id for c in contracts.values()})
    # A statement of its own after the lock, so that it sees what the one before us has committed.
    worked = await forestry.list_labours_by_id(connection, list(worked))
    known = await queries.list_by_id(connection, [i.id for i in items])
    stand = {one: w.stood_fen for one, w in worked.items()}

    def due(one: UUID, amount_fen: int) -> Due:
        return labour_due(worked[one], coops[worked[one].coop_id], amount_fen)

    owed = await list_owed(connection, {due(one, 0).source_key: w.household_id for one, w in worked.items()})
    left = {one: c.labour_fen - c.paid_fen for one, c in contracts.items()}

    def judge(item: AmountRestated) -> str | dict[str, Any]:
        found = worked.get(item.record_id)
        if found is None or found.contract_id not in contracts:
            return "shared.not_found"
        was = stand[found.id]
        if item.figure == was:
            return "nothing_changes"
        if item.figure - was > left[found.contract_id]:
            return "industry.forestry.over_labour"
        left[found.contract_id] -= item.figure - was
        stand[found.id] = item.figure
        more = {"household_id": found.household_id, "over_fen": _over(owed, due(found.id, item.figure))}
        return _row(act, "labour", item, was, found.division, **more)

    reasons, new = await take_new(items, known, CONTENT, judge, partial(queries.insert, connection))
    sums = Counter[UUID]()
    for row in new:
        sums[worked[row["record_id"]].contract_id] += row["figure"] - row["was"]
    await forestry.restate_labours(connection, {row["record_id"]: row["figure"] for row in new})
    await forestry.add_paid(connection, sums)
    await owe_anew(connection, act, owed, _truly(new, due))
    return answers(ROOM, [i.id for i in items], reasons)
