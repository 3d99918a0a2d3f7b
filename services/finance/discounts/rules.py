"""Which interest the county pays, and how much of it: pure rules.

Benchmark interest in full, a rate above the benchmark not at all; nothing for penalty, overdue or prepaid days;
eligibility is looked at again each quarter (domain notes 2.3 "Discount", S35 2017-42, S38).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal

from services.finance.loans.rules import Movement, RatePolicy, benchmark_ppm, fen_days, interest_fen
from shared.values.dates import Period
from shared.values.verdicts import Reason, Rule, Verdict

State = Literal["made", "checked"]
Outcome = Literal["accepted", "refused", "taken_back"]


@dataclass(frozen=True, slots=True)
class DiscountFacts:
    """A settled period of a loan. `fen_days`: its principal over its days without those it was overdue.

    `status` is None where the household is not known any more. `misused`: the county confirmed a misuse of the loan.
    `removal_unseen`: the household was struck, and nobody has looked at the loan since. `suspected`: people are looking
    into what a comparison found of the household. `paid_fen`: what earlier lines of the period come to; who was paid
    was found eligible, and that is not decided again.
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
    paid_fen: int = 0

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


def line_fen(facts: DiscountFacts, policy: DiscountPolicy) -> int:
    """What a line comes to: what the county owes by all that is known, less what earlier lines came to."""
    accepted = quarterly_discount(facts, policy).outcome == "accepted"
    return (discount_fen(facts, policy) if accepted else 0) - facts.paid_fen


def outcome_of(amount_fen: int) -> Outcome:
    """Paid, paid nothing, or taken back."""
    if amount_fen == 0:
        return "refused"
    return "accepted" if amount_fen > 0 else "taken_back"


def quarterly_discount(facts: DiscountFacts, policy: DiscountPolicy) -> Verdict:
    """`accepted` or `refused`; the figures of `interest_due` say how much."""
    benchmark, amount_fen = benchmark_ppm(facts.term_months, policy.rates), discount_fen(facts, policy)
    paid = facts.paid_fen > 0
    reasons = (
        Reason("household_eligible", paid or facts.status in policy.statuses, {"status": facts.status}),
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
        *((Reason("no_misuse", passed=False),) if facts.misused and not paid else ()),
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


# What is not repaid on the due day is overdue from the next day on, told or not [known].
def since_maturity(movements: Sequence[Movement], due_on: date | None) -> Period | None:
    """The days behind the due day until the principal is repaid; None where it was in time."""
    if due_on is None:
        return None
    left, first_on, end_on = 0, due_on + timedelta(days=1), date.max
    for movement in sorted(movements, key=lambda m: m.on):
        left += movement.amount_fen
        if left == 0:
            end_on = movement.on
    return Period(first_on, end_on) if first_on < end_on else None
