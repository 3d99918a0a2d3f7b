"""Bodies of the doors to natural changes and removals."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from shared.acts.bodies import LARGEST_BATCH, Input


class Departure(Input):
    """Somebody left a household on a day; `reference` is what screens show instead of a person's number."""

    id: UUID
    reference: str = Field(min_length=1, max_length=64)
    reason: Literal["death", "marriage_out", "registration_out", "prison", "not_sharing"]
    left_on: date


class Departures(Input):
    items: list[Departure] = Field(min_length=1, max_length=LARGEST_BATCH)


class Removal(Input):
    """A household does not belong in the register, by one of the exclusion matches; `evidence` refers to the proof,
    and names nobody.
    """

    id: UUID
    household_id: UUID
    reason: Literal["EX1", "EX2", "EX3", "EX4", "EX5", "EX6", "EX7", "EX8", "EX9", "EX10"]
    evidence: str = Field(min_length=1, max_length=200)


class Removals(Input):
    items: list[Removal] = Field(min_length=1, max_length=LARGEST_BATCH)


class Confirmation(Input):
    id: UUID
    confirmed: bool = Field(strict=True)


class Confirmations(Input):
    items: list[Confirmation] = Field(min_length=1, max_length=LARGEST_BATCH)


class ChangeResult(BaseModel):
    """What became of one item; `state` is where the report stands now."""

    id: UUID
    status: Literal["accepted", "refused"]
    code: str | None = None
    state: str | None = None


class ChangeResults(BaseModel):
    results: list[ChangeResult]


class DepartureShown(BaseModel):
    """No name: `reference` stands for the person."""

    id: UUID
    household_id: UUID
    division: str
    reference: str
    reason: str
    left_on: date
    state: str
    reported_on: date
    decided_on: date | None


class DeparturePage(BaseModel):
    items: list[DepartureShown]
    next: str | None


class RemovalShown(BaseModel):
    id: UUID
    household_id: UUID
    division: str
    reason: str
    evidence: str
    state: str
    proposed_on: date
    decided_on: date | None


class RemovalPage(BaseModel):
    items: list[RemovalShown]
    next: str | None
