"""Signing agreements, taking in what entities pay by them, topping up what they do not, ending them."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from services.industry.dividends import queries
from services.industry.dividends.rules import (
    AGREEMENT,
    AgreementFacts,
    AgreementPolicy,
    OverduePolicy,
    SchedulePolicy,
    dividend_agreement,
    end_of,
    last_due_on,
    missed_before,
    payment_key,
    reached,
    schedule,
    top_up_key,
)
from services.industry.dividends.schemas import Agreement, DividendTotals, Ending, Missed, Payment, TopUp
from services.industry.dividends.tables import DividendAgreement, DueOfEntity, LoanKnown, ToppedUp
from services.industry.payouts import queries as payouts
from services.industry.payouts.actions import record_dues
from services.industry.payouts.rules import Due
from shared.acts.batches import NewRows, take_new
from shared.acts.bodies import Result, answers, result
from shared.acts.decisions import record_decisions
from shared.acts.freezes import list_frozen
from shared.acts.projection import Household, lock_households
from shared.data.sql import Connection
from shared.events.finance import LoanDisbursed, LoanRestated, LoanSettled
from shared.events.industry import AgreementEnded, AgreementSigned, DividendMissed
from shared.events.registry import HouseholdReinstated, HouseholdRemoved
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.money import half_up
from shared.values.verdicts import Decided, Missing

ROOM = "industry.dividends"
PAYMENT = ("agreement_id", "due_on", "amount_fen", "paid_on")
SIGNED = ("household_id", "division", "loan_id", "entity_code", "floor_fen", "signed_on")


async def sign_agreements(connection: Connection, act: Act, policy: Policy, items: Sequence[Agreement]) -> list[Result]:
    """Decide each by the rules on what is known of its household and loan; what is owed by it is laid down at once.

    One that names a household or a loan that is not known here yet is not kept: it may be sent again.
    """
    households = await lock_households(connection, [i.household_id for i in items])
    known = await queries.list_by_id(connection, [i.id for i in items])
    loans = await queries.list_loans(connection, [i.loan_id for i in items])
    decide = await _decider(connection, policy.on(act.business_date, AgreementPolicy), items, households, loans)
    decided, missing = list[Decided](), dict[UUID, list[Missing]]()

    def judge(item: Agreement) -> str | dict[str, Any]:
        if item.signed_on > act.business_date:
            return "future_date"
        if item.household_id not in households:
            return "shared.household_unknown"
        if item.loan_id not in loans:
            return "loan_unknown"
        one = decide(item)
        decided.append(one)
        if one.missing:
            missing[item.id] = one.missing
            return "not_allowed"
        return item.model_dump() | {
            "division": one.division,
            "state": "active",
            "decision_id": one.id,
            "recorded_by": act.subject,
        }

    async def save(rows: NewRows) -> set[UUID]:
        await record_decisions(connection, act, policy.version, decided)
        return await queries.insert_agreements(connection, rows)

    reasons, new = await take_new(items, known, list(Agreement.model_fields), judge, save)
    days = policy.on(act.business_date, SchedulePolicy).dividend_due_days
    await queries.insert_dues(connection, _dues(new, days))
    await emit(connection, act, "industry", [_signed(row) for row in new])
    return [
        result(ROOM, item.id, reason, missing=missing.get(item.id, []) if reason == "not_allowed" else [])
        for item, reason in zip(items, reasons, strict=True)
    ]


def _signed(row: Mapping[str, Any]) -> AgreementSigned:
    return AgreementSigned(agreement_id=row["id"], **{n: row[n] for n in SIGNED})


async def _decider(
    connection: Connection,
    policy: AgreementPolicy,
    items: Sequence[Agreement],
    households: Mapping[UUID, Household],
    loans: Mapping[UUID, LoanKnown],
) -> Callable[[Agreement], Decided]:
    """The rule on one agreement after the other: what one takes of a loan or an entity's limit, the next has not."""
    codes = [i.entity_code for i in items]
    await queries.take_turns(connection, codes)
    # Statements of their own after the locks, so that they see what the one before us has committed.
    exposure = await queries.list_exposure(connection, codes)
    taken = await queries.list_taken_loans(connection, [i.loan_id for i in items])
    frozen = await list_frozen(connection, list(households))

    def decide(item: Agreement) -> Decided:
        loan, household = loans[item.loan_id], households[item.household_id]
        facts = AgreementFacts(
            status=household.status,
            frozen=item.household_id in frozen,
            loan_is_own=loan.household_id == item.household_id,
            loan_state=loan.state,
            loan_fen=loan.amount_fen,
            loan_taken=item.loan_id in taken,
            principal_fen=item.principal_fen,
            floor_fen=item.floor_fen,
            years=item.years,
            consent=item.consent,
            participation=item.participation,
            entity_kind=item.entity_kind,
            exposure_fen=exposure.get(item.entity_code, 0),
        )
        verdict = dividend_agreement(facts, policy)
        if verdict.outcome == "accepted":
            taken.add(item.loan_id)
            exposure[item.entity_code] = facts.exposure_fen + item.principal_fen
        return Decided(AGREEMENT, str(item.household_id), household.division, facts, policy, verdict)

    return decide


