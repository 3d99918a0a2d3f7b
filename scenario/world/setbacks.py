"""What befalls households that are out of poverty in the year: an illness, a lost harvest, a lost job.

What is earned from that day on is less. Who comes to lie under the line by it has fallen back: the income says so,
nobody decrees it, and most of those who are struck stay over the line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Literal

from scenario.world.draws import Table, stream
from scenario.world.economy import IncomeLines
from scenario.world.households import Household
from scenario.world.truth import HouseholdTruth, over_line

Cause = Literal["illness", "disaster", "other"]

# Of the exited households, in the year [choice]: so many that some 0.5 % of their people fall back, as 208,000 did in
# 2017 of the 39 million who had got out since 2014 [known]. How many of the struck fall is up to their incomes.
STRUCK = 0.05
# Of why people fall back: illness 42 %, disaster 20 %, neither 20 % [known]; a lost job is to the register another
# cause. Schooling and weak labour come on no day, and are left out [choice].
CAUSES: Table[Cause] = Table({"illness": 42, "disaster": 20, "other": 20})
LOST = (0.6, 1.0)  # of what the household earns where it is struck, from that day on [choice]
FIRST_ON, LAST_ON = date(2017, 1, 3), date(2017, 9, 20)
# Hail and drought, when something stands in the fields.
HAIL_FIRST_ON, HAIL_LAST_ON = date(2017, 5, 15), date(2017, 9, 5)
INCOME_YEAR_END, INCOME_YEAR_DAYS = date(2017, 9, 30), 365


@dataclass(frozen=True, slots=True)
class Setback:
    """What befell household `no`, as the register calls causes, and on which day."""

    no: str
    cause: Cause
    on: date


def draw_setbacks(
    seed: int, households: Sequence[Household], truth: Mapping[str, HouseholdTruth]
) -> tuple[tuple[Setback, ...], dict[str, HouseholdTruth]]:
    """In the order of the households' numbers, and the truth with what they still earn. Who was poor in truth before
    cannot fall back.
    """
    found, after = list[Setback](), dict(truth)
    for home in households:
        rng, before = stream(seed, "setback", home.no), truth[home.no]
        if home.group != "exited" or rng.random() >= STRUCK:
            continue
        if not over_line(before.incomes[2017], before.members, 2017):
            continue
        cause, share = CAUSES.draw(rng), rng.uniform(*LOST)
        setback = Setback(home.no, cause, _day(rng, cause))
        left = still_earned(before.incomes[2017], setback, share)
        after[home.no] = replace(before, incomes=before.incomes | {2017: left})
        found.append(setback)
    return tuple(found), after


def _day(rng: Random, cause: Cause) -> date:
    first, last = (HAIL_FIRST_ON, HAIL_LAST_ON) if cause == "disaster" else (FIRST_ON, LAST_ON)
    return first + timedelta(days=rng.randint(0, (last - first).days))


def still_earned(lines: IncomeLines, setback: Setback, share: float) -> IncomeLines:
    """The year's income less `share` of what was to come: who is ill earns and sells less, who lost his job earns less;
    a lost harvest is the whole year's, and leaves at worst what was put into the fields.
    """
    rest = (INCOME_YEAR_END - setback.on).days / INCOME_YEAR_DAYS
    wage, gross, cost = lines.wage_fen, lines.business_fen, lines.business_cost_fen
    match setback.cause:
        case "illness":
            wage, gross, cost = (round(fen * (1 - share * rest)) for fen in (wage, gross, cost))
        case "disaster":
            gross = max(round(gross * (1 - share)), min(gross, cost))
        case "other":
            wage = round(wage * (1 - share * rest))
    return replace(lines, wage_fen=wage, business_fen=gross, business_cost_fen=cost)
