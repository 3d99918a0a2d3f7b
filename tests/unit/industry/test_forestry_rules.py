"""Instalments to the fen, what can be accepted when, what a cooperative must be."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.industry.forestry.rules import (
    CoopPolicy,
    Standing,
    acceptance_refusal,
    contract_refusal,
    coop_refusal,
    instalment_fen,
)

FEN_PER_MU = (50_000, 15_000, 30_000, 15_000, 40_000)
POLICY = CoopPolicy(coop_fewest_members=20, coop_poor_ppm=600_000, coop_labour_ppm=450_000)


@pytest.mark.parametrize(
    ("area", "year", "fen"),
    [(100, 1, 50_000), (100, 2, 15_000), (100, 3, 30_000), (100, 4, 15_000), (100, 5, 40_000), (333, 1, 166_500),
     (1, 2, 150), (0, 1, 0)],
)  # fmt: skip
def test_instalments(area: int, year: int, fen: int) -> None:
    assert instalment_fen(area, year, FEN_PER_MU) == fen


@given(st.integers(0, 10**6))
def test_five_years_are_fifteen_hundred_yuan_a_mu(area: int) -> None:
    assert sum(instalment_fen(area, year, FEN_PER_MU) for year in range(1, 6)) == area * 1_500


GOOD = Standing(500, date(2017, 4, 1), 1, 500, date(2017, 10, 20))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, None),
        ({"area_mu_x100": 0}, None),
        ({"area_mu_x100": 501}, "over_plot"),
        ({"accepted_on": date(2017, 10, 21)}, "future_date"),
        ({"accepted_on": date(2017, 3, 31)}, "dates_reversed"),
        ({"year_no": 2}, "year_not_come"),
        ({"year_no": 2, "planted_on": date(2016, 12, 31)}, None),
        ({"year_no": 5, "planted_on": date(2013, 4, 1)}, None),
        ({"year_no": 5, "planted_on": date(2014, 4, 1)}, "year_not_come"),
    ],
)
def test_acceptance(changes: dict[str, object], refusal: str | None) -> None:
    assert acceptance_refusal(replace(GOOD, **changes), date(2017, 10, 20)) == refusal  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("members", "poor", "refusal"),
    [
        (20, 12, None),
        (20, 20, None),
        (20, 11, "too_few_poor_members"),
        (19, 19, "too_few_members"),
        (21, 12, "too_few_poor_members"),  # 57 %
        (21, 13, None),
        (20, 21, "impossible_count"),
    ],
)
def test_coops(members: int, poor: int, refusal: str | None) -> None:
    assert coop_refusal(members, poor, POLICY) == refusal


@pytest.mark.parametrize(
    ("contract", "labour", "refusal"),
    [
        (1_000, 450, None),
        (1_000, 449, "too_little_labour"),
        (1_000, 1_000, None),
        (1_000, 1_001, "labour_over_contract"),
        (1_001, 450, "too_little_labour"),
    ],
)
def test_contracts(contract: int, labour: int, refusal: str | None) -> None:
    assert contract_refusal(contract, labour, POLICY) == refusal
