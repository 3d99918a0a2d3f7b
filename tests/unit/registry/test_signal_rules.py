"""What a signal weighs, how long it counts, and when somebody must look."""

from datetime import date
from typing import Any

import pytest

from services.registry.signals.rules import (
    KINDS,
    RiskFacts,
    RiskPolicy,
    Signal,
    in_order,
    income_signal,
    points_of,
    risk_decision,
    told_refusal,
)

POINTS: dict[str, int] = {**dict.fromkeys(KINDS, 20), "income_under": 60, "fell_ill": 30, "found": 0}
POLICY = RiskPolicy(POINTS, 12, 50)
ON = date(2017, 11, 1)
LINE = 333_500


def facts(*signals: tuple[str, date], **changes: Any) -> RiskFacts:
    known: dict[str, Any] = {"status": "exited", "on": ON, "exited_on": date(2016, 12, 1), "looked_on": None}
    return RiskFacts(**known | changes, signals=tuple(Signal(*one) for one in signals))


JUNE, AUTUMN = date(2017, 6, 1), date(2017, 10, 5)


@pytest.mark.parametrize(
    ("known", "points"),
    [
        (facts(), {}),
        (facts(("fell_ill", JUNE)), {"fell_ill": 30}),
        (facts(("fell_ill", JUNE), ("loan_overdue", JUNE)), {"loan_overdue": 20, "fell_ill": 30}),
        # Two loans that are overdue are one difficulty.
        (facts(("loan_overdue", JUNE), ("loan_overdue", AUTUMN)), {"loan_overdue": 20}),
        # The window is half-open: a year ago is over, the day after counts.
        (facts(("loan_overdue", date(2016, 11, 1))), {}),
        (facts(("loan_overdue", date(2016, 11, 2))), {"loan_overdue": 20}),
        (facts(("fell_ill", date(2017, 11, 2))), {}),
        # What was known of it when it got out was weighed then; what others tell of goes on.
        (facts(("fell_ill", date(2016, 12, 1)), ("dividend_missed", date(2016, 12, 1))), {"dividend_missed": 20}),
        (facts(("fell_ill", date(2016, 12, 2))), {"fell_ill": 30}),
        (facts(("fell_ill", JUNE), exited_on=None), {"fell_ill": 30}),
        # Somebody has looked since; what came later counts alone.
        (facts(("fell_ill", JUNE), ("income_under", AUTUMN), looked_on=JUNE), {"income_under": 60}),
        (facts(("found", JUNE)), {"found": 0}),
        (facts(("misfortune", JUNE), exited_on=JUNE), {}),
        (facts(("misfortune", JUNE)), {"misfortune": 20}),
    ],
)
def test_what_counts_of_what_happened(known: RiskFacts, points: dict[str, int]) -> None:
    assert points_of(known, POLICY) == points


@pytest.mark.parametrize(
    ("known", "outcome"),
    [
        (facts(), "refused"),
        (facts(("fell_ill", JUNE)), "refused"),
        (facts(("fell_ill", JUNE), ("post_ended", JUNE)), "approved"),
        (facts(("income_under", AUTUMN)), "approved"),
        (facts(("income_under", AUTUMN), status="returned"), "refused"),
        (facts(("income_under", AUTUMN), looked_on=AUTUMN), "refused"),
    ],
)
def test_from_the_level_on_somebody_looks(known: RiskFacts, outcome: str) -> None:
    assert risk_decision(known, POLICY).outcome == outcome


def test_the_verdict_says_what_it_rests_on() -> None:
    verdict = risk_decision(facts(("fell_ill", JUNE), ("found", JUNE)), POLICY)
    assert [(r.code, r.passed, dict(r.figures)) for r in verdict.reasons] == [
        ("exited", True, {"status": "exited"}),
        ("fell_ill", True, {"since_on": "2017-06-01", "points": 30}),
        ("found", False, {"since_on": "2017-06-01", "points": 0}),
        ("level", False, {"points": 30, "level": 50}),
    ]


@pytest.mark.parametrize(
    ("net_fen", "members", "kind"),
    [
        (LINE * 2, 2, "income_under"),
        (LINE * 2 + 1, 2, "income_near"),
        (LINE * 3, 2, "income_near"),
        (LINE * 3 + 1, 2, None),
        (0, 0, None),
    ],
)
def test_an_income_is_under_the_line_near_it_or_neither(net_fen: int, members: int, kind: str | None) -> None:
    assert income_signal(net_fen, members, LINE, 1_500_000) == kind


@pytest.mark.parametrize(
    ("since_on", "refusal"),
    [(ON, None), (date(2017, 11, 2), "future_date"), (JUNE, None), (date(2017, 5, 31), "before_registration")],
)
def test_a_misfortune_lies_between_the_registration_and_today(since_on: date, refusal: str | None) -> None:
    assert told_refusal(since_on, JUNE, ON) == refusal


def test_signals_are_kept_in_one_order() -> None:
    one, two, three = Signal("found", JUNE), Signal("fell_ill", AUTUMN), Signal("fell_ill", JUNE)
    assert in_order([one, two, three]) == in_order([two, three, one]) == (three, one, two)
