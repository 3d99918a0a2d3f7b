"""What households are paid by the end of the income year, kept beside what they truly earn, so that both agree."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from scenario.world.economy import IncomeLines
from scenario.world.truth import HouseholdTruth

INCOME_YEAR_END = date(2017, 9, 30)
MOST = 0.85  # of a household's net income: nobody lives on payments alone

Category = Literal["wage", "property", "transfer"]
CATEGORIES: tuple[Category, ...] = ("wage", "property", "transfer")


@dataclass
class Receipts:
    """Sums in fen by household and category."""

    truth: Mapping[str, HouseholdTruth]
    paid: dict[str, dict[Category, int]] = field(default_factory=dict)

    def take(self, household_no: str, category: Category, amount_fen: int) -> bool:
        """False where a household with its true income cannot have been paid that much besides."""
        paid = self.paid.get(household_no, {})
        if sum(paid.values()) + amount_fen > MOST * self.truth[household_no].incomes[2017].net_fen:
            return False
        self.paid[household_no] = paid | {category: paid.get(category, 0) + amount_fen}
        return True

    def settled(self) -> dict[str, HouseholdTruth]:
        """The truth with lines that hold at least what was paid; nobody's net income is another."""
        return {
            no: replace(truth, incomes=truth.incomes | {2017: holding(truth.incomes[2017], self.paid[no])})
            if no in self.paid
            else truth
            for no, truth in self.truth.items()
        }


def holding(lines: IncomeLines, paid: Mapping[Category, int]) -> IncomeLines:
    """Lines of the same net sum, each at least what was paid: what is missing comes out of the others."""
    known = {c: getattr(lines, f"{c}_fen") for c in CATEGORIES}
    least = {c: paid.get(c, 0) for c in CATEGORIES}
    missing = sum(max(least[c] - known[c], 0) for c in CATEGORIES)
    from_business = min(missing, lines.business_fen - lines.business_cost_fen)
    missing -= from_business
    wanted = {c: max(known[c], least[c]) for c in CATEGORIES}
    for category in sorted(CATEGORIES, key=lambda c: least[c] - wanted[c]):
        spare = min(missing, wanted[category] - least[category])
        wanted[category] -= spare
        missing -= spare
    return replace(
        lines,
        business_fen=lines.business_fen - from_business,
        wage_fen=wanted["wage"],
        property_fen=wanted["property"],
        transfer_fen=wanted["transfer"],
    )
