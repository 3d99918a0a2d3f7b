"""What may become of a hold, and by whom."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.finance.holds.actions import HOLD
from services.finance.holds.rules import Kind, concerns, kind_of
from services.finance.holds.tables import LoanHold
from shared.acts.procedures import step_refusal
from shared.ground.context import Act, Caller

QIAN = Act(Caller("qian", "county", "140927"), date(2017, 6, 1))


def hold(state: str, **changes: Any) -> LoanHold:
    raised = {"id": UUID(int=1), "kind": "misuse_suspected", "raised_by": "system:finance"}
    return HOLD.opened(QIAN, state, **raised | changes)


@pytest.mark.parametrize(
    ("case", "release", "confirm"),
    [
        (hold("raised"), None, None),
        (hold("raised", kind="borrower_death"), None, None),
        (hold("confirmed", confirmed_by="qian"), "shared.same_person", "shared.wrong_state"),
        (hold("confirmed", confirmed_by="zhao"), None, "shared.wrong_state"),
        (hold("released", released_by="zhao"), "shared.wrong_state", "shared.wrong_state"),
        (hold("raised", raised_by="qian"), "shared.same_person", "shared.same_person"),
    ],
)
def test_holds(case: LoanHold, release: str | None, confirm: str | None) -> None:
    found = [step_refusal(HOLD, step, case, QIAN) for step in ("released", "confirmed")]
    assert found == [release, confirm]


@pytest.mark.parametrize(
    ("reason", "kind", "of_nobody", "of_him", "of_another", "of_whom_nobody_named"),
    [
        ("death", "borrower_death", True, True, False, True),
        ("marriage_out", "borrower_left", False, True, False, False),
        ("not_sharing", "borrower_left", False, True, False, False),
        ("prison", "borrower_left", False, True, False, False),
    ],
)
def test_whose_departure_is_told_of_a_loan(
    reason: str, kind: Kind, *, of_nobody: bool, of_him: bool, of_another: bool, of_whom_nobody_named: bool
) -> None:
    assert kind_of(reason) == kind
    asked = ((None, "son"), ("son", "son"), ("son", "wife"), ("son", None))
    found = [concerns(kind, borrower, person) for borrower, person in asked]
    assert found == [of_nobody, of_him, of_another, of_whom_nobody_named]


def test_what_is_about_the_household_is_told_of_its_loan_whoever_signs() -> None:
    about: tuple[Kind, ...] = ("household_removed", "misuse_suspected")
    assert all(concerns(kind, borrower, None) for kind in about for borrower in (None, "son"))
