"""Deep poverty: as many criteria as policy asks for, of a household that is poor, and nothing that is unknown."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from services.registry.hardship.rules import DEPTH_RULE, DepthFacts, DepthPolicy, depth_decision
from shared.ground.policy import read_policy

POLICY = read_policy(Path("services/registry/policy.toml")).on(date(2017, 10, 9), DepthPolicy)
# Half of two people's line is exactly one line.
FACTS = DepthFacts("poor", 2, able=0, ill=0, house_grade="A", income_year=2017, net_income_fen=POLICY.poverty_line_fen)


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, "approved"),
        ({"net_income_fen": POLICY.poverty_line_fen + 1}, "refused"),
        ({"net_income_fen": None}, "refused"),
        ({"net_income_fen": None, "ill": 1}, "approved"),
        ({"net_income_fen": None, "house_grade": "C"}, "approved"),
        ({"net_income_fen": None, "house_grade": "B"}, "refused"),
        ({"net_income_fen": None, "house_grade": None}, "refused"),
        ({"able": 1}, "refused"),
        ({"able": 1, "ill": 1}, "approved"),
        ({"status": "returned"}, "approved"),
        ({"status": "exited"}, "refused"),
        ({"status": "exited", "ill": 2, "house_grade": "D"}, "refused"),
        ({"members": 0, "net_income_fen": 0}, "refused"),
    ],
)
def test_what_makes_a_household_deeply_poor(changes: dict[str, object], outcome: str) -> None:
    facts = replace(FACTS, **changes)  # type: ignore[arg-type]
    verdict = depth_decision(facts, POLICY)
    assert verdict.outcome == outcome
    assert DEPTH_RULE.replay(DEPTH_RULE.inputs(facts, POLICY)) == verdict


def test_policy_says_which_criteria_count_and_how_many() -> None:
    stricter = replace(POLICY, deep_poverty_least=3)
    assert depth_decision(FACTS, stricter).outcome == "refused"
    alone = replace(POLICY, deep_poverty_criteria=("unsafe_house",), deep_poverty_least=1)
    assert depth_decision(FACTS, alone).outcome == "refused"
    assert depth_decision(replace(FACTS, house_grade="D"), alone).outcome == "approved"
