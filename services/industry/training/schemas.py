"""Bodies of the training's doors."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.industry.training.rules import State
from shared.acts.bodies import Input
from shared.values.inputs import Day

Division = Annotated[str, Field(pattern=r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$")]
Code = Annotated[str, Field(pattern=r"^[0-9A-Za-z_:/-]{1,40}$")]
Course = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]


class TrainingClass(Input):
    """A class of a course; `employer_code` where an employer ordered it."""

    id: UUID
    course: Course
    provider_code: Code
    division: Division
    starts_on: Day
    days: int = Field(ge=1, le=366, strict=True)
    employer_code: Code | None


class Attendance(Input):
    """`trainee` is a code that the clerk gives a person; it begins with a letter, so that it is no number of his."""

    id: UUID
    class_id: UUID
    household_id: UUID
    trainee: str = Field(pattern=r"^[A-Za-z][0-9A-Za-z-]{0,11}$")
    days: int = Field(ge=0, le=366, strict=True)


class Certificate(Input):
    id: UUID
    attendance_id: UUID
    certificate_no: Code
    issued_on: Day


class SubsidyOrder(Input):
    """For accepted certificates of a course, or of all."""

    course: Course | None


class Subsidies(BaseModel):
    """`certificates` that are owed a subsidy; `dues` of them recorded by this order, and their sum."""

    certificates: int
    dues: int
    amount_fen: int


class CertificateShown(BaseModel):
    id: UUID
    household_id: UUID
    division: str
    course: str
    certificate_no: str
    issued_on: date
    state: State
    accepted_on: date | None


class TrainingTotals(BaseModel):
    """`trainees` who attended at least a day, `certificates` accepted, `households` that hold one."""

    classes: int
    trainees: int
    certificates: int
    households: int
