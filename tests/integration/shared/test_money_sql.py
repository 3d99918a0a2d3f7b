"""Money rounds alike in Python and in PostgreSQL, on ties and below zero too."""

import random

from shared.values.money import half_up
from tests.conftest import House


async def test_python_and_sql_round_alike(house: House) -> None:
    rng = random.Random(2017)
    pairs = [(n, d) for d in (1, 2, 3, 4, 5, 6, 8, 10, 1000) for n in range(-25, 26)]
    pairs += [(tie * d // 2, d) for d in (2, 360, 1_000_000) for tie in range(-9, 10)]
    # Interest for a day to a year on up to 50,000 yuan: fen x ppm x days over 360 x 1,000,000.
    pairs += [
        (sign * rng.randrange(5_000_000) * rng.randrange(100_000) * rng.randrange(366), 360_000_000)
        for sign in (1, -1)
        for _ in range(2000)
    ]
    owner = await house.owner("finance")
    rows = await owner.fetch(
        "SELECT round(n::numeric / d)::bigint FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS w (n, d, i)"
        " ORDER BY i",
        [n for n, _ in pairs], [d for _, d in pairs],
    )  # fmt: skip
    assert [row[0] for row in rows] == [half_up(n, d) for n, d in pairs]
