"""Sites and flats for two cohorts, who moves when, who is struck, and who dies in the year."""

from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest

from scenario.world import Flat, World, build_world, lives_in_new_home, read_truth, write_truth
from scenario.world.homes import ACCEPTED_BY, KEYS_BY
from scenario.world.people import AGES_ON

pytestmark = pytest.mark.xdist_group("world")

COHORTS = (2016, 2017)


def units(world: World, cohort: int, *, accepted: bool = True) -> list[list[Flat]]:
    """The homes built for a cohort, each of one flat or of a pair."""
    sites = {s.key for s in world.homes.sites if s.cohort == cohort}
    blocks = {b.key for b in world.homes.buildings if b.site in sites and (b.accepted_on is not None) == accepted}
    found: dict[tuple[str, str], list[Flat]] = defaultdict(list)
    for flat in world.homes.flats:
        if flat.building in blocks:
            found[flat.building, flat.pair_no or flat.flat_no].append(flat)
    return list(found.values())


def sizes(world: World, cohort: int) -> list[int]:
    return [len(h.members) for h in world.households if h.relocation == cohort]


def area(unit: list[Flat]) -> int:
    return sum(f.area_m2_x100 for f in unit)


@pytest.mark.parametrize("cohort", COHORTS)
def test_there_is_a_little_more_than_the_cohort_needs(world: World, cohort: int) -> None:
    homes = units(world, cohort)
    assert 1.0 < len(homes) / len(sizes(world, cohort)) < 1.05
    need = Counter(min(n, 6) for n in sizes(world, cohort))
    built = Counter(6 if len(u) == 2 else area(u) // 2_500 for u in homes)
    assert all(built[n] >= need[n] for n in range(2, 7))
    assert built[1] >= need[1] if cohort == 2017 else 0 < need[1] - built[1] < 15  # some singles wait


def test_flats_are_of_the_five_sizes_and_pairs_stand_side_by_side(world: World) -> None:
    assert {f.area_m2_x100 for f in world.homes.flats} <= {2_500, 5_000, 7_500, 10_000, 12_500}
    for cohort in COHORTS:
        for unit in units(world, cohort):
            assert len({(f.building, f.floor) for f in unit}) == 1
            assert len(unit) <= 2
            assert (len(unit) == 2) == (area(unit) > 12_500)
    places = [(f.building, f.flat_no) for f in world.homes.flats]
    assert len(set(places)) == len(places)
    floors = {b.key: b.floors for b in world.homes.buildings}
    assert all(1 <= f.floor <= floors[f.building] for f in world.homes.flats)


def test_ground_floors_are_accessible_and_too_few(world: World) -> None:
    assert all(f.accessible == (f.floor == 1) for f in world.homes.flats)
    for cohort in COHORTS:
        need = sum(
            any(AGES_ON.year - m.born_on.year >= 69 or m.health == "disabled" for m in h.members)
            for h in world.households
            if h.relocation == cohort
        )
        assert 0.75 < sum(u[0].accessible for u in units(world, cohort)) / need < 1.0


def test_buildings_are_finished_in_time_but_for_one(world: World) -> None:
    cohorts = {s.key: s.cohort for s in world.homes.sites}
    assert Counter(cohorts.values()) == {2016: 3, 2017: 3}
    never = [b for b in world.homes.buildings if b.accepted_on is None]
    assert len(never) == 1
    assert all(b.accepted_on < ACCEPTED_BY[cohorts[b.site]] for b in world.homes.buildings if b.accepted_on)
    assert units(world, cohorts[never[0].site], accepted=False)


def test_one_flat_is_listed_twice(world: World, small: World) -> None:
    for homes in (world.homes, small.homes):
        places = Counter((f.building, f.flat_no) for f in homes.listed)
        assert sorted(places.values())[-2:] == [1, 2]
        assert len({f.key for f in homes.listed}) == len(homes.listed) == len(homes.flats) + 1


def test_most_move_within_weeks_of_their_keys_and_a_few_never(world: World) -> None:
    moves = world.homes.moves
    assert set(moves) == {h.no for h in world.households if h.relocation}
    never = sum(m.moves_in_on is None for m in moves.values())
    assert 0.015 < never / len(moves) < 0.045
    after = [(m.moves_in_on - KEYS_BY[m.cohort]).days for m in moves.values() if m.moves_in_on]
    assert min(after) > 0
    assert sum(days <= 42 for days in after) / len(after) > 0.9
    assert max(m.moves_in_on for m in moves.values() if m.moves_in_on) < date(2017, 12, 15)
    gone = next(m for m in moves.values() if m.moves_in_on)
    assert lives_in_new_home(world, gone.no, gone.moves_in_on or date.max)
    assert not lives_in_new_home(world, gone.no, KEYS_BY[gone.cohort])
    staying = next(m for m in moves.values() if m.moves_in_on is None)
    assert not lives_in_new_home(world, staying.no, date(2017, 12, 31))


def test_old_houses_go_after_the_move_and_their_land_after_them(world: World) -> None:
    moves = [m for m in world.homes.moves.values() if m.cohort == 2016 and m.moves_in_on]
    gone = [m for m in moves if m.demolished_on]
    assert len(gone) / len(moves) == pytest.approx(0.88, abs=0.03)
    assert all(m.moves_in_on < m.demolished_on for m in gone if m.moves_in_on and m.demolished_on)
    farmed = [m for m in moves if m.reclaimed_on]
    assert 0.7 < len(farmed) / len(gone) < 0.92
    assert all(m.demolished_on and m.demolished_on < m.reclaimed_on for m in farmed if m.reclaimed_on)


def test_who_is_struck_never_was_poor(world: World) -> None:
    assert 1 <= len(world.homes.struck) <= 6
    for struck in world.homes.struck:
        assert world.truth[struck.no].not_poor
        assert world.truth[struck.no].matches == (struck.reason,)
        assert world.by_no[struck.no].relocation == struck.cohort


def test_deaths_are_as_rare_as_told_and_end_few_households(world: World) -> None:
    people = sum(len(h.members) for h in world.households)
    assert len(world.deaths) / people == pytest.approx(0.004, abs=0.0005)
    assert len({d.no for d in world.deaths}) == len(world.deaths)
    old = 0
    for death in world.deaths:
        home = world.by_no[death.no]
        member = home.members[death.member]
        assert (member.name, member.born_on) == (death.name, death.born_on)
        assert member.id_number not in world.truth[death.no].deceased
        assert death.alone == (len(home.members) == 1)
        assert date(2017, 1, 12) < death.died_on < date(2017, 12, 20)
        old += AGES_ON.year - member.born_on.year >= 65
    assert old / len(world.deaths) > 0.6
    alone = [d for d in world.deaths if d.alone]
    assert 4 <= len(alone) <= 12
    assert sum(world.by_no[d.no].relocation == 2016 for d in alone) >= 3


def test_some_die_with_a_loan_and_nobody_asks_for_one_afterwards(world: World) -> None:
    dead = {world.by_no[d.no].members[d.member].id_number: d.died_on for d in world.deaths}
    borrowers = [w for w in world.wishes if w.borrower_id_number in dead and w.ineligible is None]
    assert len(borrowers) >= 3
    assert all(w.applies_on <= dead[w.borrower_id_number] for w in borrowers)


def test_the_truth_file_knows_moves_and_deaths(small: World, tmp_path: Path) -> None:
    write_truth(small, tmp_path / "truth.gz")
    read = read_truth(tmp_path / "truth.gz")
    assert read.moves == tuple(small.homes.moves.values())
    assert read.deaths == small.deaths


@pytest.mark.parametrize("households", [1, 12, 150])
def test_small_worlds_have_homes_and_deaths_too(households: int) -> None:
    world = build_world(7, households)
    assert set(world.homes.moves) == {h.no for h in world.households if h.relocation}
    for cohort in COHORTS:
        assert len(units(world, cohort)) >= len(sizes(world, cohort)) - 1
    if households >= 150:
        assert any(d.alone for d in world.deaths)
        assert world.homes.flats
