"""The rows of findings; the migrations make their table."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.registry.findings.rules import Code, State, UnsafeGrade
from shared.data.relations import table


class VisitFinding(NamedTuple):
    """`visit_id`, `found_on`, `found_by`: the first visit that saw it; `witnesses`: everybody, where several did.

    `income_year`: whose statement was found not to hold.
    """

    id: UUID
    household_id: UUID
    division: str
    visit_id: UUID
    finding: Code
    found_on: date
    found_by: str
    witnesses: list[str]
    state: State
    evidence: str | None
    house_grade: UnsafeGrade | None
    income_year: int | None
    answered_on: date | None
    answered_by: str | None
    ended_code: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


visit_finding = table("visit_finding", VisitFinding)
