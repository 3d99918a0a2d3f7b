"""Bodies of the county's one list of tasks."""

from pydantic import BaseModel

from shared.acts import tasks
from shared.ground.problems import text

UNAVAILABLE = "shared.unavailable"


class Absent(BaseModel):
    """A service that could not be asked: what it has to say is missing here."""

    service: str
    code: str
    title_en: str
    title_zh: str


def absent(service: str) -> Absent:
    texts = {f"title_{language}": text(UNAVAILABLE, language) for language in ("en", "zh")}
    return Absent(service=service, code=UNAVAILABLE, **texts)


class Tasks(tasks.Tasks):
    """Of all services, by day, then id; `next` is the cursor of the next page, null where there is none."""

    warnings: list[Absent]
