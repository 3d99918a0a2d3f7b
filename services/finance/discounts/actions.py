"""Making and checking the quarter's claim."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple
from uuid import UUID

from services.finance.discounts import queries
from services.finance.discounts.rules import (
    DISCOUNT,
    DiscountFacts,
    DiscountPolicy,
    line_fen,
    outcome_of,
    overdue_within,
    paid_fen_days,
    quarterly_discount,
    since_maturity,
)
from services.finance.discounts.schemas import ClaimTaken
from services.finance.discounts.tables import DiscountClaim, DiscountLine, ShownLine, discount_claim
from services.finance.folds import queries as folds
from services.finance.folds.actions import fold_loans
from services.finance.folds.tables import InterestPeriod, OverdueSpell
from services.finance.holds import queries as holds
from services.finance.ledger import queries as ledger
from services.finance.ledger.actions import post_journals
from services.finance.ledger.rules import Journal, transfer
from services.finance.loans import queries as loans
from services.finance.loans.rules import Movement, RatePolicy, quarter_of
from services.finance.loans.tables import LoanRow
from shared.acts.bodies import Case
from shared.acts.decisions import record_decisions
from shared.acts.freezes import list_frozen
from shared.acts.procedures import PASSED, Finding, Procedure, Step, by_bureaus, log_steps, take_step
from shared.acts.suspicions import list_suspected
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.finance import DiscountApproved, DiscountTakenBack
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem
from shared.values.dates import Period
from shared.values.ids import uuid7
from shared.values.verdicts import Decided

BEGUN = (
    Step("checked", "made", ("county",), ("made_by",), "checked", sets=("lines", "amount_fen"),
         zh="复核贴息申报", en="Check a claim of the interest discount"),
)  # fmt: skip
# Since the second version whoever pays checks: the finance bureau.
CLAIM = Procedure("finance.discounts", discount_claim, (BEGUN, by_bureaus(BEGUN, checked="finance")))


TAKEN_BACK = ("interest_receivable", "discount_receivable")


class Asked(NamedTuple):
    """A loan's period that is decided on. `paid_fen`: what its other lines come to; `again`: it was claimed before."""

    loan_id: UUID
    period: Period
    posted_fen: int
    rate_ppm: int
    paid_fen: int = 0
    again: bool = False
    period_id: UUID | None = None


async def make_claim(connection: Connection, act: Act, policy: Policy, bank: str, quarter_end_on: date) -> ClaimTaken:
    """Claim what the bank settled until the quarter's end and nobody claimed yet, and what earlier claims had too
    little or too much of; every line is decided by the rules.

    What is frozen, or was struck and nobody has looked yet, is decided too but stands in no claim: a later one takes
    it.

    Raises:
        Problem: the day ends no quarter (422); the quarter is not over, or nothing is left to claim (409).
    """
    quarter = quarter_of(quarter_end_on)
    if quarter is None:
        raise Problem("finance.discounts.not_a_quarter_end")
    if act.business_date < quarter.end_on - timedelta(days=1):
        raise Problem("finance.discounts.quarter_open")
    await queries.take_turn(connection, bank)
    again = await _asked_again(connection, bank)
    first = await queries.list_unclaimed(connection, bank, quarter.end_on)
    asked = [*(Asked(p.loan_id, _days(p), p.posted_fen, p.rate_ppm, period_id=p.id) for p in first), *again]
    decided = await _decide(connection, act, policy, asked)
    claim_id = uuid7()
    told = [
        (one, by)
        for one, by in zip(asked, decided, strict=True)
        if not one.again or (line_fen(by.facts, by.policy) and not by.facts.waits)
    ]
    lines = [_line(claim_id, one, by) for one, by in told if not by.facts.waits]
    if not lines:
        raise Problem("finance.discounts.nothing_to_claim")
    waiting = {one.loan_id for one, by in zip(asked, decided, strict=True) if by.facts.waits}
    await loans.note_asked(connection, sorted({one.loan_id for one in again} - waiting))
    paid = [line for line in lines if line.outcome != "refused"]
    claim = CLAIM.opened(
        act,
        "made",
        id=claim_id,
        division=act.caller.area,
        bank=bank,
        lines=len(paid),
        quarter_end_on=quarter.end_on - timedelta(days=1),
        amount_fen=sum(line.amount_fen for line in paid),
        made_by=act.subject,
        made_on=act.business_date,
    )
    await queries.insert_claim(connection, claim, lines)
    await log_steps(connection, act, CLAIM, "made", [(claim, PASSED)])
    await record_decisions(connection, act, policy.version, [by for _, by in told])
    return _state(claim, len(lines))


