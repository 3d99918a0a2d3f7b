"""The rows of cases and of whom they name; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.assessment.cases.rules import Kind, State, SubjectKind
from shared.data.relations import table


class CaseRow(NamedTuple):
    id: UUID
    division: str
    kind: Kind
    evidence: str
    state: State
    opened_on: date
    opened_by: str
    decided_on: date | None
    decided_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class CaseSubject(NamedTuple):
    """`subject_id` is a unit's or a cadre's."""

    case_id: UUID
    subject_id: UUID
    subject_kind: SubjectKind
    division: str


class CaseHousehold(NamedTuple):
    """What a review asks of the case stands here: the case may be hidden from who reviews."""

    case_id: UUID
    household_id: UUID
    division: str
    case_division: str
    opened_by: str
    confirmed_on: date | None = None
    reviewed_on: date | None = None
    reviewed_by: str | None = None


fraud_case = table("fraud_case", CaseRow)
case_subject = table("case_subject", CaseSubject)
case_household = table("case_household", CaseHousehold)


class Named(NamedTuple):
    """A unit or a cadre that is known."""

    id: UUID
    kind: SubjectKind


class Living(NamedTuple):
    """Where a household lives."""

    id: UUID
    division: str
