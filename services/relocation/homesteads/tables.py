"""The rows of homesteads and their rewards; the migrations make their tables."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.relocation.homesteads.rules import Kind, State
from shared.data.relations import Big, table


class Homestead(NamedTuple):
    """`id` is its application's."""

    id: UUID
    household_id: UUID
    division: str
    house_area_m2_x100: int
    land_mu_x100: int
    state: State
    recorded_on: date
    recorded_by: str
    demolished_on: date | None
    demolition_photo_sha256: str | None
    demolition_reported_by: str | None
    demolition_checked_by: str | None
    demolition_checked_on: date | None
    reclaimed_on: date | None
    reclamation_photo_sha256: str | None
    reclamation_reported_by: str | None
    reclamation_checked_by: str | None
    reclamation_checked_on: date | None
    procedure_version: int
    since_on: date
    due_on: date | None


class HomesteadReward(NamedTuple):
    application_id: UUID
    kind: Kind
    household_id: UUID
    division: str
    amount_fen: Big
    decision_id: UUID
    approved_on: date


class Refused(NamedTuple):
    """An accepted work without its reward: the last decision on it."""

    kind: Kind
    application_id: UUID
    division: str
    inputs: dict[str, Any]
    policy_version: str


homestead = table("homestead", Homestead)
homestead_reward = table("homestead_reward", HomesteadReward)
