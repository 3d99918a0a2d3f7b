"""When a household has fallen back, and which exits can still be taken back or put right."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.registry.amendments.rules import (
    AMENDMENT_RULE,
    RETURN_RULE,
    AmendmentFacts,
    AmendmentPolicy,
    amendment_decision,
    fallen,
    return_decision,
)
from services.registry.exits.rules import ExitFacts, ExitPolicy, exit_decision

LINE = ExitPolicy(poverty_line_fen=333_500, stable_margin_fen=0, unsafe_house_grades=("C", "D"))
WELL = ExitFacts(
    status="exited", members=3, income_year=2017, net_income_fen=1_000_501, food_secure=True, clothing_secure=True,
    school_dropout=False, medical_insured=True, house_grade="B", safe_water=True, unfinished_major_illness=False,
    only_subsidies=False, awaits_relocation=False, open_objections=0,
)  # fmt: skip
ANNOUNCED = date(2017, 11, 20)
STANDING = AmendmentFacts("revocation", "announced", "exited", last=True, exited_on=ANNOUNCED, asked_on=ANNOUNCED)
YEAR = AmendmentPolicy(revocation_days=365)


@pytest.mark.parametrize(
    ("lost", "changes"),
    [
        ("income", {"net_income_fen": 1_000_500}), ("food", {"food_secure": False}),
        ("clothing", {"clothing_secure": False}), ("education", {"school_dropout": True}),
        ("medical", {"medical_insured": False}), ("housing", {"house_grade": "C"}), ("water", {"safe_water": False}),
        ("illness", {"unfinished_major_illness": True}), ("subsidies", {"only_subsidies": True}),
    ],
)  # fmt: skip
def test_each_condition_of_the_exit_can_be_lost_alone(lost: str, changes: dict[str, Any]) -> None:
    facts = replace(WELL, **changes)
    assert fallen(facts, LINE) == (lost,)
    assert return_decision(facts, LINE).outcome == "approved"
    # The two rules are one standard: what has fallen so far would not be let go.
    assert exit_decision(replace(facts, status="poor"), LINE).missing == [lost]


def test_who_is_well_has_not_fallen() -> None:
    verdict = return_decision(WELL, LINE)
    assert (verdict.outcome, verdict.missing) == ("refused", ["fallen"])


def test_what_is_not_known_has_not_fallen() -> None:
    unknown: dict[str, Any] = dict.fromkeys(
        ("net_income_fen", "food_secure", "clothing_secure", "school_dropout", "medical_insured", "house_grade",
         "safe_water", "unfinished_major_illness", "only_subsidies")
    )  # fmt: skip
    assert fallen(replace(WELL, **unknown), LINE) == ()


@pytest.mark.parametrize("status", ["poor", "returned", "removed"])
def test_only_who_is_out_can_return(status: str) -> None:
    assert return_decision(replace(WELL, status=status, food_secure=False), LINE).missing == ["exited"]


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, []),
        ({"asked_on": ANNOUNCED + timedelta(days=365)}, []),
        ({"asked_on": ANNOUNCED + timedelta(days=366)}, ["in_time"]),
        ({"kind": "correction", "asked_on": ANNOUNCED + timedelta(days=3650)}, []),
        ({"exit_state": "revoked"}, ["announced"]),
        ({"household_status": "returned"}, ["standing"]),
        ({"last": False}, ["standing"]),
        ({"household_status": "removed", "exit_state": "refused"}, ["announced", "standing"]),
    ],
)
def test_an_exit_is_amended_while_it_stands(changes: dict[str, Any], missing: list[str]) -> None:
    verdict = amendment_decision(replace(STANDING, **changes), YEAR)
    assert verdict.missing == missing
    assert (verdict.outcome == "approved") == (not missing)


def test_decisions_can_be_replayed() -> None:
    for rule, facts, policy in ((RETURN_RULE, WELL, LINE), (AMENDMENT_RULE, STANDING, YEAR)):
        assert rule.replay(rule.inputs(facts, policy)) == rule.decide(facts, policy)
