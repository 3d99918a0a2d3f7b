"""What is counted by, from which birthday on somebody is of an age, and which small cells outsiders are not shown."""

import calendar
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal, get_args

Dimension = Literal[
    "township",
    "village",
    "status",
    "attribute",
    "cause",
    "deep_poverty",
    "sex",
    "age",
    "labour",
    "health",
    "schooling",
]
# What a month fixes, by township: of who counts as poor, but for how households stand, which is of all.
Cut = Literal["status", "attribute", "cause", "deep_poverty", "sex", "age", "labour", "health", "schooling"]
CUTS: tuple[Cut, ...] = get_args(Cut)
OF_PEOPLE: frozenset[str] = frozenset({"sex", "age", "labour", "health", "schooling"})
Place = tuple[str, str]  # township, key


@dataclass(frozen=True, slots=True)
class StatisticsPolicy:
    """The first year of each age group but the youngest; below how many people a cell is small."""

    age_groups: tuple[int, ...]
    least_cell: int


def last_day(month: str) -> date:
    """Of a month as `2017-06`."""
    year, number = map(int, month.split("-"))
    return date(year, number, calendar.monthrange(year, number)[1])


def born_before(on: date, ages: Sequence[int]) -> list[date]:
    """For each age, oldest first: who was born before that day has reached it."""
    return [_years_before(on, age) + timedelta(1) for age in sorted(ages, reverse=True)]


def _years_before(on: date, years: int) -> date:
    """The last birthday that makes somebody so old: on 29 February of a year without one, that of the 28th."""
    try:
        return on.replace(year=on.year - years)
    except ValueError:
        return on.replace(year=on.year - years, day=28)


def age_names(ages: Sequence[int]) -> list[str]:
    """As `born_before` tells them apart: the oldest first, whoever is younger than all last."""
    firsts = [0, *sorted(ages)]
    named = [f"{first}-{following - 1}" for first, following in pairwise(firsts)]
    return [*reversed([*named, f"{firsts[-1]}+"])]


def hidden(cells: Mapping[Place, int], least: int) -> frozenset[Place]:
    """Cells that are not shown to outsiders: those of fewer people than `least`, and as many more that a row's or
    column's sum tells none of them (primary and complementary suppression: Hundepool et al., Statistical Disclosure
    Control, 2012, chapter 4).
    """
    shut = {place for place, people in cells.items() if 0 < people < least}
    while beside := _beside_lone(shut, cells):
        shut.add(beside)
    return frozenset(shut)


def _beside_lone(shut: Collection[Place], cells: Mapping[Place, int]) -> Place | None:
    """Where a cell is hidden alone in its row or column, another of it: rather one that helps both, then a small."""
    alone = [{line for line, many in Counter(p[axis] for p in shut).items() if many == 1} for axis in (0, 1)]
    helps = {p: (p[0] in alone[0]) + (p[1] in alone[1]) for p, people in cells.items() if people and p not in shut}
    return min((p for p in helps if helps[p]), key=lambda p: (-helps[p], cells[p], p), default=None)
