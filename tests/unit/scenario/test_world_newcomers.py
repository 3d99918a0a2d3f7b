"""Who is born and who asks to be registered: as often as told, each a person of his own."""

from collections import Counter
from pathlib import Path

import pytest

from scenario.world import World, read_truth, write_truth
from scenario.world.newcomers import BIRTHS, FIRST_ON, HEARS, LAST_ON, NOT_POOR
from scenario.world.people import AGES_ON
from scenario.world.truth import over_line
from shared.values import id_number

pytestmark = pytest.mark.xdist_group("world")


def test_births_are_as_rare_as_told_and_have_a_mother(world: World) -> None:
    people = sum(len(h.members) for h in world.households)
    assert len(world.births) / people == pytest.approx(BIRTHS, rel=0.05)
    assert max(Counter(b.no for b in world.births).values()) == 1
    for birth in world.births:
        assert FIRST_ON <= birth.child.born_on <= LAST_ON
        mothers = [m for m in world.by_no[birth.no].members if m.sex == "female"]
        assert any(18 < AGES_ON.year - m.born_on.year < 42 for m in mothers)


def test_nobody_is_two_people(world: World) -> None:
    numbers = [m.id_number for h in world.households for m in h.members]
    numbers += [b.child.id_number for b in world.births] + [m.id_number for a in world.applicants for m in a.people]
    assert len(set(numbers)) == len(numbers)
    assert all(id_number.is_number_or_certificate(n) for n in numbers)


def test_some_of_the_missed_apply_and_with_them_some_who_are_not_poor(world: World) -> None:
    missed = {u.key: u for u in world.unregistered}
    poor = [a for a in world.applicants if a.poor]
    assert len(poor) / len(missed) == pytest.approx(HEARS, abs=0.1)
    assert (len(world.applicants) - len(poor)) / len(poor) == pytest.approx(NOT_POOR, abs=0.02)
    assert all(len(a.people) == missed[a.key].members for a in poor)
    assert all(over_line(a.income_2017, len(a.people), 2017) is not a.poor for a in world.applicants)
    assert {a.voted_in for a in poor} == {True, False}


def test_the_judge_is_told_of_births_but_not_who_was_born(world: World, tmp_path: Path) -> None:
    write_truth(world, tmp_path / "truth.gz")
    told = read_truth(tmp_path / "truth.gz").births
    assert [(b["no"], b["born_on"]) for b in told] == [(b.no, b.child.born_on.isoformat()) for b in world.births]
    assert {key for b in told for key in b} == {"no", "born_on"}


def test_a_son_who_keeps_house_for_himself_takes_his_own_along(world: World) -> None:
    assert world.partings
    for parting in world.partings:
        home = world.by_no[parting.no]
        (son, nothing), *others = parting.going
        assert (son.relation, nothing) == ("son", None)
        assert {m for m, _ in parting.going} < set(home.members)
        assert any(m.relation == "head" for m in home.members if m not in {g for g, _ in parting.going})
        assert {relation for _, relation in others} <= {"spouse", "son", "daughter"}


def test_who_moves_goes_to_a_village_of_another_township(world: World) -> None:
    assert world.village_moves
    parted = {p.no for p in world.partings}
    for move in world.village_moves:
        assert move.no not in parted
        assert move.village_code[:9] != move.no[:9]
        assert any(h.village_code == move.village_code for h in world.households)
