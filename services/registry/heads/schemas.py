"""Bodies of the doors to new heads."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from services.registry.heads.rules import State
from services.registry.households.rules import Relation
from shared.acts.bodies import Input
from shared.acts.reasons import Telling
from shared.values.inputs import Day

Reference = Annotated[
    str, Field(min_length=1, max_length=64, description="What screens show instead of a person's number.")
]


class Related(Input):
    """What somebody of the household is to its new head."""

    reference: Reference
    relation: Relation


class NewHead(Input):
    """A household has chosen another head. `relation`: what the head before him is to him; what is not said of `others`
    stays as it stands.
    """

    id: UUID
    household_id: UUID
    reference: Reference
    since: Day
    relation: Relation
    others: list[Related] = Field(default=[], max_length=50)

    @field_validator("others")
    @classmethod
    def _is_said_once_of_each(cls, others: list[Related]) -> list[Related]:
        if len({o.reference for o in others}) < len(others):
            raise PydanticCustomError("said_twice", "said once")
        return others

    @property
    def relations(self) -> dict[str, Any]:
        """By reference, as the case keeps it."""
        return {o.reference: o.relation for o in self.others}


class HeadShown(Telling):
    """No names: `reference` is the new head, `former` the one before him."""

    TEXT = "registry.head.{state}"

    id: UUID
    household_id: UUID
    division: str
    reference: Reference
    former: str
    since: date
    relation: str
    relations: dict[str, str]
    state: State
    reported_on: date
    decided_on: date | None
    since_on: date
    due_on: date | None
