"""What a list says otherwise than the register, and whether that may hold: pure rules.

A list is one word of the officer who sent it, as of the day on which it was drawn up (domain notes 2.1 "Roster file").
Who belongs to a household, and what he is called, no list says: that has doors of its own. Nor does a list say who is
in deep poverty: that is counted.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from services.registry.overruled.rules import Words, overruled_by

# `proposed` waits for the second person's word, and is `taken` with it; of what is `overtaken` somebody said otherwise
# of a later day, of what is `attested` a department did; `unseen` had not been shown to who confirmed.
State = Literal["proposed", "taken", "overtaken", "attested", "unseen"]
WEIGHT = "match"
OF_HOUSEHOLD = (
    "attribute", "main_cause", "other_causes", "house_area_m2_x100", "house_grade", "safe_water", "electricity",
    "school_dropout", "medical_insured",
)  # fmt: skip
OF_PERSON = (
    "education", "school_status", "health", "labour", "work_place", "work_months", "medical_insured",
    "pension_insured",
)  # fmt: skip


def plain(value: Any) -> Any:
    """A value as it is shown, and held against another: of several causes their order says nothing."""
    return sorted(value["codes"]) if isinstance(value, Mapping) else value


def differing(said: Mapping[str, Any], stands: Any, fields: Sequence[str]) -> list[str]:
    """Which fields a list says otherwise; what is empty in it says nothing."""
    return [n for n in fields if said.get(n) is not None and plain(said[n]) != plain(getattr(stands, n))]


def of_whole(*, dropped_out: bool, insured: bool) -> dict[str, bool]:
    """What a household's rows say of it together. Only what holds an exit up: that all is well no list alone says."""
    return ({"school_dropout": True} if dropped_out else {}) | ({} if insured else {"medical_insured": False})


def standing(words: Sequence[Words], field: str, on: date) -> State:
    """What becomes of a list's word about a field, as of a day."""
    if overruled_by(words, field, on, WEIGHT):
        return "attested"
    return "overtaken" if any(w.since > on and field in w.own for w in words) else "proposed"
