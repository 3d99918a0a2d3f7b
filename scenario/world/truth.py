"""What is really so: the side of the world that only the judge may open, and observation in small pieces.

Rates are choices: domain notes 5 names incomes, houses and errors; the rest keeps the wrong exits few.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from scenario.world.draws import Table, stream
from scenario.world.economy import LINE_FEN, IncomeLines, draw_incomes
from scenario.world.geography import Village, VillageTruth
from scenario.world.groups import HOUSEHOLDS, zone
from scenario.world.households import Household
from scenario.world.housing import DANGEROUS, House, draw_house
from scenario.world.people import ABLE, AGES_ON

MATCHES = Table({"EX3": 40, "EX4": 27, "EX5": 20, "EX1": 13})  # vehicle, house or shop, company, public pay
MATCHED = 0.015
NOT_POOR_IF_MATCHED, NOT_POOR_ELSE = 0.40, 0.006  # a match is a suspicion: about 3 in 10 were removed (S24)
DECEASED = 0.005  # of people; never the head
UNREGISTERED_POOR = 300
UNREGISTERED_SIZE = Table({1: 34, 2: 36, 3: 16, 4: 10, 5: 4})
MEAN_UNREGISTERED_SIZE = 2.9  # of all rural households outside the register

# share of households, by kind: short of food, of clothes; child out of school (of those with pupils of
# compulsory age); not insured beyond single members; treatment unfinished (of those with a major illness);
# living on subsidies alone (of those without labour)
HARDSHIP = {
    "exited": (0.001, 0.001, 0.002, 0.001, 0.01, 0.004),
    "steady": (0.0005, 0.0005, 0.002, 0.001, 0.02, 0.003),
    "lagging": (0.006, 0.005, 0.010, 0.008, 0.15, 0.02),
    "later": (0.003, 0.002, 0.005, 0.003, 0.08, 0.01),
    "fraud": (0.006, 0.005, 0.010, 0.008, 0.15, 0.02),
    "rest": (0.06, 0.04, 0.03, 0.04, 0.40, 0.12),
}
COMPULSORY_AGES = range(6, 16)
ILL = ("major", "disabled")


@dataclass(frozen=True, slots=True)
class HouseholdTruth:
    """What is really so in a registered household at the end of September 2017.

    `incomes` by income year (2016, 2017); `not_poor`: registered though it never was poor; `matches`: codes
    EX1 to EX5 that a comparison with other registers would find; `deceased`: identity numbers of members who
    are dead though still listed; `members`: as listed; `able`, `ill`: which of those who live may work, and which
    have a major illness or a disability, by index.
    """

    no: str
    village_code: str
    members: int
    group: str
    relocation: int | None
    incomes: dict[int, IncomeLines]
    house: House
    food_secure: bool
    clothing_secure: bool
    school_dropout: bool
    medical_insured: bool
    unfinished_major_illness: bool
    only_subsidies: bool
    not_poor: bool
    matches: tuple[str, ...]
    deceased: tuple[str, ...]
    able: tuple[int, ...]
    ill: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class UnregisteredPoor:
    """A household that is poor and in no list: it has no number, and counts for the missed rate."""

    key: str
    village_code: str
    members: int
    income_2017: IncomeLines
    house_grade: str


def over_line(income: IncomeLines, members: int, year: int) -> bool:
    """The exact comparison of domain notes 2.1."""
    return income.net_fen > LINE_FEN[year] * members


def unmet_in_2017(truth: HouseholdTruth) -> tuple[str, ...]:
    """Which of the exit criteria and hard blocks truly stand against an exit in 2017; empty: none.

    Codes: income food clothing education medical housing water illness subsidies (domain notes 2.1).
    """
    met = {
        "income": over_line(truth.incomes[2017], truth.members, 2017),
        "food": truth.food_secure,
        "clothing": truth.clothing_secure,
        "education": not truth.school_dropout,
        "medical": truth.medical_insured,
        "housing": truth.house.grade_2017 not in DANGEROUS,
        "water": truth.house.safe_water,
        "illness": not truth.unfinished_major_illness,
        "subsidies": not truth.only_subsidies,
    }
    return tuple(code for code, holds in met.items() if not holds)


def draw_truth(seed: int, home: Household, standing: str) -> HouseholdTruth:
    """The truth of one household from a stream of its own."""
    rng = stream(seed, "truth", home.no)
    matches = (MATCHES.draw(rng),) if rng.random() < MATCHED else ()
    not_poor = rng.random() < (NOT_POOR_IF_MATCHED if matches else NOT_POOR_ELSE)
    incomes = draw_incomes(rng, home.members, home.group, standing, not_poor=not_poor)
    house = draw_house(rng, len(home.members), home.group, standing, home.relocation)
    hungry, cold, dropout, uninsured, untreated, subsidies = (
        rng.random() < rate for rate in HARDSHIP[standing if home.group == "planned" else home.group]
    )
    pupils = any(AGES_ON.year - m.born_on.year in COMPULSORY_AGES for m in home.members)
    deceased = _deceased(rng, home)
    living = [(i, m) for i, m in enumerate(home.members) if m.id_number not in deceased]
    return HouseholdTruth(
        no=home.no,
        village_code=home.village_code,
        members=len(home.members),
        group=home.group,
        relocation=home.relocation,
        incomes=incomes,
        house=house,
        food_secure=not hungry,
        clothing_secure=not cold,
        school_dropout=dropout and pupils,
        medical_insured=not uninsured and all(m.medical_insured for m in home.members),
        unfinished_major_illness=untreated and any(m.health == "major" for m in home.members),
        only_subsidies=subsidies and not any(m.labour in ABLE for m in home.members),
        not_poor=not_poor,
        matches=matches,
        deceased=deceased,
        able=tuple(i for i, m in living if m.labour in ABLE),
        ill=tuple(i for i, m in living if m.health in ILL),
    )


def _deceased(rng: Random, home: Household) -> tuple[str, ...]:
    rest = home.members[1:]
    share = DECEASED * 1.6  # heads are spared, so the others bear their part: 24,000 people, 9,800 heads
    return tuple(m.id_number for m in rest if rng.random() < share)


def draw_unregistered(seed: int, villages: Sequence[Village], households: int) -> tuple[UnregisteredPoor, ...]:
    """Some hundred poor households that nobody registered; more of them outside the poor villages."""
    rng = stream(seed, "unregistered")
    pool = [v.code for v in villages for _ in range(v.rural_people // (120 if v.poor else 60))]
    found = []
    for i in range(1, max(1, round(UNREGISTERED_POOR * households / HOUSEHOLDS)) + 1):
        members = UNREGISTERED_SIZE.draw(rng)
        net = members * round(100 * rng.uniform(1_700, 3_250))
        transfer = round(net * rng.uniform(0.3, 0.6))
        income = IncomeLines(0, net - transfer, 0, transfer, 0)
        grade = Table({"A": 10, "B": 45, "C": 30, "D": 15}).draw(rng)
        found.append(UnregisteredPoor(f"U{i:04}", rng.choice(pool), members, income, grade))
    return tuple(found)


def standing_of(village: Village, truths: dict[str, VillageTruth]) -> str:
    """Households of the exiting townships' other villages do as well as the steady of the 44."""
    return "steady" if zone(village) == "exit_township" else truths[village.code].standing
