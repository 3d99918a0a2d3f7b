"""Does a household enter the register, and did the representatives' meeting agree? Pure rules.

"Two notices, one announcement": application, visit, vote, village check, notice, township review, second notice,
comparison with other registers, announcement (domain notes 2.1 "Identification procedure", 国开办发〔2014〕24号
[known]). The unit is the household; what is not known makes nobody poor.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from services.registry.households.rules import (
    CATEGORIES,
    UNNAMED,
    IncomeLine,
    PovertyLine,
    income_year_period,
    net_income_fen,
)
from shared.values.verdicts import Reason, Rule, Verdict

State = Literal[
    "applied", "visited", "reviewed", "checked", "noticed", "township_checked", "noticed_again", "compared", "entered",
    "refused", "withdrawn",
]  # fmt: skip
ENDED: tuple[State, ...] = ("entered", "refused", "withdrawn")
# A neighbour objects while a notice hangs; a comparison with other registers only ever suspects.
DoubtKind = Literal["objection", "suspicion"]
Exclusion = Literal["EX1", "EX2", "EX3", "EX4", "EX5", "EX6", "EX7", "EX8", "EX9", "EX10"]


@dataclass(frozen=True, slots=True)
class VoteFacts:
    """The villagers' representatives: entitled, present, of these recused, in favour of the others."""

    entitled: int
    present: int
    recused: int
    in_favour: int


@dataclass(frozen=True, slots=True)
class VotePolicy:
    """The part of those entitled who must be present, and the part of the votes that must be exceeded."""

    meeting_attendance_ppm: int
    meeting_majority_ppm: int


def is_possible(facts: VoteFacts) -> bool:
    """Whether a meeting can have been so at all."""
    return (
        0 <= facts.recused <= facts.present <= facts.entitled and 0 <= facts.in_favour <= facts.present - facts.recused
    )


def vote_decision(facts: VoteFacts, policy: VotePolicy) -> Verdict:
    """`approved` where two thirds were there and most of them agreed. Kin who recuse themselves (domain notes 9.8)
    count for this household neither among those entitled nor among those present [choice].
    """
    entitled, voting = facts.entitled - facts.recused, facts.present - facts.recused
    reasons = (
        Reason(
            "quorum",
            0 < voting <= entitled and voting * 1_000_000 >= entitled * policy.meeting_attendance_ppm,
            {"entitled": entitled, "present": voting, "meeting_attendance_ppm": policy.meeting_attendance_ppm},
        ),
        Reason(
            "majority",
            facts.in_favour * 1_000_000 > voting * policy.meeting_majority_ppm,
            {
                "in_favour": facts.in_favour,
                "present": voting,
                "recused": facts.recused,
                "meeting_majority_ppm": policy.meeting_majority_ppm,
            },
        ),
    )
    return Verdict("approved" if all(r.passed for r in reasons) else "refused", reasons)


VOTE_RULE = Rule("registry.identification_vote", VoteFacts, VotePolicy, vote_decision, "docs/domain.md#21-registry")


@dataclass(frozen=True, slots=True)
class IdentificationFacts:
    """What was stated, and seen on the visit; None is not known. `net_income_fen` of the closed income year.

    `steps_missing`: those of the procedure that nobody has signed.
    """

    members: int
    income_year: int
    net_income_fen: int | None
    food_secure: bool | None
    clothing_secure: bool | None
    school_dropout: bool | None
    medical_insured: bool | None
    house_grade: str | None
    safe_water: bool | None
    open_objections: int
    open_suspicions: int
    steps_missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IdentificationPolicy:
    """The figures of the income year that is looked at: a case that lasts into the next is not measured anew."""

    poverty_line_fen: PovertyLine
    unsafe_house_grades: tuple[str, ...]


def line_counted_on(income_year: int) -> date:
    """The last day of an income year: its income is held against the line of that day."""
    return income_year_period(income_year).end_on - timedelta(days=1)


def seen_income_fen(seen: Mapping[str, Any]) -> int:
    """The net income that a visit saw, by `<category>_fen`."""
    return net_income_fen([IncomeLine(c, "statement", UNNAMED, seen[f"{c}_fen"]) for c in CATEGORIES])


def gaps(facts: IdentificationFacts, policy: IdentificationPolicy) -> tuple[str, ...]:
    """Which of the two no worries and three guarantees, and safe water, are known to be missing (S26, S25)."""
    lacking = {
        "food": facts.food_secure is False,
        "clothing": facts.clothing_secure is False,
        "education": facts.school_dropout is True,
        "medical": facts.medical_insured is False,
        "housing": facts.house_grade in policy.unsafe_house_grades,
        "water": facts.safe_water is False,
    }
    return tuple(code for code, is_lacking in lacking.items() if is_lacking)


def identification_decision(facts: IdentificationFacts, policy: IdentificationPolicy) -> Verdict:
    """`approved` where the household is poor, every step was made, and no doubt is left."""
    line_fen, lacking = policy.poverty_line_fen * facts.members, gaps(facts, policy)
    # The one test of the line, read the other way: who is not above it is poor (domain notes 2.1 "Income").
    below = facts.members > 0 and facts.net_income_fen is not None and facts.net_income_fen <= line_fen
    reasons = (
        Reason(
            "poverty",
            below or bool(lacking),
            {
                "income_year": facts.income_year,
                "net_income_fen": facts.net_income_fen,
                "poverty_line_fen": line_fen,
                "members": facts.members,
                "lacking": " ".join(lacking) or "none",
            },
        ),
        Reason("objections", facts.open_objections == 0, {"open": facts.open_objections}),
        Reason("suspicions", facts.open_suspicions == 0, {"open": facts.open_suspicions}),
        Reason("steps", not facts.steps_missing, {"steps": " ".join(facts.steps_missing) or "none"}),
    )
    return Verdict("approved" if all(r.passed for r in reasons) else "refused", reasons)


IDENTIFICATION_RULE = Rule(
    "registry.household_identification",
    IdentificationFacts,
    IdentificationPolicy,
    identification_decision,
    "docs/domain.md#21-registry",
)
