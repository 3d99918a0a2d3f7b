"""Bodies of the scoring's doors. All points are hundredths."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.assessment.scoring.rules import Grade, Kind, State
from shared.acts.bodies import Input
from shared.acts.reasons import Telling


class NewRun(Input):
    """Scores a year so far: to the business date, at most to its last day."""

    id: UUID
    year: int = Field(ge=2014, le=2100)


class RunState(BaseModel):
    """`units` and `helpers` count those that were scored."""

    id: UUID
    year: int
    state: State
    until_on: date
    units: int
    helpers: int
    computed_on: date
    published_on: date | None


class ScoreLine(Telling):
    """A line of a scheme. `withheld`: there was nothing to judge by, so it brings nothing and takes nothing away."""

    scheme: Kind = Field(exclude=True)
    code: str
    points_x100: int
    max_x100: int
    withheld: bool
    figures: dict[str, Any]

    def says(self) -> tuple[str, dict[str, Any]]:
        told = {"points_x100": self.points_x100, "withheld": self.withheld}
        return f"assessment.{self.scheme}_score.{self.code}", self.figures | told


class Score(BaseModel):
    """The sum of its lines. `rated_x100`: of a hundred, had nothing been withheld; the grade goes by it.

    In a list `rank` is the present one; of a version, the one it was published with.
    """

    id: UUID
    subject_id: UUID
    kind: Kind
    year: int
    version: int
    points_x100: int
    reachable_x100: int
    rated_x100: int
    grade: Grade
    rank: int
    scored_on: date
    lines: list[ScoreLine]


class ScoringSummary(BaseModel):
    """Of the published year; `mean_x100` of the points and `grades` (how many of each) by kind."""

    units_key_assessed: int
    units_stationed_assessed: int
    helpers_assessed: int
    mean_x100: dict[str, int]
    grades: dict[str, dict[str, int]]
