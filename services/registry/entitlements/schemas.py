"""Bodies of the doors to entitlements."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from services.registry.catalogue.rules import Area, Unit
from services.registry.entitlements.rules import Coverage
from shared.acts.reasons import ReasonShown, Telling


class EntitlementShown(Telling):
    """How it stands with one policy: `person` stands for whom of the household it is about, null where it is about the
    household. The reasons say why somebody is entitled, and what he has of it.
    """

    TEXT = "registry.coverage.{coverage}"

    policy: str
    area: Area
    of: Unit
    person: str | None
    coverage: Coverage
    reasons: list[ReasonShown]


class HaveShown(Telling):
    """One of the ten haves that a household of its labour ability should have."""

    TEXT = "registry.coverage.{coverage}"

    policy: str
    coverage: Coverage
    reasons: list[ReasonShown]


class Entitlements(BaseModel):
    """Of a household as of a day; `known_at` is null where what is held for true now was asked."""

    household_id: UUID
    division: str
    on: date
    known_at: datetime | None
    entitlements: list[EntitlementShown]
    haves: list[HaveShown]


class GapCount(Telling):
    """How many people, or households, are entitled to a policy, of how many of them it is so, and who has it all the
    same.
    """

    TEXT = "registry.coverage.counted"

    policy: str
    area: Area
    of: Unit
    entitled: int = Field(description="How many are entitled.")
    covered: int = Field(description="How many of those entitled have it.")
    missing: int = Field(description="How many of those entitled do not have it.")
    not_entitled: int


class VillageGaps(BaseModel):
    """A village's figures: counted when they are asked for, so that they are never behind the facts."""

    division: str
    on: date
    known_at: datetime | None
    households: int
    counts: list[GapCount]


class BehindShown(BaseModel):
    """A household behind a figure: `persons` stand for whom of it the figure counts."""

    household_id: UUID
    household_no: str | None
    division: str
    persons: list[str]
