"""Bodies of the moves' doors."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.acts.bodies import LARGEST_BATCH, Input

Kwh = Annotated[int, Field(ge=0, le=10**8, strict=True)]


class Case(Input):
    """Names an allocation."""

    allocation_id: UUID


class Cases(Input):
    items: list[Case] = Field(min_length=1, max_length=LARGEST_BATCH)


class Report(Case):
    """Evidence of a move: the hash of a photo, and the power used since the keys, in 0.01 kWh [choice]."""

    moved_in_on: date
    photo_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    power_kwh_x100: Kwh


class Reports(Input):
    items: list[Report] = Field(min_length=1, max_length=LARGEST_BATCH)


class Confirmation(Case):
    confirmed: bool


class Confirmations(Input):
    items: list[Confirmation] = Field(min_length=1, max_length=LARGEST_BATCH)
