"""Bodies of the doors to changed figures of places."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from services.registry.rolls.rules import Said, State
from shared.acts.bodies import Input
from shared.acts.reasons import Telling
from shared.values.inputs import Day, Name

_EXAMPLE: JsonDict = {
    "id": "018f2d5e-7c1a-7000-8000-000000000001",
    "division": "140927200201",
    "since": "2017-06-01",
    "rural_people": 352,
    "document_no": "神统字〔2017〕8号",
    "issuer": "县统计局",
}


class NewDivisionChange(Input):
    """What a paper says of a place since a day: how many rural people it has, whether it is a poor village, or both."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    id: UUID
    division: str = Field(pattern=r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$")
    since: Day
    rural_people: Annotated[int, Field(ge=0, le=10**7, strict=True)] | None = None
    poor_village: bool | None = Field(default=None, strict=True)
    document_no: Name = Field(min_length=1, max_length=100)
    issuer: Name = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.rural_people is None and self.poor_village is None:
            raise PydanticCustomError("one_of", "the people, or whether it is a poor village")
        return self

    @property
    def said(self) -> Said:
        return Said(self.division, self.since, self.rural_people, self.poor_village)


class DivisionChangeShown(Telling):
    """`was_...`: how it stood when the change was proposed."""

    TEXT = "registry.division_change.{state}"

    id: UUID
    division: str
    since: date
    rural_people: int | None
    poor_village: bool | None
    was_rural_people: int
    was_poor_village: bool
    document_no: str
    issuer: str
    state: State
    proposed_on: date
    decided_on: date | None
    since_on: date
    due_on: date | None
