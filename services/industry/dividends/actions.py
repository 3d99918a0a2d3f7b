"""Signing agreements, taking in what entities pay by them, topping up what they do not, ending them."""

from collections.abc import Mapping, Sequence
from datetime import date
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
    last_due_on,
    missed_before,
    reached,
    schedule,
)
from services.industry.dividends.schemas import (
    Agreement,
    AgreementResult,
    DividendTotals,
    Ending,
    Missed,
    Payment,
    Result,
    TopUp,
)
from services.industry.payouts import queries as payouts
from services.industry.payouts.actions import record_dues
from services.industry.payouts.rules import Due
from shared.acts.decisions import record_decisions
from shared.acts.freezes import list_frozen
from shared.data.sql import Connection, Row
from shared.events.finance import LoanDisbursed, LoanSettled
from shared.events.industry import AgreementEnded, AgreementSigned, DividendMissed
from shared.events.registry import HouseholdRemoved
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.money import half_up
from shared.values.verdicts import Decided

FUTURE = "industry.dividends.future_date"
DIFFERS = "industry.dividends.content_differs"
UNKNOWN_HOUSEHOLD, UNKNOWN_LOAN = "shared.household_unknown", "industry.dividends.loan_unknown"


async def sign_agreements(
    connection: Connection, act: Act, policy: Policy, items: Sequence[Agreement]
) -> list[AgreementResult]:
    """Decide each by the rules on what is known of its household and loan; what is owed by it is laid down at once.

    One that names a household or a loan that is not known here yet is not kept: it may be sent again.
    """
    households = await queries.lock_households(connection, sorted({i.household_id for i in items}))
    earlier = await queries.list_by_id(connection, [i.id for i in items])
    loans = await queries.list_loans(connection, [i.loan_id for i in items])
    fresh: dict[UUID, Agreement] = {}
    for item in items:
        if item.id not in earlier and _unknown(act, item, households, loans) is None:
            fresh.setdefault(item.id, item)
    figures = policy.on(act.business_date, AgreementPolicy)
    decided = await _decide(connection, figures, list(fresh.values()), households, loans)
    await record_decisions(connection, act, policy.version, list(decided.values()))
    rows = [_row(act, item, decided[i]) for i, item in fresh.items() if decided[i].verdict.outcome == "accepted"]
    free = await queries.insert_agreements(connection, rows)
    kept = {r["id"]: r for r in rows if r["id"] in free}
    days = policy.on(act.business_date, SchedulePolicy).dividend_due_days
    await queries.insert_dues(connection, _dues(list(kept.values()), days))
    names = ("household_id", "division", "loan_id", "entity_code", "floor_fen", "signed_on")
    facts = [AgreementSigned(agreement_id=i, **{n: r[n] for n in names}) for i, r in kept.items()]
    await emit(connection, act, "industry", facts)
    known: dict[UUID, Any] = {**earlier, **kept}
    return [_result(item, known.get(item.id), decided, _unknown(act, item, households, loans)) for item in items]


def _unknown(act: Act, item: Agreement, households: Mapping[UUID, Row], loans: Mapping[UUID, Row]) -> str | None:
    """Why an agreement is not even decided on."""
    if item.signed_on > act.business_date:
        return FUTURE
    if item.household_id not in households:
        return UNKNOWN_HOUSEHOLD
    return None if item.loan_id in loans else UNKNOWN_LOAN


async def _decide(
    connection: Connection, policy: AgreementPolicy, items: Sequence[Agreement], households: Mapping[UUID, Row],
    loans: Mapping[UUID, Row],
) -> dict[UUID, Decided]:  # fmt: skip
    codes = [i.entity_code for i in items]
    await queries.take_turns(connection, codes)
    # Statements of their own after the locks, so that they see what the one before us has committed.
    exposure = await queries.list_exposure(connection, codes)
    taken = await queries.list_taken_loans(connection, [i.loan_id for i in items])
    frozen, decided = await list_frozen(connection, list(households)), {}
    for item in items:
        loan, household = loans[item.loan_id], households[item.household_id]
        facts = AgreementFacts(
            status=household["status"], frozen=item.household_id in frozen,
            loan_is_own=loan["household_id"] == item.household_id, loan_state=loan["state"],
            loan_fen=loan["amount_fen"], loan_taken=item.loan_id in taken, principal_fen=item.principal_fen,
            floor_fen=item.floor_fen, years=item.years, consent=item.consent, participation=item.participation,
            entity_kind=item.entity_kind, exposure_fen=exposure.get(item.entity_code, 0),
        )  # fmt: skip
        verdict = dividend_agreement(facts, policy)
        if verdict.outcome == "accepted":
            taken.add(item.loan_id)
            exposure[item.entity_code] = facts.exposure_fen + item.principal_fen
        subject = str(item.household_id)
        decided[item.id] = Decided(AGREEMENT, subject, household["division"], facts, policy, verdict)
    return decided


