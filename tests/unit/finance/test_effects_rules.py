"""The state machine of a loan: what each event does in each state."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.effects.rules import (
    Applied,
    EventPolicy,
    Held,
    Posted,
    Quarantined,
    Refused,
    Reversed,
    allocate,
    apply_bank_event,
)
from services.finance.ledger.rules import is_balanced
from services.finance.loans.rules import Coverage, LoanState, Movement, RatePolicy, SettledInterest, due_of
from shared.values.dates import Period

ORDER = ("penalty", "interest", "principal")
POLICY = EventPolicy(ORDER, True, 1_500_000, 100_000, 100, RatePolicy(12, 43_500, 47_500))
DAY = date(2017, 4, 10)
APPROVED = LoanState("approved", 5_000_000, 36, 47_500, date(2017, 4, 1))
GRANTED = replace(APPROVED, state="granted", decided_on=date(2017, 4, 5))
RUNNING = replace(
    GRANTED, state="disbursed", disbursed_on=DAY, due_on=date(2020, 4, 10), disbursed_fen=5_000_000,
    principal_fen=5_000_000, movements=(Movement(DAY, 5_000_000),),
)  # fmt: skip
LATE = replace(RUNNING, state="overdue", overdue_since=date(2017, 5, 1), overdue_fen=60_000)
REPAID = replace(
    RUNNING,
    principal_fen=0,
    eased_on=date(2017, 6, 1),
    movements=(*RUNNING.movements, Movement(date(2017, 6, 1), -5_000_000)),
)
SETTLED = replace(REPAID, state="settled", settled_on=date(2017, 6, 1))
DECLINED = replace(APPROVED, state="declined", decided_on=DAY)

YES = Posted("decision", DAY, approved=True)
PAY_OUT = Posted("disbursement", DAY, 5_000_000)
INTEREST = Posted("interest_settled", date(2017, 6, 20), 47_500, period=Period(DAY, date(2017, 6, 21)))
REPAY = Posted("repayment", date(2017, 6, 1), 1_000_000)
OVERDUE = Posted("overdue", date(2017, 6, 20), 47_500)
SETTLE = Posted("settled", date(2017, 6, 1))


def outcome(loan: LoanState, event: Posted) -> str:
    """The state afterwards, `held`, or the code."""
    found = apply_bank_event(loan, event, lambda _: POLICY)
    match found:
        case Applied():
            assert not found.entries or is_balanced(found.entries)
            return found.loan.state
        case Held():
            return "held"
        case Refused():
            return found.code.removeprefix("finance.bank.")
        case Quarantined():
            return "looks wrong: " + found.code.removeprefix("finance.bank.")
        case Reversed():
            return "reversed"


def posted(fen: int, start: date = DAY, end: date = date(2017, 5, 1)) -> SettledInterest:
    return SettledInterest(UUID(int=fen), Period(start, end), fen)


# Interest that the bank has settled, that the county was asked for, and that it refused.
SETTLED_9 = replace(RUNNING, settled=(posted(9),))
REFUSED_9 = replace(SETTLED_9, covered=(Coverage(date(2017, 5, 5), Period(DAY, date(2017, 5, 1)), 0),))
DUE_PAST = replace(RUNNING, due_on=date(2017, 5, 31))


@pytest.mark.parametrize(
    ("loan", "event", "becomes"),
    [
        (APPROVED, YES, "granted"),
        (APPROVED, replace(YES, approved=False), "declined"),
        (APPROVED, replace(YES, occurred_on=date(2017, 3, 31)), "dates_reversed"),
        (GRANTED, YES, "already_decided"),
        (RUNNING, YES, "already_decided"),
        *((APPROVED, event, "held") for event in (PAY_OUT, INTEREST, REPAY, OVERDUE, SETTLE)),
        *((GRANTED, event, "held") for event in (INTEREST, REPAY, OVERDUE, SETTLE)),
        (GRANTED, PAY_OUT, "disbursed"),
        (GRANTED, replace(PAY_OUT, amount_fen=4_000_000), "disbursed"),
        (GRANTED, replace(PAY_OUT, amount_fen=5_000_001), "over_approved"),
        (GRANTED, replace(PAY_OUT, occurred_on=date(2017, 4, 4)), "dates_reversed"),
        (RUNNING, PAY_OUT, "already_disbursed"),
        (RUNNING, INTEREST, "disbursed"),
        (LATE, INTEREST, "overdue"),
        (RUNNING, replace(INTEREST, occurred_on=date(2017, 6, 19)), "period_not_over"),
        (RUNNING, replace(INTEREST, period=Period(date(2017, 4, 9), date(2017, 6, 21))), "dates_reversed"),
        (SETTLED_9, INTEREST, "period_overlaps"),
        (replace(RUNNING, settled=(posted(60_694, date(2017, 6, 21), date(2017, 9, 21)),)), INTEREST, "disbursed"),
        (RUNNING, REPAY, "disbursed"),
        (RUNNING, replace(REPAY, amount_fen=5_000_001), "over_repayment"),
        (SETTLED_9, replace(REPAY, amount_fen=5_000_009), "disbursed"),
        (SETTLED_9, replace(REPAY, amount_fen=5_000_010), "over_repayment"),
        (REFUSED_9, replace(REPAY, amount_fen=5_000_009), "disbursed"),
        (RUNNING, replace(REPAY, amount_fen=5_000_000 + 34_306), "disbursed"),  # to the day: 52 days at 4.75 %
        (RUNNING, replace(REPAY, amount_fen=5_000_000 + 34_407), "over_repayment"),
        (RUNNING, replace(REPAY, occurred_on=date(2017, 4, 9)), "dates_reversed"),
        (RUNNING, replace(OVERDUE, amount_fen=5_000_001), "over_outstanding"),
        (RUNNING, OVERDUE, "overdue"),
        (LATE, replace(REPAY, amount_fen=60_000), "disbursed"),
        (LATE, replace(REPAY, amount_fen=59_999), "overdue"),
        (DUE_PAST, replace(REPAY, amount_fen=5_000), "overdue"),
        (DUE_PAST, replace(REPAY, amount_fen=5_000, occurred_on=date(2017, 5, 31)), "disbursed"),
        (DUE_PAST, replace(REPAY, amount_fen=5_000_000), "disbursed"),
        (replace(DUE_PAST, matured=True, state="overdue", overdue_since=DAY, overdue_fen=9), REPAY, "overdue"),
        (RUNNING, SETTLE, "held"),
        (replace(REPAID, settled=REFUSED_9.settled, covered=REFUSED_9.covered), SETTLE, "held"),
        (replace(REPAID, settled=REFUSED_9.settled), SETTLE, "settled"),
        (REPAID, SETTLE, "settled"),
        (REPAID, replace(SETTLE, occurred_on=date(2017, 5, 31)), "dates_reversed"),
        *((SETTLED, event, "loan_closed") for event in (YES, PAY_OUT, INTEREST, REPAY, OVERDUE, SETTLE)),
        *((DECLINED, event, "loan_closed") for event in (YES, PAY_OUT, INTEREST, REPAY)),
        (APPROVED, replace(YES, rate_ppm=47_501), "looks wrong: rate_above_benchmark"),
        (APPROVED, replace(YES, rate_ppm=47_501, released=True), "granted"),
        (GRANTED, replace(PAY_OUT, rate_ppm=47_501), "looks wrong: rate_above_benchmark"),
        (RUNNING, replace(INTEREST, amount_fen=52_350), "disbursed"),  # 10 % and a yuan above 47,500
        (RUNNING, replace(INTEREST, amount_fen=52_351), "looks wrong: interest_implausible"),
        (RUNNING, replace(INTEREST, amount_fen=42_649), "looks wrong: interest_implausible"),
        (RUNNING, replace(INTEREST, amount_fen=10**13, released=True), "disbursed"),
        (LATE, replace(INTEREST, amount_fen=71_250), "overdue"),  # at the penalty rate
        (REPAID, replace(INTEREST, amount_fen=47_500), "disbursed"),  # the bank was not told of the repayment
        (RUNNING, replace(OVERDUE, amount_fen=10**13, penalty_fen=10**13), "looks wrong: penalty_implausible"),
        (LATE, replace(OVERDUE, amount_fen=100_000, penalty_fen=1_209), "overdue"),  # 51 days at 7.125 %, 10 %, a yuan
        (LATE, replace(OVERDUE, amount_fen=100_000, penalty_fen=1_211), "looks wrong: penalty_implausible"),
    ],
)  # fmt: skip
def test_every_event_in_every_state(loan: LoanState, event: Posted, becomes: str) -> None:
    assert outcome(loan, event) == becomes


def applied(loan: LoanState, event: Posted) -> Applied:
    found = apply_bank_event(loan, event, lambda _: POLICY)
    assert isinstance(found, Applied)
    return found


def test_a_disbursement_opens_principal_term_and_rate() -> None:
    loan = applied(GRANTED, replace(PAY_OUT, rate_ppm=43_500, amount_fen=4_000_000)).loan
    assert (loan.principal_fen, loan.disbursed_fen, loan.rate_ppm) == (4_000_000, 4_000_000, 43_500)
    assert loan.due_on == date(2020, 4, 10)


def test_what_the_bank_posted_stands_and_what_was_due_is_found() -> None:
    found = applied(RUNNING, replace(INTEREST, id=UUID(int=1))).loan
    assert due_of(found, found.settled) == {INTEREST.period: 47_500}  # 72 days of 50,000 yuan at 4.75 %
    assert (found.interest_fen, found.interest_owed_fen) == (47_500, 0)
    wrong = applied(RUNNING, replace(INTEREST, amount_fen=50_000)).loan
    second = Period(date(2017, 6, 21), date(2017, 9, 21))
    after = applied(wrong, Posted("interest_settled", date(2017, 9, 20), 60_694, period=second)).loan
    # The first quarter's surplus is given back.
    assert due_of(after, after.settled) == {INTEREST.period: 47_500, second: 60_694 - 2_500}


def test_of_quarters_out_of_order_each_is_due_by_its_own_days() -> None:
    first, second = Period(DAY, date(2017, 6, 21)), Period(date(2017, 6, 21), date(2017, 9, 21))
    later = applied(RUNNING, Posted("interest_settled", date(2017, 9, 20), 60_694, period=second)).loan
    assert due_of(later, later.settled) == {second: 60_694}
    both = applied(later, Posted("interest_settled", date(2017, 9, 20), 47_500, period=first)).loan
    assert due_of(both, both.settled) == {first: 47_500, second: 60_694}


def test_a_repayment_is_taken_for_penalty_then_interest_then_principal() -> None:
    settled = (posted(1_000),)
    owing = replace(
        RUNNING, penalty_fen=300, settled=settled, covered=(Coverage(date(2017, 5, 5), settled[0].period, 800),)
    )
    assert (owing.interest_fen, owing.interest_owed_fen) == (200, 200)
    loan = applied(owing, replace(REPAY, amount_fen=1_000)).loan
    assert (loan.penalty_fen, loan.interest_owed_fen, loan.interest_fen) == (0, 0, 0)
    assert loan.principal_fen == 5_000_000 - 500
    assert loan.movements[-1] == Movement(date(2017, 6, 1), -500)
    order = replace(POLICY, repayment_order=("principal", "penalty", "interest"))
    first = apply_bank_event(owing, replace(REPAY, amount_fen=1_000), lambda _: order)
    assert isinstance(first, Applied)
    assert (first.loan.principal_fen, first.loan.penalty_fen) == (4_999_000, 300)


def test_principal_and_its_interest_in_one_and_interest_alone() -> None:
    owing = replace(RUNNING, settled=(posted(47_500, DAY, date(2017, 6, 1)),))
    whole = applied(owing, replace(REPAY, amount_fen=5_047_500)).loan
    assert (whole.principal_fen, whole.interest_fen, whole.interest_repaid_fen) == (0, 0, 47_500)
    alone = applied(owing, replace(REPAY, amount_fen=47_500)).loan
    assert (alone.principal_fen, alone.interest_fen) == (5_000_000, 0)
    part = applied(owing, replace(REPAY, amount_fen=1_000_000)).loan
    assert (part.principal_fen, part.interest_fen) == (4_000_000, 47_500)
    paid_twice = replace(alone, covered=(Coverage(date(2017, 6, 26), Period(DAY, date(2017, 6, 1)), 47_500),))
    assert (paid_twice.interest_fen, paid_twice.refund_fen) == (0, 47_500)


def test_a_spell_ends_with_the_repayment() -> None:
    ended = applied(LATE, replace(REPAY, amount_fen=60_000)).loan
    assert (ended.spells, ended.overdue_since) == ((Period(date(2017, 5, 1), date(2017, 6, 1)),), None)


def test_what_is_not_repaid_on_the_due_day_is_overdue_from_the_next_day_on_told_or_not() -> None:
    late = applied(DUE_PAST, replace(REPAY, occurred_on=date(2017, 6, 10))).loan
    assert (late.state, late.overdue_since, late.overdue_fen) == ("overdue", date(2017, 6, 1), 4_000_000)
    paid = applied(late, replace(REPAY, occurred_on=date(2017, 6, 20), amount_fen=4_000_000)).loan
    assert (paid.state, paid.spells) == ("disbursed", (Period(date(2017, 6, 1), date(2017, 6, 20)),))


def test_the_benchmark_is_that_of_the_contracts_day() -> None:
    def figures(day: date) -> EventPolicy:
        cut = RatePolicy(12, 40_000, 40_000)
        return replace(POLICY, rates=cut) if day >= date(2017, 4, 7) else POLICY

    assert isinstance(apply_bank_event(GRANTED, replace(PAY_OUT, rate_ppm=47_500), figures), Applied)
    assert isinstance(apply_bank_event(APPROVED, replace(YES, rate_ppm=47_500), figures), Quarantined)


@given(st.integers(1, 10_000), *[st.integers(0, 3_000)] * 3, st.permutations(ORDER))
def test_a_repayment_is_shared_out_whole_and_never_beyond_what_is_owed(
    amount: int, penalty: int, interest: int, principal: int, order: list[str]
) -> None:
    owed = {"penalty": penalty, "interest": interest, "principal": principal}
    shares = allocate(amount, owed, order)
    assert sum(shares.values()) == min(amount, sum(owed.values()))
    assert all(0 <= shares[n] <= owed[n] for n in owed)
