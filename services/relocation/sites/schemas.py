"""Bodies of the sites' doors. Areas in 0.01 square metres."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.relocation.sites.rules import SiteKind, UnitState
from shared.acts.bodies import Case
from shared.values.inputs import Day, Name

Area = Annotated[int, Field(gt=0, le=100_000, strict=True)]
Floor = Annotated[int, Field(ge=1, le=100, strict=True)]


class Site(Case):
    """A place where people are resettled; `division` is where it lies."""

    name_zh: Name = Field(min_length=1, max_length=60)
    name_en: Name = Field(min_length=1, max_length=60)
    division: str = Field(pattern=r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$")
    kind: SiteKind


class Building(Case):
    site_id: UUID
    block: str = Field(min_length=1, max_length=20)
    floors: Floor


class Flat(Case):
    """Two flats of a building with one `pair_no` are allocated together."""

    building_id: UUID
    flat_no: str = Field(min_length=1, max_length=20)
    floor: Floor
    area_m2_x100: Area
    accessible: bool
    pair_no: str | None = Field(min_length=1, max_length=20, default=None)


class Acceptance(Case):
    """Of the building `id`."""

    accepted: bool
    accepted_on: Day


class SiteSummary(BaseModel):
    id: UUID
    name_zh: str
    name_en: str
    division: str
    kind: SiteKind
    buildings: int
    accepted_buildings: int
    units: int
    free_units: int


class UnitSummary(BaseModel):
    """What can be allocated: one flat, or two adjoining ones (`flats` are their numbers)."""

    id: UUID
    site_id: UUID
    building_id: UUID
    block: str
    flats: list[str]
    area_m2_x100: int
    accessible: bool
    paired: bool
    accepted: bool
    state: UnitState


class SiteTotals(BaseModel):
    """`free_units` are those of accepted buildings that nobody has."""

    flats: int
    units: int
    accepted_units: int
    allocated_units: int
    free_units: int
