"""Bodies of the villages' doors."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.villages.rules import RevocationState, State, WrongBy
from shared.acts.bodies import Input
from shared.acts.minutes import Minuted
from shared.values.inputs import Day, Text


class Place(Input):
    """Names the place that an act is about."""

    division: Annotated[str, Field(pattern=r"^([0-9]{9}|[0-9]{12})$")]


class Village(Place):
    """Names the village that an act is about."""

    division: Annotated[str, Field(pattern=r"^[0-9]{12}$")]


class MinutedVillage(Village, Minuted):
    """A village, with the minutes that it is decided on or announced by."""


class ExitRevocation(Input):
    """An announced exit should not have been; `reason` is how that was found, `evidence` refers to the proof."""

    id: UUID
    exit_id: UUID
    reason: WrongBy
    evidence: Text = Field(min_length=1, max_length=200)


class RevocationShown(BaseModel):
    id: UUID
    exit_id: UUID
    division: str
    reason: WrongBy
    evidence: str
    state: RevocationState
    proposed_on: date
    decided_on: date | None
    since_on: date
    due_on: date | None


class FacilityReport(Village):
    """Whether a village had an item of the checklist on a day; it counts from that day on."""

    item: str = Field(min_length=1, max_length=40)
    met: bool = Field(strict=True)
    checked_on: Day


class ExitShown(BaseModel):
    """The newest case. Days from `noticed_on` until before `notice_ends_on` belong to the notice; `minutes_no` are the
    minutes of the leading group that it was announced by, or decided on.
    """

    id: UUID
    state: State
    proposed_on: date
    noticed_on: date | None
    notice_ends_on: date | None
    decided_on: date | None
    decision_id: UUID | None
    announced_on: date | None
    minutes_no: str | None


class VillageCard(BaseModel):
    """A village on the business date.

    `status` is `poor`, `exited` (announced), or `ordinary` (never a poor village). `facilities` names every item of
    the checklist; what nobody saw is false. `incidence_ppm` is rounded, and null without a rural population.
    """

    division: str
    poor_village: bool
    status: Literal["poor", "exited", "ordinary"]
    poor_people: int
    rural_people: int
    incidence_ppm: int | None
    facilities: dict[str, bool]
    exit: ExitShown | None
