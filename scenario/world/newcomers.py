"""Who comes into the register in the year: the newborn, and households that ask to be registered [choice].

Of the poor in no list some hear that they may apply; with them apply some who are not poor.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from scenario.world import names
from scenario.world.draws import Table, stream
from scenario.world.economy import LINE_FEN, IncomeLines
from scenario.world.geography import VillageTruth
from scenario.world.households import Household
from scenario.world.people import AGES_ON, Member, draw_members
from scenario.world.truth import UnregisteredPoor
from shared.values.id_number import Sex

BIRTHS = 0.006  # of people, in the year
FIRST_ON, LAST_ON = date(2017, 1, 20), date(2017, 12, 5)
MOTHERS = {"spouse": (20, 40), "daughter_in_law": (20, 38)}
CHILDREN: dict[str, dict[Sex, str]] = {
    "spouse": {"male": "son", "female": "daughter"},
    "daughter_in_law": {"male": "grandson", "female": "granddaughter"},
}
HEARS = 0.7  # of the poor in no list, that they may apply
NOT_POOR = 0.15  # who apply and are not, for one who is
NOT_POOR_OVER = (1.15, 2.2)  # times the line
VOTED_DOWN = {"fraud": 0.3}  # of applicants, where offices are dishonest
VOTED_DOWN_ELSE = 0.03
BY_HIMSELF = 0.5  # applies at the counter, for the others somebody of the village writes it down


@dataclass(frozen=True, slots=True)
class Birth:
    """A child of household `no`."""

    no: str
    child: Member


@dataclass(frozen=True, slots=True)
class Applicant:
    """A household that asks to be registered, its head first; `voted_in`: what its neighbours will say."""

    key: str
    village_code: str
    people: tuple[Member, ...]
    income_2017: IncomeLines
    house_grade: str
    poor: bool
    by_himself: bool
    voted_in: bool


def draw_births(seed: int, households: Sequence[Household], taken: set[str]) -> tuple[Birth, ...]:
    """In the order of their days; one a household at most."""
    rng = stream(seed, "births")
    mothers = [(rng.random(), home, member) for home in households for member in home.members if _may_bear(member)]
    total = round(sum(len(h.members) for h in households) * BIRTHS)
    chosen: dict[str, tuple[Household, Member]] = {}
    for _, home, mother in sorted(mothers, key=lambda m: (m[0], m[1].no)):
        if len(chosen) < total:
            chosen.setdefault(home.no, (home, mother))
    days = (LAST_ON - FIRST_ON).days
    births = []
    for home, mother in chosen.values():
        on, sex = FIRST_ON + timedelta(days=rng.randint(0, days)), _sex(rng.random())
        surname = next((m.name[:1] for m in home.members if m.sex == "male"), mother.name[:1])
        child = Member(
            name=surname + names.given_name(rng, sex), sex=sex, id_number=names.id_number(rng, on, sex, taken),
            born_on=on, relation=CHILDREN[mother.relation][sex], ethnicity=mother.ethnicity, education="preschool",
            in_school="none", health="healthy", labour="none", work_area="none", work_months=0, medical_insured=True,
            pension_insured=False,
        )  # fmt: skip
        births.append(Birth(home.no, child))
    return tuple(sorted(births, key=lambda b: (b.child.born_on, b.no)))


def _sex(draw: float) -> Sex:
    return "male" if draw < 0.52 else "female"


def _may_bear(member: Member) -> bool:
    youngest, oldest = MOTHERS.get(member.relation, (1, 0))
    return member.sex == "female" and youngest <= AGES_ON.year - member.born_on.year <= oldest


def draw_applicants(
    seed: int,
    villages: Collection[str],
    standings: Mapping[str, VillageTruth],
    unregistered: Sequence[UnregisteredPoor],
    taken: set[str],
) -> tuple[Applicant, ...]:
    """By key: the poor who heard of it, and some who are not poor. `villages`: where somebody is registered; elsewhere
    nobody tells that one may apply.
    """
    rng, codes = stream(seed, "applicants"), sorted(villages)
    found = []
    for poor in unregistered:
        if rng.random() >= HEARS or poor.village_code not in villages:
            continue
        people = draw_members(rng, poor.members, taken)
        found.append(_applicant(rng.random(), rng.random(), poor.key, poor.village_code, people, poor.income_2017,
                                poor.house_grade, standings, poor=True))  # fmt: skip
    for i in range(1, round(len(found) * NOT_POOR) + 1):
        size = Table({2: 40, 3: 35, 4: 25}).draw(rng)
        income = IncomeLines(0, round(LINE_FEN[2017] * size * rng.uniform(*NOT_POOR_OVER)), 0, 0, 0)
        people = draw_members(rng, size, taken)
        found.append(_applicant(rng.random(), rng.random(), f"N{i:04}", rng.choice(codes), people, income, "B",
                                standings, poor=False))  # fmt: skip
    return tuple(found)


def _applicant(
    himself: float, vote: float, key: str, village: str, people: tuple[Member, ...], income: IncomeLines, grade: str,
    standings: Mapping[str, VillageTruth], *, poor: bool,
) -> Applicant:  # fmt: skip
    truth = standings.get(village)
    against = VOTED_DOWN.get(truth.standing, VOTED_DOWN_ELSE) if truth else VOTED_DOWN_ELSE
    return Applicant(key, village, people, income, grade, poor, himself < BY_HIMSELF, vote >= against)
