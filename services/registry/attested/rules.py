"""Which income a department attests: pure rules.

Domain notes 9.10: the income sheet is filled from payments and departments' lists, and expected income is refused;
9.14: rights follow the unit. A source has one department, so that no income is attested twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.registry.households.rules import income_year_period
from services.registry.sheets.rules import NO_INCOME


@dataclass(frozen=True, slots=True)
class IncomeTradePolicy:
    """By the unit of a department the sources of income that it answers for; by source its category."""

    department_incomes: Mapping[str, list[str]]
    income_sources: Mapping[str, str]


def refusal_of(policy: IncomeTradePolicy, unit: str, source: str, income_year: int, on: date) -> str | None:
    """Why a department attests nothing of a source and year; None where it may."""
    against = (
        (source not in policy.income_sources, "registry.sheets.unknown_source"),
        (policy.income_sources.get(source) == NO_INCOME, "registry.sheets.no_income"),
        (source not in policy.department_incomes.get(unit, ()), "registry.attestations.not_your_trade"),
        (on < income_year_period(income_year).start_on, "future_date"),
    )
    return next((code for holds, code in against if holds), None)


def payer_of(unit: str, source: str, person: str | None = None) -> str:
    """Whose line it is among a category's; of one person's income his own."""
    return f"{unit}:{source}:{person}" if person else f"{unit}:{source}"
