"""Natural changes of the year: who dies, and when. Nobody else of a household does, and few households end by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from scenario.world.draws import stream
from scenario.world.households import Household
from scenario.world.loans import LoanWish
from scenario.world.people import AGES_ON
from scenario.world.truth import HouseholdTruth

T = TypeVar("T")

DEATHS = 0.004  # of people, in the year
OLD, OLD_WEIGHT = 65, 9.0
FIRST_ON, LAST_ON = date(2017, 1, 16), date(2017, 12, 10)
# who dies for certain, in a county of 9,800: old people alone, some of whom relocate, and borrowers of loans
ALONE, ALONE_RELOCATED, BORROWERS = 5, 4, 3
RELOCATED_ON = (date(2017, 3, 6), date(2017, 5, 2), date(2017, 5, 4), date(2017, 8, 9))  # before and after the draw
BORROWER_ON = date(2017, 7, 11)


@dataclass(frozen=True, slots=True)
class Death:
    """A member of household `no`, by index, name and birth as the village knows them; alone: the last one."""

    no: str
    member: int
    name: str
    born_on: date
    died_on: date
    alone: bool


def draw_deaths(
    seed: int, households: Sequence[Household], truth: Mapping[str, HouseholdTruth], wishes: Sequence[LoanWish]
) -> tuple[Death, ...]:
    """In the order of their days. Of a household one person at most; the dead of the roster do not die again."""
    rng = stream(seed, "deaths")
    people = sum(len(h.members) for h in households)
    total = max(4, round(people * DEATHS))
    found: dict[str, Death] = {}
    for home, index, on in _certain(seed, households, wishes, total):
        found[home.no] = _death(home, index, on)
    pool = [
        (rng.random() ** (1 / _weight(home, index)), home, index)
        for home in households
        for index, member in enumerate(home.members)
        if len(home.members) > 1 and member.id_number not in truth[home.no].deceased
    ]
    days = (LAST_ON - FIRST_ON).days
    asks_on = {w.borrower_id_number: w.applies_on for w in wishes}
    living = {h.no: len(h.members) - len(truth[h.no].deceased) for h in households}
    for _, home, index in sorted(pool, key=lambda p: (-p[0], p[1].no, p[2])):
        if len(found) >= total:
            break
        on = FIRST_ON + timedelta(days=rng.randint(0, days))
        still_asks = asks_on.get(home.members[index].id_number, date.min) > on  # a dead man asks for no loan
        if home.no not in found and living[home.no] > 1 and not still_asks:
            found[home.no] = _death(home, index, on)
    return tuple(sorted(found.values(), key=lambda d: (d.died_on, d.no)))


def _certain(
    seed: int, households: Sequence[Household], wishes: Sequence[LoanWish], total: int
) -> list[tuple[Household, int, date]]:
    """Old people who lived alone, some with a flat coming, and borrowers after their loan was paid out."""
    rng = stream(seed, "deaths", "certain")
    old = [h for h in households if len(h.members) == 1 and _age(h, 0) >= OLD and h.group != "exited"]
    share = min(1.0, total / 90)
    relocated = [h for h in old if h.relocation == 2016]
    moving = _some(rng.sample(relocated, k=len(relocated)), ALONE_RELOCATED, share)
    staying = [h for h in old if not h.relocation]
    chosen = [(h, 0, on) for h, on in zip(moving, RELOCATED_ON, strict=False)]
    others = _some(rng.sample(staying, k=len(staying)), ALONE, share)
    chosen += [(home, 0, FIRST_ON + timedelta(days=rng.randint(20, 250))) for home in others]
    by_no = {h.no: h for h in households}
    early = [w for w in wishes if w.household_no and w.ineligible is None and w.applies_on.month <= 5]
    early = [w for w in early if len(by_no[w.household_no or ""].members) > 1]
    for wish in _some(rng.sample(early, k=len(early)), BORROWERS, share):
        home = by_no[wish.household_no or ""]
        index = next(i for i, m in enumerate(home.members) if m.id_number == wish.borrower_id_number)
        chosen.append((home, index, BORROWER_ON + timedelta(days=rng.randint(0, 60))))
    return chosen


def _some(found: Sequence[T], whole: int, share: float) -> Sequence[T]:
    """Fewer in a small county, but one at least."""
    return found[: max(1, round(whole * share))]


def _age(home: Household, index: int) -> int:
    return AGES_ON.year - home.members[index].born_on.year


def _weight(home: Household, index: int) -> float:
    return OLD_WEIGHT if _age(home, index) >= OLD else 1.0


def _death(home: Household, index: int, on: date) -> Death:
    member = home.members[index]
    return Death(home.no, index, member.name, member.born_on, on, len(home.members) == 1)
