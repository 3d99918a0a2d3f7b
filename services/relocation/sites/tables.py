"""The rows of sites, buildings, units and flats; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.relocation.sites.rules import BuildingState, SiteKind, UnitState
from shared.data.relations import table


class Site(NamedTuple):
    id: UUID
    name_zh: str
    name_en: str
    division: str
    kind: SiteKind
    declared_on: date
    declared_by: str


class Building(NamedTuple):
    id: UUID
    site_id: UUID
    block: str
    floors: int
    state: BuildingState
    declared_on: date
    declared_by: str
    inspected_on: date | None
    inspected_by: str | None


class SiteUnit(NamedTuple):
    id: UUID
    building_id: UUID
    pair_no: str | None
    flats: int
    area_m2_x100: int
    accessible: bool
    accepted: bool
    state: UnitState


class Flat(NamedTuple):
    id: UUID
    building_id: UUID
    unit_id: UUID
    flat_no: str
    floor: int
    area_m2_x100: int
    accessible: bool
    pair_no: str | None
    declared_on: date
    declared_by: str


class Declared(NamedTuple):
    """A site, and how much stands there."""

    id: UUID
    name_zh: str
    name_en: str
    division: str
    kind: SiteKind
    buildings: int
    accepted_buildings: int
    units: int
    free_units: int


class Home(NamedTuple):
    """A unit as it is given out: where it stands, `flats` are the numbers of its one or two."""

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


site = table("site", Site)
building = table("building", Building)
site_unit = table("site_unit", SiteUnit)
flat = table("flat", Flat)
