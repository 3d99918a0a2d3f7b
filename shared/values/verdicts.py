"""What a rule answers: values only, so that rules stay free of databases and frameworks.

A rule is a pure function `(facts, policy) -> Verdict` of frozen dataclasses. `shared.acts.decisions` stores and
replays.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter

from shared.values.ids import uuid7


class Reason(NamedTuple):
    """One condition: its code, whether it held, and the figures it held by."""

    code: str
    passed: bool
    figures: Mapping[str, int | str | bool | None] = {}


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: str
    reasons: tuple[Reason, ...]

    @property
    def missing(self) -> list[str]:
        """Codes of the conditions that did not hold."""
        return [r.code for r in self.reasons if not r.passed]


# Building one takes most of a millisecond, and a year's decisions are replayed by the ten thousand.
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with the types of its two inputs, so that stored decisions can be replayed.

    `source`: where in our documents its law or notes stand, as a path and an anchor.
    """

    name: str
    facts: type[Any]
    policy: type[Any]
    decide: Callable[[Any, Any], Verdict]
    source: str | None = None

    def inputs(self, facts: Any, policy: Any) -> dict[str, Any]:
        return {"facts": self.stored_facts(facts), "policy": self.stored_policy(policy)}

    def stored_facts(self, facts: Any) -> Any:
        return _adapter(self.facts).dump_python(facts, mode="json")

    def stored_policy(self, policy: Any) -> Any:
        return _adapter(self.policy).dump_python(policy, mode="json")

    def read(self, inputs: dict[str, Any]) -> tuple[Any, Any]:
        """The facts and the policy that were stored."""
        facts = _adapter(self.facts).validate_json(json.dumps(inputs["facts"]))
        return facts, _adapter(self.policy).validate_json(json.dumps(inputs["policy"]))

    def replay(self, inputs: dict[str, Any]) -> Verdict:
        return self.decide(*self.read(inputs))


class Missing(NamedTuple):
    """A condition that does not hold, with the rule that asks for it."""

    rule: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict about a subject, ready to be stored."""

    rule: Rule
    subject_id: str
    division: str
    facts: Any
    policy: Any
    verdict: Verdict
    bank: str | None = None
    id: UUID = field(default_factory=uuid7)

    @property
    def missing(self) -> list[Missing]:
        """The conditions that do not hold."""
        return [Missing(self.rule.name, r) for r in self.verdict.reasons if not r.passed]
