"""When a whole township may be announced as out of poverty: pure rules.

整乡脱贫 (seed; domain notes 1, row 1): all its poor villages are out, and its own incidence is below the limit, that of
a village [choice]. A township without poor villages stands on its incidence alone.
"""

from dataclasses import dataclass

from services.registry.villages.rules import IncidencePolicy, below_limit
from shared.values.verdicts import Reason, Rule, Verdict


@dataclass(frozen=True, slots=True)
class TownshipPolicy:
    incidence: IncidencePolicy


@dataclass(frozen=True, slots=True)
class TownshipFacts:
    """A township on a day: its poor villages, those of them announced as exited, its people now poor."""

    division: str
    poor_villages: int
    exited_villages: int
    poor_people: int
    rural_people: int


def township_exit_decision(facts: TownshipFacts, policy: TownshipPolicy) -> Verdict:
    """`approved` when both conditions hold, else `refused`; a reason for each."""
    limit = policy.incidence
    reasons = (
        Reason(
            "villages_out",
            facts.exited_villages >= facts.poor_villages,
            {"poor_villages": facts.poor_villages, "exited_villages": facts.exited_villages},
        ),
        Reason(
            "incidence_below_limit",
            below_limit(facts.poor_people, facts.rural_people, limit),
            {
                "poor_people": facts.poor_people,
                "rural_people": facts.rural_people,
                "limit_ppm": limit.limit_ppm,
                "strict": limit.strict,
            },
        ),
    )
    return Verdict("approved" if all(r.passed for r in reasons) else "refused", reasons)


def is_touched(exited_villages: int, poor_villages: int, *, out: bool) -> bool:
    """Whether a township that is announced rests on a village that is out no longer: a person decides about it."""
    return out and exited_villages < poor_villages


TOWNSHIP_EXIT = Rule(
    "registry.township_exit", TownshipFacts, TownshipPolicy, township_exit_decision, "docs/sources.md#s26"
)
