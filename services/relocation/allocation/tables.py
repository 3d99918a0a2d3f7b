"""The rows of rounds, draws, lots, swaps and allocations; the migrations make their tables."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.relocation.allocation.rules import RoundState, State
from services.relocation.applications.rules import State as ApplicationState
from shared.data.relations import table


class AllocationRound(NamedTuple):
    id: UUID
    cohort: int
    state: RoundState
    site_ids: list[str]
    snapshot_on: date
    inputs_hash: str
    lots: int
    units: int
    notice_days: int
    frozen_by: str
    seed: str | None = None
    seed_on: date | None = None
    seed_by: str | None = None
    drawn_on: date | None = None
    drawn_by: str | None = None
    result_hash: str | None = None
    allocated: int | None = None
    secret_hash: str | None = None
    secret_sealed: bytes | None = None
    secret: str | None = None


class AllocationDraw(NamedTuple):
    round_id: UUID
    draw_no: int
    inputs: dict[str, Any]
    inputs_hash: str
    result: dict[str, Any] | None
    result_hash: str | None
    drawn_on: date | None


class AllocationLot(NamedTuple):
    round_id: UUID
    lot: str
    application_id: UUID
    household_id: UUID
    division: str
    members: int
    needs_accessible: bool
    village: str
    nonce: str | None


class AllocationSwap(NamedTuple):
    id: UUID
    first_allocation_id: UUID
    second_allocation_id: UUID
    swapped_on: date
    swapped_by: str


class Allocation(NamedTuple):
    id: UUID
    round_id: UUID
    draw_no: int
    lot: str
    application_id: UUID
    household_id: UUID
    division: str
    cohort: int
    unit_id: UUID
    members: int
    cap_m2_x100: int
    area_m2_x100: int
    accessible: bool
    needs_accessible: bool
    building_accepted: bool
    state: State
    allocated_on: date
    notice_ends_on: date
    key_handed_on: date | None
    moved_in_on: date | None
    swap_id: UUID | None
    released_on: date | None
    released_reason: str | None
    reported_by: str | None
    confirmed_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class WhoseLot(NamedTuple):
    """Whose lot it is; `state` is the application's."""

    lot: str
    application_id: UUID
    household_id: UUID
    division: str
    members: int
    needs_accessible: bool
    nonce: str | None
    state: ApplicationState


allocation_round = table("allocation_round", AllocationRound)
allocation_draw = table("allocation_draw", AllocationDraw)
allocation_lot = table("allocation_lot", AllocationLot)
allocation_swap = table("allocation_swap", AllocationSwap)
allocation = table("allocation", Allocation)
