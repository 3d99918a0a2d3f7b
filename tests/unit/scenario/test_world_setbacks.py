"""Who is struck by something in the year, what it leaves him, who falls back by it, and who hears of it."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from scenario.eyes import VillageEyes
from scenario.judge.truth import read
from scenario.world import IncomeLines, World, build_world, over_line, setback_known, write_truth
from scenario.world.setbacks import (
    CAUSES,
    FIRST_ON,
    HAIL_FIRST_ON,
    HAIL_LAST_ON,
    LAST_ON,
    STRUCK,
    Cause,
    Setback,
    draw_setbacks,
    still_earned,
)
from scenario.world.visits import HEARD, visits

pytestmark = pytest.mark.xdist_group("world")

ASKED_ON = date(2017, 10, 11)
LINES = IncomeLines(wage_fen=100_000, business_fen=80_000, property_fen=5_000, transfer_fen=9_000,
                    business_cost_fen=30_000)  # fmt: skip
HALF_WAY = date(2017, 3, 31)  # 183 of the income year's 365 days are left


def fell(world: World) -> list[Setback]:
    found = [(s, world.truth[s.no]) for s in world.setbacks]
    return [s for s, truth in found if not over_line(truth.incomes[2017], truth.members, 2017)]


@pytest.mark.parametrize(
    ("cause", "on", "share", "left"),
    [
        ("illness", HALF_WAY, 1.0, (49_863, 39_890, 14_959)),
        ("illness", date(2017, 9, 30), 1.0, (100_000, 80_000, 30_000)),
        ("other", HALF_WAY, 1.0, (49_863, 80_000, 30_000)),
        ("other", HALF_WAY, 0.6, (69_918, 80_000, 30_000)),
        ("disaster", HALF_WAY, 0.6, (100_000, 32_000, 30_000)),
        ("disaster", HALF_WAY, 1.0, (100_000, 30_000, 30_000)),
    ],
)
def test_what_befalls_takes_what_was_to_come(cause: Cause, on: date, share: float, left: tuple[int, int, int]) -> None:
    found = still_earned(LINES, Setback("1", cause, on), share)
    assert (found.wage_fen, found.business_fen, found.business_cost_fen) == left
    assert (found.property_fen, found.transfer_fen) == (5_000, 9_000)
    assert found.net_fen <= LINES.net_fen


def test_some_of_the_exited_are_struck_and_nobody_else(world: World) -> None:
    exited = [h for h in world.households if h.group == "exited"]
    assert len(world.setbacks) / len(exited) == pytest.approx(STRUCK, rel=0.15)
    assert {world.by_no[s.no].group for s in world.setbacks} == {"exited"}
    assert [s.no for s in world.setbacks] == sorted({s.no for s in world.setbacks})
    causes = Counter(s.cause for s in world.setbacks)
    for cause, weight in zip(CAUSES.values, (42, 20, 20), strict=True):
        assert causes[cause] / len(world.setbacks) == pytest.approx(weight / 82, abs=0.08)
    for s in world.setbacks:
        first, last = (HAIL_FIRST_ON, HAIL_LAST_ON) if s.cause == "disaster" else (FIRST_ON, LAST_ON)
        assert first <= s.on <= last


def test_of_the_struck_a_few_fall_back_by_what_they_still_earn(world: World) -> None:
    people = sum(len(h.members) for h in world.households if h.group == "exited")
    fallen = fell(world)
    assert 0 < len(fallen) < len(world.setbacks) / 4
    assert sum(world.truth[s.no].members for s in fallen) / people == pytest.approx(0.005, abs=0.002)
    assert {s.cause for s in fallen} >= {"illness", "disaster"}


def test_who_is_poor_before_cannot_fall_back(world: World) -> None:
    exited = [h for h in world.households if h.group == "exited"]
    nothing = IncomeLines(0, 0, 0, 100, 0)
    poor = {h.no: replace(world.truth[h.no], incomes={2016: nothing, 2017: nothing}) for h in exited}
    assert draw_setbacks(world.seed, exited, poor) == ((), poor)


def test_a_household_is_struck_by_its_number_whoever_else_there_is(world: World) -> None:
    some = [h for h in world.households if h.group == "exited"][::-7]
    known = {s.no: s for s in world.setbacks}
    before = {h.no: replace(world.truth[h.no], incomes={2017: IncomeLines(0, 0, 0, 10**9, 0)}) for h in some}
    drawn, _ = draw_setbacks(world.seed, some, before)
    assert {s.no: s for s in drawn if s.no in known} == {no: known[no] for no in before if no in known}


@pytest.mark.parametrize("households", [150, 400])
def test_a_small_county_has_few_or_none_and_the_same_again(households: int) -> None:
    first = build_world(7, households)
    assert len(fell(first)) <= 3
    assert build_world(7, households).setbacks == first.setbacks


def test_nobody_knows_of_it_before_it_happens(world: World) -> None:
    assert not any(setback_known(world, s, date(2017, 1, 2)) for s in world.setbacks)
    known = [s for s in world.setbacks if setback_known(world, s, s.on)]
    assert len(known) / len(world.setbacks) == pytest.approx(HEARD, abs=0.1)


def test_what_the_village_does_not_hear_an_honest_helper_sees_who_was_there(world: World) -> None:
    later = [s for s in world.setbacks if setback_known(world, s, ASKED_ON) and not setback_known(world, s, s.on)]
    assert later
    for s in later:
        helpers = [c for c in world.help.cadres if s.no in world.help.helps.get(c.subject, ())]
        seen = [v for c in helpers if c.behaviour == "honest" for m in range(1, 11) for v in visits(world, c, m)]
        assert any(v.household_no == s.no and s.on < v.visited_on <= ASKED_ON for v in seen)
    assert len(later) + sum(setback_known(world, s, s.on) for s in world.setbacks) < len(world.setbacks)


def test_eyes_have_what_is_known_and_reckon_with_what_is_earned(world: World) -> None:
    eyes = VillageEyes(world)
    seen = eyes.setbacks(ASKED_ON)
    assert seen == [s for s in world.setbacks if setback_known(world, s, ASKED_ON)]
    poor = {s.no for s in fell(world)}
    agree = sum(eyes.under_line(s.no) is (s.no in poor) for s in seen)
    assert agree / len(seen) > 0.97
    assert {eyes.under_line(s.no) for s in seen} == {True, False}


def test_the_judge_is_told_whom_something_befell(world: World, tmp_path: Path) -> None:
    write_truth(world, tmp_path / "truth.gz")
    assert read(tmp_path / "truth.gz").setbacks == {s.no for s in world.setbacks}
