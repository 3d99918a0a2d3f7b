"""Bodies of the homesteads' doors: each is named by its application. Areas in 0.01 square metres and 0.01 mu."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.relocation.homesteads.rules import Kind, State
from shared.acts.bodies import Case
from shared.values.inputs import Day

Photo = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Area = Annotated[int, Field(gt=0, le=10_000_000, strict=True)]


class NewHomestead(Case):
    house_area_m2_x100: Area
    land_mu_x100: Area


class Demolition(Case):
    demolished_on: Day
    photo_sha256: Photo


class Reclamation(Case):
    reclaimed_on: Day
    photo_sha256: Photo


class Acceptance(Case):
    step: Kind
    accepted: bool


class Homestead(BaseModel):
    id: UUID
    household_id: UUID
    division: str
    house_area_m2_x100: int
    land_mu_x100: int
    state: State
    demolished_on: date | None
    reclaimed_on: date | None
    since_on: date
    due_on: date | None


class Rewards(BaseModel):
    demolition: int = 0
    reclamation: int = 0


class HomesteadTotals(BaseModel):
    """`reclaimed` counts homesteads, `land_mu_x100` is theirs."""

    by_state: dict[str, int]
    reclaimed: int
    land_mu_x100: int
    rewards_fen: Rewards
