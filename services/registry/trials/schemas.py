"""Bodies of the door to what another policy would change."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from services.registry.households.rules import Status
from services.registry.trials.rules import Turn
from shared.acts.bodies import Input
from shared.acts.reasons import ReasonShown
from shared.values.inputs import Area, Day

LONGEST_LIST = 500
_EXAMPLE: JsonDict = {"division": "140927200201", "figures": [{"code": "stable_margin_fen", "value": 20_000}]}


class Figure(Input):
    """A figure of the policy by its code, as it would be from the day asked about."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,59}$")]
    value: Annotated[JsonValue, Field(description="Its value: a number, a word, a list or a table, as it is now.")]


class WhatIf(Input):
    """`on`: the day on whose facts and policy it is tried; left out, the business date. Either `figures`, or
    `change_id`: what a policy change says, as though it were in force on that day.
    """

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    division: Area
    figures: Annotated[
        list[Figure] | None, Field(min_length=1, max_length=100, description="Figures of the policy as they would be.")
    ] = None
    change_id: UUID | None = None
    on: Day | None = None
    after: Annotated[UUID | None, Field(description="The list goes on behind this household.")] = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Self:
        if (self.figures is None) == (self.change_id is None):
            raise PydanticCustomError("one_of", "exactly one of the two")
        return self


class TurnCounted(BaseModel):
    division: str
    turn: Turn
    households: int
    people: int


class TurnedShown(BaseModel):
    """No names; `reasons`: what would turn it."""

    household_id: UUID
    household_no: str
    division: str
    status: Status
    turn: Turn
    reasons: list[ReasonShown]


class WhatIfShown(BaseModel):
    """`counted` by township; `turned` by id, no more than 500 at once: `next` is where it goes on."""

    division: str
    on: date
    policy_version: str
    households: int
    counted: list[TurnCounted]
    turned: list[TurnedShown]
    next: Annotated[UUID | None, Field(description="The household behind which the list goes on; null at its end.")]
