"""Who marries into a household and out of one in the year.

Both shares are below the 7.7 marriages of a thousand people that the Ministry of Civil Affairs counted of 2017, as the
registered are old [choice]. A man may marry at 22, a woman at 20 (Marriage Law, article 6).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from scenario.world import names
from scenario.world.changes import Death
from scenario.world.draws import Table, stream
from scenario.world.households import Household
from scenario.world.loans import LoanWish
from scenario.world.people import AGES_ON, Member
from scenario.world.truth import HouseholdTruth

MARRIED_IN, MARRIED_OUT = 0.0015, 0.002  # of people, in the year
FIRST_ON, LAST_ON = date(2017, 1, 20), date(2017, 12, 5)
YOUNGEST_BRIDE, OLDEST_BRIDE = 20, 32
YOUNGEST_GROOM, OLDEST_GROOM = 22, 38
YEARS_YOUNGER = (-1, 5)  # than her groom
BRIDE_OF = {"head": "spouse", "son": "daughter_in_law"}
EDUCATION = Table({"primary": 20, "middle": 60, "high": 20})
# Of those who marry out one for certain, in a county of 9,800: she signed a loan, and it was paid out.
SIGNED, SIGNED_ON = 1, date(2017, 8, 6)


@dataclass(frozen=True, slots=True)
class MarriedIn:
    """A bride of somebody of household `no`, who was in no list before."""

    no: str
    on: date
    bride: Member


@dataclass(frozen=True, slots=True)
class MarriedOut:
    """A daughter of household `no`, by index, name and birth as the village knows her."""

    no: str
    on: date
    member: int
    name: str
    born_on: date


def draw_married_in(
    seed: int,
    households: Sequence[Household],
    truth: Mapping[str, HouseholdTruth],
    busy: Collection[str],
    taken: set[str],
) -> tuple[MarriedIn, ...]:
    """In the order of their days; one a household at most. `busy`: numbers of households of which more is told."""
    rng = stream(seed, "married in")
    grooms = [
        (rng.random(), home, groom)
        for home in households
        if home.no not in busy
        for groom in home.members
        if _may_take(home, groom) and groom.id_number not in truth[home.no].deceased
    ]
    chosen: dict[str, tuple[Household, Member]] = {}
    for _, home, groom in sorted(grooms, key=lambda g: (g[0], g[1].no)):
        if len(chosen) < _count(households, MARRIED_IN):
            chosen.setdefault(home.no, (home, groom))
    found = []
    for home, groom in chosen.values():
        age = max(_age(groom) - rng.randint(*YEARS_YOUNGER), YOUNGEST_BRIDE)
        found.append(MarriedIn(home.no, _day(rng), _bride(rng, groom, age, taken)))
    return tuple(sorted(found, key=lambda m: (m.on, m.no)))


def _may_take(home: Household, groom: Member) -> bool:
    """He keeps his parents' house or his own, and no wife is in it."""
    wife = BRIDE_OF.get(groom.relation)
    alone = wife is not None and all(m.relation != wife for m in home.members)
    return alone and groom.sex == "male" and YOUNGEST_GROOM <= _age(groom) <= OLDEST_GROOM


def _bride(rng: Random, groom: Member, age: int, taken: set[str]) -> Member:
    born_on = names.born_on(rng, age, AGES_ON)
    return Member(
        name=names.SURNAMES.draw(rng) + names.given_name(rng, "female"), sex="female",
        id_number=names.id_number(rng, born_on, "female", taken), born_on=born_on,
        relation=BRIDE_OF[groom.relation], ethnicity=groom.ethnicity, education=EDUCATION.draw(rng), in_school="none",
        health="healthy", labour="ordinary", work_area="none", work_months=0, medical_insured=True,
        pension_insured=True,
    )  # fmt: skip


def draw_married_out(
    seed: int,
    households: Sequence[Household],
    deaths: Sequence[Death],
    wishes: Sequence[LoanWish],
    busy: Collection[str],
) -> tuple[MarriedOut, ...]:
    """In the order of their days; one a household at most, where nobody dies, so that somebody stays. Who signs a loan
    marries out later, or is the one of whom the bank must hear.
    """
    rng = stream(seed, "married out")
    buried = {d.no for d in deaths}
    pool = [
        (rng.random(), home, index)
        for home in households
        if home.no not in busy and home.no not in buried
        for index, member in enumerate(home.members)
        if _may_leave(home, member)
    ]
    pool.sort(key=lambda p: (p[0], p[1].no, p[2]))
    signs = {w.borrower_id_number for w in wishes}
    early = {w.borrower_id_number for w in wishes if w.named and w.ineligible is None and w.applies_on < SIGNED_ON}
    signed = [(h, i) for _, h, i in pool if h.members[i].id_number in early][:SIGNED]
    found = {home.no: _left(home, index, SIGNED_ON) for home, index in signed}
    for _, home, index in pool:
        if len(found) >= _count(households, MARRIED_OUT):
            break
        on = _day(rng)
        if home.no not in found and home.members[index].id_number not in signs:
            found[home.no] = _left(home, index, on)
    return tuple(sorted(found.values(), key=lambda m: (m.on, m.no)))


def _may_leave(home: Household, member: Member) -> bool:
    of_age = YOUNGEST_BRIDE <= _age(member) <= OLDEST_BRIDE
    return of_age and member.relation == "daughter" and len(home.members) > 2


def _left(home: Household, index: int, on: date) -> MarriedOut:
    member = home.members[index]
    return MarriedOut(home.no, on, index, member.name, member.born_on)


def _count(households: Sequence[Household], share: float) -> int:
    """Fewer in a small county, but one at least."""
    return max(1, round(sum(len(h.members) for h in households) * share))


def _day(rng: Random) -> date:
    return FIRST_ON + timedelta(days=rng.randint(0, (LAST_ON - FIRST_ON).days))


def _age(member: Member) -> int:
    return AGES_ON.year - member.born_on.year
