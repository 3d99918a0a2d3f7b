"""Bodies of the divisions' doors."""

from typing import Annotated

from pydantic import Field

from services.registry.divisions.rules import Level
from shared.acts.bodies import Input
from shared.values.inputs import Day, Name


class Division(Input):
    """A place from `valid_from` on, until before `valid_to` where that is known."""

    code: str = Field(pattern=r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$")
    name_zh: Name = Field(min_length=1, max_length=50)
    name_en: Name = Field(min_length=1, max_length=100)
    level: Level
    poor_village: bool = False
    rural_people: Annotated[int, Field(ge=0, le=10**7, strict=True)]
    valid_from: Day
    valid_to: Day | None = None
