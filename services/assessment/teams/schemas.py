"""Bodies of the teams' doors. Places are WGS84 in millionths of a degree."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.assessment.teams.rules import CadreRole, UnitKind
from shared.acts.bodies import Input
from shared.values.inputs import Day, Name

Latitude = Annotated[int, Field(ge=-90_000_000, le=90_000_000, strict=True)]
Longitude = Annotated[int, Field(ge=-180_000_000, le=180_000_000, strict=True)]
VillageCode = Annotated[str, Field(pattern=r"^[0-9]{12}$")]
DivisionCode = Annotated[str, Field(pattern=r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$")]


class Place(Input):
    """Where a village is."""

    division: VillageCode
    lat_e6: Latitude
    lon_e6: Longitude


class HomePlace(Input):
    """Where a household that was relocated lives, from a day on."""

    household_id: UUID
    lat_e6: Latitude
    lon_e6: Longitude
    since_on: Day


class Unit(Input):
    """A unit with key tasks, or one stationed in a village (`division`)."""

    id: UUID
    code: str = Field(pattern=r"^[A-Za-z0-9-]{1,40}$")
    name_zh: Name = Field(min_length=1, max_length=100)
    kind: UnitKind
    division: DivisionCode


class Cadre(Input):
    """`subject` is the login that his tokens bear."""

    id: UUID
    subject: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x20]+$")
    unit_id: UUID
    role: CadreRole
    division: DivisionCode
    starts_on: Day


class NewPairing(Input):
    id: UUID
    household_id: UUID
    cadre_id: UUID
    starts_on: Day


class NewLeave(Input):
    """Both days belong to it; leave may be recorded ahead."""

    id: UUID
    cadre_id: UUID
    starts_on: Day
    ends_on: Day


class CadreSummary(BaseModel):
    """`subject` is shown to county, auditor and himself."""

    id: UUID
    subject: str | None
    unit_id: UUID
    role: CadreRole
    division: str
    starts_on: date


class Pairing(BaseModel):
    """Half-open: on `ends_on` he is the helper no longer; null while he is."""

    id: UUID
    household_id: UUID
    division: str
    cadre_id: UUID
    starts_on: date
    ends_on: date | None


class OwnHousehold(BaseModel):
    household_id: UUID
    division: str
    status: str
    pairing_id: UUID
    starts_on: date


class TeamSummary(BaseModel):
    """`teams_of_three`: units with at least the policy's number of cadres stationed in the village."""

    units_key: int
    units_stationed: int
    teams_of_three: int
    helpers: int
    households_paired: int
    households_unpaired: int
