"""Counts and laws of the county: domain notes 1 and 5."""

from collections import Counter
from collections.abc import Callable, Iterable
from statistics import median

import pytest

from scenario.world import Household, World
from scenario.world.geography import EXIT_TOWNSHIPS
from scenario.world.groups import zone
from scenario.world.people import ABLE, CAUSES, Member, cause_fits
from shared.values.id_number import birth_on, is_valid, sex

pytestmark = pytest.mark.xdist_group("world")


def people(homes: Iterable[Household]) -> int:
    return sum(len(h.members) for h in homes)


def shares(values: Iterable[object]) -> dict[object, float]:
    counts = Counter(values)
    return {value: count / counts.total() for value, count in counts.items()}


def age(member: Member) -> int:
    return 2016 - member.born_on.year


def test_the_seeds_figures_are_exact(world: World) -> None:
    assert people(h for h in world.households if h.group == "exited") == 11_911
    assert people(h for h in world.households if h.planned_2017) == 7_200
    assert people(h for h in world.households if h.relocation == 2017) == 1_400
    assert people(h for h in world.households if h.relocation == 2016) == 2_520
    assert len(world.townships) == 10
    assert len(world.villages) == 241
    assert sum(v.exit_planned_2017 for v in world.villages) == 44
    assert sum(v.pv_station for v in world.villages) == 22


def test_the_scale(world: World) -> None:
    assert len(world.households) == 9_800
    assert 23_600 < people(world.households) < 24_400
    assert abs(sum(v.rural_people for v in world.villages) - 85_000) < 850
    assert 120 <= sum(v.poor for v in world.villages) <= 140
    assert 100 <= len(world.unregistered) <= 900
    registered = Counter(h.village_code for h in world.households for _ in h.members)
    assert all(registered[v.code] < v.rural_people for v in world.villages)


def test_villages_have_codes_names_and_townships_of_their_own(world: World) -> None:
    townships = {t.code for t in world.townships}
    assert all(v.township_code in townships and v.code[:9] == v.township_code for v in world.villages)
    assert all(len(v.code) == 12 and 201 <= int(v.code[9:]) <= 399 for v in world.villages)
    for values in ({v.code for v in world.villages}, {v.name for v in world.villages}):
        assert len(values) == 241
    gone = {t.name for t in world.townships if t.valid_to is not None}
    assert gone == {"太平庄乡", "虎北乡"}


def test_the_exit_villages_hold_all_poor_villages_of_the_three_townships(world: World) -> None:
    assert all(v.exit_planned_2017 for v in world.villages if v.poor and v.township_code in EXIT_TOWNSHIPS)
    assert all(v.poor for v in world.villages if v.exit_planned_2017 or v.pv_station)


def test_most_of_the_plan_lies_in_the_exit_villages_and_townships(world: World) -> None:
    kinds = {v.code: zone(v) for v in world.villages}
    near = people(h for h in world.households if h.planned_2017 and kinds[h.village_code].startswith("exit_"))
    assert near / 7_200 > 0.6


def test_facilities_of_the_exit_villages_are_mostly_done_in_2017(world: World) -> None:
    done = {
        v.code: all(f.completed_on for f in world.village_truth[v.code].facilities)
        for v in world.villages
        if v.exit_planned_2017
    }
    assert sum(not d for d in done.values()) == 3
    dates = [f.completed_on for t in world.village_truth.values() for f in t.facilities if f.completed_on]
    assert sum(d.year == 2017 for d in dates) > 100


def test_households_are_whole_and_have_numbers_of_their_own(world: World) -> None:
    assert len({h.no for h in world.households}) == len(world.households) == len(world.truth)
    villages = {v.code for v in world.villages}
    for home in world.households:
        assert home.no[:12] == home.village_code in villages
        assert len(home.no) == 16
        assert [m.relation for m in home.members].count("head") == 1
        assert home.members[0].relation == "head"
        assert (home.exit_year in {2014, 2015, 2016}) == (home.group == "exited")
        assert home.exit_year is None or home.identified_on.year < home.exit_year
        assert home.relocation is None or home.group != "exited"
        assert world.truth[home.no].members == len(home.members)


def test_identity_numbers_are_valid_unique_and_nobodys(world: World) -> None:
    members = [m for h in world.households for m in h.members]
    assert len({m.id_number for m in members}) == len(members)
    for m in members:
        assert is_valid(m.id_number)
        assert m.id_number.startswith("140999")
        assert (birth_on(m.id_number), sex(m.id_number)) == (m.born_on, m.sex)
    strangers = [w for w in world.wishes if w.household_no is None]
    assert all(w.borrower_id_number.startswith("140999") for w in strangers)
    assert not {w.borrower_id_number for w in strangers} & {m.id_number for m in members}


