"""Bodies of the villages' doors."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from shared.acts.bodies import LARGEST_BATCH, Input

VillageCode = Annotated[str, Field(pattern=r"^[0-9]{12}$")]


class FacilityReport(Input):
    """Whether a village had an item of the checklist on a day; it counts from that day on."""

    division: VillageCode
    item: str = Field(min_length=1, max_length=40)
    met: bool = Field(strict=True)
    checked_on: date


class FacilityReports(Input):
    items: list[FacilityReport] = Field(min_length=1, max_length=LARGEST_BATCH)


class FacilityResult(BaseModel):
    """What became of one item of a batch."""

    division: str
    item: str
    status: Literal["accepted", "refused"]
    code: str | None = None


class FacilityResults(BaseModel):
    results: list[FacilityResult]


class VillageItem(Input):
    division: VillageCode


class VillageItems(Input):
    items: list[VillageItem] = Field(min_length=1, max_length=LARGEST_BATCH)

    @property
    def divisions(self) -> list[str]:
        return [i.division for i in self.items]


class ExitResult(BaseModel):
    """What became of one village: `state` is where its case stands now, `missing` the conditions that do not hold."""

    division: str
    status: Literal["accepted", "refused"]
    code: str | None = None
    state: str | None = None
    missing: list[str] = []


class ExitResults(BaseModel):
    results: list[ExitResult]


class VillageExit(BaseModel):
    """The newest case. Days from `noticed_on` until before `notice_ends_on` belong to the notice."""

    exit_id: UUID
    state: str
    proposed_on: date
    noticed_on: date | None
    notice_ends_on: date | None
    decided_on: date | None
    decision_id: UUID | None
    announced_on: date | None


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
    exit: VillageExit | None


class VillagePage(BaseModel):
    items: list[VillageCard]
    next: str | None
