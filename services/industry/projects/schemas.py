"""Bodies of the projects' doors. Quantities in 0.01 of the kind's unit: mu, head, count."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.industry.projects.rules import EntityKind, PartState, Purpose, ReportState
from shared.acts.bodies import Case, Confirmation, Fen, Input
from shared.acts.reasons import Telling
from shared.values.inputs import Day, Name

Division = Annotated[str, Field(pattern=r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$")]
Quantity = Annotated[int, Field(ge=0, le=10**12, strict=True)]
Amount = Annotated[int, Field(gt=0, le=10**13, strict=True)]


class Entity(Input):
    """An enterprise, a cooperative, a household's business; `code` is its unified social credit code (GB 32100)."""

    id: UUID
    code: str = Field(min_length=1, max_length=40)
    name_zh: Name = Field(min_length=1, max_length=80)
    kind: EntityKind
    leading: bool = Field(strict=True)


class NewProject(Input):
    """`item`: of works, a code of the village's checklist; of a product, what it is."""

    id: UUID
    kind: str = Field(min_length=1, max_length=40)
    division: Division
    entity_id: UUID | None
    planned_x100: Quantity
    budget_fen: Fen
    item: str | None = Field(max_length=40)


class Report(Input):
    """What the village says was done so far, all in all."""

    id: UUID
    project_id: UUID
    quantity_x100: Quantity
    reported_on: Day


class Acceptance(Case):
    """What the township measured of a project's last report."""

    quantity_x100: Quantity
    accepted_on: Day


class Participation(Input):
    """A household's part of a project, as the village reports it."""

    id: UUID
    project_id: UUID
    household_id: UUID
    quantity_x100: Annotated[int, Field(gt=0, le=10**12, strict=True)]
    started_on: Day


class PartAcceptance(Confirmation):
    """`quantity_x100`: as measured; of what is not confirmed it says nothing."""

    quantity_x100: Quantity
    accepted_on: Day


class Spending(Input):
    id: UUID
    project_id: UUID
    amount_fen: Amount
    spent_on: Day
    purpose: Purpose


class ProjectSummary(BaseModel):
    """`reported_x100` is the last report, `accepted_x100` what was last measured."""

    id: UUID
    kind: str
    unit: str
    division: str
    entity_id: UUID | None
    item: str | None
    planned_x100: int
    reported_x100: int
    accepted_x100: int
    budget_fen: int
    spent_fen: int


class ReportShown(BaseModel):
    """A report, and what was measured of it where somebody did."""

    id: UUID
    state: ReportState
    quantity_x100: int
    reported_on: date
    accepted_x100: int | None
    accepted_on: date | None
    over_reported: bool


class SpendingShown(BaseModel):
    """`corrected_fen`: what was spent in truth, where that was another amount."""

    id: UUID
    amount_fen: int
    corrected_fen: int | None
    spent_on: date
    purpose: Purpose


class Project(ProjectSummary):
    reports: list[ReportShown]
    spendings: list[SpendingShown]


class ParticipationShown(Participation):
    division: str
    state: PartState
    accepted_x100: int | None
    accepted_on: Day | None
    since_on: Day
    due_on: Day | None


class Finding(Telling):
    TEXT = "industry.projects.{code}"

    id: UUID
    project_id: UUID
    division: str
    kind: str
    code: str
    reported_x100: int
    accepted_x100: int
    found_on: date


class KindTotals(BaseModel):
    """`villages` that have such a project, `households` whose part of one was accepted, `over_reported` findings."""

    kind: str
    unit: str
    projects: int
    villages: int
    planned_x100: int
    reported_x100: int
    accepted_x100: int
    over_reported: int
    households: int
    budget_fen: int
    spent_fen: int


class ProjectTotals(BaseModel):
    items: list[KindTotals]
    leading_enterprises: int
