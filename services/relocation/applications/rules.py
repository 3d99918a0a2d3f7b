"""Who may move: a pure rule, asked at the application and once more when the township verifies it.

Registered households that live where land cannot support people, on the cohort's list, with one home each (domain
notes 2.2 "Eligible", S32, and "Reject: two homes, dropped by REG").
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from shared.values.verdicts import Reason, Rule, Verdict

State = Literal[
    "applied", "verified", "noticed", "agreed", "allocated", "key_handed", "moved_in", "refused", "withdrawn", "struck",
    "deceased",
]  # fmt: skip
# No flat was drawn for it yet.
WITHOUT_FLAT: tuple[State, ...] = ("applied", "verified", "noticed", "agreed")
REMOVED: tuple[State, ...] = ("struck", "deceased")
ENDED: tuple[State, ...] = ("refused", "withdrawn", *REMOVED)


@dataclass(frozen=True, slots=True)
class RelocationFacts:
    """What is known of a household when it is decided on; `has_application`: another one than this."""

    status: str
    relocated: bool
    frozen: bool
    cohort: int
    has_application: bool
    suspected: bool = False


@dataclass(frozen=True, slots=True)
class RelocationPolicy:
    statuses: Annotated[tuple[str, ...], "relocation_statuses"]
    cohorts: Annotated[tuple[int, ...], "relocation_cohorts"]


@dataclass(frozen=True, slots=True)
class NoticePolicy:
    relocation_notice_days: int


def relocation_eligibility(facts: RelocationFacts, policy: RelocationPolicy) -> Verdict:
    """`approved` when every condition holds, else `refused`; a reason for each."""
    reasons = (
        # Registered, also when it has exited: its policies stay (S32, S26).
        Reason("household_registered", facts.status in policy.statuses, {"status": facts.status}),
        # The approved list decides who is in (S34); the register carries it as a flag.
        Reason("on_relocation_list", facts.relocated),
        # What a confirmed fraud touched stands still until it was reviewed.
        Reason("not_frozen", not facts.frozen),
        Reason("cohort_planned", facts.cohort in policy.cohorts, {"cohort": facts.cohort}),
        # One household, one home: who applies elsewhere or has moved in already does not apply again [known].
        Reason("no_other_application", not facts.has_application),
        # While people look into what a comparison found. The reason stands only where it stops.
        *((Reason("not_suspected", passed=False),) if facts.suspected else ()),
    )
    return Verdict("approved" if all(r.passed for r in reasons) else "refused", reasons)


ELIGIBILITY = Rule(
    "relocation.eligibility", RelocationFacts, RelocationPolicy, relocation_eligibility, "docs/sources.md#s32"
)