async def _asked_again(connection: Connection, bank: str) -> list[Asked]:
    """What was claimed of loans of which it may be otherwise by now: locked, so that no bank tells more meanwhile."""
    rows = await loans.lock_loans(connection, await queries.list_asked_again(connection, bank))
    found = {(p.loan_id, _days(p)): p for of in (await folds.list_periods(connection, list(rows))).values() for p in of}
    claimed = [
        (c.loan_id, Period(c.period_start_on, c.period_end_on), c.amount_fen)
        for c in await queries.list_claimed(connection, list(rows))
    ]
    return [
        Asked(one, days, p.posted_fen, p.rate_ppm, paid_fen, again=True, period_id=p.id)
        if (p := found.get((one, days)))
        else Asked(one, days, 0, rows[one].rate_ppm, paid_fen, again=True)
        for one, days, paid_fen in claimed
    ]


def _days(of: InterestPeriod | ShownLine) -> Period:
    return Period(of.period_start_on, of.period_end_on)


def _state(claim: DiscountClaim, lines: int) -> ClaimTaken:
    return ClaimTaken(
        id=claim.id,
        state=claim.state,
        lines=claim.lines,
        refused_lines=lines - claim.lines,
        amount_fen=claim.amount_fen,
    )


async def _decide(connection: Connection, act: Act, policy: Policy, asked: Sequence[Asked]) -> list[Decided]:
    ids = sorted({one.loan_id for one in asked})
    rows = await loans.list_loans_by_id(connection, ids)
    household_ids = sorted({r.household_id for r in rows.values()})
    statuses = await loans.list_statuses(connection, household_ids)
    frozen, misused = await list_frozen(connection, household_ids), await holds.list_misused(connection, ids)
    unseen = await holds.list_unseen_removals(connection, ids)
    suspected = await list_suspected(connection, household_ids)
    principal, spells = await ledger.list_principal(connection, ids), await folds.list_spells(connection, ids)
    today = policy.on(act.business_date, DiscountPolicy)

    @cache
    def of_contract(day: date) -> DiscountPolicy:
        return replace(today, rates=policy.on(day, RatePolicy))

    decided = []
    for one in asked:
        loan = rows[one.loan_id]
        movements = [Movement(on, amount) for on, amount in principal.get(loan.id, [])]
        overdue = overdue_within(one.period, _overdue(loan, movements, spells.get(loan.id, [])))
        facts = DiscountFacts(
            status=statuses.get(loan.household_id),
            term_months=loan.term_months,
            rate_ppm=one.rate_ppm,
            posted_fen=one.posted_fen,
            fen_days=paid_fen_days(movements, one.period, overdue),
            overdue_days=sum(o.days for o in overdue),
            frozen=loan.household_id in frozen,
            misused=loan.id in misused,
            removal_unseen=loan.id in unseen,
            suspected=loan.household_id in suspected,
            paid_fen=one.paid_fen,
        )
        # The benchmark of the contract's day, never of the day on which a clerk makes the claim.
        figures = of_contract(loan.decided_on or loan.approved_on)
        verdict = quarterly_discount(facts, figures)
        subject, bank = str(loan.household_id), loan.bank
        decided.append(Decided(DISCOUNT, subject, loan.division, facts, figures, verdict, bank=bank))
    return decided


def _overdue(loan: LoanRow, movements: Sequence[Movement], ended: Sequence[OverdueSpell]) -> list[Period]:
    """All days on which the loan was overdue, told or not."""
    running = [Period(loan.overdue_since, date.max)] if loan.overdue_since else []
    by_term = since_maturity(movements, loan.due_on)
    return [*(Period(s.start_on, s.end_on) for s in ended), *running, *([by_term] if by_term else [])]


def _line(claim_id: UUID, one: Asked, decided: Decided) -> DiscountLine:
    amount_fen = line_fen(decided.facts, decided.policy)
    return DiscountLine(
        id=uuid7(),
        claim_id=claim_id,
        interest_period_id=one.period_id,
        loan_id=one.loan_id,
        household_id=UUID(decided.subject_id),
        division=decided.division,
        bank=decided.bank or "",
        posted_fen=one.posted_fen,
        outcome=outcome_of(amount_fen),
        amount_fen=amount_fen,
        missing={"codes": decided.verdict.missing},
        decision_id=decided.id,
        period_start_on=one.period.start_on,
        period_end_on=one.period.end_on,
    )


