"""The state machine of a loan: what each event does in each state."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.bank.rules import (
    Applied,
    Held,
    LoanState,
    Posted,
    PostedInterest,
    Refused,
    allocate,
    apply_bank_event,
)
from services.finance.ledger.rules import is_balanced
from services.finance.loans.rules import Movement
from shared.values.dates import Period

ORDER = ("penalty", "interest", "principal")
DAY = date(2017, 4, 10)
APPROVED = LoanState("approved", 5_000_000, 36, 47_500, date(2017, 4, 1))
GRANTED = replace(APPROVED, state="granted", decided_on=date(2017, 4, 5))
RUNNING = replace(
    GRANTED, state="disbursed", disbursed_on=DAY, due_on=date(2020, 4, 10), disbursed_fen=5_000_000,
    principal_fen=5_000_000, movements=(Movement(DAY, 5_000_000),),
)  # fmt: skip
LATE = replace(RUNNING, state="overdue", overdue_since=date(2017, 5, 1), overdue_fen=60_000)
REPAID = replace(RUNNING, principal_fen=0, movements=(*RUNNING.movements, Movement(date(2017, 6, 1), -5_000_000)))
SETTLED = replace(REPAID, state="settled", settled_on=date(2017, 6, 1))
DECLINED = replace(APPROVED, state="declined", decided_on=DAY)

YES = Posted("decision", DAY, approved=True)
PAY_OUT = Posted("disbursement", DAY, 5_000_000)
INTEREST = PostedInterest("interest_settled", date(2017, 6, 20), 47_500, period=Period(DAY, date(2017, 6, 21)))
REPAY = Posted("repayment", date(2017, 6, 1), 1_000_000)
OVERDUE = Posted("overdue", date(2017, 6, 20), 47_500)
SETTLE = Posted("settled", date(2017, 6, 1))


def outcome(loan: LoanState, event: Posted) -> str:
    """The state afterwards, `held`, or the code."""
    found = apply_bank_event(loan, event, ORDER)
    match found:
        case Applied():
            assert not found.entries or is_balanced(found.entries)
            return found.loan.state
        case Held():
            return "held"
        case Refused():
            return found.code.removeprefix("finance.bank.")


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
        (replace(RUNNING, settled=(Period(DAY, date(2017, 5, 1)),)), INTEREST, "period_overlaps"),
        (replace(RUNNING, settled=(Period(date(2017, 6, 21), date(2017, 9, 21)),)), INTEREST, "disbursed"),
        (RUNNING, REPAY, "disbursed"),
        (RUNNING, replace(REPAY, amount_fen=5_000_001), "over_repayment"),
        (replace(RUNNING, interest_fen=9), replace(REPAY, amount_fen=5_000_001), "over_repayment"),
        (replace(RUNNING, interest_fen=9, interest_owed_fen=9), replace(REPAY, amount_fen=5_000_009), "disbursed"),
        (RUNNING, replace(REPAY, occurred_on=date(2017, 4, 9)), "dates_reversed"),
        (RUNNING, replace(OVERDUE, amount_fen=5_000_001), "over_outstanding"),
        (RUNNING, OVERDUE, "overdue"),
        (LATE, replace(REPAY, amount_fen=60_000), "disbursed"),
        (LATE, replace(REPAY, amount_fen=59_999), "overdue"),
        (LATE, replace(REPAY, occurred_on=date(2017, 4, 30)), "overdue"),
        (LATE, replace(REPAY, occurred_on=date(2017, 4, 30), amount_fen=5_000_000), "disbursed"),
        (RUNNING, SETTLE, "held"),
        (replace(REPAID, interest_fen=9, interest_owed_fen=9), SETTLE, "held"),
        (replace(REPAID, interest_fen=9), SETTLE, "settled"),
        (REPAID, SETTLE, "settled"),
        (REPAID, replace(SETTLE, occurred_on=date(2017, 5, 31)), "dates_reversed"),
        *((SETTLED, event, "loan_closed") for event in (YES, PAY_OUT, INTEREST, REPAY, OVERDUE, SETTLE)),
        *((DECLINED, event, "loan_closed") for event in (YES, PAY_OUT, INTEREST, REPAY)),
    ],
)  # fmt: skip
def test_every_event_in_every_state(loan: LoanState, event: Posted, becomes: str) -> None:
    assert outcome(loan, event) == becomes


def applied(loan: LoanState, event: Posted) -> Applied:
    found = apply_bank_event(loan, event, ORDER)
    assert isinstance(found, Applied)
    return found


def test_a_disbursement_opens_principal_term_and_rate() -> None:
    loan = applied(GRANTED, replace(PAY_OUT, rate_ppm=43_500, amount_fen=4_000_000)).loan
    assert (loan.principal_fen, loan.disbursed_fen, loan.rate_ppm) == (4_000_000, 4_000_000, 43_500)
    assert loan.due_on == date(2020, 4, 10)


def test_what_the_bank_posted_stands_and_what_was_due_is_found() -> None:
    found = applied(RUNNING, INTEREST)
    assert found.due_fen == 47_500  # 72 days of 50,000 yuan at 4.75 %
    assert (found.loan.interest_fen, found.loan.interest_owed_fen) == (47_500, 0)
    wrong = applied(RUNNING, replace(INTEREST, amount_fen=50_000))
    assert (wrong.loan.posted_fen, wrong.due_fen) == (50_000, 47_500)
    after = applied(wrong.loan, PostedInterest("interest_settled", date(2017, 9, 20), 60_694, period=Period(
        date(2017, 6, 21), date(2017, 9, 21))))  # fmt: skip
    assert after.due_fen == 60_694 - 2_500  # the first quarter's surplus is given back


def test_a_late_repayment_lowers_what_is_due_next() -> None:
    posted = applied(RUNNING, INTEREST).loan
    late = applied(posted, replace(REPAY, occurred_on=date(2017, 6, 11), amount_fen=5_000_000)).loan
    due = applied(late, PostedInterest("interest_settled", date(2017, 9, 20), 1, period=Period(
        date(2017, 6, 21), date(2017, 9, 21)))).due_fen  # fmt: skip
    assert due is not None
    assert due < 0  # ten days too many were posted


def test_a_repayment_is_taken_for_penalty_then_interest_then_principal() -> None:
    owing = replace(RUNNING, penalty_fen=300, interest_fen=1_000, interest_owed_fen=200)
    loan = applied(owing, replace(REPAY, amount_fen=1_000)).loan
    assert (loan.penalty_fen, loan.interest_owed_fen, loan.interest_fen) == (0, 0, 800)
    assert loan.principal_fen == 5_000_000 - 500
    assert loan.movements[-1] == Movement(date(2017, 6, 1), -500)
    first = apply_bank_event(owing, replace(REPAY, amount_fen=1_000), ("principal", "penalty", "interest"))
    assert isinstance(first, Applied)
    assert (first.loan.principal_fen, first.loan.penalty_fen) == (4_999_000, 300)


def test_a_spell_ends_with_the_repayment_and_begins_with_the_earliest_report() -> None:
    earlier = applied(LATE, replace(OVERDUE, occurred_on=date(2017, 4, 20), amount_fen=1)).loan
    assert (earlier.overdue_since, earlier.overdue_fen) == (date(2017, 4, 20), 60_000)
    ended = applied(earlier, replace(REPAY, amount_fen=60_000))
    assert ended.ended_spell == Period(date(2017, 4, 20), date(2017, 6, 1))


@given(st.integers(1, 10_000), *[st.integers(0, 3_000)] * 3, st.permutations(ORDER))
def test_a_repayment_is_shared_out_whole_and_never_beyond_what_is_owed(
    amount: int, penalty: int, interest: int, principal: int, order: list[str]
) -> None:
    owed = {"penalty": penalty, "interest": interest, "principal": principal}
    shares = allocate(amount, owed, order)
    assert sum(shares.values()) == min(amount, sum(owed.values()))
    assert all(0 <= shares[n] <= owed[n] for n in owed)
