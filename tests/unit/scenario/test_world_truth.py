"""What is really so, what is seen of it, and that the same seed says the same."""

import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from statistics import median

import pytest

from scenario.world import (
    LINE_FEN,
    IncomeLines,
    World,
    build_world,
    observed_conditions,
    observed_income,
    over_line,
    read_truth,
    roster_view,
    unmet_in_2017,
    write_truth,
)
from scenario.world.geography import EXIT_TOWNSHIPS
from scenario.world.housing import DANGEROUS

pytestmark = pytest.mark.xdist_group("world")

NEAR_FEN = 5_000


def near_above(income: IncomeLines, members: int) -> bool:
    return 0 < income.net_fen - LINE_FEN[2017] * members <= NEAR_FEN * members


def test_the_truth_file_reads_back_whole(world: World, tmp_path: Path) -> None:
    write_truth(world, tmp_path / "truth.gz")
    read = read_truth(tmp_path / "truth.gz")
    assert read.households == world.truth
    assert read.villages == world.village_truth
    assert (read.unregistered, read.wishes) == (world.unregistered, world.wishes)
    assert (read.seed, read.unregistered_households) == (world.seed, world.unregistered_households)


def test_an_unknown_format_is_refused(small: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenario.world.truth_file.FORMAT", 99)
    write_truth(small, tmp_path / "truth.gz")
    monkeypatch.undo()
    with pytest.raises(ValueError, match="not a truth file of format"):
        read_truth(tmp_path / "truth.gz")


def test_same_seed_same_bytes_in_another_process(small: World, tmp_path: Path) -> None:
    """Another process has another hash secret: no set's order may leak into the world."""
    here, there = tmp_path / "here.gz", tmp_path / "there.gz"
    write_truth(small, here)
    program = (
        "import sys; from pathlib import Path; from scenario.world import build_world, write_truth; "
        f"write_truth(build_world({small.seed}, {len(small.households)}), Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", program, str(there)], check=True)
    assert here.read_bytes() == there.read_bytes()
    assert here.read_bytes()[4:8] == bytes(4), "gzip's header carries a time (RFC 1952, MTIME)"


def test_another_seed_is_another_county(small: World) -> None:
    other = build_world(small.seed + 1, len(small.households))
    assert {m.id_number for h in other.households for m in h.members}.isdisjoint(
        m.id_number for h in small.households[:20] for m in h.members
    )
    assert [v.rural_people for v in other.villages] != [v.rural_people for v in small.villages]


def test_small_worlds_scale_and_keep_all_villages(small: World) -> None:
    assert len(small.households) == 400
    assert len(small.villages) == 241
    sizes = Counter(h.group for h in small.households for _ in h.members)
    assert sizes["exited"] == round(11_911 * 400 / 9_800)
    assert sizes["planned"] == round(7_200 * 400 / 9_800)
    standings = {small.village_truth[h.village_code].standing for h in small.households}
    assert standings == {"steady", "lagging", "fraud", "later"}


def test_planned_incomes_are_lifted_over_the_line_for_most(world: World) -> None:
    planned = [t for t in world.truth.values() if t.group == "planned" and not t.not_poor]
    before = [t.incomes[2016].net_fen / t.members for t in planned]
    assert median(before) == pytest.approx(270_000, rel=0.03)
    assert max(before) < LINE_FEN[2016]
    honest = [t for t in planned if world.village_truth[t.village_code].standing != "fraud"]
    over = sum(t.members for t in honest if over_line(t.incomes[2017], t.members, 2017))
    assert over / sum(t.members for t in honest) == pytest.approx(0.95, abs=0.015)


def test_the_rest_stays_mostly_below_the_line(world: World) -> None:
    rest = [t for t in world.truth.values() if t.group == "rest" and not t.not_poor]
    assert median(t.incomes[2016].net_fen / t.members for t in rest) == pytest.approx(230_000, rel=0.03)
    assert sum(over_line(t.incomes[2017], t.members, 2017) for t in rest) / len(rest) < 0.12


def test_the_structure_of_income(world: World) -> None:
    sums = Counter[str]()
    for lines in (t.incomes[2017] for t in world.truth.values()):
        sums["business"] += lines.business_fen - lines.business_cost_fen
        sums["wage"] += lines.wage_fen
        sums["property"] += lines.property_fen
        sums["transfer"] += lines.transfer_fen
    for category, share in {"business": 0.34, "wage": 0.22, "transfer": 0.32, "property": 0.12}.items():
        assert sums[category] / sums.total() == pytest.approx(share, abs=0.02), category


