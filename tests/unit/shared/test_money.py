"""One rounding for the whole county."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.values.money import half_up, yuan


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [
        (5, 2, 3), (-5, 2, -3), (5, -2, -3), (-5, -2, 3), (3, 2, 2), (-3, 2, -2), (1, 2, 1), (-1, 2, -1),
        (1, 3, 0), (-1, 3, 0), (2, 3, 1), (-2, 3, -1), (0, 7, 0), (0, -7, 0),
        (5_000_000 * 47_500 * 92, 360_000_000, 60_694),
    ],
)  # fmt: skip
def test_ties_go_away_from_zero(numerator: int, denominator: int, rounded: int) -> None:
    assert half_up(numerator, denominator) == rounded


@given(st.integers(-(10**24), 10**24), st.integers(-(10**12), 10**12).filter(bool))
def test_it_is_the_nearest_integer_and_the_farther_from_zero_on_a_tie(numerator: int, denominator: int) -> None:
    exact, rounded = Fraction(numerator, denominator), half_up(numerator, denominator)
    assert abs(exact - rounded) <= Fraction(1, 2)
    if abs(exact - rounded) == Fraction(1, 2):
        assert abs(rounded) > abs(exact)


@given(st.integers(-(10**20), 10**20), st.integers(1, 10**9))
def test_a_debt_rounds_as_the_same_claim(numerator: int, denominator: int) -> None:
    assert half_up(-numerator, denominator) == -half_up(numerator, denominator)


def test_nothing_is_shared_by_nobody() -> None:
    with pytest.raises(ZeroDivisionError):
        half_up(1, 0)


@pytest.mark.parametrize(
    ("fen", "text"), [(60725, "607.25"), (-5, "-0.05"), (0, "0.00"), (123_456_789, "1,234,567.89"), (-100, "-1.00")]
)
def test_yuan_for_people(fen: int, text: str) -> None:
    assert yuan(fen) == text
