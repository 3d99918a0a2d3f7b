"""Who may begin to help whom, and from when; whether a leave can be recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

UnitKind = Literal["key", "stationed"]
CadreRole = Literal["first_secretary", "team_member", "helper"]
# Why nothing new begins for a household.
StandsStill = Literal["shared.household_removed", "shared.frozen"]


@dataclass(frozen=True, slots=True)
class Tenure:
    """A helper's days with a household: half-open, `ends_on` None while he helps it."""

    cadre_id: UUID
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class PairingFacts:
    """`last` is the household's latest tenure, ended or not."""

    today: date
    household_status: str
    cadre_id: UUID
    starts_on: date
    last: Tenure | None


@dataclass(frozen=True, slots=True)
class TeamPolicy:
    """How many stationed cadres make a full team."""

    team_size: int


# Every household has exactly one active helper (the seed's "responsibility to people"): a handover leaves no day
# without one and no day with two. It cannot begin before whom it replaces has begun.
def pairing_refusal(facts: PairingFacts) -> str | None:
    """A reason of this room, or None where the pairing may be made."""
    last = facts.last
    if facts.starts_on > facts.today:
        return "future_date"
    if facts.household_status == "removed":
        return "household_removed"
    if last is None:
        return None
    if last.ends_on is None and last.cadre_id == facts.cadre_id:
        return "already_helper"
    if facts.starts_on <= last.starts_on or (last.ends_on is not None and facts.starts_on < last.ends_on):
        return "before_current"
    return None


def released_on(starts_on: date, removed_on: date) -> date:
    """The first day without the helper: the household's removal, but a tenure has at least its first day."""
    return max(removed_on, date.fromordinal(starts_on.toordinal() + 1))


# Leave is recorded, not guessed (S65, S66): a day counts as leave once.
def leave_refusal(starts_on: date, ends_on: date, others: Sequence[tuple[date, date]]) -> str | None:
    """`others`: the cadre's recorded leaves, both days included."""
    if ends_on < starts_on:
        return "dates_reversed"
    if any(starts_on <= end and start <= ends_on for start, end in others):
        return "leave_overlaps"
    return None
