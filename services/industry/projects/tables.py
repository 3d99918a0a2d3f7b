"""The rows of entities, projects and who takes part in them; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.industry.projects.rules import PartState
from shared.data.relations import Big, table


class Entity(NamedTuple):
    id: UUID
    code: str
    name_zh: str
    kind: str
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
    id: UUID
    project_id: UUID
    division: str
    quantity_x100: Big
    reported_on: date
    reported_by: str


class ProjectAcceptance(NamedTuple):
    report_id: UUID
    project_id: UUID
    division: str
    quantity_x100: Big
    accepted_on: date
    accepted_by: str
    reported_by: str


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
    id: UUID
    project_id: UUID
    division: str
    amount_fen: Big
    spent_on: date
    purpose: str
    recorded_on: date
    recorded_by: str


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
    accepted_by: str | None


entity = table("entity", Entity)
project = table("project", Project)
project_report = table("project_report", ProjectReport)
project_acceptance = table("project_acceptance", ProjectAcceptance)
project_finding = table("project_finding", ProjectFinding)
project_spending = table("project_spending", ProjectSpending)
project_participation = table("project_participation", ProjectParticipation)
