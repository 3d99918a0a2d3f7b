"""Which interest the county pays, and how much of it: pure rules.

Benchmark interest in full, a rate above the benchmark not at all; nothing for penalty, overdue or prepaid days;
eligibility is looked at again each quarter (domain notes 2.3 "Discount", S35 2017-42, S38).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from services.finance.loans.rules import Movement, RatePolicy, benchmark_ppm, fen_days, interest_fen
from shared.values.dates import Period
from shared.values.verdicts import Reason, Rule, Verdict

State = Literal["made", "checked"]
Outcome = Literal["accepted", "refused"]


@dataclass(frozen=True, slots=True)
class DiscountFacts:
    """A settled period of a loan. `fen_days`: its principal over its days without those it was overdue.

    `status` is None where the household is not known any more. `misused`: the county confirmed a misuse of the loan.
    `removal_unseen`: the household was struck, and nobody has looked at the loan since. `suspected`: people are looking
    into what a comparison found of the household.
    """

    status: str | None
    term_months: int
    rate_ppm: int
    posted_fen: int
    fen_days: int
    overdue_days: int
    frozen: bool = False
    misused: bool = False
    removal_unseen: bool = False
    suspected: bool = False

    @property
    def waits(self) -> bool:
        """Whether it stands in no claim yet: a person has the word first."""
        return self.frozen or self.removal_unseen or self.suspected


@dataclass(frozen=True, slots=True)
class DiscountPolicy:
    statuses: Annotated[tuple[str, ...], "loan_statuses"]
    rates: RatePolicy


def discount_fen(facts: DiscountFacts, policy: DiscountPolicy) -> int:
    """What the bank posted, at most what is due at the benchmark rate for the days that are paid for."""
    return min(facts.posted_fen, interest_fen(facts.fen_days, benchmark_ppm(facts.term_months, policy.rates)))


def quarterly_discount(facts: DiscountFacts, policy: DiscountPolicy) -> Verdict:
    """`accepted` or `refused`; the figures of `interest_due` say how much."""
    benchmark, amount_fen = benchmark_ppm(facts.term_months, policy.rates), discount_fen(facts, policy)
    reasons = (
        Reason("household_eligible", facts.status in policy.statuses, {"status": facts.status}),
        Reason(
            "rate_within_benchmark",
            facts.rate_ppm <= benchmark,
            {"rate_ppm": facts.rate_ppm, "benchmark_ppm": benchmark},
        ),
        Reason(
            "interest_due",
            amount_fen > 0,
            {"posted_fen": facts.posted_fen, "amount_fen": amount_fen, "overdue_days": facts.overdue_days},
        ),
        # No discount on misuse (domain notes 2.3); what a fraud touched stands still (3), and so does the loan of who
        # was struck, perhaps by mistake. They stand only where they stop, so that what was decided before there were
        # holds comes out the same.
        *((Reason("no_misuse", passed=False),) if facts.misused else ()),
        *((Reason("removal_looked_at", passed=False),) if facts.removal_unseen else ()),
        *((Reason("not_frozen", passed=False),) if facts.frozen else ()),
        *((Reason("not_suspected", passed=False),) if facts.suspected else ()),
    )
    return Verdict("accepted" if all(r.passed for r in reasons) else "refused", reasons)


DISCOUNT = Rule("finance.quarterly_discount", DiscountFacts, DiscountPolicy, quarterly_discount, "docs/sources.md#s35")


def overdue_within(period: Period, spells: Sequence[Period]) -> list[Period]:
    """The days of a period that lie in any spell, as periods that do not touch twice: spells may overlap."""
    found: list[Period] = []
    for spell in sorted(spells):
        start = max(spell.start_on, period.start_on, found[-1].end_on if found else period.start_on)
        end = min(spell.end_on, period.end_on)
        if start < end:
            found.append(Period(start, end))
    return found


def paid_fen_days(movements: Sequence[Movement], period: Period, overdue: Sequence[Period]) -> int:
    """The principal over the days of a period, fen x days, without the overdue ones."""
    return fen_days(movements, period) - sum(fen_days(movements, part) for part in overdue)