LAWS: dict[str, tuple[Callable[[World], Iterable[object]], dict[object, float]]] = {
    "size": (
        lambda w: (min(len(h.members), 6) for h in w.households),
        {1: 0.26, 2: 0.36, 3: 0.17, 4: 0.13, 5: 0.05, 6: 0.03},
    ),
    "age": (
        lambda w: ("young" if age(m) < 16 else "adult" if age(m) < 60 else "old" for m in everybody(w)),
        {"young": 0.13, "adult": 0.50, "old": 0.37},
    ),
    "labour": (
        lambda w: (m.labour for m in everybody(w)),
        {"ordinary": 0.42, "skilled": 0.04, "lost": 0.18, "none": 0.36},
    ),
    "health": (
        lambda w: (m.health for m in everybody(w)),
        {"healthy": 0.62, "chronic": 0.24, "major": 0.04, "disabled": 0.10},
    ),
    "education": (
        lambda w: (m.education for m in everybody(w) if age(m) >= 16),
        {"illiterate": 0.15, "primary": 0.42, "middle": 0.34, "high": 0.06, "college": 0.03},
    ),
    "cause": (
        lambda w: (h.main_cause for h in w.households),
        {cause: weight / 100 for cause, weight in CAUSES.items()},
    ),
    "exited house": (
        lambda w: (t.house.grade_2017 for t in w.truth.values() if t.group == "exited"),
        {"A": 0.40, "B": 0.59, "C": 0.01},
    ),
    "poor house": (
        lambda w: (t.house.grade_2016 for t in w.truth.values() if t.group != "exited"),
        {"A": 0.20, "B": 0.40, "C": 0.24, "D": 0.16},
    ),
}


def everybody(world: World) -> Iterable[Member]:
    return (m for h in world.households for m in h.members)


@pytest.mark.parametrize("law", LAWS)
def test_distributions(world: World, law: str) -> None:
    values, expected = LAWS[law]
    seen = shares(values(world))
    assert set(seen) == set(expected)
    for value, share in expected.items():
        assert seen[value] == pytest.approx(share, abs=0.02), (value, seen)


def test_causes_are_borne_out_by_the_people(world: World) -> None:
    for home in world.households:
        assert cause_fits(home.main_cause, home.members)
        assert len(home.other_causes) <= 2
        assert home.main_cause not in home.other_causes


def test_phones_are_missing_for_some(world: World) -> None:
    missing = sum(h.phone is None for h in world.households) / len(world.households)
    assert missing == pytest.approx(0.06, abs=0.01)


def test_loans_fill_the_fifty_million_and_some_may_not_be_lent(world: World) -> None:
    may = [w for w in world.wishes if w.ineligible is None]
    assert 50_000_000_00 <= sum(w.amount_fen for w in may) <= 51_000_000_00
    assert 1_030 <= len(may) <= 1_100
    assert len({w.household_no for w in may}) == len(may)
    assert (len(world.wishes) - len(may)) / len(world.wishes) == pytest.approx(0.08, abs=0.015)
    assert {w.ineligible for w in world.wishes} == {None, "too_old", "purpose", "open_loan", "unregistered"}
    full = sum(w.amount_fen == 5_000_000 for w in may) / len(may)
    assert full == pytest.approx(0.70, abs=0.05)
    assert all(w.amount_fen % 100_000 == 0 and 12 <= w.term_months <= 36 for w in may)
    assert [w.applies_on for w in world.wishes] == sorted(w.applies_on for w in world.wishes)


def test_borrowers_who_may_are_members_who_can_work(world: World) -> None:
    for wish in world.wishes:
        if wish.ineligible is None:
            assert wish.household_no is not None
            home = world.by_no[wish.household_no]
            borrower = next(m for m in home.members if m.id_number == wish.borrower_id_number)
            assert borrower.labour in ABLE
            assert 18 <= age(borrower) <= 57
            assert borrower.id_number not in world.truth[home.no].deceased


def test_second_loans_come_after_the_first_at_another_bank(world: World) -> None:
    first = {w.household_no: w for w in world.wishes if w.ineligible is None}
    for wish in world.wishes:
        if wish.ineligible == "open_loan":
            earlier = first[wish.household_no]
            assert wish.bank != earlier.bank
            assert wish.applies_on > earlier.applies_on


def test_exited_incomes_follow_their_law(world: World) -> None:
    """Of those whom nothing befell in the year."""
    struck = {s.no for s in world.setbacks}
    spared = [t for t in world.truth.values() if t.group == "exited" and t.no not in struck]
    per_head = [t.incomes[2017].net_fen / t.members for t in spared]
    assert median(per_head) == pytest.approx(670_000, rel=0.03)
    assert sum(f <= 333_500 for f in per_head) / len(per_head) == pytest.approx(0.01, abs=0.006)
