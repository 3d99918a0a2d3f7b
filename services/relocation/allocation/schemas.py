"""Bodies of the allocation's doors. Areas in 0.01 square metres."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.relocation.allocation.rules import RoundState, State
from services.relocation.applications.rules import State as ApplicationState
from shared.acts.bodies import Case, Input


class Secret(Input):
    """What numbers the lots of a list and makes its codes, drawn by who freezes it; nobody else ever reads it."""

    secret: str = Field(min_length=16, max_length=200)


class NewRound(Case, Secret):
    """Freezes the list of a cohort's lots and of the free units at these sites."""

    cohort: int = Field(ge=2000, le=2100)
    site_ids: list[UUID] = Field(min_length=1, max_length=100)


class Seed(Input):
    """A number announced in public (a lottery's of that day), for the list with this hash."""

    seed: str = Field(min_length=1, max_length=200)
    inputs_hash: str = Field(pattern=r"^[0-9a-f]{64}$")


class Swap(Case):
    """Both households have consented before the township."""

    first_allocation_id: UUID
    second_allocation_id: UUID
    consents: Literal[True]


class Round(BaseModel):
    """`lots` and `units` are how many stand on the frozen list; a seed may be drawn by from `draw_from_on` on.

    `secret_hash` is the SHA-256 of the key that numbered the lots; `secret` tells the key once they are drawn. It comes
    of what was handed in with the list, which stays sealed, and opens no code.
    """

    id: UUID
    cohort: int
    state: RoundState
    snapshot_on: date
    inputs_hash: str
    secret_hash: str | None
    secret: str | None
    lots: int
    units: int
    seed: str | None
    seed_on: date | None
    draw_from_on: date | None
    drawn_on: date | None
    result_hash: str | None
    allocated: int | None


class DrawInputs(BaseModel):
    draw_no: int
    inputs_hash: str
    inputs: dict[str, Any]


class RoundInputs(BaseModel):
    """The draws' inputs as they were hashed; with the seed they give the results. They name lots, no households.

    Groups and kinds are codes of the round: they do not say who needs an accessible flat. Draws of the earlier form,
    which did, are told to the county and to auditors only.
    """

    round_id: UUID
    state: RoundState
    seed: str | None
    draws: list[DrawInputs]


class DrawResult(BaseModel):
    draw_no: int
    drawn_on: date
    result_hash: str
    result: dict[str, Any]


class RoundResult(BaseModel):
    round_id: UUID
    state: RoundState
    seed: str | None
    draws: list[DrawResult]


class LotShown(BaseModel):
    """Whose lot it is, and what opens its commitment: SHA-256 of `nonce|lot|yes` or `nonce|lot|no`.

    `yes` stands for who needs an accessible flat; `state` is the application's.
    """

    lot: str
    application_id: UUID
    household_id: UUID
    division: str
    members: int
    needs_accessible: bool
    nonce: str | None
    state: ApplicationState


class AllocationShown(BaseModel):
    """One unit under one allocation; members and cap as on the snapshot day."""

    id: UUID
    round_id: UUID
    application_id: UUID
    household_id: UUID
    division: str
    lot: str
    unit_id: UUID
    members: int
    cap_m2_x100: int
    area_m2_x100: int
    accessible: bool
    needs_accessible: bool
    state: State
    notice_ends_on: date
    moved_in_on: date | None
    since_on: date
    due_on: date | None
