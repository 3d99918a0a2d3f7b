"""Which findings of a visit are asked about, who has answered them, and what it means that one is so: pure rules.

Whoever checks is another person than the maker (domain notes 4): what a helper saw is a suspicion, and no fact of the
register before somebody else has looked. It is asked about whether or not the visit counts: by place and day a visit
counts for the helper's merit; to ask once too often costs a look, once too seldom a wrong exit [choice].
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, NamedTuple, get_args
from uuid import UUID

# Those of a visit's codes of which an exit asks, or which say that the register names the wrong people. The others are
# asked about elsewhere (a loan used otherwise by finance), or say nothing that could be looked into.
Code = Literal[
    "house_unsafe", "water_unsafe", "school_dropout", "untreated_illness", "uninsured", "income_lower_than_stated",
    "income_higher_than_stated", "died", "not_living_here",
]  # fmt: skip
State = Literal["open", "so", "not_so", "ended"]
UnsafeGrade = Literal["C", "D"]
CODES = frozenset(get_args(Code))
# What is held for true of how a household lives, where it is so.
MEANS: Mapping[Code, tuple[str, bool]] = {
    "water_unsafe": ("safe_water", False),
    "school_dropout": ("school_dropout", True),
    "untreated_illness": ("unfinished_major_illness", True),
    "uninsured": ("medical_insured", False),
}
OF_INCOME: frozenset[Code] = frozenset({"income_lower_than_stated", "income_higher_than_stated"})
# What must be under way before it is so: why somebody left, or that the household is to be struck.
STRUCK = "removal"
LEAVING: Mapping[Code, frozenset[str]] = {
    "died": frozenset({"death", STRUCK}),
    "not_living_here": frozenset({"marriage_out", "registration_out", "prison", "not_sharing", STRUCK}),
}


class Sighting(NamedTuple):
    """Who saw something, at which visit; the least of several was the first."""

    found_on: date
    visit_id: UUID
    found_by: str


def takes_in(state: State, answered_on: date | None, seen_on: date) -> bool:
    """Whether a finding stands for the same that was seen on a day: it waits, or somebody looked no earlier than that.

    So it does not matter whether a phone without a network told before the answer or after it.
    """
    return state == "open" or (answered_on is not None and answered_on >= seen_on)


def answer_refusal(
    finding: Code, found_on: date, on: date, left: frozenset[str], *, so: bool, graded: bool
) -> str | None:
    """Why it cannot be answered so; None where it can. `left`: for which reasons people were reported to have left."""
    against = (
        (found_on > on, "future_date"),
        (graded != (so and finding == "house_unsafe"), "grade_of_unsafe_house"),
        (so and finding in LEAVING and not left & LEAVING[finding], "departure_missing"),
    )
    return next((code for holds, code in against if holds), None)


def said_of(finding: Code, house_grade: UnsafeGrade | None) -> dict[str, Any]:
    """What is held for true of how the household lives; nothing where it is of its income, or of who lives there."""
    if finding == "house_unsafe":
        return {"house_grade": house_grade}
    return dict([MEANS[finding]]) if finding in MEANS else {}
