"""The rows of survey rounds, their samples and answers; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.assessment.surveys.rules import State, Stratum
from services.assessment.teams.rules import StandsStill
from shared.data.relations import table


class RoundRow(NamedTuple):
    id: UUID
    division: str
    year: int
    seed: str
    per_unit: int
    state: State
    opened_on: date
    opened_by: str
    closed_on: date | None
    closed_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class CandidateRow(NamedTuple):
    """`drawn_by` is what the draw went by: the household's number, its id in rounds of before."""

    round_id: UUID
    household_id: UUID
    unit_id: UUID
    cadre_id: UUID
    division: str
    stratum: Stratum
    drawn_by: str


class SampleRow(NamedTuple):
    id: UUID
    round_id: UUID
    household_id: UUID
    unit_id: UUID
    cadre_id: UUID
    division: str
    stratum: str


class AnswerRow(NamedTuple):
    sample_id: UUID
    division: str
    satisfied: bool
    aware: bool
    visited_often: bool
    answered_on: date
    recorded_on: date
    recorded_by: str


class UnaskedRow(NamedTuple):
    """Drawn, and struck or frozen before it was asked; kept when its round was closed."""

    sample_id: UUID
    household_id: UUID
    division: str
    code: StandsStill
    noted_on: date


survey_round = table("survey_round", RoundRow)
survey_candidate = table("survey_candidate", CandidateRow)
survey_sample = table("survey_sample", SampleRow)
survey_answer = table("survey_answer", AnswerRow)
survey_unasked = table("survey_unasked", UnaskedRow)


class Size(NamedTuple):
    """Of a round: among how many was drawn, and how many were."""

    population: int
    sampled: int


class Helped(NamedTuple):
    """A household that could tell of its helper."""

    household_id: UUID
    unit_id: UUID
    cadre_id: UUID
    division: str
    status: str
    has_labour: bool
    drawn_by: str


class Drawn(NamedTuple):
    """A household to be asked; `not_asked` is why it was not, once its round is closed."""

    id: UUID
    round_id: UUID
    household_id: UUID
    division: str
    stratum: str
    answered: bool
    state: State
    not_asked: StandsStill | None


class Shuffled(NamedTuple):
    """A candidate, and what the draw made of him."""

    household_id: UUID
    unit_id: UUID
    stratum: Stratum
    drawn_by: str
    drawn: bool


class Asked(NamedTuple):
    """A sample, with the state of its round."""

    id: UUID
    household_id: UUID
    division: str
    state: State
    opened_on: date


class Totals(NamedTuple):
    """`not_asked`: drawn, and struck or frozen before they were asked."""

    sampled: int
    not_asked: int
    answered: int
    satisfied: int
