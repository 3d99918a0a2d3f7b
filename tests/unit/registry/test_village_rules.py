"""A village's exit: exact incidence, the whole checklist, and the order of its steps by different persons."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.villages.actions import EXIT
from services.registry.villages.rules import (
    VILLAGE_EXIT,
    IncidencePolicy,
    VillageFacts,
    VillagePolicy,
    below_limit,
    incidence_ppm,
    village_exit_decision,
)
from services.registry.villages.tables import PlaceExit
from shared.acts.procedures import step_refusal
from shared.ground.context import Act, Caller

STRICT = IncidencePolicy(20_000, strict=True)
LOOSE = IncidencePolicy(20_000, strict=False)
ITEMS = ("road", "water")
POLICY = VillagePolicy(STRICT, ITEMS)
READY = VillageFacts(poor_village=True, poor_people=6, rural_people=350, met=ITEMS)
BEGUN = Act(Caller("t-maker", "township", "140927200"), date(2017, 12, 4))
CASE = EXIT.opened(
    BEGUN, "noticed", division="140927200201", proposed_by="t-maker", noticed_by="t-clerk",
    notice_ends_on=date(2017, 12, 12),
)  # fmt: skip
PEOPLE = st.integers(0, 10**7)


@pytest.mark.parametrize(
    ("poor", "rural", "strict", "loose"),
    [
        (6, 350, True, True),
        (7, 350, False, True),  # exactly 2 %
        (8, 350, False, False),
        (0, 1, True, True),
        (0, 0, False, False),  # no population, no incidence
        (199_999, 10_000_000, True, True),  # 1.99999 %, which ppm would round to the limit
        (200_000, 10_000_000, False, True),
    ],
)
def test_the_limit_to_the_person(poor: int, rural: int, strict: bool, loose: bool) -> None:
    assert (below_limit(poor, rural, STRICT), below_limit(poor, rural, LOOSE)) == (strict, loose)


@given(PEOPLE, st.integers(1, 10**7), st.integers(0, 1_000_000))
def test_the_limit_is_a_comparison_of_fractions(poor: int, rural: int, limit: int) -> None:
    share, most = Fraction(poor, rural), Fraction(limit, 1_000_000)
    assert below_limit(poor, rural, IncidencePolicy(limit, strict=True)) == (share < most)
    assert below_limit(poor, rural, IncidencePolicy(limit, strict=False)) == (share <= most)


def test_incidence_is_for_the_eye() -> None:
    assert [incidence_ppm(p, r) for p, r in ((7, 350), (1, 3), (2, 3), (0, 5), (3, 0))] == [
        20_000, 333_333, 666_667, 0, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        (READY, []),
        (replace(READY, poor_village=False), ["poor_village"]),
        (replace(READY, poor_people=7), ["incidence_below_limit"]),
        (replace(READY, met=("water",)), ["has_road"]),
        (replace(READY, met=()), ["has_road", "has_water"]),
        (replace(READY, met=("road", "water", "cinema")), []),
        (
            VillageFacts(poor_village=False, poor_people=9, rural_people=0, met=()),
            ["poor_village", "incidence_below_limit", "has_road", "has_water"],
        ),
    ],
)
def test_what_is_missing(facts: VillageFacts, missing: list[str]) -> None:
    verdict = village_exit_decision(facts, POLICY)
    assert verdict.missing == missing
    assert verdict.outcome == ("refused" if missing else "approved")


@given(st.booleans(), PEOPLE, PEOPLE, st.sets(st.sampled_from(("road", "water", "medical"))), st.booleans())
def test_a_stored_decision_comes_out_the_same(
    poor_village: bool, poor: int, rural: int, met: set[str], strict: bool
) -> None:
    facts = VillageFacts(poor_village, poor, rural, tuple(sorted(met)))
    policy = VillagePolicy(IncidencePolicy(20_000, strict), ITEMS)
    assert VILLAGE_EXIT.replay(VILLAGE_EXIT.inputs(facts, policy)) == village_exit_decision(facts, policy)


@given(PEOPLE, st.integers(1, 10**7), st.sets(st.sampled_from(ITEMS)))
def test_fewer_poor_and_more_facilities_never_hurt(poor: int, rural: int, met: set[str]) -> None:
    facts = VillageFacts(poor_village=True, poor_people=poor, rural_people=rural, met=tuple(sorted(met)))
    better = replace(facts, poor_people=max(0, poor - 1), met=ITEMS)
    assert set(village_exit_decision(better, POLICY).missing) <= set(village_exit_decision(facts, POLICY).missing)


@pytest.mark.parametrize(
    ("case", "step", "subject", "on", "refusal"),
    [
        (None, "noticed", "t-x", date(2017, 12, 5), "shared.not_found"),
        (CASE._replace(state="proposed"), "noticed", "t-maker", date(2017, 12, 5), None),
        (CASE, "noticed", "t-x", date(2017, 12, 5), "shared.wrong_state"),
        (CASE, "approved", "c-decider", date(2017, 12, 11), "shared.notice_running"),
        (CASE, "approved", "c-decider", date(2017, 12, 12), None),
        (CASE, "approved", "t-maker", date(2017, 12, 12), "shared.same_person"),
        (CASE, "approved", "t-clerk", date(2017, 12, 12), "shared.same_person"),
        (CASE._replace(state="approved", decided_by="c-decider"), "announced", "c-other", date(2017, 12, 12), None),
        (
            CASE._replace(state="approved", decided_by="c-decider"),
            "announced",
            "c-decider",
            date(2017, 12, 12),
            "shared.same_person",
        ),
        (CASE._replace(state="announced"), "announced", "c-other", date(2017, 12, 12), "shared.wrong_state"),
    ],
)
def test_each_step_in_its_order_by_another_person(
    case: PlaceExit | None, step: str, subject: str, on: date, refusal: str | None
) -> None:
    caller = Caller(subject, "township", "140927200") if step == "noticed" else Caller(subject, "county", "140927")
    act = Act(caller, on)
    assert step_refusal(EXIT, step, case, act) == refusal
