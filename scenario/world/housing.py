"""Houses and what comes into them: the grades of domain notes 5 [choice], repairs of 2017 for the planned."""

from dataclasses import dataclass
from datetime import date
from random import Random

from scenario.world.draws import Table
from scenario.world.groups import Group

DANGEROUS = frozenset("CD")
YEAR_END = date(2017, 12, 31)

GRADE_2016 = {
    "exited": Table({"A": 40, "B": 59, "C": 1}),
    "planned": Table({"A": 20, "B": 40, "C": 24, "D": 16}),
    "rest": Table({"A": 20, "B": 40, "C": 24, "D": 16}),
}
# share of dangerous houses of the planned that are not repaired in 2017, by the village's standing
UNREPAIRED = {"steady": 0.01, "lagging": 0.10, "later": 0.07, "fraud": 0.10}
REPAIRED_MONTH = Table({4: 1, 5: 3, 6: 4, 7: 4, 8: 4, 9: 3})
UNSAFE_WATER = {"exited": 0.002, "planned": 0.004, "rest": 0.12}
NO_POWER = {"exited": 0.0, "planned": 0.0005, "rest": 0.004}
AREA_PER_PERSON_M2 = (14.0, 34.0)
AREA_BASE_M2 = 14.0


@dataclass(frozen=True, slots=True)
class House:
    """A true house; area in 0.01 m2; `grade_2017` holds from `repaired_on`, where that is a date."""

    area_m2_x100: int
    grade_2016: str
    grade_2017: str
    repaired_on: date | None
    safe_water: bool
    electricity: bool


def draw_house(rng: Random, people: int, group: Group, standing: str, relocation: int | None) -> House:
    """Dangerous houses of the planned are repaired to B, but not those that are left by relocation."""
    grade = GRADE_2016[group].draw(rng)
    area = AREA_BASE_M2 + people * rng.uniform(*AREA_PER_PERSON_M2)
    month, day = REPAIRED_MONTH.draw(rng), rng.randint(1, 28)
    repaired = group == "planned" and grade in DANGEROUS and relocation is None and rng.random() >= UNREPAIRED[standing]
    return House(
        area_m2_x100=round(area * 100),
        grade_2016=grade,
        grade_2017="B" if repaired else grade,
        repaired_on=date(2017, month, day) if repaired else None,
        safe_water=rng.random() >= UNSAFE_WATER[group],
        electricity=rng.random() >= NO_POWER[group],
    )


def grade_on(house: House, on: date) -> str:
    """The true grade on a day."""
    if house.repaired_on is not None and on < house.repaired_on:
        return house.grade_2016
    return house.grade_2017
