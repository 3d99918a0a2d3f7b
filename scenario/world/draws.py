"""Seeded draws: one named stream for each part, so that no part's draws shift another's."""

from bisect import bisect
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


def stream(seed: int, *names: object) -> Random:
    """A generator of its own for the part called `names`; string seeds do not depend on hash secrets."""
    return Random("/".join(map(str, (seed, *names))))


class Table(Generic[T]):
    """A distribution as data: value -> weight; weights need not sum to one."""

    __slots__ = ("cumulative", "total", "values")

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.values = tuple(weights)
        self.cumulative = tuple(accumulate(weights.values()))
        self.total = self.cumulative[-1]

    def draw(self, rng: Random) -> T:
        return self.values[min(bisect(self.cumulative, rng.random() * self.total), len(self.values) - 1)]


def take_exactly(items: Iterable[T], size: Callable[[T], int], total: int) -> list[T]:
    """The first items, in order, whose sizes sum to `total`; what would overshoot is passed over.

    Exact wherever enough items of size 1 follow, as households of one person do.
    """
    taken: list[T] = []
    left = total
    for item in items:
        if left == 0:
            break
        if size(item) <= left:
            taken.append(item)
            left -= size(item)
    return taken


def apportion(total: int, weights: list[float]) -> list[int]:
    """Share `total` in whole units by weight, largest remainders first."""
    scale = total / sum(weights)
    whole = [int(w * scale) for w in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (whole[i] - weights[i] * scale, i))
    for i in by_remainder[: total - sum(whole)]:
        whole[i] += 1
    return whole
