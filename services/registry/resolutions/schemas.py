"""Bodies of the doors to resolutions."""

import re
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, field_validator
from pydantic_core import PydanticCustomError

from shared.acts.bodies import Input, Result
from shared.values.inputs import Day

LARGEST_RESOLUTION = 100
# A bare number as long as an ID number is taken for one.
_LIKE_A_PERSON = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")
Purpose = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{2,39}$")]


class GrantTerms(Input):
    """For which purposes (words that the county agreed on with the subscriber), until when, with ID numbers or not."""

    purposes: list[Purpose] = Field(min_length=1, max_length=20)
    id_numbers: bool = Field(default=False, strict=True)
    ends_on: Day


class GrantShown(BaseModel):
    subject: str
    purposes: list[str]
    id_numbers: bool
    ends_on: date
    granted_on: date
    granted_by: str


class Resolve(Input):
    """Which households, and what for; ID numbers only where asked. `reference` is a number of the caller's own files,
    which names nobody.
    """

    household_ids: list[UUID] = Field(min_length=1, max_length=LARGEST_RESOLUTION)
    purpose: Purpose
    reference: str = Field(default="", pattern=r"^[A-Za-z0-9:_./-]{0,80}$")
    id_numbers: bool = Field(default=False, strict=True)

    @field_validator("reference")
    @classmethod
    def _is_no_id_number(cls, reference: str) -> str:
        if _LIKE_A_PERSON.search(reference):
            raise PydanticCustomError("personal", "a number of your own files, not of a person")
        return reference


class PersonShown(BaseModel):
    """`reference` stands for the person wherever the register shows one; `id_number` only where granted and asked."""

    reference: str
    name: str
    relation: str
    id_number: str | None = None


class Resolved(Result):
    """`id` is the household's."""

    people: list[PersonShown] = Field(default=[])


class ResolvedList(BaseModel):
    results: list[Resolved]


class ResolutionShown(BaseModel):
    """Who asked for a household, when and what for; `people` is how many were named, 0 where it was not found."""

    id: UUID
    subject: str
    role: str
    household_id: UUID
    purpose: str
    reference: str
    id_numbers: bool
    people: int
    asked_on: date
    correlation_id: UUID
    asked_at: datetime
