"""Bodies of the doors to plans."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.catalogue.rules import Unit
from services.registry.plans.rules import Owner, State
from shared.acts.bodies import Case, Fen, Input
from shared.acts.reasons import Telling
from shared.values.inputs import Day, Text


class NewPlanLine(Input):
    """What is to be done for a household in a year. `kind`: a policy of the catalogue, or `measure_` and a kind of
    help; `person`: the register's reference to whom of it a person's policy is for. `owner_subject` names somebody of
    the owner's.
    """

    id: UUID
    household_id: UUID
    year: int = Field(ge=2014, le=2030, strict=True)
    kind: str = Field(pattern=r"^[a-z][a-z_]{0,59}$")
    person: str | None = Field(default=None, min_length=1, max_length=64)
    owner: Owner
    owner_subject: str | None = Field(default=None, min_length=1, max_length=200)
    budget_fen: Fen
    planned_on: Day


class PlanReport(Case):
    """What came of a line. `evidence` refers to what shows it, and names nobody."""

    reached: bool = Field(strict=True)
    evidence: Text = Field(min_length=1, max_length=200)


class PlanLineShown(Telling):
    """Never by which login. `counted_on`: the day on which the register itself knew that it was done, by help that it
    heard of (`measure_source`) or by its facts.
    """

    TEXT = "registry.plan_line.{state}"

    id: UUID
    household_id: UUID
    division: str
    year: int
    kind: str
    person: str | None
    owner: str
    budget_fen: int
    planned_on: date
    proposed_on: date
    state: State
    confirmed_on: date | None
    reached: bool | None
    evidence: str | None
    stated_on: date | None
    settled_on: date | None
    counted_on: date | None
    measure_source: str | None
    since_on: date
    due_on: date | None


class SuggestionShown(Telling):
    """What the household is entitled to and has not, while no line of the plan sees to it."""

    TEXT = "registry.coverage.missing"

    policy: str
    of: Unit
    person: str | None


class Plan(BaseModel):
    """A household's plan of a year; what is suggested nobody has planned yet."""

    household_id: UUID
    year: int
    lines: list[PlanLineShown]
    suggestions: list[SuggestionShown]
