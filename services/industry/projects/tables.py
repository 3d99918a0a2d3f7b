"""The rows of entities, projects and who takes part in them; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.industry.projects.rules import EntityKind, PartState, Purpose, ReportState
from shared.data.relations import Big, table


class Entity(NamedTuple):
    id: UUID
    code: str
    name_zh: str
    kind: EntityKind
    leads: bool
    set_on: date
    set_by: str


class Project(NamedTuple):
    id: UUID
    kind: str
    unit: str
    division: str
    entity_id: UUID | None
    planned_x100: Big
    budget_fen: Big
    item: str | None
    created_on: date
    created_by: str
    report_id: UUID | None
    reported_x100: Big
    accepted_x100: Big
    spent_fen: Big
    version: Big


class ProjectReport(NamedTuple):
    """`accepted_x100`: what was measured, on `accepted_on`; nothing of a report that another took the place of."""

    id: UUID
    project_id: UUID
    division: str
    quantity_x100: Big
    reported_on: date
    reported_by: str
    state: ReportState
    accepted_x100: Big | None
    accepted_on: date | None
    measured_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class ProjectFinding(NamedTuple):
    id: UUID
    report_id: UUID
    project_id: UUID
    division: str
    code: str
    reported_x100: Big
    accepted_x100: Big
    found_on: date


class ProjectSpending(NamedTuple):
    """`corrected_fen` is what was spent in truth, where that was another amount."""

    id: UUID
    project_id: UUID
    division: str
    amount_fen: Big
    spent_on: date
    purpose: Purpose
    recorded_on: date
    recorded_by: str
    corrected_fen: Big | None = None

    @property
    def stood_fen(self) -> int:
        """What stands of it."""
        return self.amount_fen if self.corrected_fen is None else self.corrected_fen


class ProjectParticipation(NamedTuple):
    id: UUID
    project_id: UUID
    household_id: UUID
    division: str
    quantity_x100: Big
    started_on: date
    state: PartState
    reported_on: date
    reported_by: str
    accepted_x100: Big | None
    accepted_on: date | None
    measured_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class EntityNamed(NamedTuple):
    """As its door says it: `leading` is a word of SQL's own."""

    id: UUID
    code: str
    name_zh: str
    kind: EntityKind
    leading: bool


class Reported(NamedTuple):
    """A report, and whether it lay far above what was measured."""

    id: UUID
    quantity_x100: int
    reported_on: date
    state: ReportState
    accepted_x100: int | None
    accepted_on: date | None
    over_reported: bool


class FindingOfKind(NamedTuple):
    id: UUID
    project_id: UUID
    division: str
    kind: str
    code: str
    reported_x100: int
    accepted_x100: int
    found_on: date


class KindSums(NamedTuple):
    kind: str
    projects: int
    villages: int
    planned_x100: int
    reported_x100: int
    accepted_x100: int
    over_reported: int
    households: int
    budget_fen: int
    spent_fen: int


class Leading(NamedTuple):
    enterprises: int


entity = table("entity", Entity)
project = table("project", Project)
project_report = table("project_report", ProjectReport)
project_finding = table("project_finding", ProjectFinding)
project_spending = table("project_spending", ProjectSpending)
project_participation = table("project_participation", ProjectParticipation)
