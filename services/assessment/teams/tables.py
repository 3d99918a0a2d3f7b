"""The rows of places, units, cadres, pairings and leave; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.assessment.teams.rules import CadreRole, StandsStill, UnitKind
from shared.data.relations import DayRange, table


class PlaceRow(NamedTuple):
    division: str
    lat_e6: int
    lon_e6: int
    set_on: date
    set_by: str


class HomePlaceRow(NamedTuple):
    """Where a household that was relocated lives since a day."""

    household_id: UUID
    division: str
    lat_e6: int
    lon_e6: int
    since_on: date
    set_on: date
    set_by: str


class UnitRow(NamedTuple):
    id: UUID
    code: str
    name_zh: str
    kind: UnitKind
    division: str
    set_on: date
    set_by: str


class CadreRow(NamedTuple):
    id: UUID
    subject: str
    unit_id: UUID
    role: CadreRole
    division: str
    starts_on: date
    set_on: date
    set_by: str


class PairingRow(NamedTuple):
    id: UUID
    household_id: UUID
    division: str
    cadre_id: UUID
    valid: DayRange
    assigned_on: date
    assigned_by: str


class LeaveRow(NamedTuple):
    """Both days belong to it."""

    id: UUID
    cadre_id: UUID
    division: str
    starts_on: date
    ends_on: date
    recorded_on: date
    recorded_by: str


place = table("place", PlaceRow)
home_place = table("home_place", HomePlaceRow)
unit = table("unit", UnitRow)
cadre = table("cadre", CadreRow)
pairing = table("pairing", PairingRow)
leave = table("leave", LeaveRow)


class Paired(NamedTuple):
    """A pairing with its days: on `ends_on` he is the helper no longer; None while he is."""

    id: UUID
    household_id: UUID
    division: str
    cadre_id: UUID
    starts_on: date
    ends_on: date | None


class Held(NamedTuple):
    """A cadre's days with a household."""

    household_id: UUID
    starts_on: date
    ends_on: date | None


class Home(NamedTuple):
    """Of a household, what a pairing asks."""

    id: UUID
    division: str
    status: str


class Unnamed(NamedTuple):
    """A pairing that goes on, and whom it names."""

    pairing_id: UUID
    household_id: UUID
    division: str
    cadre_id: UUID
    subject: str
    starts_on: date


class HeldHousehold(NamedTuple):
    """Nothing new begins for it; `code` says why."""

    household_id: UUID
    code: StandsStill


class HelpedHousehold(NamedTuple):
    household_id: UUID
    division: str
    status: str
    pairing_id: UUID
    starts_on: date


class Taken(NamedTuple):
    """An id that stands for something already."""

    id: UUID


class TeamTotals(NamedTuple):
    units_key: int
    units_stationed: int
    teams_of_three: int
    helpers: int
    households_paired: int
    households_unpaired: int