def _dues(
    rows: Sequence[dict[str, Any]], days: Sequence[tuple[int, int]], ended_on: date | None = None
) -> list[dict[str, Any]]:
    return [
        {
            "agreement_id": r["id"],
            "due_on": on,
            "household_id": r["household_id"],
            "division": r["division"],
            "owed_fen": fen if ended_on is None or on <= ended_on else 0,
        }
        for r in rows
        for on, fen in schedule(r["signed_on"], r["years"], r["floor_fen"], days)
    ]


async def record_payments(connection: Connection, act: Act, items: Sequence[Payment]) -> list[Result]:
    """Money handed over for due dates, never more than is owed for each; it is owed to the household from now on.

    An entity pays by its own agreements only.
    """
    owed = await queries.lock_dues(connection, sorted({i.agreement_id for i in items}))
    dues = {p: d for p, d in owed.items() if act.caller.role != "entity" or d.entity_code == act.caller.unit}
    earlier = await queries.list_payments(connection, [i.id for i in items])
    known = {i: p for i, p in earlier.items() if (p.agreement_id, p.due_on) in dues}
    left = {place: due.open_fen for place, due in dues.items()}

    def judge(item: Payment) -> str | dict[str, Any]:
        place = item.agreement_id, item.due_on
        if place not in dues:
            return "shared.not_found"
        if item.paid_on > act.business_date:
            return "future_date"
        if item.amount_fen > left[place]:
            return "over_owed"
        left[place] -= item.amount_fen
        return item.model_dump() | {"division": dues[place].division, "recorded_by": act.subject}

    reasons, new = await take_new(items, known, PAYMENT, judge, partial(queries.insert_payments, connection))
    paid, owing = Counter[tuple[UUID, date]](), list[Due]()
    for row in new:
        place = row["agreement_id"], row["due_on"]
        paid[place] += row["amount_fen"]
        owing.append(due_of(payment_key(*place, row["id"]), dues[place], "dividend", row["amount_fen"]))
    await queries.pay_dues(connection, paid)
    await record_dues(connection, act, owing)
    return answers(ROOM, [i.id for i in items], reasons)


def due_of(source_key: str, of: DueOfEntity | ToppedUp, purpose: str, amount_fen: int) -> Due:
    """What a household is owed by its agreement."""
    payer = f"entity:{of.entity_code}"
    return Due(source_key, of.household_id, of.division, purpose, payer, "property", amount_fen)


