"""Bodies of the doors to disclosures and searches."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator
from pydantic import Field as Limited
from pydantic_core import PydanticCustomError

from services.registry.disclosures.rules import LookKind, PersonalField, PurposeKind, SearchReason
from shared.acts.bodies import Case, Input, Result
from shared.acts.reasons import Telling
from shared.values.inputs import Area, HouseholdNo, Name

MOST_FOUND = 50
Pinyin = Annotated[str, Limited(pattern=r"^[A-Za-zü][A-Za-zü' ]{1,79}$")]
IdNumber = Annotated[str, Limited(pattern=r"^[0-9]{17}[0-9Xx]$")]


class Disclose(Case):
    """Which fields of a household are needed, and for what: `case_id` is the loan, the batch, the survey round."""

    purpose: PurposeKind
    case_id: UUID
    household_id: UUID
    fields: list[PersonalField] = Limited(min_length=1, max_length=10)


class Disclosed(Result):
    """`told`: what was asked for, as far as the purpose needs it, null where the register has none; `beyond`: what it
    does not need.
    """

    told: dict[PersonalField, str | None] = Limited(default={})
    beyond: list[PersonalField] = Limited(default=[])


class DisclosedList(BaseModel):
    """In the order sent."""

    results: list[Disclosed]


class Search(Input):
    """By the name of one of its people, or its pinyin, in full or by initials; by number; or all of a division."""

    model_config = ConfigDict(json_schema_extra={"example": {"reason": "visit", "division": "140927200201"}})

    reason: SearchReason
    name: Name | None = Limited(default=None, min_length=1, max_length=60)
    pinyin: Pinyin | None = None
    household_no: HouseholdNo | None = None
    id_number: IdNumber | None = None
    division: Area | None = Limited(default=None, validate_default=True)
    after: UUID | None = Limited(default=None, description="The household that the page before ended with.")
    limit: int = Limited(default=20, ge=1, le=MOST_FOUND, strict=True)

    # The last of what may be searched by: what stands before it has been read.
    @field_validator("division")
    @classmethod
    def _says_what(cls, division: str | None, others: ValidationInfo) -> str | None:
        if division is None and not any(others.data.get(n) for n in ("name", "pinyin", "household_no", "id_number")):
            raise PydanticCustomError("missing", "a value")
        return division


class FoundHousehold(BaseModel):
    """With its head."""

    id: UUID
    household_no: str
    division: str
    status: str
    reference: str | None
    name: str | None
    id_masked: str | None


class FoundList(BaseModel):
    """Households in the order of their ids."""

    items: list[FoundHousehold]
    next: UUID | None = Limited(description="What the next page goes on `after`; null where there is none.")


class LookShown(Telling):
    """Who looked at a household, when, for what, and which fields of it were told.

    Who read a list looked at `households` of a `division` at once, and names none of them.
    """

    TEXT: ClassVar[str] = "registry.disclosures.{kind}"

    id: UUID
    subject: str
    role: str
    bank: str | None
    kind: LookKind
    case_id: UUID | None
    household_id: UUID | None
    fields: list[str]
    reason: str
    households: int
    division: str | None
    asked_on: date
    asked_at: datetime

    @field_validator("fields", mode="before")
    @classmethod
    def _apart(cls, kept: str) -> list[str]:
        return kept.split()

    def says(self) -> tuple[str | None, Mapping[str, Any]]:
        code, own = super().says()
        return code, {**own, "case_id": str(self.case_id)}
