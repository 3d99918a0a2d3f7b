"""What may become of a hold, and by whom."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.finance.holds.actions import HOLD
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
