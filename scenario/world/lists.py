"""What offices of the county have in their lists of households, and what the village writes on an income sheet.

A list is the truth, where the office has got so far [choice]: what the bureaus of civil affairs, education, human
resources and agriculture pay out, the repaired houses that the bureau of housing took over, the wells that the bureau
of water tested, the certificates of the federation of the disabled and what it gave to whom, whom a doctor of the
bureau of health looks after.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scenario.world.draws import Table, stream
from scenario.world.economy import IncomeLines
from scenario.world.households import Household
from scenario.world.people import AGES_ON, Member
from scenario.world.truth import HouseholdTruth

# Of those whom it concerns: households whose transfers stand in all lists, repaired houses, wells, certificates.
PAID, TAKEN_OVER, TESTED, CERTIFIED = 0.4, 0.7, 0.15, 0.6
# Of the certified, how severe it is, 1 most; and of whom it concerns, who has got what [choice].
SEVERITY = Table({1: 10, 2: 20, 3: 35, 4: 35})
DEVICE, ADAPTED, REHABILITATED = 0.5, 0.3, 0.4
DOCTOR, CARD = 0.8, 0.65
SHEETS = 0.15  # of the poor, whose task force fills a sheet with them
OFFICES = {
    "subsistence_allowance": "civil_affairs", "care_allowance": "civil_affairs", "old_age_allowance": "civil_affairs",
    "orphan_allowance": "civil_affairs", "disabled_living_allowance": "civil_affairs", "pension": "human_resources",
    "farm_subsidy": "agriculture", "preschool_aid": "education", "boarding_allowance": "education",
    "high_school_grant": "education", "college_grant": "education",
}  # fmt: skip
# What weighs what in a household's transfers, as far as it gets it [choice].
PARTS = {
    "subsistence_allowance": 5.0, "care_allowance": 2.0, "pension": 2.0, "farm_subsidy": 1.0, "old_age_allowance": 0.3,
    "orphan_allowance": 3.0, "disabled_living_allowance": 0.4, "preschool_aid": 0.4, "boarding_allowance": 0.6,
    "high_school_grant": 0.8, "college_grant": 1.2,
}  # fmt: skip
SCHOOLS = {
    "preschool": "preschool_aid", "middle": "boarding_allowance", "high": "high_school_grant",
    "college": "college_grant",
}  # fmt: skip
OF_AGE, PENSION_AGE, OLD_AGE = 18, 60, 80
TESTED_ON, CERTIFIED_ON, LOOKED_AFTER_ON = date(2017, 2, 20), date(2017, 2, 20), date(2017, 2, 20)

# What is sold, and under which source it counts.
PRODUCTS = {
    "sheep": "livestock", "cattle": "livestock", "pigs": "livestock", "hens": "livestock", "oats": "crops",
    "potatoes": "crops", "flax": "crops", "millet": "crops",
}  # fmt: skip
SOLD = Table({
    "sheep": 30, "cattle": 8, "pigs": 8, "hens": 6, "oats": 18, "potatoes": 14, "flax": 10, "millet": 6,
})  # fmt: skip
FIRST_PRODUCT = (0.45, 0.9)  # of what the household sells; the rest is a second one


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of an office's list: of household `no`, or of one of its people by number, since a day."""

    no: str
    id_number: str
    unit: str
    field: str
    value: str | bool | int
    since: date


@dataclass(frozen=True, slots=True)
class Paid:
    """What an office paid household `no` in the income year 2017."""

    no: str
    unit: str
    source: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Lists:
    """In the order of the households' numbers."""

    paid: tuple[Paid, ...]
    facts: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A line of an income sheet; of what was sold, which product."""

    source: str
    amount_fen: int
    product: str = ""


def draw_lists(seed: int, households: Sequence[Household], truth: Mapping[str, HouseholdTruth]) -> Lists:
    """Of households that are not out yet."""
    poor = [h for h in households if h.group != "exited"]
    return Lists(
        tuple(paid for h in poor for paid in _paid(seed, h, truth[h.no])),
        tuple(listed for h in poor for listed in _listed(seed, h, truth[h.no])),
    )


def _paid(seed: int, home: Household, truth: HouseholdTruth) -> list[Paid]:
    """All of a household's transfers or none: a list that has a part of them says less than there is."""
    transfers = truth.incomes[2017].transfer_fen
    if not transfers or stream(seed, "paid", home.no).random() >= PAID:
        return []
    return [Paid(home.no, OFFICES[source], source, fen) for source, fen in transfer_parts(home, transfers).items()]


