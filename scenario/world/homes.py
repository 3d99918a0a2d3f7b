"""New homes and old ones: resettlement sites, their flats, who moves when, and who should never have been listed.

Flats by domain notes 2.2 (25 m2 a person, two adjoining flats for six and more); counts and dates are choices.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Literal

from scenario.world.draws import apportion, stream
from scenario.world.geography import Village
from scenario.world.households import Household
from scenario.world.housing import YEAR_END
from scenario.world.truth import HouseholdTruth

SiteKind = Literal["county_town", "township", "village"]

# key: township, kind, name, cohort, share of the cohort, floors, flats of a floor
SITES: dict[str, tuple[str, SiteKind, str, str, int, float, int, int]] = {
    "longquan": ("140927100", "county_town", "龙泉新苑", "Longquan Xinyuan", 2016, 0.50, 3, 8),
    "yijing": ("140927101", "township", "义井移民新村", "Yijing New Village", 2016, 0.27, 2, 8),
    "bajiao": ("140927102", "township", "八角移民新村", "Bajiao New Village", 2016, 0.23, 2, 8),
    "hezhi": ("140927203", "township", "贺职移民新村", "Hezhi New Village", 2017, 0.45, 3, 8),
    "changzhen": ("140927204", "township", "长畛移民新村", "Changzhen New Village", 2017, 0.40, 3, 8),
    "liebao": ("140927205", "village", "烈堡幸福院", "Liebao Courtyards", 2017, 0.15, 1, 6),
}
FLAT_M2_PER_PERSON = 25
PAIRED = {6: (75, 75), 7: (75, 100), 8: (100, 100)}  # m2 of the two adjoining flats
SMALL_M2, UPWARDS = 50, 1.2  # the small flats, where the old live, lie a little more often on the ground
SLACK = 0.04  # units beyond the cohort's need
NEVER_ACCEPTED = 0.03  # of the single flats of 2016: their building fails its acceptance
ACCEPTED_BY = {2016: date(2017, 4, 20), 2017: date(2017, 9, 12)}
WORKS_DAYS = 50  # buildings are finished one after another within this time
KEYS_BY = {2016: date(2017, 5, 10), 2017: date(2017, 10, 9)}
MOVE_DAYS = {2016: (5, 60), 2017: (4, 50)}  # after the keys; most within the first weeks
NEVER_MOVES = 0.03
STRUCK = 6
HOMESTEAD_MU_X100 = (22, 68)
DEMOLISHES, DEMOLISHED_DAYS = 0.88, (20, 75)  # of those who moved; after moving in
RECLAIMS, RECLAIMED_DAYS = 0.85, (15, 60)  # of those houses; after their demolition


@dataclass(frozen=True, slots=True)
class Site:
    """`village_code` is where it stands; `cohort` for whom it was built."""

    key: str
    name_zh: str
    name_en: str
    village_code: str
    kind: SiteKind
    cohort: int


@dataclass(frozen=True, slots=True)
class Building:
    """`accepted_on` None: it never passes."""

    key: str
    site: str
    block: str
    floors: int
    accepted_on: date | None


@dataclass(frozen=True, slots=True)
class Flat:
    """Area in 0.01 m2; two flats of a building with one `pair_no` are one home. Ground floors are accessible."""

    key: str
    building: str
    flat_no: str
    floor: int
    area_m2_x100: int
    accessible: bool
    pair_no: str | None


@dataclass(frozen=True, slots=True)
class Move:
    """When a household lives in its new flat, if it is given one in its cohort's time; None: it never does.

    From that day its house is of grade A with safe water and power. The old house and the homestead's land, and when
    the one is gone and the other farmland again; None: not within the year.
    """

    no: str
    cohort: int
    moves_in_on: date | None
    house_area_m2_x100: int
    land_mu_x100: int
    demolished_on: date | None
    reclaimed_on: date | None


@dataclass(frozen=True, slots=True)
class Struck:
    """A relocated household that never was poor, and what the village finds of it when the match is looked into."""

    no: str
    cohort: int
    reason: str


@dataclass(frozen=True, slots=True)
class Homes:
    """`listed` is the county's list of flats, in which one flat stands twice; `moves` by household number."""

    sites: tuple[Site, ...]
    buildings: tuple[Building, ...]
    flats: tuple[Flat, ...]
    listed: tuple[Flat, ...]
    moves: dict[str, Move]
    struck: tuple[Struck, ...]


def draw_homes(
    seed: int, villages: Sequence[Village], households: Sequence[Household], truth: Mapping[str, HouseholdTruth]
) -> Homes:
    """All that is built for those who move, and how they do."""
    sizes: dict[int, list[int]] = {2016: [], 2017: []}
    for home in households:
        if home.relocation:
            sizes[home.relocation].append(len(home.members))
    seats = _site_villages(villages)
    sites: list[Site] = []
    buildings: list[Building] = []
    flats: list[Flat] = []
    for cohort, found in sizes.items():
        keys = [key for key, row in SITES.items() if row[4] == cohort]
        units, unfinished = _needed(stream(seed, "flats", cohort), found, cohort)
        for key, share in zip(keys, _shared(units, [SITES[k][5] for k in keys]), strict=True):
            sites.append(_site(key, seats))
            _build(stream(seed, "site", key), key, share, buildings, flats)
        if unfinished:
            _build(stream(seed, "unfinished"), keys[0], unfinished, buildings, flats, accepted=False)
    listed = list(flats)
    if flats:
        again = stream(seed, "listed twice").choice(flats)
        listed.append(replace(again, key=f"{again.key}/again", pair_no=None))
    return Homes(
        tuple(sites), tuple(buildings), tuple(flats), tuple(listed),
        {h.no: _move(seed, h, truth[h.no]) for h in households if h.relocation},
        _struck(households, truth),
    )  # fmt: skip


