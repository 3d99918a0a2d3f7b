"""Whether a suspicion is so, what excuses it, and what follows: a table of cases."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from services.registry.suspicions.rules import (
    HoldPolicy,
    SuspicionFacts,
    SuspicionPolicy,
    effect_of,
    hold_over_before,
    look_refusal,
    suspicion_verdict,
)
from shared.ground.policy import read_policy

ON, REGISTERED, LATER = date(2017, 6, 1), date(2014, 6, 1), date(2016, 3, 1)
POLICY = read_policy(Path("services/registry/policy.toml")).on(ON, SuspicionPolicy)
FOUND = SuspicionFacts("EX3", so=True, since=LATER, registered_on=REGISTERED, relocated=False, circumstance=None)


@pytest.mark.parametrize(
    ("changes", "outcome", "effect", "asked"),
    [
        ({}, "upheld", "removal", ["so", "livelihood"]),
        ({"so": False, "since": None}, "dismissed", "none", ["so"]),
        # Bought after the registration to earn a living with; either alone excuses nothing.
        ({"circumstance": "livelihood"}, "exempt", "none", ["so", "livelihood"]),
        ({"circumstance": "livelihood", "since": REGISTERED}, "upheld", "removal", ["so", "livelihood"]),
        ({"circumstance": "livelihood", "since": None}, "upheld", "removal", ["so", "livelihood"]),
        # An office that came later leads to an exit like any other's, and is no error.
        ({"code": "EX2"}, "exempt", "exit", ["so", "after_registration"]),
        ({"code": "EX1", "since": date(2013, 1, 1)}, "upheld", "removal", ["so", "after_registration"]),
        ({"code": "EX1", "since": None}, "upheld", "removal", ["so", "after_registration"]),
        ({"code": "EX4"}, "upheld", "removal", ["so", "relocated"]),
        ({"code": "EX4", "relocated": True}, "exempt", "none", ["so", "relocated"]),
        ({"code": "EX5", "circumstance": "shares_only"}, "exempt", "none", ["so", "shares_only"]),
        ({"code": "EX5", "circumstance": "livelihood"}, "upheld", "removal", ["so", "shares_only"]),
        ({"code": "EX8"}, "upheld", "removal", ["so"]),
        ({"code": "EX9"}, "upheld", "departure", ["so"]),
        ({"code": "listed"}, "upheld", "correction", ["so"]),
    ],
)
def test_what_is_so_is_upheld_unless_something_excuses_it(
    changes: dict[str, object], outcome: str, effect: str, asked: list[str]
) -> None:
    facts = replace(FOUND, **changes)  # type: ignore[arg-type]
    verdict = suspicion_verdict(facts, POLICY)
    assert (verdict.outcome, [r.code for r in verdict.reasons]) == (outcome, asked)
    assert effect_of(facts.code, outcome, POLICY) == effect


@pytest.mark.parametrize(
    ("raised_on", "since", "so", "refusal"),
    [
        (date(2017, 5, 1), None, True, None),
        (date(2017, 5, 1), LATER, True, None),
        (date(2017, 5, 1), LATER, False, "since_of_what_is_not"),
        (date(2017, 5, 1), date(2017, 6, 2), True, "future_date"),
        (date(2017, 6, 2), None, True, "before_suspicion"),
    ],
)
def test_what_somebody_saw_fits_the_calendar(
    raised_on: date, since: date | None, so: bool, refusal: str | None
) -> None:
    assert look_refusal(raised_on, since, ON, so=so) == refusal


@pytest.mark.parametrize(("on", "over"), [("2017-07-30", False), ("2017-07-31", False), ("2017-08-01", True)])
def test_what_nobody_looks_into_holds_a_household_up_for_so_many_days(on: str, over: bool) -> None:
    before = hold_over_before(date.fromisoformat(on), HoldPolicy(60))
    assert (before > ON) is over
