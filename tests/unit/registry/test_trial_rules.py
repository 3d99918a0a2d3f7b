"""Which way another policy turns a household."""

import pytest

from services.registry.trials.rules import turn_of, turned_by
from shared.values.verdicts import Reason, Verdict


def verdict(**passed: bool) -> Verdict:
    return Verdict("x", tuple(Reason(code, held) for code, held in passed.items()))


@pytest.mark.parametrize(
    ("before", "after", "turn", "why"),
    [
        ({"status": True, "income": True}, {"status": True, "income": False}, "stay", ["income"]),
        ({"status": True, "income": False}, {"status": True, "income": True}, "leave", ["income"]),
        ({"status": False, "income": True}, {"status": False, "income": False}, "return", ["income"]),
        ({"status": False, "income": False}, {"status": False, "income": True}, "hold", ["income"]),
        ({"status": True, "income": False, "water": False}, {"status": True, "income": True, "water": False}, None, []),
        ({"status": True, "income": False, "water": True}, {"status": True, "income": True, "water": False}, None, []),
        ({"status": False, "income": True}, {"status": False, "income": True}, None, []),
    ],
)
def test_it_turns_who_meets_what_is_asked_by_one_policy_alone(
    before: dict[str, bool], after: dict[str, bool], turn: str | None, why: list[str]
) -> None:
    assert turn_of(verdict(**before), verdict(**after)) == turn
    if turn:
        reasons = turned_by(verdict(**before), verdict(**after))
        assert [(r.code, r.passed) for r in reasons] == [(code, False) for code in why]
