"""Which services are waited for, and what can be said of benefits."""

from collections.abc import Mapping
from uuid import UUID

import pytest

from services.registry.touched.rules import GIVERS, Outcome, State, say_refusal, state_after, unanswered

LOAN, HELPER, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
AMOUNTS = {LOAN: 5_000_000, HELPER: None}


def test_whoever_has_not_answered_is_named() -> None:
    assert unanswered([]) == list(GIVERS)
    assert unanswered(["industry", "finance"]) == ["relocation", "assessment"]
    assert unanswered(GIVERS) == []


@pytest.mark.parametrize(
    ("answered", "benefits", "state"),
    [
        ((), 0, "asked"),
        (("finance", "relocation", "industry"), 4, "asked"),
        (GIVERS, 4, "open"),
        (GIVERS, 0, "empty"),
    ],
)
def test_a_case_waits_for_all_and_asks_nobody_about_nothing(
    answered: tuple[str, ...], benefits: int, state: State
) -> None:
    assert state_after(answered, benefits) == state


@pytest.mark.parametrize(
    ("outcomes", "said", "refusal"),
    [
        ({LOAN: "recovered", HELPER: "stops"}, 2, None),
        ({LOAN: "goes_on", HELPER: "goes_on"}, 2, None),
        ({LOAN: "stops"}, 1, "benefit_left_out"),
        ({LOAN: "stops", HELPER: "stops", OTHER: "stops"}, 3, "unknown_benefit"),
        ({LOAN: "stops", HELPER: "stops"}, 3, "benefit_twice"),
        ({LOAN: "stops", HELPER: "recovered"}, 2, "nothing_to_recover"),
    ],
)
def test_every_benefit_is_spoken_of_once(outcomes: Mapping[UUID, Outcome], said: int, refusal: str | None) -> None:
    assert say_refusal(AMOUNTS, outcomes, said) == refusal


def test_of_nothing_nothing_is_recovered() -> None:
    assert say_refusal({LOAN: 0}, {LOAN: "recovered"}, 1) == "nothing_to_recover"
