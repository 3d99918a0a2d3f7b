"""Who may borrow, and interest to the fen."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.finance.loans.rules import (
    ELIGIBILITY,
    LoanFacts,
    LoanPolicy,
    Movement,
    RatePolicy,
    benchmark_ppm,
    fen_days,
    interest_due_fen,
    interest_fen,
    loan_eligibility,
    quarter_of,
)
from shared.values.dates import Period

POLICY = LoanPolicy(
    100, 5_000_000, 36, ("crops", "livestock", "processing", "trade", "equipment"),
    ("poor", "exited", "returned"), ("xinhe", "rcu"),
)  # fmt: skip
GOOD = LoanFacts("poor", True, 5_000_000, 36, "livestock", "xinhe", False)
FULL = 5_000_000
DRAWN = date(2017, 3, 21)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, []),
        ({"status": "exited"}, []),
        ({"status": "returned"}, []),
        ({"status": "removed"}, ["household_eligible"]),
        ({"borrower_age_ok": False}, ["borrower_age"]),
        ({"borrower_age_ok": True, "named_age_ok": False}, ["named_borrower_age"]),
        ({"borrower_age_ok": False, "named_age_ok": True}, []),
        ({"amount_fen": 100}, []),
        ({"amount_fen": 99}, ["amount_within_limits"]),
        ({"amount_fen": 5_000_001}, ["amount_within_limits"]),
        ({"term_months": 1}, []),
        ({"term_months": 0}, ["term_within_limits"]),
        ({"term_months": 37}, ["term_within_limits"]),
        ({"purpose": "house"}, ["purpose_productive"]),
        ({"purpose": "wedding"}, ["purpose_productive"]),
        ({"purpose": "debts"}, ["purpose_productive"]),
        ({"purpose": "consumption"}, ["purpose_productive"]),
        ({"bank": "elsewhere"}, ["bank_lends"]),
        ({"has_open_loan": True}, ["no_open_loan"]),
        ({"frozen": True}, ["not_frozen"]),
        ({"status": "removed", "has_open_loan": True}, ["household_eligible", "no_open_loan"]),
    ],
)
def test_eligibility(changes: dict[str, object], missing: list[str]) -> None:
    facts = replace(GOOD, **changes)  # type: ignore[arg-type]
    verdict = loan_eligibility(facts, POLICY)
    assert verdict.missing == missing
    assert verdict.outcome == ("refused" if missing else "approved")
    assert ELIGIBILITY.replay(ELIGIBILITY.inputs(facts, POLICY)) == verdict


def test_what_was_decided_before_there_were_freezes_and_borrowers_comes_out_the_same() -> None:
    old = ELIGIBILITY.inputs(GOOD, POLICY)
    del old["facts"]["frozen"], old["facts"]["named_age_ok"]
    assert ELIGIBILITY.replay(old) == loan_eligibility(GOOD, POLICY)
    assert [r.code for r in loan_eligibility(GOOD, POLICY).reasons][-1] == "no_open_loan"


@pytest.mark.parametrize(
    ("days", "due"),
    [
        (90, 59_375), (91, 60_035), (92, 60_694), (365, 240_799), (366, 241_458), (1_095, 722_396),
        (1_096, 723_056), (0, 0),
    ],
)  # fmt: skip
def test_the_vectors_of_the_domain(days: int, due: int) -> None:
    assert interest_fen(FULL * days, 47_500) == due
    assert interest_due_fen([Movement(DRAWN, FULL)], 47_500, DRAWN + timedelta(days=days), 0) == due


def test_a_year_in_four_settlements_drifts_by_no_fen() -> None:
    """90, 92, 92 and 91 days, each rounded, are a fen less than the year; the cumulative due gives it back."""
    start, ends = date(2016, 12, 21), [date(2017, 3, 21), date(2017, 6, 21), date(2017, 9, 21), date(2017, 12, 21)]
    apart = [interest_fen(FULL * p.days, 47_500) for p in map(Period, [start, *ends[:-1]], ends)]
    assert apart == [59_375, 60_694, 60_694, 60_035]
    assert sum(apart) == 240_798
    posted = 0
    for end in ends:
        posted += interest_due_fen([Movement(start, FULL)], 47_500, end, posted)
    assert posted == 240_799


def test_the_drawing_day_counts_and_the_repayment_day_does_not() -> None:
    lent = [Movement(date(2017, 4, 10), FULL), Movement(date(2017, 4, 20), -FULL)]
    assert fen_days(lent, Period(date(2017, 4, 10), date(2017, 4, 11))) == FULL
    assert fen_days(lent, Period(date(2017, 4, 20), date(2017, 4, 21))) == 0
    assert fen_days(lent, Period(date(2017, 3, 21), date(2017, 6, 21))) == FULL * 10


@given(
    st.lists(st.tuples(st.integers(0, 1_200), st.integers(1, 1_000_000)), max_size=6),
    st.integers(0, 1_200), st.integers(0, 1_200), st.integers(0, 1_200), st.integers(1, 200_000),
)  # fmt: skip
def test_splitting_a_period_never_changes_the_sum(
    repaid: list[tuple[int, int]], one: int, two: int, three: int, rate: int
) -> None:
    moves = [Movement(DRAWN, 6_000_000), *(Movement(DRAWN + timedelta(days=d), -fen) for d, fen in repaid)]
    start, split, end = (DRAWN + timedelta(days=d) for d in sorted((one, two, three)))
    parts = fen_days(moves, Period(start, split)) + fen_days(moves, Period(split, end))
    assert parts == fen_days(moves, Period(start, end))
    first = interest_due_fen(moves, rate, split, 0)
    assert first + interest_due_fen(moves, rate, end, first) == interest_due_fen(moves, rate, end, 0)


def test_the_benchmark_of_a_term() -> None:
    rates = RatePolicy(12, 43_500, 47_500)
    assert [benchmark_ppm(months, rates) for months in (1, 12, 13, 36)] == [43_500, 43_500, 47_500, 47_500]


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2017, 3, 20), Period(date(2016, 12, 21), date(2017, 3, 21))),
        (date(2017, 6, 20), Period(date(2017, 3, 21), date(2017, 6, 21))),
        (date(2017, 12, 21), Period(date(2017, 9, 21), date(2017, 12, 21))),
        (date(2017, 12, 22), None),
        (date(2017, 11, 20), None),
    ],
)
def test_a_quarter_is_named_by_its_settlement_day_or_its_open_end(day: date, quarter: Period | None) -> None:
    assert quarter_of(day) == quarter
