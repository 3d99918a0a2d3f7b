"""Who may move, how flats make units, what proves a move, and what giving up the old house is worth."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.relocation.allocation.actions import MOVE
from services.relocation.applications.rules import (
    ELIGIBILITY,
    RelocationFacts,
    RelocationPolicy,
    relocation_eligibility,
)
from services.relocation.homesteads.rules import REWARD, RewardFacts, RewardPolicy, homestead_reward, reward_fen
from services.relocation.moves.rules import report_refusal
from services.relocation.sites.rules import Flat, Unit, flat_refusal, unit_of
from shared.acts.procedures import step_refusal
from shared.ground.context import Act, Caller

POLICY = RelocationPolicy(("poor", "returned", "exited"), (2016, 2017))
MOVES = RelocationFacts("poor", relocated=True, frozen=False, cohort=2016, has_application=False)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, []),
        ({"status": "returned"}, []),
        ({"status": "exited"}, []),
        ({"status": "removed"}, ["household_registered"]),
        ({"relocated": False}, ["on_relocation_list"]),
        ({"frozen": True}, ["not_frozen"]),
        ({"cohort": 2018}, ["cohort_planned"]),
        ({"has_application": True}, ["no_other_application"]),
        ({"relocated": False, "has_application": True}, ["on_relocation_list", "no_other_application"]),
    ],
)
def test_who_may_move(changes: dict[str, object], missing: list[str]) -> None:
    facts = replace(MOVES, **changes)  # type: ignore[arg-type]
    verdict = relocation_eligibility(facts, POLICY)
    assert (verdict.outcome, verdict.missing) == ("refused" if missing else "approved", missing)
    assert ELIGIBILITY.replay(ELIGIBILITY.inputs(facts, POLICY)) == verdict


def flat(number: int, flat_no: str = "", pair_no: str | None = None, **changes: object) -> Flat:
    made = Flat(UUID(int=number), UUID(int=0), flat_no or str(number), 1, 7_500, accessible=True, pair_no=pair_no)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (flat(9), None),
        (flat(9, "1"), "flat_listed_twice"),
        (flat(9, floor=6), None),
        (flat(9, floor=7), "floor_beyond_building"),
        (flat(9, pair_no="B"), None),
        (flat(9, pair_no="A"), "pair_full"),
    ],
)
def test_what_may_stand_on_a_list(new: Flat, reason: str | None) -> None:
    listed = [flat(1), flat(2, pair_no="A"), flat(3, pair_no="A"), flat(4, pair_no="B")]
    assert flat_refusal(new, 6, listed) == reason


def test_two_flats_are_one_unit_and_accessible_only_together() -> None:
    one, two = flat(1, pair_no="A"), flat(2, pair_no="A", area_m2_x100=5_000, accessible=False)
    assert unit_of([one, two], one.id) == Unit(one.id, one.building_id, "A", 2, 12_500, accessible=False)
    assert unit_of([one, replace(two, accessible=True)], one.id).accessible
    assert unit_of([flat(3)], UUID(int=3)) == Unit(UUID(int=3), UUID(int=0), None, 1, 7_500, accessible=True)


D = date(2017, 5, 10)


@pytest.mark.parametrize(
    ("step", "state", "on", "frozen", "reason"),
    [
        ("key_handed", "allocated", D, False, None),
        ("key_handed", "allocated", date(2017, 5, 9), False, "notice_running"),
        ("key_handed", "allocated", D, True, "frozen"),
        ("key_handed", "key_handed", D, False, "wrong_state"),
        ("key_handed", "released", D, False, "wrong_state"),
        ("reported", "key_handed", D, False, None),
        ("reported", "allocated", D, False, "wrong_state"),
        ("reported", "moved_in", D, False, "wrong_state"),
    ],
)
def test_keys_and_reports_follow_the_table(step: str, state: str, on: date, frozen: bool, reason: str | None) -> None:
    by = Act(Caller("x", "township" if step == "key_handed" else "helper", "140927200"), on)
    home = MOVE.opened(by, state, household_id=UUID(int=1), notice_ends_on=D)
    refusal = step_refusal(MOVE, step, home, by, frozenset({home.household_id} if frozen else ()))
    assert refusal == (f"shared.{reason}" if reason else None)


@pytest.mark.parametrize(
    ("moved_in_on", "power", "reason"),
    [
        (D, 1, None),
        (date(2017, 5, 20), 1, None),
        (date(2017, 5, 21), 1, "shared.future_date"),
        (date(2017, 5, 9), 1, "relocation.moves.before_key"),
        (D, 0, "relocation.moves.no_power_used"),
    ],
)
def test_what_proves_a_move(moved_in_on: date, power: int, reason: str | None) -> None:
    assert report_refusal(D, moved_in_on, power, date(2017, 5, 20)) == reason


REWARDS = RewardPolicy(1_000_000, 500_000, 365)
DONE = RewardFacts("demolition", 4, agreed=True, moved_in_on=D, done_on=date(2017, 8, 1))


@pytest.mark.parametrize(
    ("changes", "amount_fen", "missing"),
    [
        ({}, 4_000_000, []),
        ({"kind": "reclamation"}, 2_000_000, []),
        ({"members": 1}, 1_000_000, []),
        ({"done_on": date(2018, 5, 10)}, 4_000_000, []),
        ({"done_on": date(2018, 5, 11)}, 4_000_000, ["in_time"]),
        ({"agreed": False}, 4_000_000, ["agreed"]),
        ({"members": 0}, 0, ["amount"]),
        ({"removed": True}, 4_000_000, ["household_registered"]),
    ],
)
def test_rewards(changes: dict[str, object], amount_fen: int, missing: list[str]) -> None:
    facts = replace(DONE, **changes)  # type: ignore[arg-type]
    verdict = homestead_reward(facts, REWARDS)
    assert (reward_fen(facts, REWARDS), verdict.missing) == (amount_fen, missing)
    assert verdict.outcome == ("refused" if missing else "approved")
    assert REWARD.replay(REWARD.inputs(facts, REWARDS)) == verdict


def test_before_it_was_in_force_nothing_is_rewarded() -> None:
    assert homestead_reward(DONE, RewardPolicy(0, 0, 365)).missing == ["amount"]
