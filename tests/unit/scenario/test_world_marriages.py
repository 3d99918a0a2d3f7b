"""Who marries in and out: as often as told, of the age to, and with nothing left behind that needs them."""

from collections import Counter
from pathlib import Path

import pytest

from scenario.judge.truth import read
from scenario.world import Death, World, build_world, write_truth
from scenario.world.marriages import FIRST_ON, LAST_ON, MARRIED_IN, MARRIED_OUT, SIGNED_ON, draw_married_out
from scenario.world.people import AGES_ON
from shared.values import id_number

pytestmark = pytest.mark.xdist_group("world")


def test_marriages_are_as_rare_as_told(world: World) -> None:
    people = sum(len(h.members) for h in world.households)
    assert len(world.married_in) / people == pytest.approx(MARRIED_IN, rel=0.05)
    assert len(world.married_out) / people == pytest.approx(MARRIED_OUT, rel=0.05)
    for married in (world.married_in, world.married_out):
        assert max(Counter(m.no for m in married).values()) == 1
        assert [(m.on, m.no) for m in married] == sorted((m.on, m.no) for m in married)
        assert all(FIRST_ON <= m.on <= LAST_ON for m in married)


def test_a_bride_is_a_person_of_her_own_and_her_groom_had_no_wife(world: World) -> None:
    numbers = [m.id_number for h in world.households for m in h.members] + [b.child.id_number for b in world.births]
    numbers += [m.id_number for a in world.applicants for m in a.people]
    brides = [m.bride.id_number for m in world.married_in]
    assert len({*numbers, *brides}) == len(numbers) + len(brides)
    for married in world.married_in:
        bride, home = married.bride, world.by_no[married.no]
        assert id_number.birth_on(bride.id_number) == bride.born_on
        assert AGES_ON.year - bride.born_on.year >= 20
        assert bride.relation not in {m.relation for m in home.members}
        groom = "head" if bride.relation == "spouse" else "son"
        assert any(
            m.relation == groom and m.sex == "male" and AGES_ON.year - m.born_on.year >= 22 for m in home.members
        )


def test_a_daughter_who_leaves_is_grown_and_leaves_somebody_alive(world: World) -> None:
    buried, parted = {d.no for d in world.deaths}, {p.no for p in world.partings}
    for married in world.married_out:
        home = world.by_no[married.no]
        daughter = home.members[married.member]
        assert (daughter.relation, daughter.name, daughter.born_on) == ("daughter", married.name, married.born_on)
        assert AGES_ON.year - daughter.born_on.year >= 20
        assert len(home.members) > 2
        assert married.no not in buried | parted


def test_nobody_leaves_where_somebody_dies(small: World) -> None:
    left = small.married_out[0]
    home = small.by_no[left.no]
    dead = Death(left.no, 0, home.members[0].name, home.members[0].born_on, left.on, alone=False)
    drawn = draw_married_out(small.seed, small.households, [*small.deaths, dead], small.wishes, ())
    assert drawn
    assert left.no not in {m.no for m in drawn}


def test_who_signs_a_loan_stays_but_for_the_one_of_whom_the_bank_hears(world: World) -> None:
    signs = {w.borrower_id_number: w for w in world.wishes}
    left = [m for m in world.married_out if world.by_no[m.no].members[m.member].id_number in signs]
    (only,) = left
    wish = signs[world.by_no[only.no].members[only.member].id_number]
    assert (wish.named, wish.ineligible, only.on) == (True, None, SIGNED_ON)
    assert wish.applies_on < only.on


def test_the_judge_counts_them_among_those_who_came_and_went(world: World, tmp_path: Path) -> None:
    write_truth(world, tmp_path / "truth.gz")
    told = read(tmp_path / "truth.gz")
    for married in world.married_in:
        assert married.on.isoformat() in told.joined[married.no]
    for married_out in world.married_out:
        assert told.left[married_out.no] == [married_out.on.isoformat()]


@pytest.mark.parametrize("households", [150, 400])
def test_small_worlds_have_marriages_too(households: int) -> None:
    world = build_world(7, households)
    assert world.married_in
    assert world.married_out
    assert build_world(7, households).married_in == world.married_in
