"""Bodies of the homesteads' doors. Areas in 0.01 square metres and 0.01 mu."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from shared.acts.bodies import LARGEST_BATCH, Input

Photo = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Area = Annotated[int, Field(gt=0, le=10_000_000, strict=True)]


class NewHomestead(Input):
    application_id: UUID
    house_area_m2_x100: Area
    land_mu_x100: Area


class NewHomesteads(Input):
    items: list[NewHomestead] = Field(min_length=1, max_length=LARGEST_BATCH)


class Demolition(Input):
    application_id: UUID
    demolished_on: date
    photo_sha256: Photo


class Demolitions(Input):
    items: list[Demolition] = Field(min_length=1, max_length=LARGEST_BATCH)


class Reclamation(Input):
    application_id: UUID
    reclaimed_on: date
    photo_sha256: Photo


class Reclamations(Input):
    items: list[Reclamation] = Field(min_length=1, max_length=LARGEST_BATCH)


class Acceptance(Input):
    application_id: UUID
    step: Literal["demolition", "reclamation"]
    accepted: bool


class Acceptances(Input):
    items: list[Acceptance] = Field(min_length=1, max_length=LARGEST_BATCH)


class Homestead(BaseModel):
    application_id: UUID
    household_id: UUID
    division: str
    house_area_m2_x100: int
    land_mu_x100: int
    state: str
    demolished_on: date | None
    reclaimed_on: date | None


class HomesteadPage(BaseModel):
    items: list[Homestead]
    next: str | None


class Rewards(BaseModel):
    demolition: int
    reclamation: int


class HomesteadTotals(BaseModel):
    """`reclaimed` counts homesteads, `land_mu_x100` is theirs."""

    by_state: dict[str, int]
    reclaimed: int
    land_mu_x100: int
    rewards_fen: Rewards
