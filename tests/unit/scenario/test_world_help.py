"""Units, teams, helpers and what they do: as many as the seed says, most of them honest."""

import math
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from statistics import median

import pytest

from scenario.eyes import VillageEyes
from scenario.world import (
    Cadre,
    Visit,
    World,
    build_world,
    check_ins,
    read_truth,
    survey_view,
    visits,
    write_truth,
)
from scenario.world.help import COUNTY_TOWN, REPLACED_ON
from scenario.world.visits import last_helper, synced_on

pytestmark = pytest.mark.xdist_group("world")


def km(a: tuple[int, int], b: tuple[int, int]) -> float:
    return math.hypot((a[0] - b[0]) * 0.111195e-3, (a[1] - b[1]) * 0.0863e-3)


def helpers(world: World, *behaviours: str) -> list[Cadre]:
    return [c for c in world.help.cadres if c.role == "helper" and (not behaviours or c.behaviour in behaviours)]


def of_the_year(world: World, cadre: Cadre) -> list[Visit]:
    return [v for month in range(1, 13) for v in visits(world, cadre, month)]


def test_units_are_the_seeds_each_with_a_team_of_three(world: World) -> None:
    assert Counter(u.kind for u in world.help.units) == {"key": 16, "stationed": 97}
    for values in ({u.code for u in world.help.units}, {u.name_zh for u in world.help.units}):
        assert len(values) == 113
    poor = {v.code for v in world.villages if v.poor}
    assert {u.village_code for u in world.help.units} <= poor
    assert {v.code for v in world.villages if v.exit_planned_2017} <= {u.village_code for u in world.help.units}
    teams: dict[str, list[Cadre]] = defaultdict(list)
    for cadre in world.help.cadres:
        if cadre.role != "helper":
            teams[cadre.unit_code].append(cadre)
    assert set(teams) == {u.code for u in world.help.units}
    for team in teams.values():
        assert Counter(c.role for c in team) == {"first_secretary": 1, "team_member": 2}
    assert len({c.subject for c in world.help.cadres}) == len(world.help.cadres)


def test_places_lie_in_the_county_and_away_from_the_town(world: World) -> None:
    assert set(world.help.places) == {v.code for v in world.villages}
    distances = [km(place, COUNTY_TOWN) for place in world.help.places.values()]
    assert min(distances) > 1.6
    assert max(distances) < 45


def test_every_household_has_one_helper_near_by(world: World) -> None:
    first = [c for c in helpers(world) if c.starts_on < REPLACED_ON]
    assert 380 <= len(first) <= 420
    assert Counter(no for c in first for no in world.help.helps[c.subject]) == Counter(list(world.by_no))
    assert set(last_helper(world)) == set(world.by_no)
    for cadre in helpers(world):
        numbers = world.help.helps[cadre.subject]
        assert 15 <= len(numbers) <= 35
        assert all(no.startswith(cadre.area) for no in numbers)


def test_most_helpers_are_honest(world: World) -> None:
    shares = Counter(c.behaviour for c in helpers(world) if c.starts_on < REPLACED_ON)
    assert shares["honest"] / shares.total() == pytest.approx(0.88, abs=0.01)
    assert shares["copies"] == shares["absent"]


def test_one_in_twenty_hands_over_on_a_day(world: World) -> None:
    leaving = [c for c in helpers(world) if c.successor]
    assert len(leaving) == 20
    by_subject = {c.subject: c for c in helpers(world)}
    for cadre in leaving:
        after = by_subject[cadre.successor or ""]
        assert cadre.leaves_on == after.starts_on == REPLACED_ON
        assert world.help.helps[after.subject] == world.help.helps[cadre.subject]
        assert not any(visits(world, cadre, month) for month in range(8, 13))
    last = [v.visited_on for c in leaving for v in visits(world, c, 7)]
    assert min(last) < REPLACED_ON <= max(last) <= synced_on(7)


def test_the_honest_come_every_quarter_and_look(world: World) -> None:
    """Most of them: some forget a few, some write hardly anything, some phones do not know where they are."""
    honest = [c for c in helpers(world, "honest") if not c.successor and c.starts_on < REPLACED_ON]
    reached, own_words, near = [], [], []
    for cadre in honest:
        found = of_the_year(world, cadre)
        assert all(v.visited_on >= cadre.starts_on for v in found)
        reached.append(len(found) / len(world.help.helps[cadre.subject]) / 4)
        own_words.append(len({v.note for v in found}) / len(found))
        near.append(max(km((v.lat_e6, v.lon_e6), world.help.places[v.household_no[:12]]) for v in found))
    assert 0.8 < median(reached) < 0.97
    assert 0.02 < sum(share < 0.3 for share in own_words) / len(honest) < 0.15
    assert median(own_words) > 0.9
    assert 0.01 < sum(far > 1.2 for far in near) / len(honest) < 0.12
    assert median(near) < 0.6
    days = {
        v.household_no: {w.visited_on for w in of_the_year(world, honest[0])} for v in of_the_year(world, honest[0])
    }
    assert all(days.values())


