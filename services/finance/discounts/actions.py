"""Making and checking the quarter's claim."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from services.finance.bank import queries as bank_queries
from services.finance.bank.tables import InterestPeriod
from services.finance.discounts import queries
from services.finance.discounts.rules import (
    DISCOUNT,
    DiscountFacts,
    DiscountPolicy,
    discount_fen,
    overdue_within,
    paid_fen_days,
    quarterly_discount,
)
from services.finance.discounts.schemas import ClaimTaken
from services.finance.discounts.tables import DiscountClaim, DiscountLine, ShownLine, discount_claim
from services.finance.holds import queries as holds
from services.finance.ledger import queries as ledger
from services.finance.ledger.actions import post_journals
from services.finance.ledger.rules import Journal, transfer
from services.finance.loans import queries as loans
from services.finance.loans.rules import Movement, quarter_of
from services.finance.loans.tables import LoanRow
from shared.acts.bodies import Case
from shared.acts.decisions import record_decisions
from shared.acts.freezes import list_frozen
from shared.acts.procedures import PASSED, Finding, Procedure, Step, by_bureaus, log_steps, take_step
from shared.acts.suspicions import list_suspected
from shared.data.sql import Connection
from shared.events.finance import DiscountApproved
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


async def make_claim(connection: Connection, act: Act, policy: Policy, bank: str, quarter_end_on: date) -> ClaimTaken:
    """Claim what the bank settled in the quarter and nobody claimed yet; every line is decided by the rules.

    What is frozen, or was struck and nobody has looked yet, is decided too but stands in no claim: a later claim of the
    quarter takes it.

    Raises:
        Problem: the day ends no quarter (422); the quarter is not over, or nothing is left to claim (409).
    """
    quarter = quarter_of(quarter_end_on)
    if quarter is None:
        raise Problem("finance.discounts.not_a_quarter_end")
    if act.business_date < quarter.end_on - timedelta(days=1):
        raise Problem("finance.discounts.quarter_open")
    await queries.take_turn(connection, bank)
    periods = await bank_queries.list_unclaimed(connection, bank, quarter.start_on, quarter.end_on)
    if not periods:
        raise Problem("finance.discounts.nothing_to_claim")
    decided, claim_id = await _decide(connection, policy.on(act.business_date, DiscountPolicy), periods), uuid7()
    lines = [_line(claim_id, period, one) for period, one in zip(periods, decided, strict=True) if not one.facts.waits]
    if not lines:
        raise Problem("finance.discounts.nothing_to_claim")
    paid = [line for line in lines if line.outcome == "accepted"]
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
    await record_decisions(connection, act, policy.version, decided)
    return _state(claim, len(lines))


def _state(claim: DiscountClaim, lines: int) -> ClaimTaken:
    return ClaimTaken(
        id=claim.id,
        state=claim.state,
        lines=claim.lines,
        refused_lines=lines - claim.lines,
        amount_fen=claim.amount_fen,
    )


async def _decide(connection: Connection, policy: DiscountPolicy, periods: Sequence[InterestPeriod]) -> list[Decided]:
    ids = sorted({p.loan_id for p in periods})
    rows = await loans.list_loans_by_id(connection, ids)
    household_ids = sorted({r.household_id for r in rows.values()})
    statuses = await loans.list_statuses(connection, household_ids)
    frozen, misused = await list_frozen(connection, household_ids), await holds.list_misused(connection, ids)
    unseen = await holds.list_unseen_removals(connection, ids)
    suspected = await list_suspected(connection, household_ids)
    principal, spells = await ledger.list_principal(connection, ids), await bank_queries.list_spells(connection, ids)
    decided = []
    for settled in periods:
        loan = rows[settled.loan_id]
        period = Period(settled.period_start_on, settled.period_end_on)
        ended = spells.get(loan.id, [])
        running = [Period(loan.overdue_since, date.max)] if loan.overdue_since else []
        overdue = overdue_within(period, [*ended, *running])
        movements = [Movement(on, amount) for on, amount in principal.get(loan.id, [])]
        facts = DiscountFacts(
            status=statuses.get(loan.household_id),
            term_months=loan.term_months,
            rate_ppm=settled.rate_ppm,
            posted_fen=settled.posted_fen,
            fen_days=paid_fen_days(movements, period, overdue),
            overdue_days=sum(o.days for o in overdue),
            frozen=loan.household_id in frozen,
            misused=loan.id in misused,
            removal_unseen=loan.id in unseen,
            suspected=loan.household_id in suspected,
        )
        verdict = quarterly_discount(facts, policy)
        subject, bank = str(loan.household_id), loan.bank
        decided.append(Decided(DISCOUNT, subject, loan.division, facts, policy, verdict, bank=bank))
    return decided


def _line(claim_id: UUID, settled: InterestPeriod, decided: Decided) -> DiscountLine:
    accepted = decided.verdict.outcome == "accepted"
    return DiscountLine(
        id=uuid7(),
        claim_id=claim_id,
        interest_period_id=settled.id,
        loan_id=settled.loan_id,
        household_id=UUID(decided.subject_id),
        division=decided.division,
        bank=settled.bank,
        posted_fen=settled.posted_fen,
        outcome="accepted" if accepted else "refused",
        amount_fen=discount_fen(decided.facts, decided.policy) if accepted else 0,
        missing={"codes": decided.verdict.missing},
        decision_id=decided.id,
    )


async def check_claim(connection: Connection, act: Act, policy: Policy, claim_id: UUID) -> ClaimTaken:
    """The finance bureau finds the claim right, and owes it; the rest is left to the households.

    Its lines are decided again: what was struck since is paid nothing, what waits for a person stands in no claim.

    Raises:
        Problem: not known here (404), made by the same person (403), checked already (409).
    """
    lines = await queries.list_lines(connection, claim_id)
    periods = await bank_queries.list_accepted(connection, claim_id)
    again = await _decide(connection, policy.on(act.business_date, DiscountPolicy), periods)
    fallen = {p.id: one for p, one in zip(periods, again, strict=True) if one.verdict.outcome == "refused"}
    waiting = {period_id for period_id, one in fallen.items() if one.facts.waits}
    left = [
        line._replace(outcome="refused", amount_fen=0) if line.period_id in fallen else line
        for line in lines
        if line.period_id not in waiting
    ]
    paid = [line for line in left if line.outcome == "accepted"]
    found = Finding(sets={"lines": len(paid), "amount_fen": sum(line.amount_fen for line in paid)})

    async def save(_passed: list[tuple[DiscountClaim, Finding]]) -> None:
        await record_decisions(connection, act, policy.version, list(fallen.values()))
        await queries.drop_lines(connection, sorted(waiting))
        await queries.refuse_lines(connection, {one: by for one, by in fallen.items() if one not in waiting})
        await _cover(connection, act, claim_id, left)

    case = [Case(id=claim_id)]
    (answer,) = await take_step(connection, act, CLAIM, "checked", case, lambda *_: found, save=save)
    if answer.code is not None:
        raise Problem(answer.code)
    return _state(await queries.get_claim(connection, claim_id), len(left))


async def _cover(connection: Connection, act: Act, claim_id: UUID, lines: Sequence[ShownLine]) -> None:
    rows = await loans.lock_loans(connection, sorted({line.loan_id for line in lines}))
    covered, owed = Counter[UUID](), Counter[UUID]()
    for line in lines:
        covered[line.loan_id] += line.amount_fen
        owed[line.loan_id] += line.posted_fen - line.amount_fen
    left = [
        {
            "id": one,
            "interest_fen": row.interest_fen - covered[one],
            "interest_owed_fen": row.interest_owed_fen + owed[one],
        }
        for one, row in rows.items()
    ]
    await loans.cover_interest(connection, left)
    paid = [line for line in lines if line.outcome == "accepted"]
    await post_journals(connection, act, [_journal(act, claim_id, line, rows[line.loan_id]) for line in paid])
    facts = [
        DiscountApproved(
            loan_id=line.loan_id,
            household_id=line.household_id,
            division=rows[line.loan_id].division,
            claim_id=claim_id,
            amount_fen=line.amount_fen,
            approved_on=act.business_date,
        )
        for line in paid
    ]
    await emit(connection, act, "finance", facts)


def _journal(act: Act, claim_id: UUID, line: ShownLine, loan: LoanRow) -> Journal:
    return Journal(
        "discount",
        loan.id,
        loan.division,
        loan.bank,
        act.business_date,
        f"claim:{claim_id}:{line.id}",
        transfer("discount_receivable", "interest_receivable", line.amount_fen),
    )
