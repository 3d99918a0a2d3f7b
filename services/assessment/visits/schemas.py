"""Bodies of the visits' doors, written by phones. Places are WGS84 in millionths of a degree."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, computed_field

from services.assessment.teams.schemas import Latitude, Longitude
from shared.acts.bodies import Input, Result
from shared.acts.reasons import ReasonShown, reason_shown
from shared.values.inputs import Day, Text

Code = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]


class NewVisit(Input):
    """`findings` are codes of the policy's list; `photo_sha256` names a picture that stays on the phone."""

    household_id: UUID
    visited_on: Day
    lat_e6: Latitude
    lon_e6: Longitude
    note: Text = Field(max_length=2000)
    findings: list[Code] = Field(max_length=20)
    photo_sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")


class SentVisit(NewVisit):
    id: UUID


class NewCheckin(Input):
    """A day's presence in the village."""

    id: UUID
    on: Day
    lat_e6: Latitude
    lon_e6: Longitude


class VisitResult(Result):
    """`reasons`: why it does not count (no_position, no_place, too_far, too_late, duplicate), what was noted (late).

    `no_position`: the phone did not know where it was. `no_place`: nobody said where the home is.
    """

    counts: bool = False
    reasons: list[str] = Field(default_factory=list)
    # Two phones that send the same get the same answer: only the status of a PUT tells them apart.
    fresh: bool = Field(default=False, exclude=True)


class VisitResults(BaseModel):
    """In the order sent."""

    results: list[VisitResult]


class Judged(BaseModel):
    """Whether a visit counts; `why` are its reasons as sentences."""

    counts: bool
    reasons: list[str]

    @computed_field
    def why(self) -> list[ReasonShown]:
        return [reason_shown("assessment.visits", code) for code in self.reasons]


class VisitState(Judged):
    id: UUID
    status: Literal["accepted"]


class Visit(Judged):
    """`distance_m` is to the village's place, null where nobody said it. `note` only for county, auditor, visitor."""

    id: UUID
    household_id: UUID
    division: str
    cadre_id: UUID
    visited_on: date
    recorded_on: date
    distance_m: int | None
    findings: list[str]
    photo_sha256: str | None
    late: bool
    note: str | None


class VisitSummary(BaseModel):
    """`late`: arrived late, whether they count or not. `checkins`: days of presence that count."""

    visits: int
    counting: int
    late: int
    too_far: int
    findings: dict[str, int]
    checkins: int


class Copies(BaseModel):
    """A helper whose notes repeat."""

    cadre_id: UUID
    visits: int
    distinct_notes: int


class CopiesList(BaseModel):
    items: list[Copies]