def test_what_one_does_shows_in_his_records(world: World) -> None:
    copied = {v.note for c in helpers(world, "copies") for v in of_the_year(world, c)}
    assert len(copied) == 3
    invented = [v for c in helpers(world, "absent") for v in of_the_year(world, c)]
    assert invented
    assert all(km((v.lat_e6, v.lon_e6), COUNTY_TOWN) < 0.2 for v in invented)
    assert any(not of_the_year(world, c) for c in helpers(world, "absent"))


def test_a_finding_is_so(world: World) -> None:
    seen = defaultdict(set)
    for cadre in helpers(world, "honest"):
        for visit in of_the_year(world, cadre):
            for finding in visit.findings:
                seen[finding].add(visit.household_no)
    assert seen["loan_diverted"]
    assert seen["loan_diverted"] <= world.diverted
    assert all(world.truth[no].house.grade_2016 in "BCD" for no in seen["house_unsafe"])
    stated = {world.by_no[no].village_code for no in seen["income_lower_than_stated"]}
    assert stated <= {code for code, t in world.village_truth.items() if t.standing == "fraud"} | world.cheats.keys()


def test_who_looks_after_a_helper_mostly_sees_the_same_and_errs_elsewhere(world: World) -> None:
    eyes, seen = VillageEyes(world), Counter[tuple[str, bool]]()
    for month in range(1, 13):
        looked_on = synced_on(month) + timedelta(days=1)
        for visit in (v for c in helpers(world, "honest") for v in visits(world, c, month)):
            for finding in {*visit.findings} - {"loan_diverted"}:
                so, grade = eyes.looked_into(visit.household_no, finding, looked_on, measured=False)
                seen[finding, so] += 1
                if finding == "house_unsafe":
                    assert so == (grade in "CD")
                if finding == "income_lower_than_stated":
                    assert not eyes.looked_into(visit.household_no, finding, looked_on, measured=True)[0]
    assert seen["income_lower_than_stated", True] > 0
    confirmed = sum(n for (_, so), n in seen.items() if so)
    assert 0.95 < confirmed / seen.total() < 1


def test_visits_after_a_death_come_within_weeks(world: World) -> None:
    died = {d.no: d.died_on for d in world.deaths}
    after = [
        v
        for c in helpers(world, "honest")
        for v in of_the_year(world, c)
        if v.key.startswith("follow-up") and 4 <= (v.visited_on - died[v.household_no]).days <= 16
    ]
    assert len(after) > 40
    assert len({v.household_no for v in after}) == len(after)


def test_teams_are_there_some_22_days_a_month(world: World) -> None:
    stationed = [c for c in world.help.cadres if c.role != "helper"]
    days = [len(check_ins(world, c, 5)) for c in stationed]
    assert median(days) == 22
    assert 0.05 < sum(n < 19 for n in days) / len(days) < 0.2
    for cadre in stationed[:20]:
        found = check_ins(world, cadre, 1)
        assert min(c.on for c in found) >= cadre.starts_on
        assert len({c.on for c in found}) == len(found)
        assert max(c.on for c in check_ins(world, cadre, 12, until=18)) <= date(2017, 12, 18)
    assert not any(check_ins(world, c, 5) for c in helpers(world)[:5])


def test_households_tell_the_stranger_who_comes(world: World) -> None:
    said = defaultdict(list)
    for no, cadre in last_helper(world).items():
        view = survey_view(world, no, cadre)
        said[cadre.behaviour].append((view.satisfied, view.visited_often))
    shares = {b: [sum(column) / len(column) for column in zip(*rows, strict=True)] for b, rows in said.items()}
    assert shares["honest"][0] > 0.93 > shares["copies"][0] > 0.65 > shares["absent"][0]
    assert shares["honest"][1] > 0.9
    assert shares["absent"][1] < 0.2


def test_a_phone_sends_the_same_again(small: World) -> None:
    again = build_world(small.seed, len(small.households))
    for cadre, same in zip(helpers(small), helpers(again), strict=True):
        assert cadre == same
        assert of_the_year(small, cadre) == of_the_year(again, same)


def test_the_truth_file_names_who_helps_and_how(small: World, tmp_path: Path) -> None:
    write_truth(small, tmp_path / "truth.gz")
    read = read_truth(tmp_path / "truth.gz")
    assert {h["subject"]: h["behaviour"] for h in read.helpers} == {c.subject: c.behaviour for c in helpers(small)}
    assert {u["code"] for u in read.units} == {u.code for u in small.help.units}


@pytest.mark.parametrize("households", [1, 12, 150])
def test_small_counties_are_helped_too(households: int) -> None:
    world = build_world(7, households)
    assert set(last_helper(world)) == set(world.by_no)
    assert {u.kind for u in world.help.units} == {"key", "stationed"}