def _site_villages(villages: Sequence[Village]) -> dict[str, str]:
    """A township's seat is its first village."""
    seats: dict[str, str] = {}
    for village in villages:
        seats.setdefault(village.township_code, village.code)
    return seats


def _site(key: str, seats: Mapping[str, str]) -> Site:
    township, kind, name_zh, name_en, cohort, *_ = SITES[key]
    return Site(key, name_zh, name_en, seats[township], kind, cohort)


def _areas(people: int) -> tuple[int, ...]:
    """The flats of a home for so many, in m2."""
    return (
        PAIRED[min(people, max(PAIRED))] if people in PAIRED or people > max(PAIRED) else (FLAT_M2_PER_PERSON * people,)
    )


def _needed(rng: Random, sizes: Sequence[int], cohort: int) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    """The homes to build, and those in the building that is never accepted: some singles will wait."""
    if not sizes:
        return [], []
    alone = sum(n == 1 for n in sizes)
    missing = min(alone, max(1, round(alone * NEVER_ACCEPTED))) if cohort == 2016 else 0
    units = [_areas(n) for n in sorted(sizes)][missing:]
    larger = [n for n in sizes if n > 1] or list(sizes)
    units += [_areas(rng.choice(larger)) for _ in range(max(1, round(len(sizes) * SLACK)))]
    rng.shuffle(units)
    return units, [(FLAT_M2_PER_PERSON,)] * missing


def _shared(units: Sequence[tuple[int, ...]], shares: list[float]) -> list[list[tuple[int, ...]]]:
    cuts, start = [], 0
    for count in apportion(len(units), shares):
        cuts.append(list(units[start : start + count]))
        start += count
    return cuts


def _build(
    rng: Random, site: str, units: Sequence[tuple[int, ...]], buildings: list[Building], flats: list[Flat], *,
    accepted: bool = True,
) -> None:  # fmt: skip
    """Block after block; the small flats, where the old live alone, rather on the ground."""
    cohort, floors, width = SITES[site][4], SITES[site][6], SITES[site][7]
    room = floors * width
    blocks: list[list[tuple[int, ...]]] = [[]]
    for unit in units:
        if sum(map(len, blocks[-1])) + len(unit) > room:
            blocks.append([])
        blocks[-1].append(unit)
    first = 1 + sum(b.site == site for b in buildings)
    for number, block in enumerate(filter(None, blocks), first):
        done_on = ACCEPTED_BY[cohort] - timedelta(days=rng.randint(1, WORKS_DAYS))
        building = Building(f"{site}/{number}", site, str(number), floors, done_on if accepted else None)
        buildings.append(building)
        flats += _floors(rng, building, block)


def _floors(rng: Random, building: Building, units: Sequence[tuple[int, ...]]) -> list[Flat]:
    """Flats floor by floor, two of a pair beside each other."""
    order = sorted(units, key=lambda u: rng.random() * (1.0 if sum(u) <= SMALL_M2 else UPWARDS))
    width = math.ceil(sum(map(len, order)) / building.floors)
    flats: list[Flat] = []
    floor, number, pairs = 1, 0, 0
    for unit in order:
        if number + len(unit) > width and floor < building.floors:
            floor, number = floor + 1, 0
        pairs += len(unit) == 2
        for area in unit:
            number += 1
            flat_no = f"{floor}{number:02}"
            pair_no = f"P{pairs}" if len(unit) == 2 else None
            key = f"{building.key}/{flat_no}"
            flats.append(Flat(key, building.key, flat_no, floor, area * 100, floor == 1, pair_no))
    return flats


def _move(seed: int, home: Household, truth: HouseholdTruth) -> Move:
    cohort = home.relocation or 0
    rng = stream(seed, "move", home.no)
    soonest, latest = MOVE_DAYS[cohort]
    days = round(soonest + (latest - soonest) * rng.betavariate(1.2, 3))
    moves_in_on = None if rng.random() < NEVER_MOVES else KEYS_BY[cohort] + timedelta(days=days)
    land = rng.randint(*HOMESTEAD_MU_X100)
    demolished_on = _later(rng, moves_in_on, DEMOLISHES, DEMOLISHED_DAYS)
    return Move(
        no=home.no,
        cohort=cohort,
        moves_in_on=moves_in_on,
        house_area_m2_x100=truth.house.area_m2_x100,
        land_mu_x100=land,
        demolished_on=demolished_on,
        reclaimed_on=_later(rng, demolished_on, RECLAIMS, RECLAIMED_DAYS),
    )


def _later(rng: Random, day: date | None, share: float, days: tuple[int, int]) -> date | None:
    """Some days after the one before it, where that ever was, and this follows."""
    follows, after = rng.random() < share, timedelta(days=rng.randint(*days))
    return day + after if day is not None and follows and day + after <= YEAR_END else None


def _struck(households: Sequence[Household], truth: Mapping[str, HouseholdTruth]) -> tuple[Struck, ...]:
    """The first cohort's first: they hold a flat already when the comparison of registers comes in."""
    found = [
        Struck(h.no, h.relocation, truth[h.no].matches[0])
        for h in households
        if h.relocation and truth[h.no].not_poor and truth[h.no].matches
    ]
    return tuple(sorted(found, key=lambda s: (s.cohort, s.no))[:STRUCK])
