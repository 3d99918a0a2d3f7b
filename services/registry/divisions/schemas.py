"""Bodies of the divisions' doors."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from shared.acts.bodies import LARGEST_BATCH, Input

Level = Literal["county", "township", "village"]


class Division(Input):
    """A place from `valid_from` on, until before `valid_to` where that is known."""

    code: str = Field(pattern=r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$")
    name_zh: str = Field(min_length=1, max_length=50)
    name_en: str = Field(min_length=1, max_length=100)
    level: Level
    poor_village: bool = False
    rural_people: Annotated[int, Field(ge=0, le=10**7, strict=True)]
    valid_from: date
    valid_to: date | None = None


class Divisions(Input):
    items: list[Division] = Field(min_length=1, max_length=LARGEST_BATCH)


class DivisionList(BaseModel):
    items: list[Division]


class DivisionResult(BaseModel):
    """What became of one item; `code` is the division's, `problem` says why it was refused."""

    code: str
    status: Literal["accepted", "refused"]
    problem: str | None = None


class DivisionResults(BaseModel):
    results: list[DivisionResult]
