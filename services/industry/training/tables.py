"""The rows of training; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.industry.training.rules import State
from shared.data.relations import Big, table


class TrainingClass(NamedTuple):
    id: UUID
    course: str
    provider_code: str
    division: str
    starts_on: date
    days: int
    employer_code: str | None
    created_on: date
    created_by: str


class TrainingAttendance(NamedTuple):
    id: UUID
    class_id: UUID
    household_id: UUID
    division: str
    trainee: str
    days: int
    recorded_on: date
    recorded_by: str


class TrainingCertificate(NamedTuple):
    id: UUID
    attendance_id: UUID
    household_id: UUID
    division: str
    certificate_no: str
    issued_on: date
    state: State
    recorded_on: date
    recorded_by: str
    accepted_on: date | None
    accepted_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class AttendedClass(NamedTuple):
    """Days that somebody attended of a class, and when that was."""

    id: UUID
    household_id: UUID
    division: str
    days: int
    starts_on: date
    class_days: int


class OfCourse(NamedTuple):
    """A certificate as it is shown."""

    id: UUID
    household_id: UUID
    division: str
    course: str
    certificate_no: str
    issued_on: date
    state: State
    accepted_on: date | None


class Owed(NamedTuple):
    """A certificate that a subsidy is owed for, with the days attended.

    `revoked`: how often it was owed for another that was revoked before it was paid.
    """

    trainee: str
    course: str
    issued_on: date
    household_id: UUID
    division: str
    days: int
    revoked: int


class Totals(NamedTuple):
    classes: Big
    trainees: Big
    certificates: Big
    households: Big


training_class = table("training_class", TrainingClass)
training_attendance = table("training_attendance", TrainingAttendance)
training_certificate = table("training_certificate", TrainingCertificate)
