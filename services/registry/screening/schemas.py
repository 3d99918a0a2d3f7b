"""Bodies of the doors to screening."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel, Field

from services.registry.screening.rules import Judgement, Test
from shared.acts.reasons import Telling


class TestShown(Telling):
    """What a test found, how many it looked at, and by what it judges."""

    TEXT = "registry.screening.{test}"
    TOO_FEW: ClassVar[str] = "registry.screening.too_few"

    test: Test
    sample: int
    found: int = Field(description="How many of the sample are as the test looks for.")
    judgement: Judgement
    expected_x100: int | None
    p_ppm: int | None
    threshold_ppm: int | None
    ending: int | None

    def says(self) -> tuple[str | None, Mapping[str, Any]]:
        code, figures = super().says()
        return (self.TOO_FEW if self.judgement == "too_few" else code), figures


class VillageScreened(BaseModel):
    """An alarm is no proof: it says where somebody should look sooner."""

    division: str
    income_year: int
    since: date
    on: date
    alarm: bool
    tests: list[TestShown]


class ReviewerScreened(BaseModel):
    """A person who stated, visited or looked, under the subject of his login; as of villages."""

    subject: str
    income_year: int
    since: date
    on: date
    alarm: bool
    tests: list[TestShown]
