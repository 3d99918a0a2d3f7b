"""Which income a department attests: its own trade's, that is one, of a year that has begun."""

from datetime import date
from pathlib import Path

import pytest

from services.registry.attested.rules import IncomeTradePolicy, refusal_of
from services.registry.filings.rules import SOURCES
from shared.ground.policy import read_policy

POLICY = read_policy(Path("services/registry/policy.toml")).on(date(2017, 6, 1), IncomeTradePolicy)


@pytest.mark.parametrize(
    ("unit", "source", "year", "refusal"),
    [
        ("civil_affairs", "subsistence_allowance", 2017, None),
        ("human_resources", "pension", 2017, None),
        ("human_resources", "pension", 2014, None),
        ("human_resources", "pension", 2018, "future_date"),
        ("human_resources", "subsistence_allowance", 2017, "registry.attestations.not_your_trade"),
        ("nobody", "pension", 2017, "registry.attestations.not_your_trade"),
        ("human_resources", "loan", 2017, "registry.sheets.no_income"),
        ("human_resources", "lottery", 2017, "registry.sheets.unknown_source"),
    ],
)
def test_of_whose_income_a_department_speaks(unit: str, source: str, year: int, refusal: str | None) -> None:
    assert refusal_of(POLICY, unit, source, year, date(2017, 9, 30)) == refusal


def test_each_source_has_one_department_and_is_income() -> None:
    sources = [source for own in POLICY.department_incomes.values() for source in own]
    assert len(sources) == len(set(sources))
    assert {POLICY.income_sources[source] for source in sources} <= {"wage", "business", "property", "transfer"}


def test_files_have_a_word_for_every_source_of_the_policy() -> None:
    assert set(SOURCES.values()) == set(POLICY.income_sources)