async def top_up(connection: Connection, act: Act, policy: Policy, top_up_id: UUID, year: int) -> TopUp:
    """Once a year, after its last due date: what the entities did not pay of the floors is owed by the guarantee.

    Raises:
        Problem: the id was used for another year, the year is not over or was topped up before (409).
    """
    days = policy.on(act.business_date, SchedulePolicy).dividend_due_days
    first_on, last_on = date(year, 1, 1), last_due_on(year, days)
    await queries.take_turn(connection)
    for known in await queries.find_top_ups(connection, top_up_id, year):
        if known.id != top_up_id:
            raise Problem("industry.dividends.year_topped_up")
        if known.year != year:
            raise Problem("shared.content_differs")
        return TopUp(id=top_up_id, year=year, agreements=known.agreements, amount_fen=known.amount_fen)
    if act.business_date <= last_on:
        raise Problem("industry.dividends.year_open")
    sums, of = Counter[UUID](), dict[UUID, ToppedUp]()
    for row in await queries.top_up(connection, first_on, last_on):
        of[row.agreement_id] = row
        sums[row.agreement_id] += row.amount_fen
    done = TopUp(id=top_up_id, year=year, agreements=len(sums), amount_fen=sums.total())
    made = {"division": act.caller.area, "made_by": act.subject, "made_on": act.business_date}
    await queries.insert_top_up(connection, done.model_dump() | made)
    owing = [due_of(top_up_key(i, year), of[i], "dividend_top_up", sums[i]) for i in sorted(sums)]
    await record_dues(connection, act, owing)
    return done


async def check_overdue(connection: Connection, act: Act, policy: Policy) -> Missed:
    """One warning for each agreement and due date that was not paid in full within the policy's days."""
    before = missed_before(act.business_date, policy.on(act.business_date, OverduePolicy).dividend_overdue_days)
    rows = await queries.set_missed(connection, act.business_date, before)
    ordered = sorted(rows, key=lambda due: (due.agreement_id, due.due_on))
    facts = [DividendMissed(**due._asdict(), missed_on=act.business_date) for due in ordered]
    await emit(connection, act, "industry", facts)
    return Missed(missed=len(facts))


async def end_agreements(connection: Connection, act: Act, items: Sequence[Ending]) -> list[Result]:
    """From that day on nothing more falls due; what did stays owed. One that was told before is answered the same."""
    agreements = await queries.lock_agreements(connection, [i.id for i in items])
    told = {i: (a.stated_end_on, a.stated_end_reason) for i, a in agreements.items() if a.stated_end_on}
    now, reasons = list[DividendAgreement](), list[str | None]()
    for item in items:
        reasons.append(_ending_refusal(act, item, agreements.get(item.id), told.get(item.id)))
        if reasons[-1] is None and item.id not in told:
            told[item.id] = item.ended_on, item.reason
            now.append(agreements[item.id]._replace(stated_end_on=item.ended_on, stated_end_reason=item.reason))
    await _settle(connection, act, agreements, now)
    return answers(ROOM, [i.id for i in items], reasons)


def _ending_refusal(
    act: Act, item: Ending, agreement: DividendAgreement | None, told: tuple[date | None, str | None] | None
) -> str | None:
    if agreement is None:
        return "shared.not_found"
    if item.ended_on > act.business_date:
        return "future_date"
    if item.ended_on < agreement.signed_on:
        return "before_signing"
    return None if told in (None, (item.ended_on, item.reason)) else "already_ended"


async def _settle(
    connection: Connection, act: Act, was: Mapping[UUID, DividendAgreement], now: Sequence[DividendAgreement]
) -> None:
    """Each ends on the first of what ends it, or goes on; what falls due by it follows, and who goes by it is told."""
    settled = [a._replace(**end_of(a.stated_end_on, a.stated_end_reason, a.removed_on)._asdict()) for a in now]
    days = await queries.list_due_days(connection, [a.id for a in settled])
    await queries.keep_ends(connection, settled)
    await queries.owe(connection, [d for a in settled for d in _dues([a._asdict()], days[a.id], a.ended_on)])
    changed = [a for a in settled if (a.ended_on, a.ended_reason) != (was[a.id].ended_on, was[a.id].ended_reason)]
    facts = [_signed(a._asdict()) if a.ended_on is None else _ended(a, a.ended_on) for a in changed]
    await emit(connection, act, "industry", facts)


