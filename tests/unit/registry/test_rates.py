"""Error rates from samples: shares with their intervals, the composite incidence, and a draw that anybody repeats."""

from collections import Counter

import pytest

from services.registry.rates.rules import People, Share, composite, doors_of, drawn, share_of

# Wilson's interval of 10 of 100, to be found in any table: 5.52 % to 17.44 %.
SHARES = {
    (0, 0): Share(0, 0, None, None, None),
    (10, 100): Share(100, 10, 100_000, 55_229, 174_366),
    (0, 100): Share(100, 0, 0, 0, 36_993),
    (100, 100): Share(100, 100, 1_000_000, 963_007, 1_000_000),
}


@pytest.mark.parametrize(("wrong", "found"), SHARES)
def test_a_share_has_its_interval(wrong: int, found: int) -> None:
    assert share_of(wrong, found) == SHARES[wrong, found]


def test_the_composite_incidence_counts_the_poor_the_wrongly_exited_and_the_missed() -> None:
    people = People(poor=200, exited=1_000, outside=8_800, rural=10_000)
    exited, outside = share_of(2, 100), share_of(1, 100)
    ppm, low, high = composite(people, exited, outside)
    assert ppm == round((200 + 1_000 * 0.02 + 8_800 * 0.01) / 10_000 * 1_000_000)
    assert 20_000 < (low or 0) < (ppm or 0) < (high or 0), "nobody is less poor than who is known to be"
    assert composite(people, share_of(0, 0), outside) == (None, None, None)
    assert composite(people._replace(rural=0), exited, outside) == (None, None, None)


def test_who_is_drawn_stands_in_the_seed() -> None:
    numbers = [f"140927200201{n:04}" for n in range(50)]
    chosen = drawn("drum", numbers, 10)
    assert len(set(chosen)) == 10
    assert chosen == drawn("drum", numbers[::-1], 10) != drawn("bell", numbers, 10)
    assert set(drawn("drum", numbers, 100)) == set(numbers)


def test_doors_are_where_people_live_whom_the_register_leaves_out() -> None:
    doors = Counter(doors_of("drum", {"a": 900, "b": 100, "c": 0}, 2_000))
    assert doors["c"] == 0
    assert doors.total() == 2_000
    assert 120 < doors["b"] < 290, "a tenth of the people, within six standard deviations"
    assert doors_of("drum", {"c": 0}, 10) == []
