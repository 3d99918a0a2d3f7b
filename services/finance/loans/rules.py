"""Who may borrow, and what interest falls due: pure rules.

The product is the subsidised microcredit of domain notes 2.3 (S35 2017-42, S36, S37): at most 50,000 yuan for at
most three years at the benchmark rate, one open loan per household, for production only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from shared.values.dates import Period
from shared.values.money import half_up
from shared.values.verdicts import Reason, Rule, Verdict

YEAR_PPM_DAYS = 360 * 1_000_000
SETTLING_MONTHS = (3, 6, 9, 12)
State = Literal["approved", "granted", "declined", "disbursed", "overdue", "settled"]


@dataclass(frozen=True, slots=True)
class LoanFacts:
    """What is known of an application when it is decided."""

    status: str
    borrower_age_ok: bool
    amount_fen: int
    term_months: int
    purpose: str
    bank: str
    has_open_loan: bool
    frozen: bool = False
    # Of who is named to sign; None: nobody is, or his age is not known here.
    named_age_ok: bool | None = None
    suspected: bool = False


@dataclass(frozen=True, slots=True)
class LoanPolicy:
    smallest_fen: Annotated[int, "smallest_loan_fen"]
    largest_fen: Annotated[int, "largest_loan_fen"]
    longest_term_months: int
    purposes: Annotated[tuple[str, ...], "loan_purposes"]
    statuses: Annotated[tuple[str, ...], "loan_statuses"]
    banks: Annotated[tuple[str, ...], "lending_banks"]


# Domain notes 2.3 "Product": registered incl. exited, amount, term, one balance (S35 2017-42, S36, S37); age 18 to
# 65 [choice], by the registry: of who is named to sign, else of somebody in the household; use for production only
# [known].
def loan_eligibility(facts: LoanFacts, policy: LoanPolicy) -> Verdict:
    """`approved` when every condition holds, else `refused`; a reason for each."""
    reasons = (
        Reason("household_eligible", facts.status in policy.statuses, {"status": facts.status}),
        Reason("borrower_age", facts.borrower_age_ok)
        if facts.named_age_ok is None
        else Reason("named_borrower_age", facts.named_age_ok),
        Reason(
            "amount_within_limits",
            policy.smallest_fen <= facts.amount_fen <= policy.largest_fen,
            {"amount_fen": facts.amount_fen, "largest_fen": policy.largest_fen},
        ),
        Reason(
            "term_within_limits",
            1 <= facts.term_months <= policy.longest_term_months,
            {"term_months": facts.term_months, "longest_months": policy.longest_term_months},
        ),
        Reason("purpose_productive", facts.purpose in policy.purposes, {"purpose": facts.purpose}),
        Reason("bank_lends", facts.bank in policy.banks, {"bank": facts.bank}),
        Reason("no_open_loan", not facts.has_open_loan),
        # What a confirmed fraud touched stands still (domain notes 3). The reason stands only where it stops, so that
        # what was decided before there were freezes comes out the same.
        *((Reason("not_frozen", passed=False),) if facts.frozen else ()),
        # While people look into what a comparison found; alike.
        *((Reason("not_suspected", passed=False),) if facts.suspected else ()),
    )
    return Verdict("approved" if all(r.passed for r in reasons) else "refused", reasons)


ELIGIBILITY = Rule("finance.loan_eligibility", LoanFacts, LoanPolicy, loan_eligibility, "docs/sources.md#s35")


@dataclass(frozen=True, slots=True)
class RatePolicy:
    short_term_months: int
    short_ppm: Annotated[int, "benchmark_short_ppm"]
    long_ppm: Annotated[int, "benchmark_long_ppm"]


# PBC benchmark rates from 2015-10-24 [known].
def benchmark_ppm(term_months: int, policy: RatePolicy) -> int:
    """The benchmark rate a year of a term."""
    return policy.short_ppm if term_months <= policy.short_term_months else policy.long_ppm


@dataclass(frozen=True, slots=True)
class Movement:
    """A change of the principal on a day: above zero drawn, below repaid."""

    on: date
    amount_fen: int


# Act/360; the drawing day counts, the repayment day does not [known, PBC rules]: a movement acts from its own day on.
def fen_days(movements: Sequence[Movement], period: Period) -> int:
    """The sum of the principal over the days of a period: exact, so that it may be split anywhere."""
    return sum(m.amount_fen * max(0, (period.end_on - max(m.on, period.start_on)).days) for m in movements)


def interest_fen(principal_days: int, rate_ppm: int) -> int:
    """Interest for fen x days at a rate a year of 360 days, rounded once."""
    return half_up(principal_days * rate_ppm, YEAR_PPM_DAYS)


# Mechanics 9: rounding the sum, not the parts, never drifts.
def interest_due_fen(movements: Sequence[Movement], rate_ppm: int, until: date, posted_fen: int) -> int:
    """What is due until before a day: the rounded interest since the first drawing, less what was posted before."""
    start = min((m.on for m in movements), default=until)
    return interest_fen(fen_days(movements, Period(start, max(start, until))), rate_ppm) - posted_fen


# Settled quarterly on the 20th of March, June, September, December; the 20th itself earns [known, PBC rules].
def quarter_of(day: date) -> Period | None:
    """The half-open quarter that ends with a settlement day: named by the 20th, or by the 21st that is past it."""
    if day.month not in SETTLING_MONTHS or day.day not in (20, 21):
        return None
    year, month = (day.year - 1, 12) if day.month == 3 else (day.year, day.month - 3)
    return Period(date(year, month, 21), date(day.year, day.month, 21))
