"""Who decides on a case, and whom a review may let go on."""

from dataclasses import dataclass

# An event carries at most so many households: it must stay far below the outbox's limit [choice].
LARGEST_EVENT = 500


@dataclass(frozen=True, slots=True)
class TouchedHousehold:
    opened_by: str
    confirmed: bool
    reviewed: bool


# Maker and checker are different persons (domain notes 4: separation of duty).
def decision_refusal(state: str, opened_by: str, decider: str) -> str | None:
    """A code, or None where this person may confirm or dismiss the case."""
    if state != "open":
        return "assessment.cases.decided"
    return "shared.same_person" if opened_by == decider else None


# A proven fabrication is a veto (domain notes 2.5); another than the accuser lets households go on [choice].
def review_refusal(household: TouchedHousehold | None, reviewer: str) -> str | None:
    """A code, or None; also where it was reviewed before, which stays as it is."""
    if household is None:
        return "assessment.cases.not_in_case"
    if not household.confirmed:
        return "assessment.cases.not_confirmed"
    return "shared.same_person" if household.opened_by == reviewer and not household.reviewed else None


def chunk_bounds(count: int) -> list[tuple[int, int]]:
    """From and before, for the events of `count` households; at least one event."""
    return [(start, min(start + LARGEST_EVENT, count)) for start in range(0, max(count, 1), LARGEST_EVENT)]
