"""The row of a release; the migrations make its table."""

from datetime import date
from typing import Literal, NamedTuple
from uuid import UUID

from shared.data.relations import table

ReleaseState = Literal["proposed", "released", "refused"]


class EventRelease(NamedTuple):
    """An event that looked wrong is right after all: one person says so, another confirms it."""

    id: UUID
    event_id: UUID
    loan_id: UUID
    division: str
    bank: str
    reason: str
    state: ReleaseState
    proposed_on: date
    proposed_by: str
    released_on: date | None
    released_by: str | None
    ended_code: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


event_release = table("event_release", EventRelease)
