"""Stating figures anew: what an entity paid, what came in for a station; dues and sums follow."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from services.industry.dividends import queries as dividends
from services.industry.dividends.actions import due_of
from services.industry.dividends.rules import payment_key, top_up_key
from services.industry.dividends.tables import DividendPayment, DueOfEntity
from services.industry.payouts import queries as payouts
from services.industry.payouts.actions import list_owed, owe_anew
from services.industry.payouts.rules import Due, over_fen
from services.industry.plans.actions import left_to_plan
from services.industry.restatements import queries
from services.industry.restatements.rules import DueDate, Kind, paid_anew, receipt_refusal
from services.industry.restatements.schemas import AmountRestated
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


def _row(act: Act, kind: Kind, item: AmountRestated, was: int, division: str, **more: Any) -> dict[str, Any]:
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
