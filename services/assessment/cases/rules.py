"""What a case may be about, and whom a review may let go on."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["fabricated_income", "copied_visits", "ghost_visits", "misused_funds", "favouritism"]
State = Literal["open", "confirmed", "dismissed"]
SubjectKind = Literal["unit", "cadre"]
# An event carries at most so many households: it must stay far below the outbox's limit [choice].
LARGEST_EVENT = 500


@dataclass(frozen=True, slots=True)
class TouchedHousehold:
    opened_by: str
    confirmed: bool
    reviewed: bool


# A proven fabrication is a veto (domain notes 2.5); another than the accuser lets households go on [choice].
def review_refusal(household: TouchedHousehold | None, reviewer: str) -> str | None:
    """A reason, or None; also where it was reviewed before, which stays as it is."""
    if household is None:
        return "not_in_case"
    if not household.confirmed:
        return "case_not_confirmed"
    return "same_person" if household.opened_by == reviewer and not household.reviewed else None


def chunk_bounds(count: int) -> list[tuple[int, int]]:
    """From and before, for the events of `count` households; at least one event."""
    return [(start, min(start + LARGEST_EVENT, count)) for start in range(0, max(count, 1), LARGEST_EVENT)]
