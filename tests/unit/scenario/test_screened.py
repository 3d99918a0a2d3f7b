"""What an inspector finds otherwise, of whom the year's people know, and how the judge counts what was found."""

from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest

from scenario.eyes import FAR_OFF, VillageEyes
from scenario.judge.entitlements import Given, reaching, together
from scenario.judge.quality import _entitled, _screened
from scenario.judge.screenings import Drawn, Screened, counts
from scenario.world import World, build_world
from scenario.year import Year

pytestmark = pytest.mark.xdist_group("world")

ON = date(2017, 10, 7)
FOUND = Screened(
    frozenset("abcdef"),
    frozenset("abe"),
    {"a": "copied", "c": "copied", "d": "one_day", "z": "lifted"},
    Drawn(40, 10),
    Drawn(10, 1),
)


def test_what_is_found_otherwise_is_what_somebody_wrote_otherwise(world: World) -> None:
    eyes, ways = VillageEyes(world), {code: cheat.way for code, cheat in world.cheats.items()}
    poor = [h for h in world.households if h.group != "exited"]
    found = {h.no: eyes.inspected(h.no, ON) for h in poor}
    for home in poor:
        stated, measured = eyes.income(home.no).net_fen, eyes.measured(home.no).net_fen
        line_turned = eyes.under_line(home.no) is eyes.measured_over_line(home.no)
        far_off = abs(stated - measured) > FAR_OFF * abs(measured)
        assert (found[home.no] == "income") is (line_turned or far_off), home.no
    at_a_desk = [h.no for h in poor if ways.get(h.village_code) == "one_day"]
    assert {found[no] for no in at_a_desk} <= {"income", "house", "visit"}
    assert "visit" not in {found[h.no] for h in poor if ways.get(h.village_code) != "one_day"}
    wrong = [h for h in poor if found[h.no]]
    assert len(wrong) / len(poor) < 0.1
    assert {ways[h.village_code] for h in wrong if h.village_code in ways} == set(ways.values())


async def test_the_years_people_know_nobody_whom_the_world_does_not(tmp_path: Path) -> None:
    world = build_world(7, 150)
    year = Year(cast("Any", None), world, tmp_path, cast("Any", None), "")
    first = world.households[0].no
    year.ids.update({first: "1", f"{first[:12]}9999": "2"})
    assert await year.numbers() == {"1": first}


def test_villages_that_cheat_stand_beside_those_that_alarm() -> None:
    rows = {row["code"]: row["value"] for row in _screened(FOUND)}
    assert rows == {
        "cheating_villages_found": 0.333333,
        "clean_villages_alarmed": 0.666667,
        "inspected_wrong_by_signs": 0.25,
        "inspected_wrong_at_random": 0.1,
    }
    assert counts(FOUND) == {
        "villages_that_cheat_copied": 2,
        "of_them_alarmed_copied": 1,
        "villages_that_cheat_one_day": 1,
        "of_them_alarmed_one_day": 0,
    }


def test_a_policy_reaches_whom_it_is_for_and_not_whoever_has_it() -> None:
    policies = {"pension": Given(3, 1, 2), "orphans": Given(0, 0, 4), "doctor": Given(0, 4, 0)}
    assert reaching(policies) == (3, 1)
    assert together(policies) == Given(3, 5, 6)
    assert [row["value"] for row in _entitled(together(policies))] == [0.375, 0.666667]
    assert together({}) == Given(0, 0, 0)
