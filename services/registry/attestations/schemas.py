"""Bodies of the doors to attestations."""

from datetime import date
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from services.registry.attested.schemas import identity
from services.registry.households.rules import Attribute, Education, Grade, Health, SchoolStatus
from shared.acts.bodies import Input
from shared.values.inputs import Day, HouseholdNo, Name, Text

_EXAMPLE: JsonDict = {
    "id": "018f2d5e-7c1a-7000-8000-000000000001",
    "household_id": "018f2d5e-7c1a-7000-8000-000000000001",
    "since": "2017-06-01",
    "document_no": "神水字〔2017〕12号",
    "safe_water": True,
}


class NewAttestation(Input):
    """What a department attests of a household, or of one of its people, since a day, and the paper that it rests on.

    The household by id or number; a person by reference or ID number, and then the household need not be named. What
    `corrects` an earlier word of the same department says for what `reason`.
    """

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    id: UUID
    household_id: UUID | None = None
    household_no: HouseholdNo | None = None
    person: str | None = Field(default=None, min_length=1, max_length=64)
    number: str | None = Field(default=None, min_length=18, max_length=20)
    since: Day
    document_no: Name = Field(min_length=1, max_length=100)
    corrects: UUID | None = None
    reason: Text | None = Field(default=None, min_length=1, max_length=200)
    attribute: Attribute | None = None
    house_grade: Grade | None = None
    safe_water: bool | None = Field(default=None, strict=True)
    school_dropout: bool | None = Field(default=None, strict=True)
    medical_insured: bool | None = Field(default=None, strict=True)
    unfinished_major_illness: bool | None = Field(default=None, strict=True)
    education: Education | None = None
    school_status: SchoolStatus | None = None
    health: Health | None = None
    pension_insured: bool | None = Field(default=None, strict=True)
    disability_level: int | None = Field(default=None, ge=1, le=4, strict=True)
    family_doctor: bool | None = Field(default=None, strict=True)
    chronic_card: bool | None = Field(default=None, strict=True)
    assistive_device: bool | None = Field(default=None, strict=True)
    rehabilitation: bool | None = Field(default=None, strict=True)
    home_adapted: bool | None = Field(default=None, strict=True)

    @field_validator("number")
    @classmethod
    def _is_a_persons(cls, number: str | None) -> str | None:
        return None if number is None else identity(number)

    @model_validator(mode="after")
    def _is_about_one(self) -> Self:
        if (self.household_id and self.household_no) or (self.person and self.number):
            raise PydanticCustomError("one_of", "one name of the household, and of the person")
        if not (self.household_id or self.household_no or self.person or self.number):
            raise PydanticCustomError("one_of", "a household or a person")
        if not self.said:
            raise PydanticCustomError("one_of", "at least one fact")
        if (self.corrects is None) != (self.reason is None):
            raise PydanticCustomError("one_of", "a reason with what is corrected")
        return self

    @property
    def said(self) -> dict[str, Any]:
        about = {"id", "household_id", "household_no", "person", "number", "since", "document_no", "corrects", "reason"}
        return self.model_dump(exclude_none=True, exclude=about)

    @property
    def is_of_person(self) -> bool:
        return self.person is not None or self.number is not None


class AttestationShown(BaseModel):
    """No name: `person` stands for one of the household's people."""

    id: UUID
    household_id: UUID
    household_no: str
    person: str | None
    division: str
    unit: str
    said: dict[str, Any]
    since: date
    document_no: str
    corrects: UUID | None
    reason: str | None
    attested_on: date


class OverruledShown(BaseModel):
    """What was said or seen otherwise than a department had attested; `attestation_id` is the answer to it."""

    id: UUID
    household_id: UUID
    household_no: str
    person: str | None
    division: str
    unit: str
    field: str = Field(description="What of the household, or of one of its people, it is about.")
    value: Any = Field(description="What was said of the field, and is not held for true.")
    differs: bool
    seen_on: date
    said_as: str | None
    weight: str
    told_on: date
    due_on: date
    answered_on: date | None
    attestation_id: UUID | None
    taken_back_on: date | None = Field(description="The day of a file that no longer says so.")
