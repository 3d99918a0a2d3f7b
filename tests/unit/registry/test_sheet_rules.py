"""What the lines of an income sheet are worth."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.sheets.rules import SheetPolicy, faults, is_too_large, totals_fen, worth_fen

POLICY = SheetPolicy(
    income_sources={"away_wage": "wage", "livestock": "business", "loan": "none", "business_cost": "business_cost"},
    product_sources={"sheep": "livestock"},
    reference_prices_fen={"sheep": 80_001},
    gifts_subtracted=False,
)
GIFTS = SheetPolicy(POLICY.income_sources, POLICY.product_sources, POLICY.reference_prices_fen, gifts_subtracted=True)


class Line(NamedTuple):
    source: str
    amount_fen: int | None = None
    product: str | None = None
    quantity_x100: int | None = None


WAGE, SHEEP = Line("away_wage", 120_000), Line("livestock", product="sheep", quantity_x100=250)


def test_a_quantity_is_worth_its_reference_price() -> None:
    assert [worth_fen(line, POLICY) for line in (WAGE, SHEEP)] == [120_000, 200_003]
    assert totals_fen([WAGE, SHEEP, WAGE], 0, POLICY) == {
        "wage": 240_000, "business": 200_003, "property": 0, "transfer": 0, "business_cost": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (WAGE, None),
        (SHEEP, None),
        (Line("loan", 5_000_000), "no_income"),
        (Line("livestock"), "amount_or_quantity"),
        (Line("livestock", product="sheep"), "amount_or_quantity"),
        (Line("livestock", quantity_x100=100), "amount_or_quantity"),
        (Line("livestock", 100, "sheep", 100), "amount_or_quantity"),
        (Line("lottery", 100), "unknown_source"),
        (Line("livestock", product="camel", quantity_x100=100), "unknown_product"),
        (Line("away_wage", product="sheep", quantity_x100=100), "unknown_product"),
    ],
)
def test_what_is_no_income_is_not_counted(line: Line, reason: str | None) -> None:
    found = [(f.line, f.reason) for f in faults([WAGE, line], POLICY)]
    assert found == ([] if reason is None else [(1, reason)])


@given(gifts=st.integers(0, 10**13), cost=st.integers(0, 10**9))
def test_gifts_are_a_cost_where_the_policy_says_so(gifts: int, cost: int) -> None:
    lines = [WAGE, Line("business_cost", cost)]
    assert totals_fen(lines, gifts, POLICY)["business_cost"] == cost
    assert totals_fen(lines, gifts, GIFTS)["business_cost"] == cost + gifts
    assert is_too_large(totals_fen(lines, gifts, GIFTS)) is (cost + gifts > 10**13)
