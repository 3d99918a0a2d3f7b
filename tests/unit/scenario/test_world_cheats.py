"""Villages that write what is not so: the same county seen through dishonest eyes, each way of its own, and found."""

from collections import Counter
from pathlib import Path

import pytest

from bench.screening import Counts, candidates, is_wrong, measured, seen, wilson
from scenario.world import LINE_FEN, World, build_world, observed_income, read_truth, visits, write_truth
from scenario.world.cheats import INVENTED_TO_FEN, WAYS

pytestmark = pytest.mark.xdist_group("world")

SEED, HOUSEHOLDS = 7, 3_000


@pytest.fixture(scope="module")
def honest() -> World:
    return build_world(SEED, HOUSEHOLDS, cheating=0.0)


@pytest.fixture(scope="module")
def cheating() -> World:
    return build_world(SEED, HOUSEHOLDS, cheating=0.2)


def homes_of(world: World, way: str) -> list[str]:
    villages = {code for code, cheat in world.cheats.items() if cheat.way == way}
    return [h.no for h in world.households if h.village_code in villages]


def test_who_asks_for_none_gets_the_same_county(honest: World, cheating: World, tmp_path: Path) -> None:
    assert honest.cheats == {}
    assert (cheating.truth, cheating.households, cheating.help) == (honest.truth, honest.households, honest.help)
    write_truth(honest, tmp_path / "honest")
    write_truth(cheating, tmp_path / "cheating")
    assert read_truth(tmp_path / "honest").cheats == ()
    assert read_truth(tmp_path / "cheating").cheats == tuple(cheating.cheats.values())
    assert read_truth(tmp_path / "cheating").households == honest.truth


def test_in_the_played_year_some_cheat_in_each_way() -> None:
    assert {cheat.way for cheat in build_world(SEED).cheats.values()} == set(WAYS)


def test_a_share_of_the_villages_cheats_in_each_way_and_the_others_write_what_they_did(
    honest: World, cheating: World
) -> None:
    ways = Counter(cheat.way for cheat in cheating.cheats.values())
    assert set(ways) == set(WAYS)
    assert max(ways.values()) - min(ways.values()) <= 1
    villages = {h.village_code for h in honest.households if honest.village_truth[h.village_code].standing != "fraud"}
    assert sum(ways.values()) == round(0.2 * len(villages))
    plain = [h.no for h in honest.households if h.village_code not in cheating.cheats]
    assert [observed_income(cheating, no, 2017) for no in plain] == [observed_income(honest, no, 2017) for no in plain]
    assert all(observed_income(cheating, h.no, 2016) == observed_income(honest, h.no, 2016) for h in honest.households)


def test_what_is_lifted_lies_just_over_the_line_in_tens_of_yuan(honest: World, cheating: World) -> None:
    changed = [no for no in homes_of(cheating, "lifted") if _said(cheating, no) != _said(honest, no)]
    assert changed
    for no in changed:
        members, lines = cheating.truth[no].members, observed_income(cheating, no, 2017)
        assert 0 < lines.net_fen - LINE_FEN[2017] * members <= members * 4_900 + 1_000
        assert lines.business_fen % 1_000 == lines.transfer_fen % 1_000 == 0
        assert cheating.truth[no].incomes[2017].net_fen <= LINE_FEN[2017] * members


def test_sheets_are_copied_from_one_and_invented_figures_are_round(honest: World, cheating: World) -> None:
    copied = homes_of(cheating, "copied")
    sheets = {c.village_code: _said(honest, c.sheet) for c in cheating.cheats.values() if c.sheet is not None}
    same = [no for no in copied if _said(cheating, no) == sheets[cheating.by_no[no].village_code]]
    assert len(copied) * 0.35 < len(same) < len(copied) * 0.65
    for no in homes_of(cheating, "invented"):
        lines = observed_income(cheating, no, 2017)
        amounts = (lines.wage_fen, lines.business_fen, lines.property_fen, lines.transfer_fen, lines.business_cost_fen)
        assert all(fen > 0 and fen % INVENTED_TO_FEN == 0 for fen in amounts)


def test_a_round_that_is_written_at_a_desk_is_of_one_day(honest: World, cheating: World) -> None:
    desk = set(homes_of(cheating, "one_day"))
    for cadre in cheating.help.cadres:
        for month in (1, 2, 3):
            told, before = visits(cheating, cadre, month), visits(honest, cadre, month)
            rounds = {v.visited_on for v in told if v.household_no in desk and v.key.startswith("visit/")}
            assert len(rounds) <= 1
            assert [v.key for v in told] == [v.key for v in before]
            others = [v for v in told if v.household_no not in desk]
            assert others == [v for v in before if v.household_no not in desk]


def test_honest_villages_hardly_alarm_and_the_best_inspections_find_twice_what_random_ones_do() -> None:
    """One seed of the bench's twenty: `python -m bench screening 20`."""
    found: Counts = measured(1)
    assert found.alarms["clean"] <= found.villages["clean"] * 5 // 100
    assert found.wrong["score"] >= 2 * found.wrong["random"] > 0
    assert found.wrong["list"] >= 2 * found.wrong["random"]
    assert found.alarms["copied"] + found.alarms["invented"] >= found.villages["copied"]


def test_who_was_lifted_is_wrong_and_everybody_may_be_inspected(cheating: World) -> None:
    held = seen(cheating)
    wrong = {h.no for h in cheating.households if is_wrong(cheating, held, h.no)}
    lines = {no: LINE_FEN[2017] * held.said[no].members for no in homes_of(cheating, "lifted")}
    true = {no: cheating.truth[no].incomes[2017].net_fen for no in lines}
    lifted = {no for no, line in lines.items() if held.said[no].net_fen > line >= true[no]}
    assert lifted
    assert lifted <= wrong
    assert len(list(candidates(cheating, held))) == HOUSEHOLDS


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"), [(0, 100, 0.0, 0.0370), (50, 100, 0.4038, 0.5962), (100, 100, 0.9630, 1.0)]
)
def test_an_interval_is_wilsons(part: int, whole: int, low: float, high: float) -> None:
    assert [*wilson(part, whole)] == pytest.approx([low, high], abs=1e-4)


def _said(world: World, no: str) -> tuple[int, ...]:
    lines = observed_income(world, no, 2017)
    return (lines.wage_fen, lines.business_fen, lines.property_fen, lines.transfer_fen, lines.business_cost_fen)
