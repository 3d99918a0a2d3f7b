"""Bodies of the forestry's doors. Areas in 0.01 mu."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from shared.acts.bodies import Fen, Input
from shared.values.inputs import Day

Division = Annotated[str, Field(pattern=r"^[0-9]{9}([0-9]{3})?$")]
Code = Annotated[str, Field(pattern=r"^[0-9A-Za-z_:/-]{1,40}$")]
Area = Annotated[int, Field(gt=0, le=10**8, strict=True)]
Amount = Annotated[int, Field(gt=0, le=10**13, strict=True)]


class Plot(Input):
    """Farmland of a household that was planted with trees."""

    id: UUID
    household_id: UUID
    area_mu_x100: Area
    planted_on: Day


class Acceptance(Input):
    """`year_no`: of the five years in which a plot is paid for; `area_mu_x100`: what stands of it."""

    id: UUID
    plot_id: UUID
    year_no: int = Field(ge=1, le=5, strict=True)
    area_mu_x100: int = Field(ge=0, le=10**8, strict=True)
    accepted_on: Day


class Coop(Input):
    """An afforestation cooperative: how many members, and how many of them are poor."""

    id: UUID
    code: Code
    division: Division
    members: int = Field(ge=1, le=100_000, strict=True)
    poor_members: int = Field(ge=0, le=100_000, strict=True)


class Membership(Input):
    id: UUID
    coop_id: UUID
    household_id: UUID
    joined_on: Day


class Contract(Input):
    """Works that a cooperative was given without tender; `labour_fen`: of it for its members' labour."""

    id: UUID
    coop_id: UUID
    area_mu_x100: Area
    contract_fen: Amount
    labour_fen: Fen


class Labour(Input):
    """What a member household is owed for its labour under a contract."""

    id: UUID
    contract_id: UUID
    household_id: UUID
    amount_fen: Amount
    worked_on: Day


class PlotShown(BaseModel):
    id: UUID
    household_id: UUID
    division: str
    area_mu_x100: int
    planted_on: date
    recorded_on: date


class AcceptanceShown(BaseModel):
    """`area_mu_x100` is what was said to stand, `stood_mu_x100` what stood in truth; `amount_fen` as first owed."""

    id: UUID
    plot_id: UUID
    household_id: UUID
    division: str
    year_no: int
    area_mu_x100: int
    stood_mu_x100: int
    accepted_on: date
    amount_fen: int


class ForestTotals(BaseModel):
    """`accepted_mu_x100`: of each plot what was accepted last; `labour_fen`: owed to members for their labour."""

    plots: int
    plot_mu_x100: int
    accepted_mu_x100: int
    coops: int
    coop_poor_members: int
    member_households: int
    contracts: int
    labour_fen: int
