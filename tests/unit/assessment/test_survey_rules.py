"""Who is asked: fair by strata, and the same for everybody who draws again."""

import hashlib
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.surveys.rules import (
    STRATA,
    SURVEY_DRAW,
    DrawFacts,
    DrawPolicy,
    draw_decision,
    drawn,
    quotas,
    share_ppm,
    stratum_of,
)

PARTS = (5, 2, 3)
POLICY = DrawPolicy(PARTS)
SIZES = st.tuples(*[st.integers(0, 60)] * 3)


@pytest.mark.parametrize(
    ("status", "has_labour", "stratum"),
    [
        ("poor", True, "poor_with_labour"),
        ("returned", True, "poor_with_labour"),
        ("poor", False, "poor_without_labour"),
        ("exited", True, "exited"),
        ("exited", False, "exited"),
    ],
)
def test_strata(status: str, has_labour: bool, stratum: str) -> None:
    assert stratum_of(status, has_labour=has_labour) == stratum


@pytest.mark.parametrize(
    ("per_unit", "sizes", "expected"),
    [
        (10, (50, 50, 50), [5, 2, 3]),
        (1, (50, 50, 50), [1, 0, 0]),
        (2, (50, 50, 50), [1, 0, 1]),
        (3, (50, 50, 50), [1, 1, 1]),
        (10, (2, 50, 50), [2, 3, 5]),
        (10, (0, 0, 50), [0, 0, 10]),
        (10, (3, 2, 1), [3, 2, 1]),
        (10, (0, 0, 0), [0, 0, 0]),
        (20, (7, 1, 100), [7, 1, 12]),
    ],
)
def test_quotas(per_unit: int, sizes: tuple[int, int, int], expected: list[int]) -> None:
    assert quotas(per_unit, PARTS, sizes) == expected


def test_a_stratum_of_no_weight_is_asked_where_the_others_are_used_up() -> None:
    assert quotas(10, (1, 0, 0), (4, 9, 1)) == [4, 5, 1]


@given(st.integers(1, 100), SIZES)
def test_as_many_are_asked_as_there_can_be(per_unit: int, sizes: tuple[int, int, int]) -> None:
    found = quotas(per_unit, PARTS, sizes)
    assert sum(found) == min(per_unit, sum(sizes))
    assert all(0 <= n <= size for n, size in zip(found, sizes, strict=True))


def population(sizes: tuple[int, int, int]) -> tuple[tuple[str, str], ...]:
    return tuple((f"h-{s}-{i}", s) for s, size in zip(STRATA, sizes, strict=True) for i in range(size))


@given(st.text("ab-1", min_size=1, max_size=8), st.integers(1, 30), SIZES, st.randoms(use_true_random=False))
def test_the_draw_does_not_depend_on_the_order(
    seed: str, per_unit: int, sizes: tuple[int, int, int], chance: random.Random
) -> None:
    households = list(population(sizes))
    facts = DrawFacts(seed, per_unit, tuple(households))
    chance.shuffle(households)
    assert drawn(replace(facts, households=tuple(households)), POLICY) == drawn(facts, POLICY)
    assert len({*drawn(facts, POLICY)}) == min(per_unit, sum(sizes))


def test_the_lowest_digest_of_seed_stratum_and_household_is_drawn_first() -> None:
    facts = DrawFacts("2017", 3, population((20, 0, 0)))
    by_digest = sorted(
        (hashlib.sha256(f"2017|poor_with_labour|h-poor_with_labour-{i}".encode()).hexdigest(), i) for i in range(20)
    )
    assert drawn(facts, POLICY) == [f"h-poor_with_labour-{i}" for _, i in by_digest[:3]]
    assert drawn(replace(facts, seed="2018"), POLICY) != drawn(facts, POLICY)


def test_a_stored_draw_comes_out_the_same() -> None:
    facts = DrawFacts("s", 10, population((9, 9, 9)))
    verdict = draw_decision(facts, POLICY)
    assert SURVEY_DRAW.replay(SURVEY_DRAW.inputs(facts, POLICY)) == verdict
    assert [(r.code, r.figures["of"], r.figures["drawn"]) for r in verdict.reasons] == [
        ("poor_with_labour", 9, 5), ("poor_without_labour", 9, 2), ("exited", 9, 3),
    ]  # fmt: skip
    other = draw_decision(replace(facts, seed="t"), POLICY)
    assert [r.figures["digest"] for r in other.reasons] != [r.figures["digest"] for r in verdict.reasons]


@pytest.mark.parametrize(
    ("part", "whole", "ppm"), [(0, 0, None), (0, 3, 0), (1, 3, 333_333), (2, 3, 666_667), (3, 3, 1_000_000)]
)
def test_satisfaction(part: int, whole: int, ppm: int | None) -> None:
    assert share_ppm(part, whole) == ppm