def _row(act: Act, item: Agreement, decided: Decided) -> dict[str, Any]:
    return item.model_dump() | {
        "division": decided.division, "state": "active", "decision_id": decided.id, "recorded_by": act.subject,
    }  # fmt: skip


def _dues(rows: Sequence[dict[str, Any]], days: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    return [
        {
            "agreement_id": r["id"], "due_on": on, "household_id": r["household_id"], "division": r["division"],
            "owed_fen": fen,
        }
        for r in rows
        for on, fen in schedule(r["signed_on"], r["years"], r["floor_fen"], days)
    ]  # fmt: skip


def _result(item: Agreement, found: Any, decided: Mapping[UUID, Decided], unknown: str | None) -> AgreementResult:
    code, missing = unknown, list[str]()
    if found is not None:
        content = item.model_dump()
        code = None if all(found[name] == content[name] for name in content) else DIFFERS
    elif item.id in decided:
        missing = decided[item.id].verdict.missing
        code = "industry.dividends.not_allowed" if missing else "industry.dividends.id_taken"
    return AgreementResult(id=item.id, status="refused" if code else "accepted", code=code, missing=missing)


async def record_payments(connection: Connection, act: Act, items: Sequence[Payment]) -> list[Result]:
    """Money handed over for due dates, never more than is owed for each; it is owed to the household from now on.

    An entity pays by its own agreements only.
    """
    dues = await queries.lock_dues(connection, sorted({i.agreement_id for i in items}))
    earlier = await queries.list_payments(connection, [i.id for i in items])
    paid: dict[tuple[UUID, date], int] = {}
    taken: dict[UUID, dict[str, Any]] = {}
    results = []
    for item in items:
        place, row = (item.agreement_id, item.due_on), item.model_dump()
        due, same = dues.get(place), taken.get(item.id) or earlier.get(item.id)
        if due is None or (act.caller.role == "entity" and due["entity_code"] != act.caller.unit):
            code: str | None = "shared.not_found"
        elif same is not None:
            code = None if all(same[name] == row[name] for name in row) else DIFFERS
        elif item.paid_on > act.business_date:
            code = FUTURE
        elif item.amount_fen > due["owed_fen"] - due["paid_fen"] - due["topped_up_fen"] - paid.get(place, 0):
            code = "industry.dividends.over_owed"
        else:
            code = None
            paid[place] = paid.get(place, 0) + item.amount_fen
            taken[item.id] = row | {"division": due["division"], "recorded_by": act.subject}
        results.append(Result(id=item.id, status="refused" if code else "accepted", code=code))
    await queries.insert_payments(connection, list(taken.values()), paid)
    await record_dues(connection, act, [
        _due(
            f"dividend:{p['agreement_id']}:{p['due_on']}:{i}", dues[p["agreement_id"], p["due_on"]], "dividend",
            p["amount_fen"],
        )
        for i, p in taken.items()
    ])  # fmt: skip
    return results


def _due(source_key: str, of: Row, purpose: str, amount_fen: int) -> Due:
    """`of` names household, division and entity."""
    payer = f"entity:{of['entity_code']}"
    return Due(source_key, of["household_id"], of["division"], purpose, payer, "property", amount_fen)


async def top_up(connection: Connection, act: Act, policy: Policy, top_up_id: UUID, year: int) -> TopUp:
    """Once a year, after its last due date: what the entities did not pay of the floors is owed by the guarantee.

    Raises:
        Problem: the id was used for another year (422); the year is not over or was topped up before (409).
    """
    days = policy.on(act.business_date, SchedulePolicy).dividend_due_days
    first_on, last_on = date(year, 1, 1), last_due_on(year, days)
    await queries.take_turn(connection)
    for known in await queries.find_top_ups(connection, top_up_id, year):
        if known["id"] != top_up_id:
            raise Problem("industry.dividends.year_topped_up")
        if known["year"] != year:
            raise Problem(DIFFERS)
        return TopUp(
            id=top_up_id, year=year, agreements=known["agreements"], amount_fen=known["amount_fen"]
        )  # fmt: skip
    if act.business_date <= last_on:
        raise Problem("industry.dividends.year_open")
    sums: dict[UUID, int] = {}
    of: dict[UUID, Row] = {}
    for row in await queries.top_up(connection, first_on, last_on):
        of[row["agreement_id"]] = row
        sums[row["agreement_id"]] = sums.get(row["agreement_id"], 0) + row["amount_fen"]
    done = TopUp(id=top_up_id, year=year, agreements=len(sums), amount_fen=sum(sums.values()))
    await queries.insert_top_up(connection, done.model_dump() | {
        "division": act.caller.area, "made_by": act.subject, "made_on": act.business_date,
    })  # fmt: skip
    await record_dues(
        connection, act,
        [_due(f"dividend_top_up:{i}:{year}", of[i], "dividend_top_up", sums[i]) for i in sorted(sums)],
    )  # fmt: skip
    return done


async def check_overdue(connection: Connection, act: Act, policy: Policy) -> Missed:
    """One warning for each agreement and due date that was not paid in full within the policy's days."""
    before = missed_before(act.business_date, policy.on(act.business_date, OverduePolicy).dividend_overdue_days)
    rows = await queries.set_missed(connection, act.business_date, before)
    names = ("household_id", "division", "agreement_id", "loan_id", "due_on", "owed_fen")
    facts = [
        DividendMissed(**{n: r[n] for n in names}, missed_on=act.business_date)
        for r in sorted(rows, key=lambda r: (r["agreement_id"], r["due_on"]))
    ]
    await emit(connection, act, "industry", facts)
    return Missed(missed=len(facts))


async def end_agreements(connection: Connection, act: Act, items: Sequence[Ending]) -> list[Result]:
    """From that day on nothing more falls due; what did stays owed."""
    agreements = await queries.lock_agreements(connection, [i.agreement_id for i in items])
    ended: dict[UUID, tuple[date, str]] = {}
    results = []
    for item in items:
        found = agreements.get(item.agreement_id)
        asked, code = (item.ended_on, item.reason), None
        if found is None:
            code = "shared.not_found"
        elif item.ended_on > act.business_date:
            code = FUTURE
        elif item.ended_on < found["signed_on"]:
            code = "industry.dividends.before_signing"
        else:
            known = ended.get(item.agreement_id)
            if known is None and found["state"] == "ended":
                known = found["ended_on"], found["ended_reason"]
            if known is None:
                ended[item.agreement_id] = asked
            elif known != asked:
                code = "industry.dividends.already_ended"
        results.append(Result(id=item.agreement_id, status="refused" if code else "accepted", code=code))
    await queries.end_agreements(connection, ended)
    facts = [_ended(agreements[i], on, reason) for i, (on, reason) in ended.items()]
    await emit(connection, act, "industry", facts)
    return results


def _ended(agreement: Row, ended_on: date, reason: str) -> AgreementEnded:
    return AgreementEnded(
        household_id=agreement["household_id"], division=agreement["division"], agreement_id=agreement["id"],
        loan_id=agreement["loan_id"], reason=reason, ended_on=ended_on,
    )  # fmt: skip


async def end_of_removed(connection: Connection, facts: Sequence[tuple[Act, HouseholdRemoved]]) -> None:
    """A household that was struck from the register keeps no agreement."""
    removed = {fact.household_id: (act, fact.removed_on) for act, fact in facts}
    agreements = await queries.lock_of_households(connection, sorted(removed))
    days = {a["id"]: max(removed[a["household_id"]][1], a["signed_on"]) for a in agreements}
    await queries.end_agreements(connection, {i: (on, "removed") for i, on in days.items()})
    for a in sorted(agreements, key=lambda a: (str(a["household_id"]), a["id"])):
        await emit(connection, removed[a["household_id"]][0], "industry", [_ended(a, days[a["id"]], "removed")])


async def keep_disbursed(connection: Connection, facts: Sequence[LoanDisbursed]) -> None:
    """What was paid out of each loan so far."""
    sums: dict[UUID, int] = {}
    last = {fact.loan_id: fact for fact in facts}
    for fact in facts:
        sums[fact.loan_id] = sums.get(fact.loan_id, 0) + fact.amount_fen
    await queries.disburse_loans(
        connection, [(i, last[i].household_id, last[i].division, fen) for i, fen in sums.items()]
    )  # fmt: skip


async def keep_settled(connection: Connection, facts: Sequence[LoanSettled]) -> None:
    await queries.settle_loans(connection, sorted({f.loan_id for f in facts}))


async def get_totals(connection: Connection, year: int) -> DividendTotals:
    """A year's agreements, what was owed and paid by them, and how many households got what was promised."""
    first_on, last_on = date(year, 1, 1), date(year, 12, 31)
    agreements = await queries.list_of_year(connection, first_on, last_on)
    floors: dict[UUID, int] = {}
    for a in agreements:
        floors[a["household_id"]] = floors.get(a["household_id"], 0) + a["floor_fen"]
    confirmed = await payouts.sum_confirmed(connection, ["dividend", "dividend_top_up"], first_on, last_on)
    found, sums = reached(floors, confirmed), await queries.sum_dues(connection, first_on, last_on)
    return DividendTotals(
        year=year, agreements=len(agreements), households=len(floors),
        principal_fen=sum(a["principal_fen"] for a in agreements), owed_fen=sums["owed_fen"],
        paid_fen=sums["paid_fen"], missed=sums["missed"], households_at_floor=found.at_floor,
        median_yuan_per_household=half_up(found.median_fen, 100),
    )  # fmt: skip
