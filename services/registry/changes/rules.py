"""Who may be said to have left, and who is head afterwards: pure rules.

Domain notes 2.1 "Natural change" [known]: removed are the dead, the married out, the registered elsewhere, the
imprisoned, those who no longer share income. "Exclusion matches" (S21, S22, S23, S24): a match is a suspicion, never
a removal by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

DepartureReason = Literal["death", "marriage_out", "registration_out", "prison", "not_sharing"]
# `taken_back`: it was confirmed by mistake (the room of the reversals).
DepartureState = Literal["reported", "confirmed", "rejected", "taken_back"]
RemovalState = Literal["proposed", "confirmed", "rejected", "taken_back"]


@dataclass(frozen=True, slots=True)
class Membership:
    """Since when somebody belongs to a household, and whether still."""

    joined_on: date
    stays: bool


# Domain notes 2.1: each change is an effective-dated event; the past is never rewritten.
def departure_refusal(membership: Membership | None, left_on: date, on: date) -> str | None:
    """Why a departure cannot be reported; None when it can."""
    if membership is None:
        return "shared.not_found"
    if not membership.stays:
        return "has_left"
    if left_on > on:
        return "future_date"
    return "before_membership" if left_on <= membership.joined_on else None


@dataclass(frozen=True, slots=True)
class Person:
    member_id: UUID
    born_on: date
    is_head: bool


# The register knows exactly one head a household (domain notes 2.1, S5); the eldest follows [choice].
def next_head(people: Sequence[Person]) -> UUID | None:
    """Who becomes head of those who are left; None where there is a head, or nobody."""
    if not people or any(p.is_head for p in people):
        return None
    return min(people, key=lambda p: (p.born_on, p.member_id)).member_id


# A household that died out is told apart from one that was struck (relocation hands its flat on).
def struck_reason(reason: str) -> str:
    """Why a household is struck whose last member left for this reason."""
    return "deceased" if reason == "death" else reason
