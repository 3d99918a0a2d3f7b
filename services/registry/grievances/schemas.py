"""Bodies of the doors to grievances."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.grievances.rules import About, Channel, Handed, Matter, Office, State
from shared.acts.bodies import Case, Input
from shared.acts.reasons import Telling
from shared.values.inputs import Area, Text

LONGEST = 4000


class NewGrievance(Input):
    """What somebody complains of or objects to. `about_office`: whose people, if any; `about_subject`: a login of them.

    Who writes it down for somebody else says by which `channel` it came, and whose word it is where that is known
    (`person`, a reference in the household). What comes on `paper` lies with nobody before the complainant's sheet is
    recorded and confirmed at `/papers`. `division`: where, if not in the sender's own area.
    """

    id: UUID
    matter: Matter
    channel: Channel
    text: Text = Field(min_length=1, max_length=LONGEST)
    household_id: UUID | None = None
    person: str | None = Field(default=None, min_length=1, max_length=80)
    division: Area | None = None
    about_office: About | None = None
    about_subject: str | None = Field(default=None, min_length=1, max_length=200)


class Answer(Case):
    """`upheld`: whether the grievance was found to be right."""

    upheld: bool = Field(strict=True)
    answer: Text = Field(min_length=1, max_length=LONGEST)


class Handing(Case):
    """How the answer came into the complainant's hands."""

    handed: Handed


class GrievanceSummary(Telling):
    """A grievance without a word of what it says, and of whom."""

    TEXT = "registry.grievance.{state}"

    id: UUID
    household_id: UUID | None
    division: str
    matter: Matter
    channel: Channel
    about_office: About | None
    state: State
    with_office: Office
    upheld: bool | None
    filed_on: date
    answer_by_on: date
    handed_on: date | None
    settled_on: date | None
    late_on: date | None
    since_on: date
    due_on: date | None

    def says(self) -> tuple[str | None, Mapping[str, Any]]:
        code, figures = super().says()
        return ("registry.grievance.late" if self.late_on and self.state == "with_auditor" else code), figures


class AnswerShown(BaseModel):
    office: Office
    answered_on: date
    answer: str | None


class GrievanceStep(BaseModel):
    step: str
    acted_on: date
    role: str
    detail: dict[str, Any]


class Grievance(GrievanceSummary):
    """One whole. What it says, whom it is of and what was answered is null for who neither decides nor complained."""

    text: str | None
    about_subject: str | None
    person: str | None
    answers: list[AnswerShown]
    steps: list[GrievanceStep]
