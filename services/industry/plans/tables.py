"""The rows of plans and their items; the migrations make their tables."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.industry.plans.rules import Share, State, Tier
from shared.data.relations import Big, table


class StationPlan(NamedTuple):
    id: UUID
    station_id: UUID
    division: str
    year: int
    state: State
    households: int
    amount_fen: Big
    drafted_by: str
    drafted_on: date
    approved_by: str | None
    approved_on: date | None
    filed_by: str | None
    filed_on: date | None
    procedure_version: int
    since_on: date
    due_on: date | None


class StationPlanItem(NamedTuple):
    plan_id: UUID
    household_id: UUID
    division: str
    year: int
    tier: Tier | None
    amount_fen: Big
    reason: Share
    decision_id: UUID
    active: bool


class Sharer(NamedTuple):
    """Who is to be paid by a plan, where and what it is now."""

    household_id: UUID
    amount_fen: int
    reason: Share
    division: str
    status: str


class Drafted(NamedTuple):
    household_id: UUID
    amount_fen: int
    reason: Share


class PlannedHousehold(NamedTuple):
    id: UUID
    division: str
    status: str
    has_labour: bool
    deep_poverty: bool
    relocated: bool


station_plan = table("station_plan", StationPlan)
station_plan_item = table("station_plan_item", StationPlanItem)
