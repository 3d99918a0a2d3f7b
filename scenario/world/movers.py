"""Households that split, and households that move to another village, in autumn [choice].

Neither had a part in the year's exits or in the relocation: what became of those is told elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scenario.world.draws import stream
from scenario.world.households import Household
from scenario.world.people import AGES_ON, Member

SPLITS, MOVES = 0.002, 0.0006  # of the households that may
SPLIT_ON, MOVED_ON = date(2017, 11, 10), date(2017, 11, 12)
GROWN = 24
# What those who go with a son were to his father, and what they are to him.
WITH_HIM = {"daughter_in_law": "spouse", "grandson": "son", "granddaughter": "daughter"}


@dataclass(frozen=True, slots=True)
class Parting:
    """A grown son of household `no` keeps house for himself: who goes, the son first, with what each is to him."""

    no: str
    going: tuple[tuple[Member, str | None], ...]


@dataclass(frozen=True, slots=True)
class VillageMove:
    """Household `no` lives in another village since."""

    no: str
    village_code: str


def draw_partings(seed: int, households: Sequence[Household]) -> tuple[Parting, ...]:
    rng = stream(seed, "partings")
    found = [Parting(home.no, going) for home in households if _stays_poor(home) and (going := _going(home))]
    chosen = rng.sample(found, k=min(len(found), max(1, round(len(households) * SPLITS))))
    return tuple(sorted(chosen, key=lambda p: p.no))


def _going(home: Household) -> tuple[tuple[Member, str | None], ...]:
    sons = [m for m in home.members if m.relation == "son" and AGES_ON.year - m.born_on.year >= GROWN]
    family = [(m, WITH_HIM[m.relation]) for m in home.members if m.relation in WITH_HIM]
    if len(sons) != 1 or not family or len(family) + 1 >= len(home.members):
        return ()
    return ((sons[0], None), *family)


def draw_village_moves(
    seed: int, households: Sequence[Household], partings: Sequence[Parting]
) -> tuple[VillageMove, ...]:
    """To a village of another township where somebody is registered."""
    rng, parted = stream(seed, "village moves"), {p.no for p in partings}
    villages = sorted({h.village_code for h in households})
    may = [h for h in households if _stays_poor(h) and h.no not in parted]
    chosen = rng.sample(may, k=min(len(may), max(1, round(len(households) * MOVES))))
    found = []
    for home in sorted(chosen, key=lambda h: h.no):
        elsewhere = [v for v in villages if v[:9] != home.village_code[:9]]
        if elsewhere:
            found.append(VillageMove(home.no, rng.choice(elsewhere)))
    return tuple(found)


def _stays_poor(home: Household) -> bool:
    return home.group == "rest" and not home.relocation
