"""What tables say to people."""

import pytest

from shared.values.figures import missed_by, share, told


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (926_800, "ppm", "92.7 %"),
        (1_000_000, "ppm", "100.0 %"),
        (50_000_000, "yuan", "5,000 万元"),
        (48_735_060, "yuan", "4,873.51 万元"),
        (10_000, "yuan", "1 万元"),
        (9_999, "yuan", "9,999 yuan"),
        (3_000, "yuan per household", "3,000 yuan per household"),
        (7_200, "people", "7,200 people"),
        (0, "villages", "0 villages"),
        (7_200, "", "7,200"),
    ],
)
def test_a_figure_is_said_with_its_unit(value: int, unit: str, said: str) -> None:
    assert told(value, unit) == said


@pytest.mark.parametrize(
    ("planned", "actual", "unit", "said"),
    [
        (7_200, 6_840, "people", "360 (5 %)"),
        (50_000_000, 48_735_000, "yuan", "126.5 万元 (2.5 %)"),
        (44, 0, "villages", "44 (100 %)"),
    ],
)
def test_what_is_missing_is_said_and_which_part_it_is(planned: int, actual: int, unit: str, said: str) -> None:
    assert missed_by(planned, actual, unit) == said


def test_a_share_is_said_in_percent() -> None:
    assert (share(0.0041), share(1.0)) == ("0.41 %", "100.00 %")
