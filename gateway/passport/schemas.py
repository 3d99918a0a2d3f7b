"""Bodies of the passport."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel


class PassportPart(BaseModel):
    """A service's answer, its refusal (problem+json) too, or that the service could not be asked."""

    status: int | None = None
    body: Any = None
    unavailable: bool | None = None


class Warned(BaseModel):
    part: str
    code: str
    title_en: str
    title_zh: str


class Passport(BaseModel):
    """One household as the caller may see it; only the fields that apply stand in a part."""

    household_id: UUID
    business_date: date
    household: PassportPart
    exits: PassportPart
    measures: PassportPart
    registry_decisions: PassportPart
    loans: PassportPart
    finance_decisions: PassportPart
    relocation: PassportPart
    allocations: PassportPart
    homesteads: PassportPart
    relocation_decisions: PassportPart
    payouts: PassportPart
    agreements: PassportPart
    posts: PassportPart
    certificates: PassportPart
    industry_decisions: PassportPart
    helpers: PassportPart
    visits: PassportPart
    deeds: PassportPart
    assessment_decisions: PassportPart
    warnings: list[Warned]
