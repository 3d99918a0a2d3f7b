"""Bodies of the county's one list of tasks."""

from pydantic import BaseModel

from shared.acts import tasks


class Absent(BaseModel):
    """A service that could not be asked: its tasks are missing from this list."""

    service: str
    code: str
    title_en: str
    title_zh: str


class Tasks(tasks.Tasks):
    """Of all services, by day, then id; `next` is the cursor of the next page, null where there is none."""

    warnings: list[Absent]
