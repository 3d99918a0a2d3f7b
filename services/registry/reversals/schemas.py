"""Bodies of the doors to reversals."""

from datetime import date
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from services.registry.reversals.rules import State
from shared.acts.bodies import Input
from shared.values.inputs import Day

_EXAMPLE: JsonDict = {
    "id": "018f2d5e-7c1a-7000-8000-000000000001",
    "departure_id": "018f2d5e-7c1a-7000-8000-000000000001",
    "evidence": "file-2017-12",
}


class Reversal(Input):
    """A confirmed departure or removal was a mistake. Of a departure `right_on` says on which day somebody left indeed;
    left out, nobody left. `evidence` refers to the proof, and names nobody.
    """

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    id: UUID
    departure_id: UUID | None = None
    removal_id: UUID | None = None
    right_on: Day | None = None
    evidence: str = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _is_of_one(self) -> Self:
        if (self.departure_id is None) == (self.removal_id is None):
            raise PydanticCustomError("one_of", "either a departure or a removal")
        if self.removal_id is not None and self.right_on is not None:
            raise PydanticCustomError("no_day", "a day only of a departure")
        return self


class ReversalShown(BaseModel):
    id: UUID
    household_id: UUID
    departure_id: UUID | None
    removal_id: UUID | None
    division: str
    right_on: date | None
    evidence: str
    state: State
    proposed_on: date
    decided_on: date | None
    since_on: date
    due_on: date | None
