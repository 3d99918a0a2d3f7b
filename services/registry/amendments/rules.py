"""When a household counts as fallen back, and when an announced exit may be taken back or put right: pure rules.

Domain notes 2.1 "After exit": a return reverts to poor with a new episode, cause and date (S29); a wrong exit is
re-marked (S29); one year of follow-up (S13).
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.registry.exits.rules import ExitFacts, ExitPolicy
from shared.values.verdicts import Reason, Rule, Verdict

Kind = Literal["return", "revocation", "correction"]
# `refused` by the rule, `rejected` by the second person.
State = Literal["proposed", "confirmed", "refused", "rejected"]


# The exit's own standard, read the other way (domain notes 2.1 "Household exit"): what is not known has not fallen.
def fallen(facts: ExitFacts, policy: ExitPolicy) -> tuple[str, ...]:
    """Codes of the exit's conditions that are known not to hold any more."""
    most_fen = (policy.poverty_line_fen + policy.stable_margin_fen) * facts.members
    lost = {
        "income": facts.net_income_fen is not None and facts.net_income_fen <= most_fen,
        "food": facts.food_secure is False,
        "clothing": facts.clothing_secure is False,
        "education": facts.school_dropout is True,
        "medical": facts.medical_insured is False,
        "housing": facts.house_grade in policy.unsafe_house_grades,
        "water": facts.safe_water is False,
        "illness": facts.unfinished_major_illness is True,
        "subsidies": facts.only_subsidies is True,
    }
    return tuple(code for code, is_lost in lost.items() if is_lost)


def return_decision(facts: ExitFacts, policy: ExitPolicy) -> Verdict:
    """`approved` where an exited household is known to have lost at least one condition of its exit (S29)."""
    lost = fallen(facts, policy)
    reasons = (
        Reason("exited", facts.status == "exited", {"status": facts.status}),
        Reason(
            "fallen",
            bool(lost),
            {
                "lost": " ".join(lost),
                "income_year": facts.income_year,
                "net_income_fen": facts.net_income_fen,
                "members": facts.members,
            },
        ),
    )
    return Verdict("approved" if all(r.passed for r in reasons) else "refused", reasons)


RETURN_RULE = Rule("registry.household_return", ExitFacts, ExitPolicy, return_decision, "docs/sources.md#s29")


@dataclass(frozen=True, slots=True)
class AmendmentFacts:
    """An announced exit as it stands on a day. `last`: the household has none that was announced later."""

    kind: str
    exit_state: str
    household_status: str
    last: bool
    exited_on: date
    asked_on: date


@dataclass(frozen=True, slots=True)
class AmendmentPolicy:
    """How many days after its announcement an exit can still be taken back."""

    revocation_days: int


def amendment_decision(facts: AmendmentFacts, policy: AmendmentPolicy) -> Verdict:
    """`approved` where the exit stands; to be taken back, not longer than the policy's days: later it is a return."""
    age_days = (facts.asked_on - facts.exited_on).days
    reasons = (
        Reason("announced", facts.exit_state == "announced", {"state": facts.exit_state}),
        Reason(
            "standing",
            facts.household_status == "exited" and facts.last,
            {"status": facts.household_status, "last": facts.last},
        ),
        *(
            (
                Reason(
                    "in_time",
                    age_days <= policy.revocation_days,
                    {"age_days": age_days, "revocation_days": policy.revocation_days},
                ),
            )
            if facts.kind == "revocation"
            else ()
        ),
    )
    return Verdict("approved" if all(r.passed for r in reasons) else "refused", reasons)


AMENDMENT_RULE = Rule(
    "registry.exit_amendment", AmendmentFacts, AmendmentPolicy, amendment_decision, "docs/sources.md#s29"
)
