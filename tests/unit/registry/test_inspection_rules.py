"""What speaks for a look, who is drawn, and who may look: tables of cases."""

import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from services.registry.inspections.rules import (
    Candidate,
    InspectionPolicy,
    Known,
    best,
    chosen,
    is_rested,
    result_refusal,
    score_of,
    signs_of,
)
from shared.ground.policy import read_policy

ON = date(2017, 7, 10)
WEIGHTS = {
    "of_alarm": 40, "village_alarm": 10, "reviewer_alarm": 15, "suspected": 25, "finding": 25, "near_line": 15,
    "one_source": 3, "helper_alone": 5, "unseen": 5,
}  # fmt: skip
POLICY = replace(
    read_policy(Path("services/registry/policy.toml")).on(ON, InspectionPolicy),
    inspection_random_ppm=200_000,
    inspection_weights=WEIGHTS,
    inspection_unseen_days=180,
    inspection_again_days=365,
)
QUIET = Known(
    of_alarm=False, village_alarm=False, reviewer_alarm=False, suspected=False, finding=False, near_line=False,
    sources=2, helper_alone=False, seen_on=ON, inspected_on=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "signs", "score"),
    [
        ({}, (), 0),
        ({"of_alarm": True, "village_alarm": True}, ("of_alarm", "village_alarm"), 50),
        ({"reviewer_alarm": True, "suspected": True, "finding": True}, ("reviewer_alarm", "suspected", "finding"), 65),
        ({"near_line": True, "sources": 1, "helper_alone": True}, ("near_line", "one_source", "helper_alone"), 23),
        # Where nobody has said anything, nothing rests on one word.
        ({"sources": 0}, (), 0),
        ({"seen_on": None}, ("unseen",), 5),
        ({"seen_on": date(2017, 1, 11)}, (), 0),
        ({"seen_on": date(2017, 1, 10)}, ("unseen",), 5),
    ],
)
def test_what_speaks_for_a_look(changes: dict[str, object], signs: tuple[str, ...], score: int) -> None:
    found = signs_of(replace(QUIET, **changes), ON, POLICY)  # type: ignore[arg-type]
    assert (found, score_of(found, POLICY)) == (signs, score)


@pytest.mark.parametrize(
    ("inspected_on", "rested"), [(None, True), (date(2016, 7, 9), True), (date(2016, 7, 10), False), (ON, False)]
)
def test_who_was_inspected_rests(inspected_on: date | None, *, rested: bool) -> None:
    assert is_rested(replace(QUIET, inspected_on=inspected_on), ON, POLICY) is rested


COUNTY = [
    Candidate(f"{n:04}", ("of_alarm",) if n < 30 else ("unseen",) if n < 60 else (), n % 10 != 3) for n in range(200)
]


def test_a_list_is_drawn_by_its_seed_whatever_the_order() -> None:
    first = chosen(COUNTY, 50, "drum", POLICY)
    shuffled = random.Random(1).sample(COUNTY, len(COUNTY))
    assert chosen(shuffled, 50, "drum", POLICY) == first
    assert chosen(COUNTY, 50, "bell", POLICY) != first
    assert len({one.household_no for one in first}) == len(first) == 50
    assert [one.drawn_as for one in first] == ["random"] * 10 + ["score"] * 40
    by_score = [one for one in first if one.drawn_as == "score"]
    assert [one.score for one in by_score] == sorted((one.score for one in by_score), reverse=True)


def test_who_was_inspected_lately_is_drawn_at_random_alone() -> None:
    """Were he left out of these too, the lines would tell of others only."""
    drawn = [one for seed in "abcdefgh" for one in chosen(COUNTY, 50, seed, POLICY)]
    resting = {one.household_no for one in COUNTY if not one.rested}
    assert {one.drawn_as for one in drawn if one.household_no in resting} == {"random"}


def test_a_random_line_is_anybodys() -> None:
    """Each of 200 has one chance in twenty: over 400 seeds 20 on average, whatever speaks for it."""
    times = dict.fromkeys((one.household_no for one in COUNTY), 0)
    for seed in range(400):
        for one in chosen(COUNTY, 50, str(seed), POLICY)[:10]:
            times[one.household_no] += 1
    with_sign = sum(times[f"{n:04}"] for n in range(30)) / 30
    assert 17 < with_sign < 23
    assert min(times.values()) > 0


@pytest.mark.parametrize(("budget", "lines"), [(1, 1), (3, 3), (200, 200), (500, 200)])
def test_no_more_are_drawn_than_the_budget_or_than_there_are(budget: int, lines: int) -> None:
    free = [one._replace(rested=True) for one in COUNTY]
    assert len(chosen(free, budget, "drum", POLICY)) == lines


def test_the_best_come_first_and_of_one_score_as_they_are_given() -> None:
    one, two, three = Candidate("1", (), True), Candidate("2", ("unseen",), True), Candidate("3", (), True)
    assert best([one, two, three], 2, POLICY) == [two, one]


@pytest.mark.parametrize(
    ("wrong_in", "sound", "concerned", "refusal"),
    [
        (None, True, False, None),
        ("income", False, False, None),
        (None, False, False, "wrong_in_what"),
        ("income", True, False, "wrong_in_what"),
        ("income", False, True, "concerned"),
        (None, True, True, "concerned"),
    ],
)
def test_who_may_say_what_he_found(wrong_in: str | None, refusal: str | None, *, sound: bool, concerned: bool) -> None:
    assert result_refusal(wrong_in, sound=sound, concerned=concerned) == refusal
