"""Bodies of the doors to findings."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.registry.findings.rules import Code, State, UnsafeGrade
from shared.acts.bodies import Case
from shared.acts.reasons import Telling
from shared.values.inputs import Text


class FindingAnswer(Case):
    """What somebody saw who looked; `evidence` refers to it, and names nobody. `house_grade`: where it is so that the
    house is unsafe.
    """

    so: bool = Field(strict=True)
    evidence: Text = Field(min_length=1, max_length=200)
    house_grade: UnsafeGrade | None = None


class FindingShown(Telling):
    TEXT = "registry.finding.{state}"

    id: UUID
    household_id: UUID
    division: str
    visit_id: UUID
    finding: Code
    found_on: date
    state: State
    evidence: str | None
    house_grade: UnsafeGrade | None
    income_year: int | None
    answered_on: date | None
    since_on: date
    due_on: date | None
