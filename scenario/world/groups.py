"""Which households have exited, are planned for 2017, remain, and move: exact counts of people by the seed.

Households are chosen whole, in weighted random order, until the people sum exactly (domain notes 1 and 5).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scenario.world.draws import Table, apportion, stream, take_exactly
from scenario.world.geography import EXIT_TOWNSHIPS, Village, VillageTruth

HOUSEHOLDS = 9_800
EXITED_PEOPLE, PLANNED_PEOPLE = 11_911, 7_200  # the seed's figures
RELOCATED_PEOPLE = {2016: 2_520, 2017: 1_400}  # by cohort; the seed: more than 2,500, and 1,400
RELOCATED_IN_PLAN = {2016: 700, 2017: 200}  # of them, in the plan for 2017; none in the 44 villages

Zone = Literal["exit_village", "exit_township", "poor_village", "elsewhere"]
Group = Literal["exited", "planned", "rest"]

# share of the rural people who are registered; share of these who exited in 2014-16
REGISTERED = {"exit_village": 0.34, "exit_township": 0.22, "poor_village": 0.36, "elsewhere": 0.20}
EXITED = {"exit_village": 0.40, "exit_township": 0.37, "poor_village": 0.56, "elsewhere": 0.56}
# whose turn it is in the plan, and the share that the plan leaves to the last
PLAN_TURN = {
    "exit_village": (0, 0.008),
    "exit_township": (1, 0.10),
    "poor_village": (2, 0.0),
    "elsewhere": (2, 0.0),
}
EXIT_YEAR = Table({2014: 22, 2015: 36, 2016: 42})


@dataclass(frozen=True, slots=True)
class Place:
    """Where one household stands in the campaign; `relocation` is the cohort's year."""

    group: Group
    exit_year: int | None
    relocation: int | None


def zone(village: Village) -> Zone:
    if village.exit_planned_2017:
        return "exit_village"
    if village.township_code in EXIT_TOWNSHIPS:
        return "exit_township"
    return "poor_village" if village.poor else "elsewhere"


def household_counts(
    seed: int, villages: Sequence[Village], truths: Mapping[str, VillageTruth], households: int
) -> dict[str, int]:
    """Registered households by village code.

    A small world fills only some villages of each kind, so that the share of the poor in them stays true.
    """
    strata: dict[tuple[str, str], list[Village]] = {}
    for v in villages:
        strata.setdefault((zone(v), truths[v.code].standing), []).append(v)
    rng = stream(seed, "villages", "filled")
    filled: list[Village] = []
    for members in strata.values():
        count = max(1, round(len(members) * min(1.0, households / HOUSEHOLDS)))
        filled += rng.sample(members, count)
    filled.sort(key=lambda v: v.code)
    shares = apportion(households, [v.rural_people * REGISTERED[zone(v)] for v in filled])
    return {v.code: n for v, n in zip(filled, shares, strict=True) if n}


def place_households(seed: int, homes: Sequence[Village], sizes: Sequence[int]) -> list[Place]:
    """A place for each household, given its village and its size, in the same order.

    With 9,800 households exactly 11,911 people have exited, 7,200 are planned, 2,520 and 1,400 relocate;
    other totals scale with the number of households.
    """
    scale = len(homes) / HOUSEHOLDS

    def people(i: int) -> int:
        return sizes[i]

    rng = stream(seed, "groups")
    keys = [-math.log(1 - rng.random()) / -math.log(1 - EXITED[zone(v)]) for v in homes]
    exited = set(take_exactly(sorted(range(len(homes)), key=keys.__getitem__), people, round(EXITED_PEOPLE * scale)))
    poor = [i for i in range(len(homes)) if i not in exited]
    planned = set(_planned(seed, poor, homes, people, round(PLANNED_PEOPLE * scale)))
    relocation = _relocation(seed, poor, planned, homes, people, scale)
    years = stream(seed, "exit years")
    drawn = [EXIT_YEAR.draw(years) for _ in homes]
    return [
        Place("exited", drawn[i], None)
        if i in exited
        else Place("planned" if i in planned else "rest", None, relocation.get(i))
        for i in range(len(homes))
    ]


def _planned(
    seed: int, poor: list[int], homes: Sequence[Village], people: Callable[[int], int], total: int
) -> list[int]:
    """The 44 villages and the three townships first, all but a few; then the rest of the county."""
    rng = stream(seed, "planned")
    keys = {}
    for i in poor:
        turn, left_out = PLAN_TURN[zone(homes[i])]
        keys[i] = (3 if rng.random() < left_out else turn, rng.random())
    return take_exactly(sorted(poor, key=keys.__getitem__), people, total)


def _relocation(
    seed: int,
    poor: list[int],
    planned: set[int],
    homes: Sequence[Village],
    people: Callable[[int], int],
    scale: float,
) -> dict[int, int]:
    """Cohort by household: outside the 44 villages and three townships, small villages as a whole first."""
    rng = stream(seed, "relocation")
    small_first = {
        code: people_there * (0.5 + rng.random())
        for code, people_there in sorted({(v.code, v.rural_people) for v in homes})
    }
    near = sorted((i for i in poor if PLAN_TURN[zone(homes[i])][0] == 2), key=lambda i: (small_first[homes[i].code], i))
    in_plan = [i for i in near if i in planned]
    rest = [i for i in near if i not in planned]
    cohort: dict[int, int] = {}
    for year, total in RELOCATED_PEOPLE.items():
        people_in_plan = round(RELOCATED_IN_PLAN[year] * scale)
        for pool, count in ((in_plan, people_in_plan), (rest, round(total * scale) - people_in_plan)):
            free = [i for i in pool if i not in cohort]
            cohort.update(dict.fromkeys(take_exactly(free, people, count), year))
    return cohort
