"""Bodies of the passport."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, create_model

from gateway.passport.rules import DOSSIERS, part_name


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


class WhoseAndWhen(BaseModel):
    """What stands in a passport beside its parts."""

    household_id: UUID
    business_date: date
    warnings: list[Warned]


_FIELDS: dict[str, Any] = {
    part_name(service, name): (PassportPart, ...) for service, names in DOSSIERS.items() for name in names
}
Passport = create_model(
    "Passport",
    __base__=WhoseAndWhen,
    __doc__="One household as the caller may see it; only the fields that apply stand in a part.",
    **_FIELDS,
)
