"""The rows of villages; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.villages.rules import RevocationState, State, WrongBy
from shared.data.relations import DayRange, InstantRange, table


class VillageFacility(NamedTuple):
    """Whether a village had an item of the checklist: on which days, and when that was held for true."""

    id: UUID
    division: str
    item: str
    valid: DayRange
    known: InstantRange
    met: bool
    stated_by: str
    weight: str


class PlaceExit(NamedTuple):
    """Of a village, and in a table of its own of a township."""

    id: UUID
    division: str
    state: State
    proposed_on: date
    proposed_by: str
    noticed_on: date | None
    noticed_by: str | None
    notice_ends_on: date | None
    decided_on: date | None
    decided_by: str | None
    decision_id: UUID | None
    poor_people: int | None
    rural_people: int | None
    announced_on: date | None
    announced_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class PlaceRevocation(NamedTuple):
    """That an announced exit was wrong: of a village's, and in a table of its own of a township's."""

    id: UUID
    exit_id: UUID
    division: str
    reason: WrongBy
    evidence: str
    state: RevocationState
    proposed_on: date
    proposed_by: str
    decided_on: date | None
    decided_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


village_facility = table("village_facility", VillageFacility)
village_exit = table("village_exit", PlaceExit)
village_revocation = table("village_revocation", PlaceRevocation)
