"""What people of a village see and say of a household: the truth with honest error, or lifted on purpose.

Pure functions of a world: the same question has the same answer, in whatever order questions come.
"""

from dataclasses import dataclass
from datetime import date
from random import Random

from scenario.world import cheats
from scenario.world.county import World
from scenario.world.draws import stream
from scenario.world.economy import IncomeLines
from scenario.world.housing import grade_on
from scenario.world.truth import over_line

INCOME_NOISE = 0.02  # standard deviation of each line
ROUNDED_FEN = 1_000  # helpers write tens of yuan
ROSTER_YEAR = 2016
VOTED_DOWN, UNWILLING, UNFOUNDED = 0.01, 0.01, 0.005  # of exits: a meeting, a household, a neighbour says no
CONCEALED = 0.30  # what households that are not poor told the register of their income
INCOME_YEAR_END = date(2017, 9, 30)
MISSED_HARDSHIP, FALSE_HARDSHIP = 0.02, 0.0004  # a hardship not seen; one seen that is none
MISREAD_GRADE = 0.004
NEXT_GRADE = {"A": "B", "B": "A", "C": "B", "D": "C"}  # how an honest eye errs
VILLAGES_EYE, TOWNSHIPS_EYE = "observed conditions", "looked into"


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a helper notes at a visit; `medical_insured`: every member is; area in 0.01 m2."""

    food_secure: bool
    clothing_secure: bool
    school_dropout: bool
    medical_insured: bool
    house_grade: str
    house_area_m2_x100: int
    safe_water: bool
    electricity: bool
    unfinished_major_illness: bool
    only_subsidies: bool


@dataclass(frozen=True, slots=True)
class RosterView:
    """What the register says of a household at the end of 2016; income is the statement for 2016."""

    income: IncomeLines
    house_grade: str
    house_area_m2_x100: int
    safe_water: bool
    electricity: bool


def observed_income(world: World, household_no: str, year: int) -> IncomeLines:
    """Income of the year 2016 or 2017 as the household's helper states it.

    In villages that lift incomes, a household that is not out yet and truly at or below the line is stated
    a little above it; in others that cheat, it is what they write there (`cheats`).
    """
    truth = world.truth[household_no]
    rng = stream(world.seed, "observed income", household_no, year)
    seen = _noisy(rng, truth.incomes[year])
    cheat = world.cheats.get(truth.village_code)
    if cheat is not None and year == 2017:
        if cheat.way == "invented":
            return cheats.invented(world.seed, household_no, truth.members, year)
        if cheat.sheet not in (None, household_no) and cheats.copies(world.seed, household_no):
            return observed_income(world, str(cheat.sheet), year)
    if year != 2017 or truth.group == "exited" or over_line(truth.incomes[year], truth.members, year):
        return seen
    if cheat is not None and cheat.way == "lifted":
        return cheats.lifted(rng, seen, truth.members, year, ROUNDED_FEN)
    lifts = world.village_truth[truth.village_code].standing == "fraud"
    return cheats.lifted(rng, seen, truth.members, year) if lifts else seen


def helper_income(world: World, household_no: str, behaviour: str) -> IncomeLines | None:
    """Income of 2017 as its own helper reckons it with the household: by himself, or copied from the village's, or
    not at all.
    """
    if behaviour == "absent":
        return None
    if behaviour == "copies":
        return observed_income(world, household_no, 2017)
    return _noisy(stream(world.seed, "helper income", household_no), world.truth[household_no].incomes[2017])


def observed_conditions(
    world: World, household_no: str, on: date = INCOME_YEAR_END, eye: str = VILLAGES_EYE
) -> Conditions:
    """What the helper sees on a day; repairs done later are not seen yet, errors of the eye do not change.

    Another `eye` is as honest, and errs elsewhere.
    """
    truth = world.truth[household_no]
    rng = stream(world.seed, eye, household_no)

    def hardship(*, really: bool) -> bool:
        return (rng.random() >= MISSED_HARDSHIP) if really else (rng.random() < FALSE_HARDSHIP)

    grade = grade_on(truth.house, on)
    return Conditions(
        food_secure=not hardship(really=not truth.food_secure),
        clothing_secure=not hardship(really=not truth.clothing_secure),
        school_dropout=hardship(really=truth.school_dropout) and truth.members > 1,
        medical_insured=not hardship(really=not truth.medical_insured),
        house_grade=NEXT_GRADE[grade] if rng.random() < MISREAD_GRADE else grade,
        house_area_m2_x100=round(truth.house.area_m2_x100 * rng.uniform(0.97, 1.03) / 100) * 100,
        safe_water=not hardship(really=not truth.house.safe_water),
        electricity=truth.house.electricity,
        unfinished_major_illness=hardship(really=truth.unfinished_major_illness),
        only_subsidies=hardship(really=truth.only_subsidies),
    )


@dataclass(frozen=True, slots=True)
class Mind:
    """What people think of a household's exit: the meeting, the household, a neighbour who objects for nothing."""

    carried: bool
    agrees: bool
    envied: bool


def mind_of(world: World, household_no: str) -> Mind:
    rng = stream(world.seed, "mind", household_no)
    return Mind(rng.random() >= VOTED_DOWN, rng.random() >= UNWILLING, rng.random() < UNFOUNDED)


def measured_income(world: World, household_no: str) -> IncomeLines:
    """Income of 2017 as the township finds it when it measures anew: honest error, whatever was stated before."""
    return _noisy(stream(world.seed, "measured income", household_no), world.truth[household_no].incomes[2017])


def roster_view(world: World, household_no: str) -> RosterView:
    """The household's row in the roster that closes 2016 (1 October 2015 to 30 September 2016)."""
    truth = world.truth[household_no]
    rng = stream(world.seed, "roster", household_no)
    stated = _noisy(rng, truth.incomes[ROSTER_YEAR], CONCEALED if truth.not_poor else 1.0)
    return RosterView(
        income=stated,
        house_grade=truth.house.grade_2016,
        house_area_m2_x100=truth.house.area_m2_x100,
        safe_water=truth.house.safe_water,
        electricity=truth.house.electricity,
    )


def _noisy(rng: Random, lines: IncomeLines, told: float = 1.0) -> IncomeLines:
    """Each line with its own error, in tens of yuan."""

    def line(amount_fen: int) -> int:
        return max(round(amount_fen * told * rng.gauss(1, INCOME_NOISE) / ROUNDED_FEN), 0) * ROUNDED_FEN

    return IncomeLines(
        wage_fen=line(lines.wage_fen),
        business_fen=line(lines.business_fen),
        property_fen=line(lines.property_fen),
        transfer_fen=line(lines.transfer_fen),
        business_cost_fen=line(lines.business_cost_fen),
    )
