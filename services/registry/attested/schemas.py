"""Bodies of the doors to attested incomes."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from services.registry.households.rules import Category
from shared.acts.bodies import Fen, Input
from shared.values import id_number
from shared.values.inputs import HouseholdNo, Name, Text

_EXAMPLE: JsonDict = {
    "id": "018f2d5e-7c1a-7000-8000-000000000001",
    "household_id": "018f2d5e-7c1a-7000-8000-000000000001",
    "income_year": 2017,
    "source": "subsistence_allowance",
    "amount_fen": 500000,
    "document_no": "神民字〔2017〕12号",
}


def identity(number: str) -> str:
    """The ID number, also where a certificate was shown."""
    number = id_number.normalise(number)
    if not id_number.is_number_or_certificate(number):
        raise PydanticCustomError("no_id_number", "an ID number, or a disability certificate")
    return number[: id_number.LENGTH]


class NewIncomeAttestation(Input):
    """What a department attests that a household, by id or number, or one of its people, by reference or ID number, had
    of a source in an income year, and the paper that it rests on. What `corrects` an earlier word of the same
    department says for what `reason`.
    """

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    id: UUID
    household_id: UUID | None = None
    household_no: HouseholdNo | None = None
    person: str | None = Field(default=None, min_length=1, max_length=64)
    number: str | None = Field(default=None, min_length=18, max_length=20)
    income_year: int = Field(ge=2013, le=2030, strict=True)
    source: str = Field(min_length=1, max_length=40)
    amount_fen: Fen
    document_no: Name = Field(min_length=1, max_length=100)
    corrects: UUID | None = None
    reason: Text | None = Field(default=None, min_length=1, max_length=200)

    @field_validator("number")
    @classmethod
    def _is_a_persons(cls, number: str | None) -> str | None:
        return None if number is None else identity(number)

    @model_validator(mode="after")
    def _is_of_one(self) -> Self:
        if (self.household_id and self.household_no) or (self.person and self.number):
            raise PydanticCustomError("one_of", "one name of the household, and of the person")
        if not (self.household_id or self.household_no or self.person or self.number):
            raise PydanticCustomError("one_of", "a household or a person")
        if (self.corrects is None) != (self.reason is None):
            raise PydanticCustomError("one_of", "a reason with what is corrected")
        return self


class IncomeAttestationShown(BaseModel):
    """No name: `person` stands for one of the household's people; null: of the household as a whole."""

    id: UUID
    household_id: UUID
    household_no: str
    person: str | None
    division: str
    unit: str
    income_year: int
    source: str
    category: Category
    amount_fen: int
    document_no: str
    corrects: UUID | None
    reason: str | None
    attested_on: date
