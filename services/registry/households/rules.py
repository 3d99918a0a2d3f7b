"""Income and what is derived from members: pure rules.

Per capita income = (wage + business + property + transfer - business costs) / registered members: the income rule of
the national poverty monitoring (domain notes 2.1, S15). An income year runs from 1 October to 30 September and is
named after the year it ends in.
"""

from dataclasses import dataclass
from datetime import date

from shared.dates import Period, full_years

EARNED = ("wage", "business", "property", "transfer")
COSTS = ("business_cost",)
CATEGORIES = EARNED + COSTS


def income_year_period(income_year: int) -> Period:
    return Period(date(income_year - 1, 10, 1), date(income_year, 10, 1))


def income_year_of(day: date) -> int:
    return day.year + (day.month >= 10)


@dataclass(frozen=True, slots=True)
class IncomeLine:
    """One payer's amount of one category in one income year. `kind` is `statement` or `payment`."""

    category: str
    kind: str
    payer: str
    amount_fen: int


def net_income_fen(lines: list[IncomeLine]) -> int:
    """The household's net income. A payment supersedes the statement of the same payer and category."""
    paid = {(line.category, line.payer) for line in lines if line.kind == "payment"}
    counted = [x for x in lines if x.kind == "payment" or (x.category, x.payer) not in paid]
    return sum(x.amount_fen if x.category in EARNED else -x.amount_fen for x in counted)


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What flags are derived from; never a diagnosis."""

    born_on: date
    sex: str
    labour: str
    health: str


@dataclass(frozen=True, slots=True)
class Flags:
    """Derived and harmless: fit to travel in events."""

    has_labour: bool
    borrower_age_ok: bool
    needs_accessible: bool


def household_flags(members: list[MemberFacts], on: date, oldest_borrower: int) -> Flags:
    """Labour: anyone ordinary, skilled or weak. A borrower is 18 to `oldest_borrower`. Accessible: 70 or disabled."""
    ages = [full_years(m.born_on, on) for m in members]
    return Flags(
        has_labour=any(m.labour in ("ordinary", "skilled", "weak") for m in members),
        borrower_age_ok=any(18 <= age <= oldest_borrower for age in ages),
        needs_accessible=any(age >= 70 for age in ages) or any(m.health == "disabled" for m in members),
    )
