"""The rows of natural changes and removals; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.changes.rules import DepartureReason, DepartureState, RemovalState
from shared.data.relations import table


class DepartureCase(NamedTuple):
    id: UUID
    household_id: UUID
    member_id: UUID
    division: str
    reason: DepartureReason
    left_on: date
    state: DepartureState
    reported_on: date
    reported_by: str
    decided_on: date | None
    decided_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class RemovalCase(NamedTuple):
    id: UUID
    household_id: UUID
    division: str
    reason: str
    evidence: str
    state: RemovalState
    proposed_on: date
    proposed_by: str
    decided_on: date | None
    decided_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class RemovalSeen(NamedTuple):
    """A removal as it is shown, with whom it strikes: `head` is the head's reference."""

    id: UUID
    household_id: UUID
    household_no: str
    head: str | None
    members: int
    division: str
    reason: str
    evidence: str
    state: RemovalState
    proposed_on: date
    decided_on: date | None
    since_on: date
    due_on: date | None
    minutes_no: str | None


class DepartureSeen(NamedTuple):
    """A departure as it is shown: `reference` stands for the person."""

    id: UUID
    household_id: UUID
    division: str
    reference: str
    reason: str
    left_on: date
    state: str
    reported_on: date
    decided_on: date | None
    since_on: date
    due_on: date | None


class KnownPerson(NamedTuple):
    """Since when somebody belongs to his household, and whether still."""

    id: UUID
    reference: str
    household_id: UUID
    division: str
    joined_on: date
    stays: bool


departure = table("departure", DepartureCase)
removal = table("removal", RemovalCase)


class Untold(NamedTuple):
    """Who lives in a household, by reference."""

    household_id: UUID
    division: str
    people: list[str]
