"""Bodies of the holds' doors."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from shared.acts.bodies import LARGEST_BATCH, Input

Kind = Literal["borrower_death", "dividend_missed", "misuse_suspected"]


class Suspicion(Input):
    """Names a hold that stands for a suspicion."""

    id: UUID


class Suspicions(Input):
    items: list[Suspicion] = Field(min_length=1, max_length=LARGEST_BATCH)


class Release(Input):
    """`reason` says what was found, and names nobody."""

    id: UUID
    reason: str = Field(min_length=1, max_length=200)


class Releases(Input):
    items: list[Release] = Field(min_length=1, max_length=LARGEST_BATCH)


class HoldResult(BaseModel):
    id: UUID
    status: Literal["accepted", "refused"]
    code: str | None = None


class HoldResults(BaseModel):
    results: list[HoldResult]


class Hold(BaseModel):
    """Open until it is released. Of a suspicion `confirmed_on` says since when it is known to be misuse."""

    id: UUID
    loan_id: UUID
    household_id: UUID
    division: str
    bank: str
    kind: Kind
    raised_on: date
    confirmed_on: date | None
    released_on: date | None
    release_reason: str | None


class HoldPage(BaseModel):
    items: list[Hold]
    next: str | None
