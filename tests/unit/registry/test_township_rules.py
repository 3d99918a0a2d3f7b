"""A whole township's exit: all its poor villages are out, and its own incidence is below the limit."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.townships.rules import (
    TOWNSHIP_EXIT,
    TownshipFacts,
    TownshipPolicy,
    is_touched,
    township_exit_decision,
)
from services.registry.villages.rules import IncidencePolicy

POLICY = TownshipPolicy(IncidencePolicy(20_000, strict=True))
READY = TownshipFacts("140927200", poor_villages=3, exited_villages=3, poor_people=6, rural_people=350)
PEOPLE = st.integers(0, 10**7)


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        (READY, []),
        (replace(READY, exited_villages=2), ["villages_out"]),
        (replace(READY, poor_people=7), ["incidence_below_limit"]),  # exactly 2 %
        (replace(READY, rural_people=0, poor_people=0), ["incidence_below_limit"]),  # nobody, no incidence
        (replace(READY, exited_villages=0, poor_people=7), ["villages_out", "incidence_below_limit"]),
        # Without poor villages it stands on its incidence alone.
        (replace(READY, poor_villages=0, exited_villages=0), []),
    ],
)
def test_what_is_missing(facts: TownshipFacts, missing: list[str]) -> None:
    verdict = township_exit_decision(facts, POLICY)
    assert verdict.missing == missing
    assert verdict.outcome == ("refused" if missing else "approved")


@pytest.mark.parametrize(
    ("exited", "poor", "out", "touched"),
    [(3, 3, True, False), (2, 3, True, True), (2, 3, False, False), (0, 0, True, False)],
)
def test_what_rests_on_a_village_that_is_back_is_touched(exited: int, poor: int, out: bool, touched: bool) -> None:
    assert is_touched(exited, poor, out=out) is touched


@given(st.integers(0, 30), st.integers(0, 30), PEOPLE, PEOPLE, st.booleans())
def test_a_stored_decision_comes_out_the_same(villages: int, out: int, poor: int, rural: int, strict: bool) -> None:
    facts, policy = (
        TownshipFacts("140927200", villages, out, poor, rural),
        TownshipPolicy(IncidencePolicy(20_000, strict)),
    )
    assert TOWNSHIP_EXIT.replay(TOWNSHIP_EXIT.inputs(facts, policy)) == township_exit_decision(facts, policy)
