"""The rows of posts; the migrations make their tables."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.industry.posts.rules import Kind, State
from shared.data.relations import Big, table


class Post(NamedTuple):
    id: UUID
    division: str
    kind: Kind
    monthly_fen: Big
    reserved_for_relocated: bool
    employer_code: str | None
    created_on: date
    created_by: str


class PostAssignment(NamedTuple):
    id: UUID
    post_id: UUID
    household_id: UUID
    division: str
    starts_on: date
    state: State
    proposed_on: date
    proposed_by: str
    checked_on: date | None
    checked_by: str | None
    approved_on: date | None
    approved_by: str | None
    decision_id: UUID
    ended_on: date | None
    ended_reason: str | None
    version: Big
    procedure_version: int
    since_on: date
    due_on: date | None
    held_on: date | None
    resumed_on: date | None
    person: str | None


class AssignmentShown(NamedTuple):
    """An assignment, with what is said of its post."""

    id: UUID
    post_id: UUID
    kind: Kind
    monthly_fen: Big
    household_id: UUID
    division: str
    starts_on: date
    state: State
    decision_id: UUID
    ended_on: date | None
    ended_reason: str | None
    held_on: date | None
    resumed_on: date | None
    since_on: date
    due_on: date | None
    person: str | None


class Departed(NamedTuple):
    """Who died, or left a household otherwise."""

    person: str
    household_id: UUID
    division: str
    departed_on: date


class PostAttendance(NamedTuple):
    """`days` is what was said, `corrected_days` what was worked in truth, where that was another."""

    id: UUID
    assignment_id: UUID
    household_id: UUID
    division: str
    month_on: date
    days: int
    recorded_on: date
    recorded_by: str
    corrected_days: int | None = None

    @property
    def stood_days(self) -> int:
        """What stands of it."""
        return self.days if self.corrected_days is None else self.corrected_days


class Attended(NamedTuple):
    """The days of a month that were counted for an assignment (`id`), with its pay and its tenure."""

    id: UUID
    attendance_id: UUID
    month_on: date
    household_id: UUID
    division: str
    kind: Kind
    monthly_fen: Big
    days: int
    starts_on: date
    ended_on: date | None
    held_on: date | None
    resumed_on: date | None


class Totals(NamedTuple):
    by_kind: dict[str, Any]
    households_employed: Big


post = table("post", Post)
post_assignment = table("post_assignment", PostAssignment)
departed = table("departed", Departed)
post_attendance = table("post_attendance", PostAttendance)
