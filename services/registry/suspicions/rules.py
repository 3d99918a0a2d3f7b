"""Who looks into a suspicion, whether it is so, and what follows from it: pure rules.

Domain notes 2.1 "Exclusion matches" (S21 Yunnan, S22 Guangxi, S23 Hubei, S24 Guizhou): a match is a suspicion, never a
removal. A person in the village looks, decides and attaches the proof; of 1,925 in one province 562 were so (S24). What
each flag leads to, and what excuses it, is policy data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from shared.values.verdicts import Reason, Rule, Verdict

# Beside the catalogue: the same or nearly the same person twice, what superiors list for a reason of their own, what an
# inspection found otherwise.
Code = Literal[
    "EX1",
    "EX2",
    "EX3",
    "EX4",
    "EX5",
    "EX6",
    "EX7",
    "EX8",
    "EX9",
    "EX10",
    "same_person",
    "similar_person",
    "listed",
    "inspected",
]
Source = Literal["person", "match", "duplicate", "inspection"]
State = Literal["open", "looked_into", "upheld", "exempt", "dismissed", "ended"]
# What whoever looked saw of a thing that no list says: bought to earn a living with; held through land, a fund or a
# subsidised loan alone.
Circumstance = Literal["livelihood", "shares_only"]
# What a person does next: strike the household, let it exit, report that somebody left, correct the record; nothing.
Effect = Literal["removal", "exit", "departure", "correction", "none"]


@dataclass(frozen=True, slots=True)
class SuspicionFacts:
    """What was found on the spot. `since`: since when it is so, None where nobody knows."""

    code: str
    so: bool
    since: date | None
    registered_on: date
    relocated: bool
    circumstance: str | None


@dataclass(frozen=True, slots=True)
class SuspicionPolicy:
    """By code: what an upheld one leads to, what excuses it, and what an excused one leads to."""

    suspicion_effects: Mapping[str, str]
    suspicion_excuses: Mapping[str, str]
    excused_effects: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HoldPolicy:
    """For how many days something that nobody looks into holds a household up."""

    suspicion_hold_days: int


def hold_over_before(on: date, policy: HoldPolicy) -> date:
    """What has waited for somebody to look since before this day holds nobody up any longer on the day `on`."""
    return on - timedelta(days=policy.suspicion_hold_days)


def suspicion_verdict(facts: SuspicionFacts, policy: SuspicionPolicy) -> Verdict:
    """`upheld` where it is so and nothing excuses it, `exempt` where something does, else `dismissed`."""
    since = facts.since.isoformat() if facts.since else None
    registered_on = facts.registered_on.isoformat()
    # What came after the registration was no reason against it; a day that nobody knows excuses nothing (S21).
    later = facts.since is not None and facts.since > facts.registered_on
    excuses = {
        "after_registration": Reason("after_registration", later, {"since": since, "registered_on": registered_on}),
        "livelihood": Reason(
            "livelihood",
            later and facts.circumstance == "livelihood",
            {"since": since, "registered_on": registered_on},
        ),
        "relocated": Reason("relocated", facts.relocated),
        "shares_only": Reason("shares_only", facts.circumstance == "shares_only"),
    }
    excuse = policy.suspicion_excuses.get(facts.code)
    # Asked where it is so, of what something may excuse.
    asked = (excuses[excuse],) if facts.so and excuse else ()
    reasons = (Reason("so", facts.so, {"suspicion": facts.code}), *asked)
    excused = any(reason.passed for reason in asked)
    return Verdict("dismissed" if not facts.so else "exempt" if excused else "upheld", reasons)


def effect_of(code: str, outcome: str, policy: SuspicionPolicy) -> str:
    """What a person has to do next."""
    effects = {"upheld": policy.suspicion_effects, "exempt": policy.excused_effects}.get(outcome, {})
    return effects.get(code, "none")


SUSPICION_RULE = Rule("registry.suspicion", SuspicionFacts, SuspicionPolicy, suspicion_verdict, "docs/sources.md#s21")


def look_refusal(raised_on: date, since: date | None, on: date, *, so: bool) -> str | None:
    """Why what somebody saw cannot be taken; None where it can."""
    if on < raised_on:
        return "before_suspicion"
    if since is not None and not so:
        return "since_of_what_is_not"
    return "future_date" if since is not None and since > on else None
