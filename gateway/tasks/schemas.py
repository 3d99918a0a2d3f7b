"""Bodies of the county's one list of tasks."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel


class Task(BaseModel):
    """A case of some service that waits for the caller; its procedure names the service and the room.

    `due_on` is by when the step should be taken, `since_on` since when it can be.
    """

    id: UUID
    procedure: str
    step: str
    title_zh: str
    title_en: str
    division: str
    household_id: UUID | None
    since_on: date
    due_on: date


class Absent(BaseModel):
    """A service that could not be asked: its tasks are missing from this list."""

    service: str
    code: str
    title_en: str
    title_zh: str


class Tasks(BaseModel):
    """By day, then id; `next` is the cursor of the next page, null where there is none."""

    items: list[Task]
    next: str | None
    warnings: list[Absent]
