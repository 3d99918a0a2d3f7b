"""Who may borrow, and what interest falls due: pure rules.

The product is the subsidised microcredit of domain notes 2.3 (S35 2017-42, S36, S37): at most 50,000 yuan for at
most three years at the benchmark rate, one open loan per household, for production only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, NamedTuple
from uuid import UUID

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


class SettledInterest(NamedTuple):
    """A period that the bank settled, by which event."""

    event_id: UUID
    period: Period
    posted_fen: int


class Coverage(NamedTuple):
    """A line of a claim that was checked on a day: what the county pays of a period's interest, or takes back."""

    on: date
    period: Period
    amount_fen: int


@dataclass(frozen=True, slots=True)
class LoanState:
    """A loan as its events have left it; amounts in fen.

    `overdue_on`: the last day on which it was told to be overdue; `eased_on`: the last on which something was repaid
    or it was settled.
    """

    state: State
    approved_fen: int
    term_months: int
    rate_ppm: int
    approved_on: date
    decided_on: date | None = None
    disbursed_on: date | None = None
    due_on: date | None = None
    settled_on: date | None = None
    disbursed_fen: int = 0
    principal_fen: int = 0
    penalty_fen: int = 0
    interest_repaid_fen: int = 0
    overdue_fen: int = 0
    overdue_since: date | None = None
    matured: bool = False
    overdue_on: date | None = None
    eased_on: date | None = None
    movements: tuple[Movement, ...] = ()
    settled: tuple[SettledInterest, ...] = ()
    covered: tuple[Coverage, ...] = ()
    spells: tuple[Period, ...] = ()

    @property
    def posted_fen(self) -> int:
        return sum(s.posted_fen for s in self.settled)

    def _uncovered(self, *, decided: bool) -> int:
        """What the bank posted and the county does not pay; `decided`: only where the county has said so."""
        paid: dict[Period, int] = {}
        for line in self.covered:
            paid[line.period] = paid.get(line.period, 0) + line.amount_fen
        return sum(
            max(0, s.posted_fen - paid.get(s.period, 0)) for s in self.settled if s.period in paid or not decided
        )

    @property
    def interest_fen(self) -> int:
        """Posted, and neither repaid nor paid by the county."""
        return max(0, self._uncovered(decided=False) - self.interest_repaid_fen)

    @property
    def interest_owed_fen(self) -> int:
        """Of it what the county was asked for and does not pay: the household's."""
        return max(0, self._uncovered(decided=True) - self.interest_repaid_fen)

    @property
    def refund_fen(self) -> int:
        """What the household has paid of interest beyond what is its own: the bank gives it back, or settles it yet."""
        return max(0, self.interest_repaid_fen - self._uncovered(decided=False))

    @property
    def owed_fen(self) -> int:
        """What the household has to pay before the loan can be settled."""
        return self.principal_fen + self.interest_owed_fen + self.penalty_fen


def due_of(loan: LoanState, settled: Sequence[SettledInterest]) -> dict[Period, int]:
    """What is due by each settled period, the earliest first: the rounded interest of all days settled so far, less
    what was posted before. So rounding never drifts (mechanics 9), and it is the same in whatever order they came.
    """
    days, posted, found = 0, 0, dict[Period, int]()
    for one in sorted(settled, key=lambda s: s.period):
        days += fen_days(loan.movements, one.period)
        found[one.period] = interest_fen(days, loan.rate_ppm) - posted
        posted += one.posted_fen
    return found


# Settled quarterly on the 20th of March, June, September, December; the 20th itself earns [known, PBC rules].
def quarter_of(day: date) -> Period | None:
    """The half-open quarter that ends with a settlement day: named by the 20th, or by the 21st that is past it."""
    if day.month not in SETTLING_MONTHS or day.day not in (20, 21):
        return None
    year, month = (day.year - 1, 12) if day.month == 3 else (day.year, day.month - 3)
    return Period(date(year, month, 21), date(day.year, day.month, 21))
