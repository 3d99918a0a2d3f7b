"""The rows of applications; the migrations make their table."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.relocation.applications.rules import State
from shared.data.relations import Big, table


class Application(NamedTuple):
    """`missing` holds the rule's conditions that did not hold, as `codes`."""

    id: UUID
    household_id: UUID
    division: str
    cohort: int
    state: State
    members: int
    missing: dict[str, Any]
    decision_id: UUID
    applied_on: date
    applied_by: str
    verified_by: str | None
    notice_posted_on: date | None
    notice_ends_on: date | None
    agreed_on: date | None
    moved_in_on: date | None
    ended_on: date | None
    ended_code: str | None
    version: Big
    procedure_version: int
    since_on: date
    due_on: date | None


class Waiting(NamedTuple):
    """Who has agreed and has no flat, with members and needs of today; `number` is the household's."""

    id: UUID
    household_id: UUID
    division: str
    members: int
    needs_accessible: bool
    number: str


class Total(NamedTuple):
    """A cohort's households by state, and its people."""

    cohort: int
    households_by_state: dict[str, int]
    people_agreed: int
    people_allocated: int
    people_moved_in: int
    households_moved_in: int


relocation_application = table("relocation_application", Application)
