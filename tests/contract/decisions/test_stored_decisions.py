"""What was decided once can be replayed for ever: a rule asks of a stored decision nothing that it did not hold."""

from dataclasses import dataclass, field, make_dataclass

import pytest

from shared.values.verdicts import Rule, Verdict
from tests.contract.decisions.record import recorded, required, rules

RECORD = "python -m tests.contract.decisions.record"


def missed(now: dict[str, list[str]], held: dict[str, list[str]]) -> set[str]:
    """Fields that a rule needs and that its stored decisions may lack."""
    return {f"{kind}.{name}" for kind, names in now.items() if kind in held for name in names} - {
        f"{kind}.{name}" for kind, names in held.items() for name in names
    }


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_a_field_that_came_later_has_a_default(rule: Rule) -> None:
    held = recorded()
    assert rule.name in held, f"new: {RECORD}"
    assert missed(required(rule), held[rule.name]) == set(), (
        "decisions of before do not hold it: give it a default under which they come out the same"
    )


def test_no_rule_that_decided_once_is_gone() -> None:
    assert {*recorded()} - {rule.name for rule in rules()} == set(), "nothing could replay what it decided"


@dataclass(frozen=True)
class Figures:
    line_fen: int


def rule_of(later: tuple[tuple[str, type, object], ...]) -> Rule:
    return Rule("a", make_dataclass("Facts", [("members", int), *later]), Figures, lambda _f, _p: Verdict("yes", ()))


def test_a_field_without_a_default_is_found() -> None:
    held = required(rule_of(()))
    assert missed(required(rule_of((("heads", int, field()),))), held) == {"Facts.heads"}
    assert missed(required(rule_of((("heads", int, field(default=0)),))), held) == set()