def transfer_parts(home: Household, amount_fen: int) -> dict[str, int]:
    """What a household gets from whom: by its class and its people's ages; what is left is the subsidy for its land."""
    ages = [AGES_ON.year - m.born_on.year for m in home.members]
    gets = {
        "subsistence_allowance": home.attribute in ("allowance", "allowance_poor"),
        "care_allowance": home.attribute == "supported",
        "pension": max(ages) >= PENSION_AGE,
        "old_age_allowance": max(ages) >= OLD_AGE,
        "orphan_allowance": max(ages) < OF_AGE,
        "disabled_living_allowance": any(m.health == "disabled" for m in home.members),
    } | {source: any(m.in_school == school for m in home.members) for school, source in SCHOOLS.items()}
    weights = {source: PARTS[source] for source, so in gets.items() if so} | {"farm_subsidy": PARTS["farm_subsidy"]}
    parts = {source: int(amount_fen * w / sum(weights.values())) for source, w in weights.items()}
    return parts | {"farm_subsidy": amount_fen - sum(parts.values()) + parts["farm_subsidy"]}


def _listed(seed: int, home: Household, truth: HouseholdTruth) -> list[Listed]:
    rng = stream(seed, "listed", home.no)
    taken_over, tested = rng.random() < TAKEN_OVER, rng.random() < TESTED
    house, found = truth.house, list[Listed]()
    if house.repaired_on is not None and taken_over:
        found.append(Listed(home.no, "", "housing", "house_grade", house.grade_2017, house.repaired_on))
    if home.relocation is None and tested:  # who moves has other water soon
        found.append(Listed(home.no, "", "water", "safe_water", house.safe_water, TESTED_ON))
    certified = [
        m
        for m in home.members
        if m.health == "disabled" and rng.random() < CERTIFIED and m.id_number not in truth.deceased
    ]
    for member in certified:
        found += _given(seed, home.no, member.id_number)
    for member in home.members:
        if member.health in ("chronic", "major") and member.id_number not in truth.deceased:
            found += _looked_after(seed, home.no, member)
    return found


def _given(seed: int, no: str, number: str) -> list[Listed]:
    """What stands in the federation's file of somebody."""
    rng = stream(seed, "certified", number)
    level = SEVERITY.draw(rng)
    facts: dict[str, str | bool | int] = {"health": "disabled", "disability_level": level}
    if level <= 3:
        facts["assistive_device"] = rng.random() < DEVICE
    if level <= 2:
        facts["home_adapted"] = rng.random() < ADAPTED
    facts["rehabilitation"] = rng.random() < REHABILITATED
    return [Listed(no, number, "disabled_federation", field, said, CERTIFIED_ON) for field, said in facts.items()]


def _looked_after(seed: int, no: str, member: Member) -> list[Listed]:
    """Whether a doctor has signed for somebody who is ill, and who of them has the card of the chronically ill."""
    rng = stream(seed, "looked after", member.id_number)
    facts = {"family_doctor": rng.random() < DOCTOR}
    if member.health == "chronic":
        facts["chronic_card"] = rng.random() < CARD
    return [Listed(no, member.id_number, "health", field, said, LOOKED_AFTER_ON) for field, said in facts.items()]


def keeps_sheet(seed: int, household_no: str) -> bool:
    """Whether its task force sits down with the household and fills a sheet."""
    return stream(seed, "sheet", household_no).random() < SHEETS


def sheet_parts(seed: int, home: Household, lines: IncomeLines) -> tuple[SheetPart, ...]:
    """The year's income as it stands on the sheet, source by source; it sums up to `lines`."""
    rng = stream(seed, "sheet parts", home.no)
    away = any(m.work_area not in ("none", "township") for m in home.members)
    first, second = SOLD.draw(rng), SOLD.draw(rng)
    part = round(lines.business_fen * rng.uniform(*FIRST_PRODUCT))
    sold = {first: part} | {second: lines.business_fen - (0 if second == first else part)}
    parts = [
        SheetPart("away_wage" if away else "local_wage", lines.wage_fen),
        *(SheetPart(PRODUCTS[product], fen, product) for product, fen in sold.items()),
        SheetPart("land_rent", lines.property_fen),
        *(SheetPart(source, fen) for source, fen in transfer_parts(home, lines.transfer_fen).items()),
        SheetPart("business_cost", lines.business_cost_fen),
    ]
    return tuple(p for p in parts if p.amount_fen)