async def check_claim(connection: Connection, act: Act, policy: Policy, claim_id: UUID) -> ClaimTaken:
    """The finance bureau finds the claim right, and owes it; the rest is left to the households.

    Its lines are decided again: what was struck since is paid nothing, what waits for a person stands in no claim. What
    banks have told since alters no line: the next claim has it.

    Raises:
        Problem: not known here (404), made by the same person (403), checked already (409).
    """
    lines = await queries.list_lines(connection, claim_id)
    again = await _decided_again(connection, act, policy, lines)
    fallen = {one: by for one, by in again.items() if by.verdict.outcome == "refused"}
    waiting = {one for one, by in fallen.items() if by.facts.waits}
    left = [
        line._replace(outcome="refused", amount_fen=0) if line.id in fallen else line
        for line in lines
        if line.id not in waiting
    ]
    paid = [line for line in left if line.outcome != "refused"]
    found = Finding(sets={"lines": len(paid), "amount_fen": sum(line.amount_fen for line in paid)})

    async def save(_passed: list[tuple[DiscountClaim, Finding]]) -> None:
        await record_decisions(connection, act, policy.version, list(fallen.values()))
        await queries.drop_lines(connection, sorted(waiting))
        await queries.refuse_lines(connection, {one: by for one, by in fallen.items() if one not in waiting})
        await _cover(connection, act, policy, claim_id, left)

    case = [Case(id=claim_id)]
    (answer,) = await take_step(connection, act, CLAIM, "checked", case, lambda *_: found, save=save)
    if answer.code is not None:
        raise Problem(answer.code)
    return _state(await queries.get_claim(connection, claim_id), len(left))


async def _decided_again(
    connection: Connection, act: Act, policy: Policy, lines: Sequence[ShownLine]
) -> dict[UUID, Decided]:
    """By line, of those that pay and whose period still stands."""
    ids = sorted({line.loan_id for line in lines})
    found = {(p.loan_id, _days(p)): p for of in (await folds.list_periods(connection, ids)).values() for p in of}
    sums = {(c.loan_id, c.period_start_on): c.amount_fen for c in await queries.list_claimed(connection, ids)}
    asked = {
        line.id: Asked(line.loan_id, _days(line), p.posted_fen, p.rate_ppm, before)
        for line in lines
        if line.outcome == "accepted" and (p := found.get((line.loan_id, _days(line))))
        for before in (sums[line.loan_id, line.period_start_on] - line.amount_fen,)
    }
    return dict(zip(asked, await _decide(connection, act, policy, list(asked.values())), strict=True))


async def _cover(connection: Connection, act: Act, policy: Policy, claim_id: UUID, lines: Sequence[ShownLine]) -> None:
    rows = await loans.lock_loans(connection, sorted({line.loan_id for line in lines}))
    # A claim comes behind all that was told, but where its day is an earlier one, or something fell due before it.
    on = act.business_date
    anew = [r.id for r in rows.values() if (r.told_to and on < r.told_to) or (r.due_on and r.due_on < on)]
    await fold_loans(connection, act, policy, list(rows.values()), anew=anew)
    paid = [line for line in lines if line.outcome != "refused"]
    await post_journals(connection, act, [_journal(act, claim_id, line, rows[line.loan_id]) for line in paid])
    await emit(connection, act, "finance", [_fact(act, claim_id, line, rows[line.loan_id].division) for line in paid])


def _fact(act: Act, claim_id: UUID, line: ShownLine, division: str) -> Payload:
    of_line = {"loan_id": line.loan_id, "household_id": line.household_id, "division": division, "claim_id": claim_id}
    if line.amount_fen < 0:
        return DiscountTakenBack(**of_line, amount_fen=-line.amount_fen, taken_back_on=act.business_date)
    return DiscountApproved(**of_line, amount_fen=line.amount_fen, approved_on=act.business_date)


def _journal(act: Act, claim_id: UUID, line: ShownLine, loan: LoanRow) -> Journal:
    paid = ("discount_receivable", "interest_receivable") if line.amount_fen > 0 else TAKEN_BACK
    return Journal(
        kind="discount",
        loan_id=loan.id,
        division=loan.division,
        bank=loan.bank,
        booked_on=act.business_date,
        valued_on=act.business_date,
        source_key=f"claim:{claim_id}:{line.id}",
        entries=transfer(*paid, abs(line.amount_fen)),
    )