def _ended(agreement: DividendAgreement, ended_on: date) -> AgreementEnded:
    return AgreementEnded(
        household_id=agreement.household_id,
        division=agreement.division,
        agreement_id=agreement.id,
        loan_id=agreement.loan_id,
        reason=str(agreement.ended_reason),
        ended_on=ended_on,
    )


async def end_of_removed(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    """A household that was struck from the register keeps no agreement."""
    for act, fact in facts:
        was = await queries.lock_of_household(connection, fact.household_id)
        now = [a._replace(removed_on=max(fact.removed_on, a.signed_on)) for a in was.values() if a.removed_on is None]
        await _settle(connection, act, was, now)


async def resume_of_reinstated(connection: Connection, facts: Sequence[tuple[Act, HouseholdReinstated]]) -> None:
    """A household that was struck by mistake has its agreements again, with all that falls due, unless its loan stands
    in another scheme by now.
    """
    for act, fact in facts:
        was = await queries.lock_of_household(connection, fact.household_id)
        struck = sorted((a for a in was.values() if a.removed_on), key=lambda a: (a.removed_on, a.id))
        taken = await queries.list_taken_loans(connection, [a.loan_id for a in struck])
        # Of a loan that was put in twice, the last.
        last = {a.loan_id: a.id for a in struck if not a.stated_end_on and a.loan_id not in taken}
        now = [a._replace(removed_on=None) for a in struck if a.stated_end_on or a.id == last.get(a.loan_id)]
        await _settle(connection, act, was, now)


async def keep_disbursed(connection: Connection, facts: Sequence[LoanDisbursed]) -> None:
    """What was paid out of each loan so far."""
    sums, last = Counter[UUID](), {fact.loan_id: fact for fact in facts}
    for fact in facts:
        sums[fact.loan_id] += fact.amount_fen
    rows = [(i, last[i].household_id, last[i].division, fen) for i, fen in sums.items()]
    await queries.disburse_loans(connection, rows)


async def keep_settled(connection: Connection, facts: Sequence[LoanSettled]) -> None:
    await queries.settle_loans(connection, sorted({f.loan_id for f in facts}))


async def keep_restated(connection: Connection, facts: Sequence[LoanRestated]) -> None:
    """How loans stand, whatever was said before: one that was never paid out is nothing to put in, as a settled one."""
    last = {fact.loan_id: fact for fact in facts}
    rows = [
        LoanKnown(
            one,
            f.household_id,
            f.division,
            f.disbursed_fen,
            "settled" if f.closed_on or not f.disbursed_on else "disbursed",
        )
        for one, f in last.items()
    ]
    await queries.restate_loans(connection, rows)


async def get_totals(connection: Connection, year: int) -> DividendTotals:
    """A year's agreements, what was owed and paid by them, and how many households got what was promised."""
    first_on, last_on = date(year, 1, 1), date(year, 12, 31)
    agreements = await queries.list_of_year(connection, first_on, last_on)
    floors = Counter[UUID]()
    for a in agreements:
        floors[a.household_id] += a.floor_fen
    confirmed = await payouts.sum_confirmed(connection, ["dividend", "dividend_top_up"], first_on, last_on)
    found, sums = reached(floors, confirmed), await queries.sum_dues(connection, first_on, last_on)
    return DividendTotals(
        year=year,
        agreements=len(agreements),
        households=len(floors),
        principal_fen=sum(a.principal_fen for a in agreements),
        owed_fen=sums.owed_fen,
        paid_fen=sums.paid_fen,
        missed=sums.missed,
        households_at_floor=found.at_floor,
        median_yuan_per_household=half_up(found.median_fen, 100),
    )
