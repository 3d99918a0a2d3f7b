"""Bodies of the surveys' doors."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.assessment.surveys.rules import State, Stratum
from services.assessment.teams.rules import StandsStill
from shared.acts.bodies import Case, Input
from shared.acts.reasons import Telling
from shared.ground.sentences import NO_FIGURES
from shared.values.inputs import Day


class NewRound(Input):
    """`per_unit` households are drawn for each unit; `seed` is said aloud before the draw, so that it is fair."""

    id: UUID
    year: int = Field(ge=2000, le=2100)
    seed: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$")
    per_unit: int = Field(ge=1, le=100)


class Round(BaseModel):
    id: UUID
    year: int
    seed: str
    per_unit: int
    state: State
    opened_on: date
    closed_on: date | None
    population: int
    sampled: int


class Candidate(BaseModel):
    """`drawn_by` stands in the hash that orders the draw: the household's number."""

    household_id: UUID
    unit_id: UUID
    stratum: Stratum
    drawn_by: str
    drawn: bool


class RoundInputs(BaseModel):
    """All that the draw was made of: with it anybody can draw again. `parts` weigh the strata in their order."""

    id: UUID
    seed: str
    per_unit: int
    strata: list[str]
    parts: list[int]
    candidates: list[Candidate]


class Sample(Telling):
    """A household to be asked; who helps it is not said. `not_asked` is why it is asked no more: it was struck, or
    stands still after a confirmed case.
    """

    id: UUID
    round_id: UUID
    household_id: UUID
    division: str
    stratum: Stratum
    answered: bool
    not_asked: StandsStill | None

    def says(self) -> tuple[str | None, Mapping[str, Any]]:
        return self.not_asked, NO_FIGURES


class NewAnswer(Case):
    """Of the sample `id`: satisfied with the help, aware of the policies, visited often."""

    satisfied: bool
    aware: bool
    visited_often: bool
    answered_on: Day


class SurveySummary(BaseModel):
    """`satisfaction_ppm`: satisfied of answered, parts per million; null while nobody answered.

    `answered_ppm`: answered of those drawn who could be asked.
    """

    year: int
    sampled: int
    not_asked: int
    answered: int
    satisfied: int
    satisfaction_ppm: int | None
    answered_ppm: int | None
