"""What may stand in a household's plan, whose line it is, and what a plan lacks: a table of cases."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.registry.catalogue.rules import EntitlementPolicy
from services.registry.entitlements.rules import Covered
from services.registry.plans.rules import (
    MEASURES,
    Line,
    Suggestion,
    is_owner,
    kinds_of,
    line_refusal,
    suggestions,
)
from shared.ground.policy import read_policy

ON = date(2017, 6, 1)
POLICY = read_policy(Path("services/registry/policy.toml")).on(ON, EntitlementPolicy)
KINDS = kinds_of(POLICY.of(ON))
LINE = Line(2017, "family_doctor", "p", date(2017, 9, 1))


def test_a_policy_in_force_or_help_may_be_planned() -> None:
    assert set(KINDS) == {one.code for one in POLICY.of(ON)} | MEASURES
    assert (KINDS["measure_loan"], KINDS["subsistence_allowance"], KINDS["pension"]) == (
        "household", "household", "person",
    )  # fmt: skip
    over = {code: replace(terms, until=ON) for code, terms in POLICY.health_policies.items()}
    assert "family_doctor" not in kinds_of(replace(POLICY, health_policies=over).of(ON))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, None),
        ({"planned_on": ON}, None),
        ({"kind": "lottery"}, "unknown_kind"),
        ({"person": None}, "person_of_a_persons_policy"),
        ({"kind": "subsistence_allowance"}, "person_of_a_persons_policy"),
        ({"kind": "measure_loan", "person": None}, None),
        ({"kind": "measure_loan"}, "person_of_a_persons_policy"),
        ({"year": 2018}, "day_of_another_year"),
        ({"planned_on": date(2017, 5, 31)}, "day_is_over"),
    ],
)
def test_what_is_planned_is_known_and_lies_ahead(changes: dict[str, Any], refusal: str | None) -> None:
    assert line_refusal(LINE._replace(**changes), KINDS, ON) == refusal


@pytest.mark.parametrize(
    ("owner", "who", "role", "unit", "subject", "his"),
    [
        ("village", None, "village", "", "a", True),
        ("village", "a", "village", "", "a", True),
        ("village", "b", "village", "", "a", False),
        ("village", None, "team", "", "a", False),
        ("health", None, "department", "health", "a", True),
        ("health", None, "department", "education", "a", False),
        ("health", "a", "department", "education", "a", False),
        ("health", None, "village", "health", "a", False),
    ],
)
def test_whose_line_it_is(
    owner: str,
    who: str | None,
    role: str,
    unit: str,
    subject: str,
    his: bool,
) -> None:
    assert is_owner(owner, who, role, unit, subject) is his


def test_what_is_missing_and_not_planned_is_suggested() -> None:
    found = [
        Covered("pension", "person", "p", "missing", ()),
        Covered("pension", "person", "q", "missing", ()),
        Covered("family_doctor", "person", "p", "covered", ()),
        Covered("care_allowance", "person", "p", "not_entitled", ()),
        Covered("subsistence_allowance", "household", None, "missing", ()),
    ]
    assert suggestions(found, {("pension", "p")}) == [
        Suggestion("pension", "person", "q"),
        Suggestion("subsistence_allowance", "household", None),
    ]