def test_lines_are_never_negative(world: World) -> None:
    for truth in world.truth.values():
        for lines in truth.incomes.values():
            assert lines.net_fen > 0
            assert min(lines.wage_fen, lines.business_fen, lines.property_fen, lines.transfer_fen) >= 0
            assert 0 <= lines.business_cost_fen <= lines.business_fen


def test_houses_of_the_planned_are_mostly_repaired(world: World) -> None:
    planned = [t.house for t in world.truth.values() if t.group == "planned"]
    still = sum(h.grade_2017 in DANGEROUS for h in planned) / len(planned)
    assert 0.005 < still < 0.09
    relocating = {h.no for h in world.households if h.relocation}
    assert all(t.house.repaired_on is None for t in world.truth.values() if t.no in relocating)
    some = next(t for t in world.truth.values() if t.house.repaired_on and t.house.repaired_on.month > 6)
    assert observed_conditions(world, some.no, date(2017, 3, 1)).house_grade in "BCD"


def test_three_villages_crowd_above_the_line_and_no_others(world: World) -> None:
    all_homes, crowd, lies = Counter[str](), Counter[str](), Counter[str]()
    for home in world.households:
        truth, seen = world.truth[home.no], observed_income(world, home.no, 2017)
        all_homes[home.village_code] += 1
        if near_above(seen, len(home.members)):
            crowd[home.village_code] += 1
            lies[home.village_code] += not over_line(truth.incomes[2017], truth.members, 2017)
    fraud = {code for code, t in world.village_truth.items() if t.standing == "fraud"}
    assert len(fraud) == 3
    assert all(lies[code] / all_homes[code] >= 0.03 for code in fraud)
    elsewhere = sum(crowd[c] for c in all_homes if c not in fraud)
    assert elsewhere / sum(all_homes[c] for c in all_homes if c not in fraud) < 0.01


def test_honest_observation_errs_a_little(world: World) -> None:
    errors = []
    for home in world.households:
        if world.village_truth[home.village_code].standing != "fraud":
            true = world.truth[home.no].incomes[2017].net_fen
            errors.append(abs(observed_income(world, home.no, 2017).net_fen - true) / true)
    assert 0.003 < median(errors) < 0.02
    differing = sum(observed_conditions(world, t.no).house_grade != t.house.grade_2017 for t in world.truth.values())
    assert 0 < differing / len(world.truth) < 0.01


def test_observation_does_not_depend_on_the_order_of_questions(small: World) -> None:
    numbers = [h.no for h in small.households]
    forward = [(observed_income(small, n, 2017), observed_conditions(small, n)) for n in numbers]
    backward = [(observed_income(small, n, 2017), observed_conditions(small, n)) for n in reversed(numbers)]
    assert forward == backward[::-1]


def test_the_roster_states_the_year_before(world: World) -> None:
    for home in world.households[::50]:
        truth, view = world.truth[home.no], roster_view(world, home.no)
        if not truth.not_poor:
            assert view.income.net_fen == pytest.approx(truth.incomes[2016].net_fen, rel=0.2)
        assert view.house_grade == truth.house.grade_2016
    concealing = [t for t in world.truth.values() if t.not_poor]
    assert all(roster_view(world, t.no).income.net_fen < t.incomes[2016].net_fen * 0.5 for t in concealing)


def test_rare_facts_are_rare(world: World) -> None:
    truths = world.truth.values()
    assert sum(bool(t.matches) for t in truths) / len(truths) == pytest.approx(0.015, abs=0.005)
    assert 40 < sum(t.not_poor for t in truths) < 200
    people = sum(t.members for t in truths)
    assert sum(len(t.deceased) for t in truths) / people == pytest.approx(0.005, abs=0.0015)
    exited = [t for t in truths if t.group == "exited"]
    assert sum(bool(unmet_in_2017(t)) for t in exited) / len(exited) < 0.045


def test_the_unregistered_poor_are_poor(world: World) -> None:
    assert not any(over_line(u.income_2017, u.members, 2017) for u in world.unregistered)
    share = len(world.unregistered) / world.unregistered_households
    assert 0.005 < share < 0.02


def test_the_exiting_townships_can_exit(world: World) -> None:
    """Without relocation or luck in it: truly poor after 2017, as a share of the rural people."""
    left = Counter[str]()
    for t in world.truth.values():
        if t.group != "exited" and unmet_in_2017(t):
            left[t.village_code] += t.members
    steady = [v for v in world.villages if v.exit_planned_2017 and world.village_truth[v.code].standing == "steady"]
    fit = sum(left[v.code] * 50 < v.rural_people for v in steady)
    assert fit / len(steady) > 0.75
    assert {v.township_code for v in steady} > set(EXIT_TOWNSHIPS)
